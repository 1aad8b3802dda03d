/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Decides whether octets look like a DNS message. Defined for any octets; user space applies the same test (MessageShape.swift)
 * and then parses the message strictly. */
#ifndef QUERENT_RECOGNISE_H
#define QUERENT_RECOGNISE_H

enum {
    DNS_HEADER_LENGTH = 12,
    DNS_PREFIX_LENGTH = 2,      /* over TCP, RFC 1035 §4.2.2 */
    DNS_PROBE_LENGTH = DNS_HEADER_LENGTH + 1, /* the header and the first label's length */
};

static __always_inline __u16 be16(const __u8 *octets)
{
    return (__u16)octets[0] << 8 | octets[1];
}

/* `octets`: the first DNS_PROBE_LENGTH octets of a message (the last one 0 if the message is only a header).
 * `length`: octets of the message, at least DNS_HEADER_LENGTH. */
static __always_inline bool looks_like_dns(const __u8 *octets, __u32 length)
{
    __u8 opcode = octets[2] >> 3 & 0xf;
    bool response = octets[2] & 0x80;
    bool truncated = octets[2] & 0x02;
    __u32 qd = be16(octets + 4), an = be16(octets + 6), ns = be16(octets + 8), ar = be16(octets + 10);
    __u8 label = octets[12];

    if (opcode > 6 || opcode == 3) /* 6 is DSO (RFC 8490); 3 is unassigned */
        return false;
    if (octets[3] & 0x40) /* Z: reserved, must be zero (RFC 1035 §4.1.1) */
        return false;
    if (response) {
        if (qd > 1 || an > 512 || ns > 64 || ar > 64)
            return false;
        if (opcode == 6 ? length == DNS_HEADER_LENGTH : !(qd + an + ns + ar))
            return length == DNS_HEADER_LENGTH;
    } else if (opcode == 6) { /* DSO: all four counts are zero (RFC 8490 §5.4) */
        return !(qd + an + ns + ar) && length >= DNS_HEADER_LENGTH + 4;
    } else {
        if (qd != 1 || ar > 4)
            return false;
        if (opcode != 4 && opcode != 5 && an + ns)
            return false;
    }
    if (!truncated && DNS_HEADER_LENGTH + 5 * qd + 11 * (an + ns + ar) > length)
        return false;
    return length == DNS_HEADER_LENGTH || (label <= 63 && DNS_PROBE_LENGTH + label <= length);
}

/* Whether DNS_PROBE_LENGTH octets may be the start of a message that `looks_like_dns` accepts, whatever its length. A message of
 * only a header is accepted under other conditions than longer ones. */
static __always_inline bool may_look_like_dns(const __u8 *octets)
{
    return looks_like_dns(octets, 0xffff) || looks_like_dns(octets, DNS_HEADER_LENGTH);
}

#endif
