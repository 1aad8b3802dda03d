/* Unusual ways to send. querent sees the first three. The others have a line in known-differences.txt, so that the lists
 * in the documentation stay correct. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

/* UDP-Lite: the checksum covers a part of the datagram. */
outcome play_udplite(void)
{
    struct address here = loopback(playing.family, SERVER_PORT);
    int server = socket(playing.family, SOCK_DGRAM, IPPROTO_UDPLITE), fd;

    if (server < 0)
        return "this kernel has no UDP-Lite";
    fd = socket(playing.family, SOCK_DGRAM, IPPROTO_UDPLITE);
    must(!bind(server, SOCKADDR(here), here.length) && !connect(fd, SOCKADDR(here), here.length), "UDP-Lite");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(DEAF);

        push(fd, MESSAGE(query), query.length);
    }
    return NULL;
}

/* An urgent octet before each message; the server does not read it in the stream. */
outcome play_tcp_urgent(void)
{
    int fd = tcp_to(OTHER_PORT);

    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        must(send(fd, "!", 1, MSG_OOB) == 1, "send");
        push(fd, query.frame, FRAMED(query));
        stream_answers(fd, 1);
    }
    return NULL;
}

static uint16_t sum(const void *octets, size_t length, uint32_t start)
{
    const uint8_t *at = octets;

    for (size_t i = 0; i + 1 < length; i += 2)
        start += at[i] << 8 | at[i + 1];
    if (length & 1)
        start += at[length - 1] << 8;
    while (start >> 16)
        start = (start & 0xffff) + (start >> 16);
    return start;
}

/* Writes the IP header for `length` octets of payload. */
static size_t ip_header(uint8_t *packet, uint8_t protocol, size_t length, uint32_t source, uint32_t destination)
{
    struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = protocol, .tot_len = htons(20 + length),
                        .saddr = htonl(source), .daddr = htonl(destination) };

    ip.check = htons(~sum(&ip, 20, 0));
    memcpy(packet, &ip, 20);
    return 20;
}

static size_t datagram(uint8_t *at, const struct query *query)
{
    struct udphdr udp = { .source = htons(40003), .dest = htons(SERVER_PORT), .len = htons(8 + query->length) };

    memcpy(at, &udp, 8);
    memcpy(at + 8, MESSAGE(*query), query->length);
    return 8 + query->length;
}

static void push_raw(int fd, const uint8_t *packet, size_t length)
{
    struct address server = loopback(playing.family, 0);

    must(sendto(fd, packet, length, 0, SOCKADDR(server), server.length) == (ssize_t)length, "sendto");
}

/* A raw socket that sends the UDP header alone first. */
outcome play_raw_fragments(void)
{
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

    must(fd >= 0, "a raw socket");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(DEAF);
        uint8_t whole[600], packet[600];
        size_t length = datagram(whole, &query);

        for (size_t at = 0, size; at < length; at += size) {
            struct iphdr *ip = (struct iphdr *)packet;

            size = at ? length - at : 8;
            ip_header(packet, IPPROTO_UDP, size, INADDR_LOOPBACK, INADDR_LOOPBACK);
            memcpy(packet + 20, whole + at, size);
            ip->id = htons(7000 + i);
            ip->frag_off = htons(at / 8 | (at ? 0 : 0x2000));
            ip->check = 0;
            ip->check = htons(~sum(ip, 20, 0));
            push_raw(fd, packet, 20 + size);
        }
    }
    return NULL;
}

/* A query in an encapsulated packet, which the kernel would have to decapsulate. */
static outcome play_tunnel(uint8_t protocol, const uint8_t *between, size_t length)
{
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

    must(fd >= 0, "a raw socket");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(DEAF);
        uint8_t packet[700], *at = packet + 20;
        size_t inner;

        memcpy(at, between, length);
        at += length;
        inner = datagram(at + 20, &query);
        ip_header(at, IPPROTO_UDP, inner, INADDR_LOOPBACK, INADDR_LOOPBACK);
        ip_header(packet, protocol, length + 20 + inner, INADDR_LOOPBACK, INADDR_LOOPBACK);
        push_raw(fd, packet, 40 + length + inner);
    }
    return NULL;
}

outcome play_ipip(void)
{
    return play_tunnel(IPPROTO_IPIP, NULL, 0);
}

outcome play_gre(void)
{
    return play_tunnel(IPPROTO_GRE, (uint8_t[4]){ 0, 0, 8, 0 }, 4);
}

/* A program with a tun device: packets that it writes arrive as if from outside. */
outcome play_tun(void)
{
    struct ifreq request = { .ifr_name = "truth%d", .ifr_flags = IFF_TUN | IFF_NO_PI };
    struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
    int device = open("/dev/net/tun", O_RDWR | O_CLOEXEC), fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (device < 0 || ioctl(device, TUNSETIFF, &request))
        return "there is no tun device here";
    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a630001) };
    must(!ioctl(fd, SIOCSIFADDR, &request), "an address");
    address->sin_addr.s_addr = htonl(0xfffffffc);
    must(!ioctl(fd, SIOCSIFNETMASK, &request), "a network");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    must(!ioctl(fd, SIOCSIFFLAGS, &request), "the device");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(DEAF);
        uint8_t packet[600];
        size_t length = datagram(packet + 20, &query);

        ip_header(packet, IPPROTO_UDP, length, 0x0a630002, 0x0a630001);
        must(write(device, packet, 20 + length) == (ssize_t)(20 + length), "write");
    }
    return NULL;
}

/* RFC 8200 §4.1 lists six kinds of extension headers; the kernel programs skip up to six. */
outcome play_seven_extensions(void)
{
    enum { HEADERS = 7 };
    int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);

    must(fd >= 0, "a raw socket");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(DEAF);
        uint8_t packet[700], *at = packet + 40;
        struct ip6_hdr ip = { .ip6_src = in6addr_loopback, .ip6_dst = in6addr_loopback };
        size_t length;
        uint16_t check;

        for (int n = 0; n < HEADERS; n++, at += 8)
            memcpy(at, (uint8_t[8]){ n < HEADERS - 1 ? IPPROTO_DSTOPTS : IPPROTO_UDP, 0, 1, 4 }, 8);
        length = datagram(at, &query);
        check = ~sum(at, length, sum(&ip.ip6_src, 32, IPPROTO_UDP + length));
        at[6] = check >> 8;
        at[7] = check;
        ip.ip6_flow = htonl(6 << 28);
        ip.ip6_plen = htons(HEADERS * 8 + length);
        ip.ip6_nxt = IPPROTO_DSTOPTS;
        ip.ip6_hlim = 64;
        memcpy(packet, &ip, 40);
        push_raw(fd, packet, 40 + HEADERS * 8 + length);
    }
    return NULL;
}
