"""Names in IANA's registries for which dnspython has no name, or another one."""

CLASSES = {1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}
# "DNS OpCodes" and "DNS RCODEs".
OPCODES = {0: "QUERY", 1: "IQUERY", 2: "STATUS", 4: "NOTIFY", 5: "UPDATE", 6: "DSO"}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 7: "YXRRSET",
          8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 11: "DSOTYPENI", 16: "BADVERS", 17: "BADKEY", 18: "BADTIME", 19: "BADMODE",
          20: "BADNAME", 21: "BADALG", 22: "BADTRUNC", 23: "BADCOOKIE"}
# "Resource Record (RR) TYPEs".
TYPES = {31: "EID", 32: "NIMLOC", 34: "ATMA", 40: "SINK", 57: "RKEY", 58: "TALINK", 100: "UINFO", 101: "UID", 102: "GID",
         128: "NXNAME", 259: "DOA", 263: "CLA", 264: "IPN"}

# "Extended DNS Error Codes" and "DNS EDNS0 Option Codes (OPT)".
ERRORS = dict(enumerate((
    "Other", "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type", "Stale Answer", "Forged Answer", "DNSSEC Indeterminate",
    "DNSSEC Bogus", "Signature Expired", "Signature Not Yet Valid", "DNSKEY Missing", "RRSIGs Missing", "No Zone Key Bit Set",
    "NSEC Missing", "Cached Error", "Not Ready", "Blocked", "Censored", "Filtered", "Prohibited", "Stale NXDOMAIN Answer",
    "Not Authoritative", "Not Supported", "No Reachable Authority", "Network Error", "Invalid Data",
    "Signature Expired before Valid", "Too Early", "Unsupported NSEC3 Iterations Value", "Unable to conform to policy",
    "Synthesized", "Invalid Query Type", "Rate Limited", "Over Quota")))
OPTIONS = {1: "LLQ", 2: "UL", 3: "NSID", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE", 11: "KEEPALIVE",
           12: "PADDING", 13: "CHAIN", 14: "KEYTAG", 15: "EDE", 16: "CLIENT-TAG", 17: "SERVER-TAG", 18: "REPORT-CHANNEL",
           19: "ZONEVERSION", 20292: "UMBRELLA", 22: "EDE-EXTRA-TEXT-LANGUAGE", 23: "FILTERING-CONTACT",
           24: "FILTERING-ORGANIZATION", 25: "FILTERING-DB", 26946: "DEVICEID"}
# "DNS Security Algorithm Numbers", from dnspython's text to the registry's name; a CERT record shows the name.
ALGORITHMS = {"17": "SM2SM3", "18": "MLDSA44", "23": "ECC-GOST12", "DSANSEC3SHA1": "DSA-NSEC3-SHA1",
              "RSASHA1NSEC3SHA1": "RSASHA1-NSEC3-SHA1", "ECCGOST": "ECC-GOST", "ECC": "4"}
