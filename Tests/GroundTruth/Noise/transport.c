/* Datagrams of protocols that carry sessions: media, calls and encrypted transports. */
#include "protocols.h"

#include <stdio.h>
#include <string.h>

/* RFC 9000: one in four with a long header of version 1 or 2. */
size_t noise_quic(uint8_t *o)
{
    size_t length = between(24, 1200);

    fill_random(o, length);
    if (next_random() & 3 << 8) {
        o[0] = 0x40 | (o[0] & 0x3f);
    } else {
        o[0] |= 0xc0;
        put32(o + 1, next_random() & 1 << 9 ? 1 : 0x6b3343cf);
        o[5] = between(0, 20);
    }
    return length;
}

/* RFC 3550; timestamps and sources start at small values. */
size_t noise_rtp(uint8_t *o)
{
    static uint32_t sequence, stamp;
    size_t length = between(12, 172);

    fill_random(o, length);
    o[0] = 0x80;
    o[1] = between(0, 1) << 7 | between(0, 127);
    put16(o + 2, sequence++);
    put32(o + 4, stamp += 160);
    put32(o + 8, next_random() & 7 << 8 ? (uint32_t)next_random() : between(0, 9));
    return length;
}

/* RFC 8489 */
size_t noise_stun(uint8_t *o)
{
    size_t body = between(0, 30) * 4;

    fill_random(o, 20 + body);
    put16(o, next_random() & 1 << 8 ? 0x0001 : 0x0101);
    put16(o + 2, body);
    put32(o + 4, 0x2112a442);
    return 20 + body;
}

/* RFC 9147: DTLS records. */
size_t noise_dtls(uint8_t *o)
{
    static uint64_t number;
    size_t body = between(16, 300);

    fill_random(o, 13 + body);
    o[0] = between(20, 23);
    put16(o + 1, 0xfefd);
    put16(o + 3, between(0, 1));
    put16(o + 5, number >> 32);
    put32(o + 7, number++);
    put16(o + 11, body);
    return 13 + body;
}

size_t noise_wireguard(uint8_t *o)
{
    static uint64_t number;

    fill_random(o, 148);
    memset(o, 0, 4);
    o[0] = between(1, 4);
    for (int i = 0; o[0] == 4 && i < 8; i++)
        o[8 + i] = number >> 8 * i;
    number++;
    return o[0] == 1 ? 148 : o[0] == 2 ? 92 : o[0] == 3 ? 64 : 16 * between(2, 9);
}

/* RFC 7252 */
size_t noise_coap(uint8_t *o)
{
    size_t length = between(12, 80);

    fill_random(o, length);
    o[0] = 0x40 | between(0, 3) << 4 | between(0, 8);
    o[1] = next_random() & 1 << 8 ? between(1, 4) : 0x45;
    return length;
}

size_t noise_sip(uint8_t *o)
{
    static const char *const methods[] = { "OPTIONS", "INVITE", "REGISTER", "ACK", "BYE" };

    if (chance(3))
        return sprintf((char *)o, "SIP/2.0 %u OK\r\nCall-ID: %x\r\nCSeq: %u INVITE\r\n\r\n", (unsigned)between(100, 699),
                       (unsigned)next_random(), (unsigned)between(1, 999));
    return sprintf((char *)o, "%s sip:u%u@example.test SIP/2.0\r\nCSeq: %u OPTIONS\r\n\r\n", methods[between(0, 4)],
                   (unsigned)next_random(), (unsigned)between(1, 999));
}
