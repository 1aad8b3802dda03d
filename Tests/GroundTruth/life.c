/* Short-lived processes, and sockets that are older than the tracer. */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A process that opened sockets before the tracer started, and sends queries on request. */
struct keeper {
    int orders, done;
};
static struct keeper udp_keeper, tcp_keeper, orphan_keeper;

static void keep_open(struct keeper *keeper, int sockets[2], bool is_stream)
{
    int orders[2], done[2];

    must(!pipe2(orders, O_CLOEXEC) && !pipe2(done, O_CLOEXEC), "pipe");
    if (fork() == 0) {
        prctl(PR_SET_NAME, "truth-keeper");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(orders[1]);
        while (read(orders[0], &playing, sizeof(playing)) == sizeof(playing)) {
            for (int i = 0; i < 2; i++) {
                struct query query = ask(PLAIN);
                int fd = sockets[playing.family == AF_INET6];

                push(fd, is_stream ? query.frame : MESSAGE(query), is_stream ? FRAMED(query) : query.length);
                (is_stream ? stream_answers : answers)(fd, 1);
            }
            must(write(done[1], "", 1) == 1, "write");
        }
        _exit(0);
    }
    close(orders[0]);
    close(done[1]);
    *keeper = (struct keeper){ orders[1], done[0] };
}

static void open_sockets(int sockets[2], int (*open)(uint16_t))
{
    for (int i = 0; i < 2; i++) {
        playing.family = i ? AF_INET6 : AF_INET;
        sockets[i] = open(SERVER_PORT);
    }
}

void open_older(void)
{
    int sockets[2];

    playing.name = "older";
    open_sockets(sockets, udp_to);
    keep_open(&udp_keeper, sockets, false);
    open_sockets(sockets, tcp_to);
    keep_open(&tcp_keeper, sockets, true);
    /* Created by a process that has ended: only the keeper has them open. */
    open_sockets(sockets, udp_to);
    keep_open(&orphan_keeper, sockets, false);
}

static outcome order(struct keeper *keeper)
{
    char octet;

    must(write(keeper->orders, &playing, sizeof(playing)) == sizeof(playing), "write");
    must(read(keeper->done, &octet, 1) == 1, "the keeper");
    return NULL;
}

outcome play_older(void)
{
    return order(&udp_keeper);
}

outcome play_older_tcp(void)
{
    return order(&tcp_keeper);
}

outcome play_older_orphan(void)
{
    return order(&orphan_keeper);
}

/* The process and its socket end before the answer arrives. */
outcome play_gone(void)
{
    for (int i = 0; i < 4; i++) {
        pid_t child = fork();

        if (child == 0) {
            struct query query = ask(SLOW);

            push(udp_to(SERVER_PORT), MESSAGE(query), query.length);
            _exit(0);
        }
        join(child);
    }
    nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
    return NULL;
}

/* The process ends before the answer arrives; its parent keeps the socket open. */
outcome play_gone_kept(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++) {
        pid_t child = fork();

        if (child == 0) {
            struct query query = ask(SLOW);

            push(fd, MESSAGE(query), query.length);
            _exit(0);
        }
        join(child);
    }
    answers(fd, 4);
    return NULL;
}

/* A hundred processes that end before /proc can be read. */
outcome play_gone_at_once(void)
{
    for (int i = 0; i < 100; i++) {
        pid_t child = fork();

        if (child == 0) {
            struct query query = ask(DEAF);

            push(udp_to(SERVER_PORT), MESSAGE(query), query.length);
            _exit(0);
        }
        join(child);
    }
    return NULL;
}

/* A process is killed in the middle of sendmmsg(2). The number of messages that are sent is not known; all that
 * are sent belong to it. */
outcome play_killed(void)
{
    uncounted();
    for (int round = 0; round < 3; round++) {
        pid_t child = fork();

        if (child == 0) {
            int fd = udp_to(SERVER_PORT);

            while (true) {
                struct query queries[16];
                struct mmsghdr messages[16] = {};
                struct iovec pieces[16];

                for (int i = 0; i < 16; i++) {
                    queries[i] = ask(DEAF);
                    pieces[i] = (struct iovec){ MESSAGE(queries[i]), queries[i].length };
                    messages[i].msg_hdr = (struct msghdr){ .msg_iov = &pieces[i], .msg_iovlen = 1 };
                }
                sendmmsg(fd, messages, 16, 0);
            }
        }
        nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return NULL;
}

/* A later process with the same pid and another name. */
outcome play_pid_reuse(void)
{
    pid_t wanted = 0;

    for (int i = 0; i < 4; i++) {
        struct clone_args arguments = { .exit_signal = SIGCHLD, .set_tid = wanted ? (uintptr_t)&wanted : 0,
                                        .set_tid_size = wanted ? 1 : 0 };
        pid_t child = syscall(SYS_clone3, &arguments, sizeof(arguments));

        if (child < 0)
            return errno == ENOSYS || errno == EPERM ? "clone3 can't choose a pid here" : strerror(errno);
        if (child == 0) {
            char name[16];
            struct query query;
            int fd = udp_to(SERVER_PORT);

            snprintf(name, sizeof(name), "life-%d", i);
            prctl(PR_SET_NAME, name);
            query = ask(PLAIN);
            push(fd, MESSAGE(query), query.length);
            answers(fd, 1);
            _exit(0);
        }
        wanted = child;
        join(child);
    }
    return NULL;
}

/* Root creates the socket, another user sends the query. */
outcome play_setuid(void)
{
    int fd = udp_to(SERVER_PORT);

    for (uid_t uid = 4001; uid < 4004; uid++) {
        pid_t child = fork();

        if (child == 0) {
            struct query query;

            must(!setresgid(uid, uid, uid) && !setresuid(uid, uid, uid), "setresuid");
            query = ask(PLAIN);
            push(fd, MESSAGE(query), query.length);
            answers(fd, 1);
            _exit(0);
        }
        join(child);
    }
    return NULL;
}
