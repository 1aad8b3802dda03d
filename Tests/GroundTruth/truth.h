/* Clients and servers that put their identity into every message. */
#ifndef TRUTH_H
#define TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { SERVER_PORT = 53, OTHER_PORT = 5300 };

/* Why a case cannot run here; NULL if it ran. */
typedef const char *outcome;

/* The case that is running; children inherit it. */
struct playing {
    int number;                 /* index in the table of cases */
    const char *name;
    int family;                 /* AF_INET or AF_INET6 */
};
extern struct playing playing;

/* The caller's pid and uid on the host, if it cannot see them itself (pid and user namespaces); 0: as the caller sees them. */
extern pid_t outer_pid;
extern int outer_uid;           /* -1: as the caller sees it */

/* The token of a program that images.c has started; NULL for the first program. */
extern const char *image;
int run_image(const char *mode, const char *place, const char *folder, const char *token);

/* A query, preceded by its TCP length prefix. */
struct query {
    uint8_t frame[2 + 510];
    uint16_t length;            /* without the prefix */
};
#define MESSAGE(q) ((q).frame + 2)
#define FRAMED(q) ((size_t)(q).length + 2)

/* Labels that tell the server how to handle a query. */
#define PLAIN "plain"
#define SLOW "slow"             /* answer after 200 ms */
#define DEAF "deaf"             /* no answer */
#define BIG "big"               /* an answer of 60 KB */
#define REVERSE "reverse"       /* over TCP: four answers, the last first */

/* Builds a query of the calling task and counts it as sent. `UNKNOWN_THREAD` if the kernel chooses the thread. */
struct query ask(const char *behaviour);
struct query ask_type(const char *behaviour, uint16_t type);
struct query ask_for(pid_t pid, pid_t tid, const char *behaviour);
enum { UNKNOWN_THREAD = 0, TYPE_A = 1, TYPE_AAAA = 28 };

/* message.c */
struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};
#define SOCKADDR(a) ((struct sockaddr *)&(a).storage)
struct address loopback(int family, uint16_t port);
struct address anywhere(int family, uint16_t port);
int udp(void);                  /* unconnected, of the family of the case */
int udp_to(uint16_t port);      /* connected */
int tcp_to(uint16_t port);
void push(int fd, const void *octets, size_t length); /* one whole send */
void answers(int fd, int count);     /* receives that many datagrams, or fails the case */
void stream_answers(int fd, int count);
void exchange(int fd);         /* one query over UDP and its answer */
void *send_queries(void *fd);   /* sixteen queries over UDP; a body of pthread_create(3) */
size_t answer_to(const uint8_t *query, size_t length, uint8_t *answer, size_t room);
bool behaves(const uint8_t *query, size_t length, const char *behaviour);

/* truth.c */
void must(bool condition, const char *what); /* if false, exits with errno's text */
void join(pid_t child);         /* waits for a child that must succeed */
bool run(const char *command);  /* with a shell, without output */
void uncounted(void);           /* the number of queries of this case that are sent is not known */
void next_seat(void);           /* enters a private network with loopback up */
uint32_t count_query(void);     /* the number of the next query of this case */
void keep(char text[64]);       /* the state with which the program continues after an exec */
bool resume(const char *text);

/* server.c */
pid_t start_server(void);       /* answers on both ports, both families; in the caller's network */
void serve_datagrams(int fd);   /* never returns */
void serve_stream(int fd);      /* until the client has ended */
int listener(int family, uint16_t port);
int bound(int family, uint16_t port, bool reuse);

int after_exec(int fd, const char *place); /* shared.c: the second program of play_exec */

/* life.c: sockets that are opened before querent starts */
void open_older(void);

/* noise.c */
void make_noise(uint32_t count);

extern uint16_t extra_ports[4]; /* of servers that the caller has started; 0: none */

/* In this order: connection tracking, which `dnat` and `queued` use, reassembles the fragments of `raw_fragments` on
 * output, and kernels before 5.13 never disable that again. */
#define CASES(X)                                                                                     \
    X(connected, 3) X(sendto, 3) X(sendmsg, 3) X(sendmmsg, 3) X(sendmmsg_servers, 3) X(write, 3)     \
    X(bound_any, 3) X(mapped, 2) X(other_port, 3) X(gso, 3) X(corked, 3) X(corked_other, 3)          \
    X(more_other, 3) X(raw, 1) X(raw_fragments, 1) X(packet, 1) X(spliced, 3) X(burst, 3)            \
    X(uring, 3) X(uring_async, 3) X(uring_poll, 3) X(uring_tcp, 3)                                   \
    X(threads, 3) X(thread_name, 3) X(forked, 3) X(processes, 3) X(exec, 3) X(rights, 3) X(dup, 3)   \
    X(vfork, 3) X(same_id, 3) X(signal, 3) X(epoll, 3) X(reuseport, 3) X(renamed, 3)                 \
    X(tcp_one, 3) X(tcp_pipelined, 3) X(tcp_prefix, 3) X(tcp_bytewise, 3) X(tcp_reversed, 3)         \
    X(tcp_big, 3) X(tcp_fastopen, 3) X(tcp_loss, 3) X(tcp_other_port, 3) X(tcp_forked, 3)            \
    X(tcp_turns, 3) X(tcp_corked_other, 3) X(tcp_reader, 3) X(tcp_sendfile, 3) X(tcp_prefork, 3)     \
    X(older, 3) X(older_tcp, 3) X(older_orphan, 3)                                                   \
    X(reexec, 3) X(exec_other_image, 3) X(query_then_exec, 3) X(fork_no_exec, 3)                     \
    X(relative_path, 3) X(exec_gone, 3)                                                              \
    X(gone, 3) X(gone_kept, 3) X(gone_at_once, 3) X(killed, 3) X(pid_reuse, 3) X(setuid, 3)          \
    X(user_namespace, 3) X(pid_namespace, 3) X(twins, 3) X(dnat, 3) X(veth, 3) X(queued, 3)          \
    X(udplite, 3) X(tcp_urgent, 3)                                                                   \
    X(ipip, 1) X(gre, 1) X(tun, 1) X(seven_extensions, 2)                                            \
    X(extra_server, 3)

#define DECLARE(name, families) outcome play_##name(void);
CASES(DECLARE)
#undef DECLARE

#endif
