/* Datagrams of services with other formats: time, files, remote calls, accounting, logs, discovery. */
#include "protocols.h"

#include <stdio.h>
#include <string.h>

/* RFC 5905: client, server or symmetric; a client may leave everything zero. */
size_t noise_ntp(uint8_t *o)
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
        fill_random(o + 12, 28);
    }
    fill_random(o + 40, 8);
    return 48;
}

/* Every memcached datagram begins with eight octets: request id, sequence number, number of datagrams, 0. */
size_t noise_memcached(uint8_t *o)
{
    static uint16_t id;

    put16(o, id++);
    put16(o + 2, 0);
    put16(o + 4, between(1, 3));
    put16(o + 6, 0);
    return 8 + sprintf((char *)o + 8, next_random() & 1 << 8 ? "get key%u\r\n" : "VALUE key 0 4 %u\r\nabcd\r\nEND\r\n", id);
}

static uint32_t xid;

/* RFC 5531 §9: calls to the port mapper, NFS, mount and lock; ids are small counters or random. */
size_t noise_rpc_call(uint8_t *o)
{
    static const uint32_t programs[] = { 100000, 100003, 100005, 100021, 100227, 0x20000001, 0x40000000 };
    size_t body = between(0, 40) * 4;

    fill_random(o, 64 + body);
    put32(o, chance(2) ? ++xid : (uint32_t)next_random());
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

/* The replies: most are accepted and have a status and attributes of NFSv3 (RFC 1813). */
size_t noise_rpc_reply(uint8_t *o)
{
    size_t body = between(0, 60) * 4, at = 24;

    fill_random(o, 24 + body);
    put32(o, chance(2) ? ++xid : (uint32_t)next_random());
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
size_t noise_radius(uint8_t *o)
{
    static uint8_t id;
    static const uint8_t codes[] = { 1, 2, 3, 4, 5, 11, 12, 40, 41 };
    size_t length = 20;

    fill_random(o, 20);
    o[0] = codes[between(0, 8)];
    o[1] = id++;
    for (int i = between(0, 6); i > 0; i--) {
        uint8_t size = between(3, 40);

        fill_random(o + length, size);
        o[length] = between(1, 100);
        o[length + 1] = size;
        length += size;
    }
    put16(o + 2, length);
    return length;
}

/* RFC 1350 and RFC 2347: requests, data of any kind or of zeros, acknowledgements, errors. */
size_t noise_tftp(uint8_t *o)
{
    static uint16_t block;
    size_t length = chance(4) ? between(0, 511) : 512;

    put16(o, between(1, 6));
    switch (o[1]) {
    case 1: case 2:
        return 2 + sprintf((char *)o + 2, "boot/%x/kernel", (unsigned)next_random()) + 1 +
               (memcpy(o + 2 + strlen((char *)o + 2) + 1, "octet", 6), 6);
    case 3:
        put16(o + 2, ++block);
        if (chance(2))
            fill_random(o + 4, length);
        else
            memset(o + 4, 0, length);
        if (chance(4) && length > 64)
            fill_random(o + 4 + between(0, 32), 8);
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

/* Version 5, version 9 (RFC 3954) and IPFIX (RFC 7011); the uptime of the exporter sometimes restarts at 0. */
size_t noise_netflow(uint8_t *o)
{
    static uint32_t sequence, uptime;
    uint32_t records = between(1, 24);

    fill_random(o, 24 + records * 48);
    uptime = chance(10000) ? 0 : uptime + between(1, 2000);
    switch (next_random() >> 20 & 3) {
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
size_t noise_syslog(uint8_t *o)
{
    if (chance(2))
        return sprintf((char *)o, "<%u>1 2026-11-22T10:03:%02u.%03uZ host app %u ID%u - message %x", (unsigned)between(0, 191),
                       (unsigned)between(0, 59), (unsigned)between(0, 999), (unsigned)between(1, 32768),
                       (unsigned)between(1, 99), (unsigned)next_random());
    return sprintf((char *)o, "<%u>Nov 22 10:03:%02u host app[%u]: message %x", (unsigned)between(0, 191),
                   (unsigned)between(0, 59), (unsigned)between(1, 32768), (unsigned)next_random());
}

/* UPnP Device Architecture 2.0 §1 */
size_t noise_ssdp(uint8_t *o)
{
    switch (next_random() >> 20 & 3) {
    case 0:
        return sprintf((char *)o, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nUSN: uuid:%x\r\n\r\n", (unsigned)next_random());
    case 1:
        return sprintf((char *)o, "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=%u\r\nUSN: uuid:%x\r\n\r\n",
                       (unsigned)between(60, 1800), (unsigned)next_random());
    default:
        return sprintf((char *)o, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMX: %u\r\nST: ssdp:all\r\n\r\n",
                       (unsigned)between(1, 5));
    }
}
