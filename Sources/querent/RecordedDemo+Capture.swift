// Made by Scripts/record-demo.
extension RecordedDemo {
  /// The output of `querent --format pcapng` for a demo, compressed with gzip, in base 64.
  static let base64: StaticString = """
    H4sIAAAAAAACA+2cf3DT5hnHXychBI800CSFUQIuAzoWksiWJVkuECdAQyCEtEkoP0YhPzTHJLaDLQrp0Y6Whrb0dt0fZMDtbmvu\
    xsofa3crdLfbupXr0R4BrlcY7W1XSgODFWgpcDB+bJy799Urode2jGwnTnw5yafza1mRFH2e7/M+7/s8sjk312wHACydUzzJBN+/\
    k5cskAs2bBQCgk+0UKXWUgrgBe2L9vshXAV5WwZ8dfgBGAO/GSNvQ99nw/UTE/6c/9qlibefL84rh220LoRvX912Adf4hv0/hYdE\
    67YjgAHFoXniwyZ8ErhkdXiaW0YLm5u8nR1CligERfSVCZ4xC64A5MDXqfVAWk2g1FRXvcBpsXE0w5rne1udlrKNwUBZs8dX5hZE\
    +L+YKwLuoNOCP1ia2vxBMWhBpyiVT1GKTmGubfIKyl7mhraA0NRa3aocF38O26UxKATQDpTUcloCfr9orgr4N3birVJT3lzXhG6q\
    cp12m7wBH0++5fI2/B8o2xZ4AkKL6A90wW3merEpIArwayvHM3aKoq2M3cY7eDvNMOb5buXUVrmN/qRCFAOe5o2ix+9zWoKCr1UI\
    oHs2BdT7W9oF0Wlh4THMtYJYW++02Ckby9A2q0MGjzgingcInqMKZg8qT5NkW1NNxL0JvwMYnmKWrYLXbykp6fA8I5jD714YMXgU\
    kpiyT9LIbBwfhqy5KdgWxkuxOOkLPWg2mnPQLMfR8UCDR0XQIpgxsZgdMEVrsGVeBLM7ErN3Ipn1Tro/s8mGBtNCg4WLB5enocHU\
    a/BO/dK8ZbC9DDNbVlSOmE1dozADDKT2WKhWfLgbO8fYfvPgWHmHOSDrIMgI1+THUI/H16eEJzNieMoijJenosGTBM9tx1PLE2uy\
    xPCrcfpV/yYfcqtx+9WTMtNTBNNpv6jNWw3bqzHT1UUuiWldGNOq0KreSfdnOlliOllmOs5iyv0TUBdDr6nW6ymZbT/B9mTv0LE1\
    tJta7fbLfMdlqHzH5fXkbYft7Zjv9vdRTJS95RmF7y4WMCva6k5VZ/qf3ToRuELPwo2mHHPZqGV3rrhvTgOP2vvUaCkHYSgRWzo1\
    Ri2PHv1Qf0fJQEidfwE1/oWk8xmqXXCJ2QU6T9y2wQ2bbWiZA21jeQfjSETtUfbAxrIHZAfIHu4Sel+7Iz3twYi1k4q1uVjs78q+\
    4CrB/tXZu/K8sO3F7L37ZiH2O9eqvn4Xi7ivaHuiVGLfhNlD7rMQf8DZ+9Re4D7soyI3ENW3n0hN386O8L49Ju+rMu8LBO/3nMPL\
    G2t6uuHX4+jm4/XpF0zRPt1xdVdeF2x3Yc5d+34kcX4ygvP+e5y9EZznH/1Qn7NehGdoPNUaV3z6DYJ96H/pw97Q++Dr/YbMfCwR\
    06+adv5BD2yjdd3YDRtAxXgXCF9MkZ/7HgEMqAANe7tNFvlbU2bQs1krHpuV9Ym0w1hgBjkfFZVkLq+efztC3/1Q2+clfc+7x5ul\
    Ini3etwybNiyFMN7IATnWmHD4xXgu8vptFrgNYQxt1TARQaP/j6MOhs+dvcEW0p8glhCwSVNxneM1c7YHPRA5rwdsWxhbEb0+P3W\
    meGzBSNmTypm5/XG74DQumndpQeXw/Zy7N+X184CwDW+tEPx75e3QpaVocZLIZVlVhNcdGHu3uN96tq7vSXhuv4SavqipOuFqh/n\
    E9S11caVUvBltaArSUDefLrL287ZOZ618gMYr0MvGYM/kPV9jNB3bvfQ8MdanmLMtepMxsU713pMQ8utOzPyG2G7EbNsPPciYrk7\
    X2H5t0rkl0MN3QHCL28SmiNQVkShfP3NnufPfLf5zYg++gzU8b8jtMxak9YyvJJwKS9qaKirj6llNu27ahi2sXYbOxAtWxPR8mN5\
    mUPC39ByarRMjrteyc3Or4ftesyyfuOPEcvRcxSWv/8HZFkeevKND1SWpiaNadJwktMch2788tYPPg/T8Wmo4a8kHZerfbIj+T45\
    okOOqWAu3RVM8xzFO3gq6bE2a9Mbdx0mc2WTU8/c0O7gavewRj77jrMwPyznuUjKeS5S50xgVFUVWnUpROQ8tWMqI5+dBvls0i8v\
    eXHo2GKtLjDGSQMbJ2nMh8UeI93QqDli1zyU3wDbDZh5Q1G1xLxWZQ4jK1eovjugMteOqyDyChm5GUjZy8yMNpuh49TqWKk5+oZg\
    utSTeqaR+jXGRkmNjbT0G3Nc9I0pelx0/b8P5dfAdg1mXVO0WGLdqLKGkZUjtOSND1TWWnFVZBrS0G1qdXtMo57s+9kTUsYS63We\
    MQZKdgykGTvHHgP1a9SQ7J45P98H22hdl/vzCvC4fr4BMH2PgMfByr3dhK/WzDfcP8kYqedPU6NnfoTrmderIcki5iyreoeXN9b8\
    XCPHmGSOMUYNacwcY5Y8b2khbOBnHFuAjhHAPj0wYxOqMZiQq/j0nrmACbjXH1r23D/fk2oMfoJrDG4e5Pd/+9fmKWDOaZc6I5Id\
    FOHd9epOi8w8VP7aH/rMt8J1fxZq/ltJ99WqTdgSs4lisaWT7AzwBcXZI3D2dDcP1sbSLApLBjCvTceyD0tGdJ3Z0fPDbx9GLjqZ\
    XDRr16szI8dkR8/NK2iH7XbMuf04erYnu32JGtv1zEWMA+72DInzWswZMp6KWAPmtEvtEWJy1n2Oy6grS2qu2643JsshfH5zTfmw\
    scZaXmT494H7d62xeUzfniP7doqwg+99+lbBy7D9shT/7bsI1mbrxn+9VYC5PirPt3Lr1x8j2wBubBufrfnL7xa/nn8RzJ2wXfX3\
    ozEeVjfLeffw3v7ZleM/CvMH/4K+4Or6CHuhk7EXKVDEl5LAVA6X9lM5rJ23sgyfQJo7wl5ijv8pjedL9tS/nZb2YsQHScUHrF4t\
    MtlnuE+AQuXZonUZ/c3g6ew4xoq9VYg75P+WxF6ODSH3K4g/mDNhu9qPxGavPcsbPWfwWUpiB4Ya4bEDq9dnTCfs4OzTprS0A+wD\
    qox+YsD9BJ5ViLefmJ4RPa+088/eQrKusfGPqJZi5pf36hptBQdQXePNa0RdY6c/IOqOC68Vf36kZ0Z1T7j2L0DdX5e0v1jln+D8\
    cUmnhaEpigwt0RXFG1imfdKWt1Po8ZMB1K6znN68Epn36fT6hsQGjL4/qb7foZf3IX/HZX/XlsKw3/2ok/I+NQrLggOXbeh3P25e\
    I+outFnqjv//nprxPzfC+3CH3u+4kHmeKWOeSylPrMlqwxcPgi/WnuNndZ8VJp8pW//bXxV2wDZa1z2w7S5YoJ/neb8HMGABeOrt\
    d4jZW5+/2d/apeuht5VdeeDyzC1nSW1fgbr+T8QzZegOJJzvwdcQpy04rGluC4yVsnOSO0m+X+YTeaZsN/PrYbOFFNW/8iO8/lX3\
    mTIy9u55oa9wJWyvxL595fV3Udz1yinFt780BbJcGFqxgyZmXbyeYNDjc+vC/PrVnXto+rw74lmUc1DXtyKfRbEnXb8hX028EqfT\
    3d1zdppiaRs1gJwdR+nF3mS8NnHakSGzAaOmfXBr2pV47RDB8yXXpcJK2K7EPCuLnpDitRVqvgYSLQ1V7KBfyFS89/14GrVzqa2d\
    O6TxXMKJ3ww+w6gaV8PnJuNzNfJosf0tYvp/zNb9XUxcAAA=
    """
}
