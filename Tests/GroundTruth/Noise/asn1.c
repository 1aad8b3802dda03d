/* Datagrams in ASN.1's BER and DER: SNMP, Kerberos, LDAP over UDP. */
#include "protocols.h"

#include <string.h>

/* Writes the identifier and length octets of a BER or DER element (X.690 §8.1); returns their number. */
static size_t tag(uint8_t *o, uint8_t tag, size_t length)
{
    o[0] = tag;
    if (length < 128) {
        o[1] = length;
        return 2;
    }
    o[1] = 0x82;
    put16(o + 2, length);
    return 4;
}

/* Writes one whole element; returns its length. */
static size_t element(uint8_t *o, uint8_t kind, const uint8_t *content, size_t length)
{
    size_t head = tag(o, kind, length);

    memmove(o + head, content, length);
    return head + length;
}

/* PDUs of RFC 3416 in messages of versions 1 and 2c (RFC 1157) and 3 (RFC 3412). */
size_t noise_snmp(uint8_t *o)
{
    static uint32_t request;
    uint8_t pdu[256], all[300];
    size_t at = 0, n, bindings = between(0, 80);

    fill_random(pdu, sizeof(pdu));
    memcpy(pdu, (uint8_t[2]){ 2, 4 }, 2);
    put32(pdu + 2, ++request & 0x7fffffff);
    memcpy(pdu + 6, (uint8_t[6]){ 2, 1, 0, 2, 1, 0 }, 6);
    n = element(pdu + 12, 0x30, pdu + 16, bindings) + 12;
    memcpy(all, (uint8_t[3]){ 2, 1, chance(2) ? 1 : chance(2) ? 0 : 3 }, 3);
    memcpy(all + 3, "\x04\x06public", 8);
    at = 11 + element(all + 11, 0xa0 + between(0, 8), pdu, n);
    return element(o, 0x30, all, at);
}

/* RFC 4120 §5.4 and §5.9: requests, replies and errors of the authentication server, in DER. */
size_t noise_kerberos(uint8_t *o)
{
    static const uint8_t kinds[] = { 0x6a, 0x6b, 0x6c, 0x6d, 0x7e };
    uint8_t content[700], sequence[704];
    size_t length = between(60, 690);

    fill_random(content, length);
    memcpy(content, (uint8_t[10]){ 0xa1, 3, 2, 1, 5, 0xa2, 3, 2, 1, 10 }, 10);
    length = element(sequence, 0x30, content, length);
    return element(o, kinds[between(0, 4)], sequence, length);
}

/* LDAP over UDP: searches of domain clients, and their results (RFC 4511 §4.5). */
size_t noise_cldap(uint8_t *o)
{
    static uint8_t id;
    uint8_t content[400], all[420];
    size_t length = between(10, 300);

    fill_random(content, length);
    memcpy(content, (uint8_t[10]){ 4, 0, 10, 1, 0, 10, 1, 0, 2, 1 }, 10);
    memcpy(all, (uint8_t[3]){ 2, 1, ++id & 0x7f }, 3);
    length = 3 + element(all + 3, chance(2) ? 0x63 : chance(2) ? 0x64 : 0x65, content, length);
    if (chance(2)) {            /* the length form that Windows uses */
        memcpy(o, (uint8_t[4]){ 0x30, 0x84, 0, 0 }, 4);
        put16(o + 4, length);
        memcpy(o + 6, all, length);
        return 6 + length;
    }
    return element(o, 0x30, all, length);
}
