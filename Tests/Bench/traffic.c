/* Counted traffic over loopback, in a private network namespace: each packet passes both taps.
 *
 *   traffic [--sockets COUNT]
 *
 * Opens COUNT idle UDP sockets, prints "ready" and then, for each line `CASE COUNT` on standard input, plays that many
 * rounds and prints "played". A round of `udp` and `tcp` is a message that is not DNS, of `dns-udp` and `dns-tcp` a query
 * and its answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DNS_PORT = 53, OTHER_PORT = 9999, FOREIGN_LENGTH = 100 };

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

static void enter_own_network(void)
{
    struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
    int fd;

    must(!unshare(CLONE_NEWNET), "unshare");
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &lo), "lo up");
    close(fd);
}

/* The two ends of a connection. */
struct pair {
    int client, server;
};

static struct pair connected(int type, uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) }, from;
    socklen_t length = sizeof(from);
    struct pair pair = { .client = socket(AF_INET, type, 0), .server = socket(AF_INET, type, 0) };
    int listener = pair.server, on = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(pair.client >= 0 && pair.server >= 0, "socket");
    must(!setsockopt(pair.server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
    must(!bind(pair.server, (struct sockaddr *)&to, sizeof(to)), "bind");
    must(type != SOCK_STREAM || !listen(pair.server, 1), "listen");
    must(!connect(pair.client, (struct sockaddr *)&to, sizeof(to)), "connect");
    if (type == SOCK_STREAM) {
        pair.server = accept(listener, NULL, NULL);
        must(pair.server >= 0, "accept");
        close(listener);
        must(!setsockopt(pair.client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
        must(!setsockopt(pair.server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
    } else {
        must(!getsockname(pair.client, (struct sockaddr *)&from, &length), "getsockname");
        must(!connect(pair.server, (struct sockaddr *)&from, sizeof(from)), "connect back");
    }
    return pair;
}

static void pass(int from, int to, const void *octets, size_t length)
{
    uint8_t room[512];
    size_t taken = 0;

    must(send(from, octets, length, 0) == (ssize_t)length, "send");
    while (taken < length) {
        ssize_t got = recv(to, room, sizeof(room), 0);

        must(got > 0, "recv");
        taken += got;
    }
}

/* A query for www.example.com A and its answer, each with a length prefix in front (RFC 1035 §4.2.2). */
static const uint8_t query[] = "\0\x21\0\0\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1";
static const uint8_t answer[] = "\0\x31\0\0\x81\x80\0\1\0\1\0\0\0\0\3www\7example\3com\0\0\1\0\1"
                                "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1";

static void play(const char *name, unsigned long rounds)
{
    bool is_stream = !strcmp(name, "tcp") || !strcmp(name, "dns-tcp"), is_dns = !strncmp(name, "dns-", 4);
    struct pair pair = connected(is_stream ? SOCK_STREAM : SOCK_DGRAM, is_dns ? DNS_PORT : OTHER_PORT);
    size_t skipped = is_stream ? 0 : 2;
    uint8_t foreign[FOREIGN_LENGTH], ask[sizeof(query) - 1], tell[sizeof(answer) - 1];

    memset(foreign, 0xff, sizeof(foreign));
    memcpy(ask, query, sizeof(ask));
    memcpy(tell, answer, sizeof(tell));
    for (unsigned long round = 0; round < rounds; round++) {
        if (!is_dns) {
            pass(pair.client, pair.server, foreign, sizeof(foreign));
            continue;
        }
        ask[2] = tell[2] = round >> 8;
        ask[3] = tell[3] = round;
        pass(pair.client, pair.server, ask + skipped, sizeof(ask) - skipped);
        pass(pair.server, pair.client, tell + skipped, sizeof(tell) - skipped);
    }
    close(pair.client);
    close(pair.server);
}

static void open_sockets(unsigned long count)
{
    struct rlimit limit = { count + 64, count + 64 };

    must(!setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    while (count--)
        must(socket(AF_INET, SOCK_DGRAM, 0) >= 0, "socket");
}

int main(int argc, char **argv)
{
    char name[16];
    unsigned long rounds;

    enter_own_network();
    if (argc == 3 && !strcmp(argv[1], "--sockets"))
        open_sockets(strtoul(argv[2], NULL, 10));
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    while (scanf("%15s %lu", name, &rounds) == 2) {
        play(name, rounds);
        puts("played");
    }
}
