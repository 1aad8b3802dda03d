/* Loads that exceed querent's memory bounds, on the loopback of the network namespace in which it runs.
 *
 *   hostile processes COUNT     that many programs, each of which sends one query and ends
 *   hostile unanswered COUNT    that many queries, 20,000 a second, without answers
 *   hostile resolver COUNT      the same through a resolver that forwards each query to a server that does not answer
 *   hostile streams COUNT       that many TCP connections, each with 16 KiB of an incomplete message; then waits for a line
 *
 * Prints "done" when everything was sent. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 20000, BURST = 100, HALF = 8192 };

static struct sockaddr_in address = { .sin_family = AF_INET };

static void check(bool holds, const char *what)
{
    if (!holds)
        err(1, "%s", what);
}

static int made(int type)
{
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    check(fd >= 0, "socket");
    return fd;
}

/* A query for a unique name. */
static size_t query(uint8_t *octets, unsigned number)
{
    char label[40];
    size_t length = snprintf(label, sizeof(label), "n%08u-abcdefghijklmnopqrst", number);
    uint8_t *at = octets;

    memcpy(at, (uint8_t[12]){ number >> 8, number, 1, 0, 0, 1 }, 12);
    at += 12;
    *at++ = length;
    memcpy(at, label, length);
    at += length;
    memcpy(at, "\4test\0\0\1\0\1", 10);
    return at + 10 - octets;
}

static void ask(int fd, unsigned number)
{
    uint8_t octets[64];
    size_t length = query(octets, number);

    check(sendto(fd, octets, length, 0, (struct sockaddr *)&address, sizeof(address)) == (ssize_t)length, "sendto");
}

static void processes(char *self, unsigned count)
{
    char number[16], padding[100];

    memset(padding, 'x', sizeof(padding) - 1);
    padding[sizeof(padding) - 1] = 0;
    for (unsigned i = 0; i < count; i++) {
        pid_t child = fork();

        check(child >= 0, "fork");
        if (child == 0) {
            snprintf(number, sizeof(number), "%u", i);
            execl(self, "hostile", "ask", number, padding, NULL);
            err(1, "exec");
        }
        waitpid(child, NULL, 0);
    }
}

/* Sends queries to port 53 of an address, 20,000 a second. */
static void unanswered(unsigned count)
{
    int fd = made(SOCK_DGRAM);
    struct timespec next;

    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned i = 0; i < count; i++) {
        ask(fd, i);
        if (i % BURST)
            continue;
        next.tv_nsec += 1000000000L / RATE * BURST;
        next.tv_sec += next.tv_nsec / 1000000000L;
        next.tv_nsec %= 1000000000L;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}

/* Receives on one socket what clients ask, and asks it of 127.0.0.3 from another; ends with its parent. */
static void forward(int received)
{
    int sent = made(SOCK_DGRAM);
    uint8_t octets[64];
    ssize_t length;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    address.sin_addr.s_addr = htonl(0x7f000003);
    while ((length = recv(received, octets, sizeof(octets), 0)) > 0)
        check(sendto(sent, octets, length, 0, (struct sockaddr *)&address, sizeof(address)) == length, "sendto");
    err(1, "recv");
}

static void resolver(int received, unsigned count)
{
    struct sockaddr_in server = address;
    int silent = made(SOCK_DGRAM), large = 1 << 25;
    pid_t child;

    server.sin_addr.s_addr = htonl(0x7f000003);
    check(!bind(silent, (struct sockaddr *)&server, sizeof(server)), "bind");
    check(!setsockopt(received, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)), "SO_RCVBUFFORCE");
    child = fork();
    check(child >= 0, "fork");
    if (child == 0)
        forward(received);
    unanswered(count);
}

static void streams(unsigned count)
{
    int listener = made(SOCK_STREAM);
    static uint8_t octets[2 + HALF];

    check(!bind(listener, (struct sockaddr *)&address, sizeof(address)) && !listen(listener, 128), "listen");
    octets[0] = octets[1] = 0xff;
    query(octets + 2, 1);
    for (unsigned i = 0; i < count; i++) {
        int client = made(SOCK_STREAM);

        check(!connect(client, (struct sockaddr *)&address, sizeof(address)), "connect");
        check(accept(listener, NULL, NULL) >= 0, "accept");
        check(send(client, octets, sizeof(octets), 0) == sizeof(octets), "send");
        check(send(client, octets + 2, HALF, 0) == HALF, "send");
    }
}

int main(int count, char **arguments)
{
    unsigned number = count > 2 ? strtoul(arguments[2], NULL, 10) : 0;

    address.sin_addr.s_addr = htonl(0x7f000002);
    address.sin_port = htons(53);
    if (count > 2 && !strcmp(arguments[1], "ask")) {
        ask(made(SOCK_DGRAM), number);
        return 0;
    }
    /* Receives the datagrams, so that no ICMP error is sent for them. */
    int silent = made(SOCK_DGRAM);

    check(!bind(silent, (struct sockaddr *)&address, sizeof(address)), "bind");
    if (count > 2 && !strcmp(arguments[1], "processes"))
        processes(arguments[0], number);
    else if (count > 2 && !strcmp(arguments[1], "unanswered"))
        unanswered(number);
    else if (count > 2 && !strcmp(arguments[1], "resolver"))
        resolver(silent, number);
    else if (count > 2 && !strcmp(arguments[1], "streams"))
        streams(number);
    else
        errx(64, "usage: hostile processes|unanswered|resolver|streams COUNT");
    puts("done");
    fflush(stdout);
    (void)getchar();
    return 0;
}
