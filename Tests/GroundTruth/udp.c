/* One task and one UDP socket, with every way to send. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

outcome play_connected(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        push(fd, MESSAGE(query), query.length);
        answers(fd, 1);
    }
    return NULL;
}

static void send_to(int fd, const char *behaviour, uint16_t port)
{
    struct address server = loopback(playing.family, port);
    struct query query = ask(behaviour);

    must(sendto(fd, MESSAGE(query), query.length, 0, SOCKADDR(server), server.length) == query.length, "sendto");
}

outcome play_sendto(void)
{
    int fd = udp();

    for (int i = 0; i < 4; i++) {
        send_to(fd, PLAIN, SERVER_PORT);
        answers(fd, 1);
    }
    return NULL;
}

outcome play_other_port(void)
{
    int fd = udp();

    for (int i = 0; i < 4; i++) {
        send_to(fd, PLAIN, OTHER_PORT);
        answers(fd, 1);
    }
    return NULL;
}

outcome play_bound_any(void)
{
    int fd = bound(playing.family, 40001, false);

    for (int i = 0; i < 4; i++) {
        send_to(fd, PLAIN, SERVER_PORT);
        answers(fd, 1);
    }
    return NULL;
}

/* In three pieces. */
outcome play_sendmsg(void)
{
    struct address server = loopback(playing.family, SERVER_PORT);
    struct query query = ask(PLAIN);
    struct iovec pieces[] = { { MESSAGE(query), 12 }, { MESSAGE(query) + 12, 5 },
                              { MESSAGE(query) + 17, query.length - 17 } };
    struct msghdr message = { .msg_name = &server.storage, .msg_namelen = server.length,
                              .msg_iov = pieces, .msg_iovlen = 3 };
    int fd = udp();

    must(sendmsg(fd, &message, 0) == query.length, "sendmsg");
    answers(fd, 1);
    return NULL;
}

static void send_many(int fd, struct query *queries, struct address *servers, int count)
{
    struct mmsghdr messages[16] = {};
    struct iovec pieces[16];

    for (int i = 0; i < count; i++) {
        pieces[i] = (struct iovec){ MESSAGE(queries[i]), queries[i].length };
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &pieces[i], .msg_iovlen = 1 };
        if (servers) {
            messages[i].msg_hdr.msg_name = &servers[i].storage;
            messages[i].msg_hdr.msg_namelen = servers[i].length;
        }
    }
    must(sendmmsg(fd, messages, count, 0) == count, "sendmmsg");
    answers(fd, count);
}

/* A and AAAA at the same time, like glibc's resolver. */
outcome play_sendmmsg(void)
{
    struct query queries[2] = { ask_type(PLAIN, TYPE_A), ask_type(PLAIN, TYPE_AAAA) };

    send_many(udp_to(SERVER_PORT), queries, NULL, 2);
    return NULL;
}

outcome play_sendmmsg_servers(void)
{
    struct query queries[8];
    struct address servers[8];

    for (int i = 0; i < 8; i++) {
        queries[i] = ask(PLAIN);
        servers[i] = loopback(playing.family, i & 1 ? OTHER_PORT : SERVER_PORT);
    }
    send_many(udp(), queries, servers, 8);
    return NULL;
}

outcome play_write(void)
{
    int fd = udp_to(SERVER_PORT);
    struct query query = ask(PLAIN);

    must(write(fd, MESSAGE(query), query.length) == query.length, "write");
    answers(fd, 1);
    return NULL;
}

/* An IPv6 socket that sends IPv4: ::ffff:127.0.0.1. */
outcome play_mapped(void)
{
    struct sockaddr_in6 server = { .sin6_family = AF_INET6, .sin6_port = htons(SERVER_PORT) };
    int fd = udp();

    inet_pton(AF_INET6, "::ffff:127.0.0.1", &server.sin6_addr);
    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        must(sendto(fd, MESSAGE(query), query.length, 0, (void *)&server, sizeof(server)) == query.length, "sendto");
        answers(fd, 1);
    }
    return NULL;
}

/* Four messages of the same length in one send (UDP_SEGMENT); the kernel splits them. */
outcome play_gso(void)
{
    uint8_t octets[2048];
    int fd = udp_to(SERVER_PORT), size = 0;

    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        size = query.length;
        memcpy(octets + i * size, MESSAGE(query), size);
    }
    if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
        return "this kernel has no UDP_SEGMENT";
    push(fd, octets, 4 * size);
    answers(fd, 4);
    return NULL;
}

static void cork(int fd, int on)
{
    must(!setsockopt(fd, IPPROTO_UDP, UDP_CORK, &on, sizeof(on)), "UDP_CORK");
}

outcome play_corked(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        cork(fd, 1);
        push(fd, MESSAGE(query), 20);
        push(fd, MESSAGE(query) + 20, query.length - 20);
        cork(fd, 0);
        answers(fd, 1);
    }
    return NULL;
}

static void *uncork(void *fd)
{
    cork(*(int *)fd, 0);
    return NULL;
}

static void *push_rest(void *argument)
{
    struct { int fd; struct query *query; } *rest = argument;

    push(rest->fd, MESSAGE(*rest->query) + 20, rest->query->length - 20);
    return NULL;
}

static void by_other_thread(void *(*body)(void *), void *argument)
{
    pthread_t thread;

    must(!pthread_create(&thread, NULL, body, argument), "a thread");
    pthread_join(thread, NULL);
}

static void write_corked(int fd)
{
    struct query query = ask(PLAIN);

    cork(fd, 1);
    push(fd, MESSAGE(query), query.length);
}

static void let_go(int fd)
{
    cork(fd, 0);
}

static void by_child(void (*body)(int), int fd)
{
    pid_t child = fork();

    if (child == 0) {
        body(fd);
        _exit(0);
    }
    join(child);
}

/* The name contains the writer. Another task, which has written nothing, sends the corked datagram with setsockopt(2):
 * first another thread, then a child, then the parent for data of a child. */
outcome play_corked_other(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        write_corked(fd);
        by_other_thread(uncork, &fd);
        answers(fd, 1);
    }
    for (int i = 0; i < 4; i++) {
        write_corked(fd);
        by_child(let_go, fd);
        answers(fd, 1);
    }
    for (int i = 0; i < 4; i++) {
        by_child(write_corked, fd);
        let_go(fd);
        answers(fd, 1);
    }
    return NULL;
}

/* Two threads write one datagram. The name contains the first; the second, whose call sends it, is equally right, so
 * the thread is not checked. */
outcome play_more_other(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        struct query query = ask_for(getpid(), UNKNOWN_THREAD, PLAIN);
        struct { int fd; struct query *query; } rest = { fd, &query };

        must(send(fd, MESSAGE(query), 20, MSG_MORE) == 20, "send");
        by_other_thread(push_rest, &rest);
        answers(fd, 1);
    }
    return NULL;
}

/* A raw socket that writes its own headers; the server does not answer, because no UDP socket waits. */
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

/* A packet socket sends frames to the device: only the server's socket sees them. */
outcome play_packet(void)
{
    struct sockaddr_ll device = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
                                  .sll_ifindex = if_nametoindex("lo"), .sll_halen = 6 };
    int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

    must(fd >= 0, "a packet socket");
    /* Accept loopback addresses from the wire. */
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

/* splice(2) from a pipe into the socket, without a send call. */
outcome play_spliced(void)
{
    int fd = udp_to(SERVER_PORT), ends[2];

    must(!pipe(ends), "pipe");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        must(write(ends[1], MESSAGE(query), query.length) == query.length, "write");
        must(splice(ends[0], NULL, fd, NULL, query.length, 0) == query.length, "splice");
        answers(fd, 1);
    }
    return NULL;
}

/* Four processes send as fast as they can, to a server that does not answer. */
outcome play_burst(void)
{
    pid_t children[4];

    for (int i = 0; i < 4; i++)
        if ((children[i] = fork()) == 0) {
            int fd = udp_to(SERVER_PORT);

            for (int n = 0; n < 250; n++) {
                struct query query = ask(DEAF);

                push(fd, MESSAGE(query), query.length);
            }
            _exit(0);
        }
    for (int i = 0; i < 4; i++)
        join(children[i]);
    return NULL;
}
