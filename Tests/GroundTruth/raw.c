/* Packets with headers that the client writes itself. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>

/* An IPv4 packet with the query. The clients here have no UDP socket, so the server does not answer. */
static size_t with_headers(uint8_t *packet, const struct query *query)
{
    struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .saddr = htonl(INADDR_LOOPBACK),
                        .daddr = htonl(INADDR_LOOPBACK), .tot_len = htons(28 + query->length) };
    struct udphdr udp = { .source = htons(40002), .dest = htons(SERVER_PORT), .len = htons(8 + query->length) };
    uint32_t sum = 0;

    for (size_t i = 0; i < 10; i++)
        sum += ((uint16_t *)&ip)[i];
    sum = (sum & 0xffff) + (sum >> 16);
    ip.check = ~(sum + (sum >> 16));
    memcpy(packet, &ip, 20);
    memcpy(packet + 20, &udp, 8);
    memcpy(packet + 28, MESSAGE(*query), query->length);
    return 28 + query->length;
}

outcome play_raw(void)
{
    struct address server = loopback(AF_INET, 0);
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

    must(fd >= 0, "a raw socket");
    for (int i = 0; i < 4; i++) {
        uint8_t packet[600];
        struct query query = ask(DEAF);
        size_t length = with_headers(packet, &query);

        must(sendto(fd, packet, length, 0, SOCKADDR(server), server.length) == (ssize_t)length, "sendto");
    }
    return NULL;
}

/* A packet socket hands frames to the device: no local socket sends them, only the server's receives. */
outcome play_packet(void)
{
    struct sockaddr_ll device = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
                                  .sll_ifindex = if_nametoindex("lo"), .sll_halen = 6 };
    int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

    must(fd >= 0, "a packet socket");
    /* The kernel accepts loopback addresses from the wire, too. */
    run("echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; echo 1 > /proc/sys/net/ipv4/conf/all/accept_local;"
        " echo 1 > /proc/sys/net/ipv4/conf/lo/accept_local");
    for (int i = 0; i < 4; i++) {
        uint8_t packet[600];
        struct query query = ask(DEAF);
        size_t length = with_headers(packet, &query);

        must(sendto(fd, packet, length, 0, (void *)&device, sizeof(device)) == (ssize_t)length, "sendto");
    }
    return NULL;
}
