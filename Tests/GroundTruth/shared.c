/* UDP sockets that more than one process uses. */
#define _GNU_SOURCE
#include "truth.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The parent connects, the child sends a query, then both send in turn. */
outcome play_forked(void)
{
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 3; i++) {
        pid_t child = fork();

        if (child == 0) {
            exchange(fd);
            _exit(0);
        }
        join(child);
        if (i > 0)
            exchange(fd);
    }
    return NULL;
}

/* Four processes on one socket at once. */
outcome play_processes(void)
{
    pid_t children[4];
    int fd = udp_to(SERVER_PORT);

    for (int i = 0; i < 4; i++)
        if ((children[i] = fork()) == 0) {
            send_queries(&fd);
            _exit(0);
        }
    for (int i = 0; i < 4; i++)
        join(children[i]);
    answers(fd, 64);
    return NULL;
}

/* The program after the exec has another name, but the same socket and the same pid. */
int after_exec(int fd, const char *place)
{
    must(resume(place), "the shared memory");
    exchange(fd);
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

        exchange(fd);
        execv(path, arguments);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    unlink(path);
    rmdir(folder);
    return NULL;
}

/* A process gets the socket through a unix socket; the process that created it has sent no query. */
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
            exchange(fd);
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
    exchange(copy);
    return NULL;
}

/* The child uses its parent's memory and suspends it, but is a separate process. */
outcome play_vfork(void)
{
    int fd = udp_to(SERVER_PORT);
    volatile pid_t child = vfork();

    if (child == 0) {
        exchange(fd);
        _exit(0);
    }
    join(child);
    exchange(fd);
    return NULL;
}

/* Two processes send to one server at the same time with the same id; only the source port differs. */
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
