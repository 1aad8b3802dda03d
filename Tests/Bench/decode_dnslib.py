"""Decodes each message of a corpus with dnslib: FILE ROUNDS [COUNT]."""

import sys

import dnslib
from wire import read

messages = read(sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else None)
records = refused = 0
for _ in range(int(sys.argv[2])):
    records = refused = 0
    for message in messages:
        try:
            decoded = dnslib.DNSRecord.parse(message)
            records += len(decoded.rr) + len(decoded.auth) + len(decoded.ar)
        except dnslib.DNSError:
            refused += 1
print(f"{len(messages)} messages {records} records {refused} refused")
