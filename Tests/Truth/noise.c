/* Datagrams of other protocols, none of which may be taken for DNS. Their ports are not DNS's; the fields that
 * a real program fills in are filled in, the rest is random. */
#define _GNU_SOURCE
#include "truth.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* RFC 5905: client, server or symmetric; a client may leave everything zero. */
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

/* RFC 3550, with timestamps and sources that begin small. */
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

/* The eight octets in front of every memcached datagram: id, number, how many, 0. */
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

static size_t sip(uint8_t *o)
{
    return sprintf((char *)o, "OPTIONS sip:u%u@example.test SIP/2.0\r\nCSeq: %u OPTIONS\r\n\r\n", (unsigned)next(),
                   (unsigned)between(1, 999));
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

/* A DNS header that no DNS program writes, or a good one with a body that is none. */
static size_t nearly(uint8_t *o)
{
    size_t length = between(17, 120);

    fill(o, length);
    memcpy(o + 2, (uint8_t[10]){ 1, 0, 0, 1 }, 10);
    switch (next() >> 20 & 3) {
    case 0: o[12] = 0xc0; o[13] = 12; break;      /* a name that points at itself */
    case 1: o[12] = 64 + (o[12] & 63); break;     /* a label of a kind that was never assigned */
    case 2: put16(o + 4, 2 + (o[4] & 7)); break;  /* several questions */
    case 3: o[12] = 63; length = 60; break;       /* a label that goes on behind the end */
    }
    return length;
}

static const struct {
    const char *name;
    uint16_t port;
    size_t (*make)(uint8_t *);
} protocols[] = {
    { "quic", 443, quic }, { "ntp", 123, ntp }, { "rtp", 5004, rtp }, { "stun", 3478, stun },
    { "memcached", 11211, memcached }, { "dtls", 4433, dtls }, { "wireguard", 51820, wireguard }, { "coap", 5683, coap },
    { "sip", 5060, sip }, { "zeros", 9000, zeros }, { "random", 9001, anything }, { "nearly", 9002, nearly },
};

void make_noise(uint32_t count)
{
    enum { BATCH = 64 };
    static uint8_t octets[BATCH][1280];
    static struct mmsghdr messages[BATCH];
    static struct iovec pieces[BATCH];

    for (size_t p = 0; p < sizeof(protocols) / sizeof(*protocols); p++) {
        struct address here = loopback(AF_INET, protocols[p].port);
        int sink = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0), small = 1;

        setsockopt(sink, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
        must(!bind(sink, SOCKADDR(here), here.length) && !connect(fd, SOCKADDR(here), here.length), "noise");
        for (uint32_t sent = 0; sent < count;) {
            int batch = count - sent < BATCH ? count - sent : BATCH;

            for (int i = 0; i < batch; i++) {
                pieces[i] = (struct iovec){ octets[i], protocols[p].make(octets[i]) };
                messages[i].msg_hdr = (struct msghdr){ .msg_iov = &pieces[i], .msg_iovlen = 1 };
            }
            batch = sendmmsg(fd, messages, batch, 0);
            must(batch > 0, "noise");
            sent += batch;
        }
        printf("noise %s %u\n", protocols[p].name, count);
        close(sink);
        close(fd);
    }
}
