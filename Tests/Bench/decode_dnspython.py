"""Decodes each message of a corpus with dnspython: FILE ROUNDS [COUNT]."""

import sys

import dns.exception
import dns.message
from wire import read

messages = read(sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else None)
records = refused = 0
for _ in range(int(sys.argv[2])):
    records = refused = 0
    for message in messages:
        try:
            decoded = dns.message.from_wire(message)
            records += sum(len(rrset) for section in decoded.sections[1:] for rrset in section) + (decoded.opt is not None)
        except dns.exception.DNSException:
            refused += 1
print(f"{len(messages)} messages {records} records {refused} refused")
