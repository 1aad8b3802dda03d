/* A DNS server that answers with its own pid. */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

struct datagram {
    int fd;
    struct address from;
    size_t length;
    uint8_t octets[1024];
};

static void reply(const struct datagram *query)
{
    uint8_t answer[2048];
    size_t length = answer_to(query->octets, query->length, answer, sizeof(answer));

    if (length)
        sendto(query->fd, answer, length, 0, SOCKADDR(query->from), query->from.length);
}

static void *reply_later(void *argument)
{
    nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
    reply(argument);
    free(argument);
    return NULL;
}

static void take_datagram(int fd)
{
    struct datagram query = { .fd = fd, .from.length = sizeof(query.from.storage) };
    ssize_t length = recvfrom(fd, query.octets, sizeof(query.octets), 0, SOCKADDR(query.from), &query.from.length);
    pthread_t thread;

    if (length < 12 || behaves(query.octets, length, DEAF))
        return;
    query.length = length;
    if (behaves(query.octets, length, SLOW)) {
        struct datagram *copy = malloc(sizeof(query));

        *copy = query;
        pthread_create(&thread, NULL, reply_later, copy);
        pthread_detach(thread);
    } else {
        reply(&query);
    }
}

void serve_datagrams(int fd)
{
    while (true)
        take_datagram(fd);
}

static void put(int fd, const uint8_t *frame, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, frame, length, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        frame += sent;
        length -= sent;
    }
}

void serve_stream(int fd)
{
    static __thread uint8_t frames[4][2 + 65536];
    static __thread size_t lengths[4];
    uint8_t query[1024], prefix[2];
    int held = 0;

    while (recv(fd, prefix, 2, MSG_WAITALL) == 2) {
        size_t length = prefix[0] << 8 | prefix[1];

        if (length > sizeof(query) || recv(fd, query, length, MSG_WAITALL) != (ssize_t)length)
            break;
        if (behaves(query, length, DEAF))
            continue;
        lengths[held] = answer_to(query, length, frames[held] + 2, 65535);
        frames[held][0] = lengths[held] >> 8;
        frames[held][1] = lengths[held];
        if (++held < 4 && behaves(query, length, REVERSE))
            continue;
        while (held-- > 0)
            put(fd, frames[held], lengths[held] + 2);
        held = 0;
    }
    close(fd);
}

static void *stream_thread(void *argument)
{
    serve_stream((int)(intptr_t)argument);
    return NULL;
}

int bound(int family, uint16_t port, bool reuse)
{
    struct address here = anywhere(family, port);
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, room = 4 << 20;

    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
    if (reuse)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    must(fd >= 0 && !bind(fd, SOCKADDR(here), here.length), "bind");
    return fd;
}

int listener(int family, uint16_t port)
{
    struct address here = anywhere(family, port);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, queue = 16;

    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    must(fd >= 0 && !bind(fd, SOCKADDR(here), here.length) && !listen(fd, 64), "listen");
    setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue));
    return fd;
}

static void serve(struct pollfd *sockets, int count)
{
    while (true) {
        if (poll(sockets, count, -1) < 0)
            continue;
        for (int i = 0; i < count; i++) {
            pthread_t thread;

            if (!(sockets[i].revents & POLLIN))
                continue;
            if (i < count / 2) {
                take_datagram(sockets[i].fd);
                continue;
            }
            int fd = accept4(sockets[i].fd, NULL, NULL, SOCK_CLOEXEC);

            if (fd < 0)
                continue;
            pthread_create(&thread, NULL, stream_thread, (void *)(intptr_t)fd);
            pthread_detach(thread);
        }
    }
}

pid_t start_server(void)
{
    const uint16_t ports[] = { SERVER_PORT, OTHER_PORT };
    const int families[] = { AF_INET, AF_INET6 };
    struct pollfd sockets[8];
    pid_t parent = getpid(), child;

    for (int i = 0; i < 4; i++) {
        sockets[i] = (struct pollfd){ bound(families[i & 1], ports[i >> 1], false), POLLIN, 0 };
        sockets[4 + i] = (struct pollfd){ listener(families[i & 1], ports[i >> 1]), POLLIN, 0 };
    }
    child = fork();
    must(child >= 0, "fork");
    if (child) {
        for (int i = 0; i < 8; i++)
            close(sockets[i].fd);
        return child;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    prctl(PR_SET_NAME, "truth-server");
    serve(sockets, 8);
    return 0;
}
