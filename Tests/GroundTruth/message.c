/* Builds messages, sends them, and opens sockets. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

pid_t outer_pid;
int outer_uid = -1;

static uint8_t *label(uint8_t *at, const char *text)
{
    size_t length = strlen(text);

    *at++ = length;
    memcpy(at, text, length);
    return at + length;
}

/* The name of the thread-group leader, for a call from any thread. */
static void program_name(char name[16])
{
    int fd = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, 15);

    close(fd);
    must(length > 0, "/proc/self/comm");
    name[strcspn(name, "\n")] = 0;
}

static struct query build(pid_t pid, pid_t tid, const char *behaviour, uint16_t type)
{
    struct query query = {};
    char who[64], name[16] = {};
    uint32_t number = count_query();
    uint16_t id = number * 257 + playing.number * 31 + 1;
    uint8_t *at = MESSAGE(query);
    int uid = outer_uid >= 0 ? outer_uid : (int)getuid();

    program_name(name);
    for (char *c = name; *c; c++)
        if (*c == '.')
            *c = '_';
    snprintf(who, sizeof(who), "p%d-t%d-u%d-%s-v%d-%04u", pid, tid, uid, playing.name,
             playing.family == AF_INET ? 4 : 6, number);
    for (char *c = who; *c; c++)
        if (*c == '_')
            *c = '-';
    memcpy(at, (uint8_t[12]){ id >> 8, id, 1, 0, 0, 1 }, 12);
    at = label(at + 12, who);
    at = label(at, name);
    at = label(at, behaviour);
    if (image)
        at = label(at, image);
    at = label(at, "test");
    memcpy(at, (uint8_t[5]){ 0, type >> 8, type, 0, 1 }, 5);
    query.length = at + 5 - MESSAGE(query);
    query.frame[0] = query.length >> 8;
    query.frame[1] = query.length;
    return query;
}

struct query ask_type(const char *behaviour, uint16_t type)
{
    pid_t pid = outer_pid ? outer_pid : getpid();

    return build(pid, outer_pid ? outer_pid : (pid_t)syscall(SYS_gettid), behaviour, type);
}

struct query ask(const char *behaviour)
{
    return ask_type(behaviour, TYPE_A);
}

struct query ask_for(pid_t pid, pid_t tid, const char *behaviour)
{
    return build(pid, tid, behaviour, TYPE_A);
}

/* Whether the third label of the name is `behaviour`. */
bool behaves(const uint8_t *query, size_t length, const char *behaviour)
{
    size_t at = 12;

    for (int i = 0; i < 2 && at < length; i++)
        at += 1 + query[at];
    return at + 1 + strlen(behaviour) < length && query[at] == strlen(behaviour) &&
           !memcmp(query + at + 1, behaviour, query[at]);
}

/* The answer: the question, and the server's pid as an address (10 and the pid's lower three octets). BIG adds TXT
 * records up to 60 KB. */
size_t answer_to(const uint8_t *query, size_t length, uint8_t *answer, size_t room)
{
    uint32_t pid = getpid();
    uint16_t records = 1;
    uint8_t *at = answer + length;
    uint8_t address[16] = { 0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, 10, pid >> 16, pid >> 8, pid };

    if (length < 12 || length + 16 > room)
        return 0;
    memcpy(answer, query, length);
    answer[2] |= 0x84;
    answer[3] = 0x80;
    memcpy(at, address, 16);
    at += 16;
    if (behaves(query, length, BIG))
        for (; at - answer < 60000; records++) {
            memcpy(at, (uint8_t[13]){ 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 201, 200 }, 13);
            memset(at + 13, 'x', 200);
            at += 213;
        }
    answer[6] = records >> 8;
    answer[7] = records;
    return at - answer;
}

static struct address address(int family, uint16_t port, struct in_addr v4, struct in6_addr v6)
{
    struct address address = {};

    if (family == AF_INET) {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = v4 };

        memcpy(&address.storage, &in, address.length = sizeof(in));
    } else {
        struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = v6 };

        memcpy(&address.storage, &in, address.length = sizeof(in));
    }
    return address;
}

struct address loopback(int family, uint16_t port)
{
    return address(family, port, (struct in_addr){ htonl(INADDR_LOOPBACK) }, in6addr_loopback);
}

struct address anywhere(int family, uint16_t port)
{
    return address(family, port, (struct in_addr){ INADDR_ANY }, in6addr_any);
}

int udp(void)
{
    int fd = socket(playing.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    must(fd >= 0, "socket");
    return fd;
}

int udp_to(uint16_t port)
{
    struct address server = loopback(playing.family, port);
    int fd = udp();

    must(!connect(fd, SOCKADDR(server), server.length), "connect");
    return fd;
}

int tcp_to(uint16_t port)
{
    struct address server = loopback(playing.family, port);
    int fd = socket(playing.family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    must(fd >= 0 && !connect(fd, SOCKADDR(server), server.length), "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

void push(int fd, const void *octets, size_t length)
{
    must(send(fd, octets, length, 0) == (ssize_t)length, "send");
}

static void be_patient(int fd)
{
    struct timeval patience = { .tv_sec = 8 };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

void answers(int fd, int count)
{
    uint8_t answer[65536];

    be_patient(fd);
    while (count-- > 0)
        must(recv(fd, answer, sizeof(answer), 0) > 12, "no answer");
}

void stream_answers(int fd, int count)
{
    static __thread uint8_t answer[65536];

    be_patient(fd);
    while (count-- > 0) {
        uint8_t prefix[2];

        must(recv(fd, prefix, 2, MSG_WAITALL) == 2, "no answer");
        must(recv(fd, answer, prefix[0] << 8 | prefix[1], MSG_WAITALL) == (prefix[0] << 8 | prefix[1]), "half an answer");
    }
}

void exchange(int fd)
{
    struct query query = ask(PLAIN);

    push(fd, MESSAGE(query), query.length);
    answers(fd, 1);
}

void *send_queries(void *fd)
{
    for (int i = 0; i < 16; i++) {
        struct query query = ask(PLAIN);

        push(*(int *)fd, MESSAGE(query), query.length);
    }
    return NULL;
}
