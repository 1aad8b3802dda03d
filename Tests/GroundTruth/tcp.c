/* Queries over TCP. */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void ask_once(int fd, const char *behaviour)
{
    struct query query = ask(behaviour);

    push(fd, query.frame, FRAMED(query));
    stream_answers(fd, 1);
}

outcome play_tcp_one(void)
{
    for (int i = 0; i < 4; i++) {
        int fd = tcp_to(SERVER_PORT);

        ask_once(fd, PLAIN);
        close(fd);
    }
    return NULL;
}

outcome play_tcp_other_port(void)
{
    int fd = tcp_to(OTHER_PORT);

    for (int i = 0; i < 4; i++)
        ask_once(fd, PLAIN);
    return NULL;
}

static void pipeline(const char *behaviour)
{
    uint8_t octets[2048];
    size_t length = 0;
    int fd = tcp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        struct query query = ask(behaviour);

        memcpy(octets + length, query.frame, FRAMED(query));
        length += FRAMED(query);
    }
    push(fd, octets, length);
    stream_answers(fd, 4);
}

outcome play_tcp_pipelined(void)
{
    pipeline(PLAIN);
    return NULL;
}

outcome play_tcp_reversed(void)
{
    pipeline(REVERSE);
    return NULL;
}

outcome play_tcp_prefix(void)
{
    int fd = tcp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        push(fd, query.frame, 2);
        push(fd, MESSAGE(query), query.length);
        stream_answers(fd, 1);
    }
    return NULL;
}

outcome play_tcp_bytewise(void)
{
    int fd = tcp_to(OTHER_PORT);
    struct query query = ask(PLAIN);

    for (size_t i = 0; i < FRAMED(query); i++)
        push(fd, query.frame + i, 1);
    stream_answers(fd, 1);
    return NULL;
}

outcome play_tcp_big(void)
{
    int fd = tcp_to(SERVER_PORT);

    for (int i = 0; i < 3; i++)
        ask_once(fd, BIG);
    return NULL;
}

/* TCP Fast Open: data in the SYN, without a cookie. */
outcome play_tcp_fastopen(void)
{
    struct address server = loopback(playing.family, SERVER_PORT);

    if (!run("echo 519 > /proc/sys/net/ipv4/tcp_fastopen"))
        return "net.ipv4.tcp_fastopen can't be set";
    for (int i = 0; i < 4; i++) {
        int fd = socket(playing.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct query query = ask(PLAIN);

        must(sendto(fd, query.frame, FRAMED(query), MSG_FASTOPEN, SOCKADDR(server), server.length) ==
             (ssize_t)FRAMED(query), "sendto");
        stream_answers(fd, 1);
        close(fd);
    }
    return NULL;
}

/* A tenth of all packets is dropped, so that the kernel retransmits from its timers. */
outcome play_tcp_loss(void)
{
    if (!run("tc qdisc replace dev lo root netem loss 10%"))
        return "tc or netem is missing";
    for (int i = 0; i < 4; i++) {
        int fd = tcp_to(SERVER_PORT);

        ask_once(fd, PLAIN);
        ask_once(fd, PLAIN);
        close(fd);
    }
    run("tc qdisc delete dev lo root");
    return NULL;
}

/* The parent connects, the child sends. */
outcome play_tcp_forked(void)
{
    int fd = tcp_to(SERVER_PORT);
    pid_t child = fork();

    if (child == 0) {
        for (int i = 0; i < 4; i++)
            ask_once(fd, PLAIN);
        _exit(0);
    }
    join(child);
    return NULL;
}

/* Parent and child send in turn over one connection. */
outcome play_tcp_turns(void)
{
    int fd = tcp_to(SERVER_PORT);

    for (int i = 0; i < 3; i++) {
        pid_t child = fork();

        if (child == 0) {
            ask_once(fd, PLAIN);
            _exit(0);
        }
        join(child);
        ask_once(fd, PLAIN);
    }
    return NULL;
}

/* The parent writes a message that the kernel buffers; the child, which has written nothing, flushes it.
 * The name contains the writer. */
outcome play_tcp_corked_other(void)
{
    int fd = tcp_to(SERVER_PORT), off = 0;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off));
    for (int i = 0; i < 4; i++) {
        int on = 1;
        struct query query = ask(PLAIN);
        pid_t child;

        setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
        push(fd, query.frame, FRAMED(query));
        child = fork();
        if (child == 0) {
            setsockopt(fd, IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
            _exit(0);
        }
        join(child);
        stream_answers(fd, 1);
    }
    return NULL;
}

/* One process only reads, another only writes; the second part of each message waits for the acknowledgement of
 * the first (RFC 896), so that the kernel sends it outside of a system call. */
outcome play_tcp_reader(void)
{
    int fd = tcp_to(SERVER_PORT), off = 0;
    pid_t reader = fork();

    if (reader == 0) {
        stream_answers(fd, 4);
        _exit(0);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off));
    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        push(fd, query.frame, 2);
        push(fd, MESSAGE(query), query.length);
        nanosleep(&(struct timespec){ .tv_nsec = 60000000 }, NULL);
    }
    join(reader);
    return NULL;
}

outcome play_tcp_sendfile(void)
{
    int fd = tcp_to(SERVER_PORT), file = memfd_create("query", MFD_CLOEXEC);

    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);
        off_t at = 0;

        must(pwrite(file, query.frame, FRAMED(query), 0) == (ssize_t)FRAMED(query), "pwrite");
        must(sendfile(fd, file, &at, FRAMED(query)) == (ssize_t)FRAMED(query), "sendfile");
        stream_answers(fd, 1);
    }
    return NULL;
}

/* The parent listens, three children accept; the answer contains the pid of the one that answered. */
outcome play_tcp_prefork(void)
{
    pid_t children[3];
    int waiting = listener(playing.family, 5302);

    for (int i = 0; i < 3; i++)
        if ((children[i] = fork()) == 0)
            while (true)
                serve_stream(accept(waiting, NULL, NULL));
    for (int i = 0; i < 12; i++) {
        int fd = tcp_to(5302);

        ask_once(fd, PLAIN);
        close(fd);
    }
    for (int i = 0; i < 3; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    return NULL;
}
