/* One task and one UDP socket: every call that sends. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>
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

/* In three buffers. */
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

/* A and AAAA at once, like glibc's resolver. */
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

/* An IPv6 socket with an IPv4 peer: ::ffff:127.0.0.1. */
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

/* Four messages of one length behind one header; the kernel splits them. */
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

/* From a pipe into the socket, without a send call. */
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

/* Four processes as fast as they can, to a server that does not answer. */
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
