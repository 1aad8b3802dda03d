/* Datagrams that are written in parts, or that the kernel holds back (UDP_CORK, MSG_MORE) until another task sends them. */
#define _GNU_SOURCE
#include "truth.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <unistd.h>

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

/* The name in the query identifies the task that wrote the datagram. Another task, which wrote nothing of it, makes
 * the kernel send it with setsockopt(2): first another thread, then a child, then the parent of the writer. */
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

/* Two threads write one datagram; the call of the second sends it. Both are right, so the name contains no thread. */
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
