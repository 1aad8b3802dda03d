/* Datagrams of other protocols: fields that a real program sets are set, the rest is random. */
#include "noise.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 88172645463325252;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fill(uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        octets[i] = next() >> 32;
}

static size_t between(size_t low, size_t high)
{
    return low + (next() >> 16) % (high - low + 1);
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = value >> 8;
    at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

/* RFC 9000: one in four with a long header of version 1 or 2. */
static size_t quic(uint8_t *o)
{
    size_t length = between(24, 1200);

    fill(o, length);
    if (next() & 3 << 8) {
        o[0] = 0x40 | (o[0] & 0x3f);
    } else {
        o[0] |= 0xc0;
        put32(o + 1, next() & 1 << 9 ? 1 : 0x6b3343cf);
        o[5] = between(0, 20);
    }
    return length;
}

/* RFC 5905: client, server or symmetric; a client may set all fields to zero. */
static size_t ntp(uint8_t *o)
{
    uint8_t mode = between(1, 4);

    memset(o, 0, 48);
    o[0] = 4 << 3 | mode;
    o[1] = mode == 3 ? 0 : between(1, 3);
    o[2] = between(0, 10);
    o[3] = mode == 3 ? 0 : 0xe0 + between(0, 15);
    if (mode != 3) {
        put32(o + 4, between(0, 0x20000));
        put32(o + 8, between(0, 0x20000));
        fill(o + 12, 28);
    }
    fill(o + 40, 8);
    return 48;
}

/* RFC 3550, with small initial timestamps and sources. */
static size_t rtp(uint8_t *o)
{
    static uint32_t sequence, stamp;
    size_t length = between(12, 172);

    fill(o, length);
    o[0] = 0x80;
    o[1] = between(0, 1) << 7 | between(0, 127);
    put16(o + 2, sequence++);
    put32(o + 4, stamp += 160);
    put32(o + 8, next() & 7 << 8 ? (uint32_t)next() : between(0, 9));
    return length;
}

/* RFC 8489 */
static size_t stun(uint8_t *o)
{
    size_t body = between(0, 30) * 4;

    fill(o, 20 + body);
    put16(o, next() & 1 << 8 ? 0x0001 : 0x0101);
    put16(o + 2, body);
    put32(o + 4, 0x2112a442);
    return 20 + body;
}

/* The eight octets at the start of every memcached datagram: id, number, total, 0. */
static size_t memcached(uint8_t *o)
{
    static uint16_t id;

    put16(o, id++);
    put16(o + 2, 0);
    put16(o + 4, between(1, 3));
    put16(o + 6, 0);
    return 8 + sprintf((char *)o + 8, next() & 1 << 8 ? "get key%u\r\n" : "VALUE key 0 4 %u\r\nabcd\r\nEND\r\n", id);
}

/* RFC 9147: DTLS records. */
static size_t dtls(uint8_t *o)
{
    static uint64_t number;
    size_t body = between(16, 300);

    fill(o, 13 + body);
    o[0] = between(20, 23);
    put16(o + 1, 0xfefd);
    put16(o + 3, between(0, 1));
    put16(o + 5, number >> 32);
    put32(o + 7, number++);
    put16(o + 11, body);
    return 13 + body;
}

static size_t wireguard(uint8_t *o)
{
    static uint64_t number;

    fill(o, 148);
    memset(o, 0, 4);
    o[0] = between(1, 4);
    for (int i = 0; o[0] == 4 && i < 8; i++)
        o[8 + i] = number >> 8 * i;
    number++;
    return o[0] == 1 ? 148 : o[0] == 2 ? 92 : o[0] == 3 ? 64 : 16 * between(2, 9);
}

/* RFC 7252 */
static size_t coap(uint8_t *o)
{
    size_t length = between(12, 80);

    fill(o, length);
    o[0] = 0x40 | between(0, 3) << 4 | between(0, 8);
    o[1] = next() & 1 << 8 ? between(1, 4) : 0x45;
    return length;
}

static size_t zeros(uint8_t *o)
{
    size_t length = between(1, 600);

    memset(o, 0, length);
    return length;
}

static size_t anything(uint8_t *o)
{
    size_t length = between(1, 1200);

    fill(o, length);
    return length;
}

/* A DNS header that no DNS program writes, or a valid one with an invalid body. */
static size_t nearly(uint8_t *o)
{
    size_t length = between(17, 120);

    fill(o, length);
    memcpy(o + 2, (uint8_t[10]){ 1, 0, 0, 1 }, 10);
    switch (next() >> 20 & 3) {
    case 0: o[12] = 0xc0; o[13] = 12; break;      /* a compression pointer to itself */
    case 1: o[12] = 64 + (o[12] & 63); break;     /* a reserved label type */
    case 2: put16(o + 4, 2 + (o[4] & 7)); break;  /* several questions */
    case 3: o[12] = 63; length = 60; break;       /* a label that extends past the end */
    }
    return length;
}

static bool chance(unsigned one_in)
{
    return (next() >> 24) % one_in == 0;
}

/* Writes the header of a BER or DER element with `length` octets of content; returns its size. */
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

/* Writes a BER or DER element: its header and its content. Returns its size. */
static size_t element(uint8_t *o, uint8_t kind, const uint8_t *content, size_t length)
{
    size_t head = tag(o, kind, length);

    memmove(o + head, content, length);
    return head + length;
}

static uint32_t xid;

/* RFC 5531 §9: calls of the port mapper, NFS, mount and lock, from small counters or random ids. */
static size_t rpc_call(uint8_t *o)
{
    static const uint32_t programs[] = { 100000, 100003, 100005, 100021, 100227, 0x20000001, 0x40000000 };
    size_t body = between(0, 40) * 4;

    fill(o, 64 + body);
    put32(o, chance(2) ? ++xid : (uint32_t)next());
    put32(o + 4, 0);
    put32(o + 8, 2);
    put32(o + 12, programs[between(0, 6)]);
    put32(o + 16, between(1, 4));
    put32(o + 20, between(0, 21));
    if (chance(2)) {            /* no credentials, no verifier */
        memset(o + 24, 0, 16);
        return 40 + body;
    }
    put32(o + 24, 1);           /* AUTH_SYS: stamp, a short name, ids */
    put32(o + 28, 24);
    put32(o + 36, 4);
    memcpy(o + 40, "host", 4);
    put32(o + 44, 0);
    put32(o + 48, 0);
    memset(o + 52, 0, 12);
    return 64 + body;
}

/* Replies: mostly accepted, with a status and attributes of NFSv3 (RFC 1813). */
static size_t rpc_reply(uint8_t *o)
{
    size_t body = between(0, 60) * 4, at = 24;

    fill(o, 24 + body);
    put32(o, chance(2) ? ++xid : (uint32_t)next());
    put32(o + 4, 1);
    put32(o + 8, chance(16));   /* denied */
    put32(o + 12, chance(16) ? 6 : 0);
    put32(o + 16, 0);
    put32(o + 20, chance(8) ? between(1, 5) : 0);
    for (; at < 24 + body; at += 4)
        if (!chance(3))
            put32(o + at, chance(3) ? between(0, 511) : 0);
    return 24 + body;
}

/* RFC 2865 §3 */
static size_t radius(uint8_t *o)
{
    static uint8_t id;
    static const uint8_t codes[] = { 1, 2, 3, 4, 5, 11, 12, 40, 41 };
    size_t length = 20;

    fill(o, 20);
    o[0] = codes[between(0, 8)];
    o[1] = id++;
    for (int i = between(0, 6); i > 0; i--) {
        uint8_t size = between(3, 40);

        fill(o + length, size);
        o[length] = between(1, 100);
        o[length + 1] = size;
        length += size;
    }
    put16(o + 2, length);
    return length;
}

/* RFC 3416 in the message format of RFC 1157 (versions 1 and 2c) and of RFC 3412. */
static size_t snmp(uint8_t *o)
{
    static uint32_t request;
    uint8_t pdu[256], all[300];
    size_t at = 0, n, bindings = between(0, 80);

    fill(pdu, sizeof(pdu));
    memcpy(pdu, (uint8_t[2]){ 2, 4 }, 2);
    put32(pdu + 2, ++request & 0x7fffffff);
    memcpy(pdu + 6, (uint8_t[6]){ 2, 1, 0, 2, 1, 0 }, 6);
    n = element(pdu + 12, 0x30, pdu + 16, bindings) + 12;
    memcpy(all, (uint8_t[3]){ 2, 1, chance(2) ? 1 : chance(2) ? 0 : 3 }, 3);
    memcpy(all + 3, "\x04\x06public", 8);
    at = 11 + element(all + 11, 0xa0 + between(0, 8), pdu, n);
    return element(o, 0x30, all, at);
}

static size_t sip(uint8_t *o)
{
    static const char *const methods[] = { "OPTIONS", "INVITE", "REGISTER", "ACK", "BYE" };

    if (chance(3))
        return sprintf((char *)o, "SIP/2.0 %u OK\r\nCall-ID: %x\r\nCSeq: %u INVITE\r\n\r\n", (unsigned)between(100, 699),
                       (unsigned)next(), (unsigned)between(1, 999));
    return sprintf((char *)o, "%s sip:u%u@example.test SIP/2.0\r\nCSeq: %u OPTIONS\r\n\r\n", methods[between(0, 4)],
                   (unsigned)next(), (unsigned)between(1, 999));
}

/* RFC 1350 and RFC 2347: requests, data of any kind or of zeros, acknowledgements, errors. */
static size_t tftp(uint8_t *o)
{
    static uint16_t block;
    size_t length = chance(4) ? between(0, 511) : 512;

    put16(o, between(1, 6));
    switch (o[1]) {
    case 1: case 2:
        return 2 + sprintf((char *)o + 2, "boot/%x/kernel", (unsigned)next()) + 1 +
               (memcpy(o + 2 + strlen((char *)o + 2) + 1, "octet", 6), 6);
    case 3:
        put16(o + 2, ++block);
        if (chance(2))
            fill(o + 4, length);
        else
            memset(o + 4, 0, length);
        if (chance(4) && length > 64)
            fill(o + 4 + between(0, 32), 8);
        return 4 + length;
    case 4:
        put16(o + 2, block);
        return 4;
    case 5:
        put16(o + 2, between(0, 8));
        return 5 + sprintf((char *)o + 4, "File not found");
    default:
        memcpy(o + 2, "blksize\0001428\0tsize\0000", 20);
        return 21;
    }
}

/* RFC 4120 §5.4 and §5.9: requests, replies and errors of the authentication server, in DER. */
static size_t kerberos(uint8_t *o)
{
    static const uint8_t kinds[] = { 0x6a, 0x6b, 0x6c, 0x6d, 0x7e };
    uint8_t content[700], sequence[704];
    size_t length = between(60, 690);

    fill(content, length);
    memcpy(content, (uint8_t[10]){ 0xa1, 3, 2, 1, 5, 0xa2, 3, 2, 1, 10 }, 10);
    length = element(sequence, 0x30, content, length);
    return element(o, kinds[between(0, 4)], sequence, length);
}

/* Version 5, version 9 (RFC 3954) and IPFIX (RFC 7011), also shortly after the start of the exporter. */
static size_t netflow(uint8_t *o)
{
    static uint32_t sequence, uptime;
    uint32_t records = between(1, 24);

    fill(o, 24 + records * 48);
    uptime = chance(10000) ? 0 : uptime + between(1, 2000);
    switch (next() >> 20 & 3) {
    case 0:
        put16(o, 9);
        put16(o + 2, records);
        put32(o + 4, uptime);
        put32(o + 8, 1790000000 + uptime / 1000);
        put32(o + 12, sequence++);
        put32(o + 16, between(0, 3));
        return 20 + records * 48;
    case 1:
        put16(o, 10);
        put16(o + 2, 16 + records * 48);
        put32(o + 4, 1790000000 + uptime / 1000);
        put32(o + 8, sequence++);
        put32(o + 12, between(0, 3));
        return 16 + records * 48;
    default:
        put16(o, 5);
        put16(o + 2, records);
        put32(o + 4, uptime);
        put32(o + 8, 1790000000 + uptime / 1000);
        put32(o + 16, sequence += records);
        put32(o + 20, between(0, 3) << 16);
        return 24 + records * 48;
    }
}

/* RFC 5424 and RFC 3164 */
static size_t syslog(uint8_t *o)
{
    if (chance(2))
        return sprintf((char *)o, "<%u>1 2026-11-22T10:03:%02u.%03uZ host app %u ID%u - message %x", (unsigned)between(0, 191),
                       (unsigned)between(0, 59), (unsigned)between(0, 999), (unsigned)between(1, 32768),
                       (unsigned)between(1, 99), (unsigned)next());
    return sprintf((char *)o, "<%u>Nov 22 10:03:%02u host app[%u]: message %x", (unsigned)between(0, 191),
                   (unsigned)between(0, 59), (unsigned)between(1, 32768), (unsigned)next());
}

/* LDAP over UDP: searches of domain clients, and their results (RFC 4511 §4.5). */
static size_t cldap(uint8_t *o)
{
    static uint8_t id;
    uint8_t content[400], all[420];
    size_t length = between(10, 300);

    fill(content, length);
    memcpy(content, (uint8_t[10]){ 4, 0, 10, 1, 0, 10, 1, 0, 2, 1 }, 10);
    memcpy(all, (uint8_t[3]){ 2, 1, ++id & 0x7f }, 3);
    length = 3 + element(all + 3, chance(2) ? 0x63 : chance(2) ? 0x64 : 0x65, content, length);
    if (chance(2)) {            /* a four-octet length, as Windows writes it */
        memcpy(o, (uint8_t[4]){ 0x30, 0x84, 0, 0 }, 4);
        put16(o + 4, length);
        memcpy(o + 6, all, length);
        return 6 + length;
    }
    return element(o, 0x30, all, length);
}

/* UPnP Device Architecture 2.0 §1 */
static size_t ssdp(uint8_t *o)
{
    switch (next() >> 20 & 3) {
    case 0:
        return sprintf((char *)o, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nUSN: uuid:%x\r\n\r\n", (unsigned)next());
    case 1:
        return sprintf((char *)o, "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=%u\r\nUSN: uuid:%x\r\n\r\n",
                       (unsigned)between(60, 1800), (unsigned)next());
    default:
        return sprintf((char *)o, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMX: %u\r\nST: ssdp:all\r\n\r\n",
                       (unsigned)between(1, 5));
    }
}

const struct noise noise[] = {
    { "quic", 443, quic }, { "ntp", 123, ntp }, { "rtp", 5004, rtp }, { "stun", 3478, stun },
    { "memcached", 11211, memcached }, { "dtls", 4433, dtls }, { "wireguard", 51820, wireguard }, { "coap", 5683, coap },
    { "sip", 5060, sip }, { "rpc-call", 2049, rpc_call }, { "rpc-reply", 111, rpc_reply }, { "radius", 1812, radius },
    { "snmp", 161, snmp }, { "tftp", 69, tftp }, { "kerberos", 88, kerberos }, { "netflow", 2055, netflow },
    { "syslog", 514, syslog }, { "cldap", 389, cldap }, { "ssdp", 1900, ssdp }, { "zeros", 9000, zeros },
    { "random", 9001, anything }, { "nearly", 9002, nearly },
};
const size_t noise_count = sizeof(noise) / sizeof(*noise);

const struct noise *noise_at(size_t number)
{
    return &noise[number];
}
