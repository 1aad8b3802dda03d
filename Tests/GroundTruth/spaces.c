/* Namespaces, and address translation between client and server. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In its namespace the process is root, on the host it is user 4005. */
outcome play_user_namespace(void)
{
    int fd = udp_to(SERVER_PORT), map;

    must(!setresuid(4005, 4005, 4005), "setresuid");
    outer_uid = 4005;
    if (unshare(CLONE_NEWUSER))
        return "user namespaces are forbidden";
    map = open("/proc/self/uid_map", O_WRONLY);
    if (map >= 0 && write(map, "0 4005 1", 8) == 8)
        must(getuid() == 0, "the user namespace");
    exchange(fd);
    close(fd);
    exchange(udp_to(SERVER_PORT));
    return NULL;
}

/* The process has pid 1 in its namespace; its parent, outside, sends it its pid on the host. */
outcome play_pid_namespace(void)
{
    int pids[2];
    pid_t child;

    must(!pipe(pids), "pipe");
    if (unshare(CLONE_NEWPID))
        return "pid namespaces are forbidden";
    child = fork();
    if (child == 0) {
        must(read(pids[0], &outer_pid, sizeof(outer_pid)) == sizeof(outer_pid), "read");
        must(getpid() == 1, "the pid namespace");
        for (int i = 0; i < 2; i++)
            exchange(udp_to(SERVER_PORT));
        _exit(0);
    }
    must(write(pids[1], &child, sizeof(child)) == sizeof(child), "write");
    join(child);
    return NULL;
}

/* Two networks with the same addresses, ports, ids and times. */
outcome play_twins(void)
{
    int ready[2], go[2];
    pid_t children[2];
    char octet;

    must(!pipe(ready) && !pipe(go), "pipe");
    for (int i = 0; i < 2; i++)
        if ((children[i] = fork()) == 0) {
            struct address here = anywhere(playing.family, 40003);
            struct address server = loopback(playing.family, SERVER_PORT);
            pid_t serving = 0;
            int fd;

            close(go[1]);
            if (i == 1) {
                next_seat();
                serving = start_server();
            }
            fd = udp();
            must(!bind(fd, SOCKADDR(here), here.length) && !connect(fd, SOCKADDR(server), server.length), "bind");
            must(write(ready[1], "", 1) == 1 && read(go[0], &octet, 1) == 0, "the start");
            for (int n = 0; n < 4; n++) {
                struct query query = ask(PLAIN);

                MESSAGE(query)[0] = 0x77;
                MESSAGE(query)[1] = n;
                push(fd, MESSAGE(query), query.length);
                answers(fd, 1);
            }
            if (serving) {
                kill(serving, SIGKILL);
                waitpid(serving, NULL, 0);
            }
            _exit(0);
        }
    for (int i = 0; i < 2; i++)
        must(read(ready[0], &octet, 1) == 1, "a twin");
    close(go[1]);
    for (int i = 0; i < 2; i++)
        join(children[i]);
    return NULL;
}

/* The client sends to port 5400, which the kernel translates (DNAT). */
outcome play_dnat(void)
{
    const char *family = playing.family == AF_INET ? "ip" : "ip6";
    const char *host = playing.family == AF_INET ? "127.0.0.1" : "[::1]";
    char command[512];
    int fd;

    snprintf(command, sizeof(command),
             "nft 'add table %1$s truth; add chain %1$s truth out { type nat hook output priority -100; };"
             " add rule %1$s truth out udp dport 5400 dnat to %2$s:53;"
             " add rule %1$s truth out tcp dport 5400 dnat to %2$s:53'", family, host);
    if (!run(command))
        return "nft or nft_nat is missing";
    fd = udp_to(5400);
    for (int i = 0; i < 4; i++)
        exchange(fd);
    fd = tcp_to(5400);
    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        push(fd, query.frame, FRAMED(query));
        stream_answers(fd, 1);
    }
    return NULL;                /* the rules remain: the end of the connection needs them too */
}

static pid_t server_behind(int ready, int go)
{
    pid_t child = fork();
    char octet;

    if (child == 0) {
        next_seat();
        must(write(ready, "", 1) == 1 && read(go, &octet, 1) == 1, "the start");
        must(run("ip addr add 10.77.0.2/24 dev truth1; ip -6 addr add fd77::2/64 dev truth1 nodad;"
                 " ip link set truth1 up"), "the far end");
        start_server();
        must(write(ready, "", 1) == 1, "write");
        pause();
        _exit(0);
    }
    return child;
}

/* Another network over a veth pair: two sockets see each message. */
outcome play_veth(void)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(SERVER_PORT) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(SERVER_PORT) };
    bool is_v4 = playing.family == AF_INET;
    int ready[2], go[2];
    char command[256], octet;
    pid_t child;

    must(!pipe(ready) && !pipe(go), "pipe");
    child = server_behind(ready[1], go[0]);
    must(read(ready[0], &octet, 1) == 1, "the other network");
    snprintf(command, sizeof(command),
             "ip link add truth0 type veth peer name truth1 netns %d && ip addr add 10.77.0.1/24 dev truth0 &&"
             " ip -6 addr add fd77::1/64 dev truth0 nodad && ip link set truth0 up", child);
    if (!run(command)) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return "ip or veth is missing";
    }
    must(write(go[1], "", 1) == 1 && read(ready[0], &octet, 1) == 1, "the other network");
    inet_pton(AF_INET, "10.77.0.2", &v4.sin_addr);
    inet_pton(AF_INET6, "fd77::2", &v6.sin6_addr);
    for (int i = 0; i < 4; i++) {
        int fd = udp();

        must(!connect(fd, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof(v4) : sizeof(v6)), "connect");
        exchange(fd);
        close(fd);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    run("ip link delete truth0");
    return NULL;
}
