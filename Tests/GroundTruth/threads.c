/* Threads and signal handlers that share UDP sockets. */
#define _GNU_SOURCE
#include "truth.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Four threads on one socket at once. */
outcome play_threads(void)
{
    pthread_t threads[4];
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++)
        must(!pthread_create(&threads[i], NULL, send_queries, &fd), "a thread");
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    answers(fd, 64);
    return NULL;
}

static void *ask_renamed(void *fd)
{
    prctl(PR_SET_NAME, "resolver-17");
    exchange(*(int *)fd);
    return NULL;
}

/* A thread has its own name; querent must show the name of the program. */
outcome play_thread_name(void)
{
    pthread_t thread;
    int fd = udp_to(SERVER_PORT);

    must(!pthread_create(&thread, NULL, ask_renamed, &fd), "a thread");
    pthread_join(thread, NULL);
    exchange(fd);
    return NULL;
}

outcome play_renamed(void)
{
    int fd = udp_to(SERVER_PORT);

    exchange(fd);
    prctl(PR_SET_NAME, "another-name");
    exchange(fd);
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

/* A signal handler sends the query. */
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
            exchange(event.data.fd);
    }
    return NULL;
}

/* Workers take whichever socket is ready from one epoll set. */
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
