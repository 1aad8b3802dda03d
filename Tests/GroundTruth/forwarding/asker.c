/* Processes that query a resolver over UDP like getaddrinfo(3), and print their queries.
 *
 *   asker ADDRESS <PLAN
 *
 * A line of the plan is `CLIENT NAME TYPE TIMEOUT TRIES PAUSE`: the number of the client, the name, the number of the type,
 * milliseconds for each of that many attempts, milliseconds before it. Lines of one client are adjacent. `%p` in a name is
 * the client's pid. All clients start at the same time, each in its own process, and each sends one query after the
 * other. For each it prints `PID NAME TYPE START END CODE`: nanoseconds since 1970, and the response code or -1. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { MOST_LINES = 20000, LONGEST = 256 };

struct line {
    int client;
    char name[LONGEST];
    unsigned type;
    int timeout, tries, pause;
};

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "asker: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static int64_t now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Writes a query for the name; returns its length. */
static size_t encode(uint8_t *query, uint16_t id, const char *name, unsigned type)
{
    uint8_t *at = query + 12;

    memcpy(query, (uint8_t[]){ id >> 8, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 }, 12);
    while (*name) {
        size_t length = strcspn(name, ".");

        must(length > 0 && length < 64, "a label");
        *at++ = length;
        memcpy(at, name, length);
        at += length;
        name += length + (name[length] == '.');
    }
    memcpy(at, (uint8_t[]){ 0, type >> 8, type, 0, 1 }, 5);
    return at + 5 - query;
}

/* Waits for the answer with this id; returns its response code, or -1. */
static int receive(int fd, uint16_t id, int timeout)
{
    int64_t end = now(CLOCK_MONOTONIC) + timeout * 1000000LL;
    uint8_t answer[4096];

    while (true) {
        int left = (int)((end - now(CLOCK_MONOTONIC)) / 1000000);
        struct pollfd wait = { .fd = fd, .events = POLLIN };

        if (left < 0 || poll(&wait, 1, left) <= 0)
            return -1;
        if (recv(fd, answer, sizeof(answer), 0) >= 12 && (answer[0] << 8 | answer[1]) == id)
            return answer[3] & 15;
    }
}

static void ask(const struct sockaddr_in *server, const struct line *line)
{
    char name[LONGEST], text[LONGEST + 128];
    const char *place = strstr(line->name, "%p");
    uint8_t query[LONGEST + 32];
    int64_t start;
    uint16_t id;
    size_t length;
    int code = -1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (place)
        snprintf(name, sizeof(name), "%.*s%d%s", (int)(place - line->name), line->name, getpid(), place + 2);
    else
        snprintf(name, sizeof(name), "%s", line->name);
    usleep(line->pause * 1000);
    must(fd >= 0 && !connect(fd, (const struct sockaddr *)server, sizeof(*server)), "connect");
    must(getrandom(&id, sizeof(id), 0) == sizeof(id), "getrandom");
    length = encode(query, id, name, line->type);
    start = now(CLOCK_REALTIME);
    for (int try = 0; try < line->tries && code < 0; try++) {
        must(send(fd, query, length, 0) == (ssize_t)length, "send");
        code = receive(fd, id, line->timeout);
    }
    length = snprintf(text, sizeof(text), "%d %s %u %lld %lld %d\n", getpid(), name, line->type, (long long)start,
                      (long long)now(CLOCK_REALTIME), code);
    close(fd);
    must(write(STDOUT_FILENO, text, length) == (ssize_t)length, "write"); /* shorter than PIPE_BUF: atomic */
}

static void play_client(const struct sockaddr_in *server, const struct line *lines, int count, int gate)
{
    char octet;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    must(read(gate, &octet, 1) == 0, "the gate");
    for (int line = 0; line < count; line++)
        ask(server, lines + line);
    _exit(0);
}

int main(int count, char **arguments)
{
    struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(53) };
    struct line *lines = calloc(MOST_LINES, sizeof(*lines)), *at = lines;
    int gate[2], status;

    must(count == 2 && inet_pton(AF_INET, arguments[1], &server.sin_addr) == 1, "one argument, an address");
    must(lines && !pipe(gate), "pipe");
    while (at < lines + MOST_LINES && scanf("%d %255s %u %d %d %d", &at->client, at->name, &at->type, &at->timeout,
                                            &at->tries, &at->pause) == 6)
        at++;
    for (struct line *first = lines, *last; first < at; first = last) {
        for (last = first; last < at && last->client == first->client; last++)
            ;
        pid_t child = fork();

        must(child >= 0, "fork");
        if (child == 0) {
            close(gate[1]);
            play_client(&server, first, last - first, gate[0]);
        }
    }
    close(gate[1]); /* all start */
    while (wait(&status) > 0)
        must(status == 0, "a client failed");
    return 0;
}
