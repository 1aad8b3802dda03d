/* Sockets that several tasks use, and unusual tasks. */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void ask_once(int fd)
{
    struct query query = ask(PLAIN);

    push(fd, MESSAGE(query), query.length);
    answers(fd, 1);
}

static void *ask_often(void *fd)
{
    for (int i = 0; i < 16; i++) {
        struct query query = ask(PLAIN);

        push(*(int *)fd, MESSAGE(query), query.length);
    }
    return NULL;
}

/* Four threads on one socket at the same time. */
outcome play_threads(void)
{
    pthread_t threads[4];
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++)
        must(!pthread_create(&threads[i], NULL, ask_often, &fd), "a thread");
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    answers(fd, 64);
    return NULL;
}

static void *ask_renamed(void *fd)
{
    prctl(PR_SET_NAME, "resolver-17");
    ask_once(*(int *)fd);
    return NULL;
}

/* A thread with its own name; the program's name must be shown. */
outcome play_thread_name(void)
{
    pthread_t thread;
    int fd = udp_to(SERVER_PORT);

    must(!pthread_create(&thread, NULL, ask_renamed, &fd), "a thread");
    pthread_join(thread, NULL);
    ask_once(fd);
    return NULL;
}

outcome play_renamed(void)
{
    int fd = udp_to(SERVER_PORT);

    ask_once(fd);
    prctl(PR_SET_NAME, "another-name");
    ask_once(fd);
    return NULL;
}

/* The parent connects, the child sends, then both in turn. */
outcome play_forked(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 3; i++) {
        pid_t child = fork();

        if (child == 0) {
            ask_once(fd);
            _exit(0);
        }
        join(child);
        if (i > 0)
            ask_once(fd);
    }
    return NULL;
}

/* Four processes on one socket at the same time. */
outcome play_processes(void)
{
    pid_t children[4];
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++)
        if ((children[i] = fork()) == 0) {
            ask_often(&fd);
            _exit(0);
        }
    for (int i = 0; i < 4; i++)
        join(children[i]);
    answers(fd, 64);
    return NULL;
}

/* After exec another program, with another name, uses the same socket with the same pid. */
int after_exec(int fd, const char *place)
{
    must(resume(place), "the memory of before");
    ask_once(fd);
    return 0;
}

outcome play_exec(void)
{
    char folder[] = "/tmp/truth-XXXXXX", path[64], place[64], number[16];
    int fd = udp_to(SERVER_PORT);
    pid_t child;

    fcntl(fd, F_SETFD, 0);
    must(mkdtemp(folder) != NULL, "a folder");
    snprintf(path, sizeof(path), "%s/another-program", folder);
    must(!symlink("/proc/self/exe", path), "symlink");
    keep(place);
    snprintf(number, sizeof(number), "%d", fd);
    child = fork();
    if (child == 0) {
        char *arguments[] = { "another", "--after-exec", number, place, NULL };

        ask_once(fd);
        execv(path, arguments);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    unlink(path);
    rmdir(folder);
    return NULL;
}

/* A process receives the socket over a unix socket; its creator has never sent a query. */
outcome play_rights(void)
{
    union { char octets[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {};
    char octet = 0;
    struct iovec piece = { &octet, 1 };
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.octets,
                              .msg_controllen = sizeof(control.octets) };
    int pair[2], fd;
    pid_t child;

    must(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
    child = fork();
    if (child == 0) {
        must(recvmsg(pair[1], &message, 0) == 1, "recvmsg");
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
        for (int i = 0; i < 4; i++)
            ask_once(fd);
        _exit(0);
    }
    fd = udp_to(SERVER_PORT);
    *CMSG_FIRSTHDR(&message) = (struct cmsghdr){ CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS };
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
    must(sendmsg(pair[0], &message, 0) == 1, "sendmsg");
    close(fd);
    join(child);
    return NULL;
}

outcome play_dup(void)
{
    int fd = udp_to(SERVER_PORT), copy = dup(fd);

    close(fd);
    ask_once(copy);
    return NULL;
}

/* vfork: the child shares its parent's memory and suspends it, but is a separate process. */
outcome play_vfork(void)
{
    int fd = udp_to(SERVER_PORT);
    volatile pid_t child = vfork();

    if (child == 0) {
        ask_once(fd);
        _exit(0);
    }
    join(child);
    ask_once(fd);
    return NULL;
}

/* Two processes with the same id, time and server; only the port differs. */
outcome play_same_id(void)
{
    int ready[2];
    pid_t children[2];

    must(!pipe(ready), "pipe");
    for (int i = 0; i < 2; i++)
        if ((children[i] = fork()) == 0) {
            int fd = udp_to(SERVER_PORT);
            struct query query = ask(PLAIN);
            char octet;

            MESSAGE(query)[0] = MESSAGE(query)[1] = 0x55;
            close(ready[1]);
            must(read(ready[0], &octet, 1) == 0, "the start");
            push(fd, MESSAGE(query), query.length);
            answers(fd, 1);
            _exit(0);
        }
    close(ready[1]);
    for (int i = 0; i < 2; i++)
        join(children[i]);
    return NULL;
}

static int signal_socket;
static volatile sig_atomic_t has_asked;

static void ask_in_signal(int number)
{
    struct query query = ask(PLAIN);

    (void)number;
    push(signal_socket, MESSAGE(query), query.length);
    has_asked = 1;
}

/* A query from a signal handler. */
outcome play_signal(void)
{
    pid_t child;

    signal_socket = udp_to(SERVER_PORT);
    signal(SIGUSR1, ask_in_signal);
    child = fork();
    if (child == 0) {
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    while (!has_asked)
        continue;
    answers(signal_socket, 1);
    join(child);
    return NULL;
}

static void *work(void *argument)
{
    int poll = *(int *)argument;

    for (int i = 0; i < 8; i++) {
        struct epoll_event event;

        if (epoll_wait(poll, &event, 1, 200) == 1)
            ask_once(event.data.fd);
    }
    return NULL;
}

/* Worker processes use the sockets of one epoll set as they become ready. */
outcome play_epoll(void)
{
    pthread_t threads[3];
    int poll = epoll_create1(EPOLL_CLOEXEC);

    for (int i = 0; i < 6; i++) {
        int fd = udp_to(SERVER_PORT);
        struct epoll_event event = { .events = EPOLLOUT | EPOLLONESHOT, .data.fd = fd };

        must(!epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
    for (int i = 0; i < 3; i++)
        must(!pthread_create(&threads[i], NULL, work, &poll), "a thread");
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return NULL;
}

/* Four servers on one port (SO_REUSEPORT), one of which has closed; the answer contains the pid of the one that answered. */
outcome play_reuseport(void)
{
    pid_t children[4];
    int first = bound(playing.family, 5301, true), closed, ready[2];
    char octet;

    must(!pipe(ready), "pipe");
    for (int i = 0; i < 4; i++)
        if ((children[i] = fork()) == 0) {
            int fd = bound(playing.family, 5301, true);

            close(first);
            must(write(ready[1], "", 1) == 1, "write");
            serve_datagrams(fd);
        }
    for (int i = 0; i < 4; i++)
        must(read(ready[0], &octet, 1) == 1, "a worker");
    closed = bound(playing.family, 5301, true);
    close(first);
    close(closed);
    for (int i = 0; i < 16; i++) {
        int fd = udp_to(5301);

        ask_once(fd);
        close(fd);
    }
    for (int i = 0; i < 4; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    return NULL;
}

/* Real DNS servers, started by the scoring script. */
outcome play_extra_server(void)
{
    if (!extra_ports[0])
        return "no other server was started";
    for (int i = 0; i < 4 && extra_ports[i]; i++)
        for (int n = 0; n < 4; n++) {
            int fd = udp_to(extra_ports[i]);

            ask_once(fd);
            close(fd);
        }
    return NULL;
}
