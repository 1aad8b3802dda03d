/* libbpf for Swift, and what Swift cannot call itself: a variadic print callback, system calls
 * without a wrapper, types that its Glibc module lacks. */
#ifndef QUERENT_CLIBBPF_H
#define QUERENT_CLIBBPF_H

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Collects what libbpf prints in one bounded buffer for the whole process, and empties it. */
void querent_log_start(void);

/* The text since `querent_log_start`, NUL-terminated, valid until the next start. */
const char *querent_log_text(void);

/* pidfd_open(2), Linux 5.3: a descriptor or -errno. */
int querent_pidfd_open(int pid);

/* pidfd_getfd(2), Linux 5.6: a copy of `descriptor` of that process, or -errno. */
int querent_pidfd_getfd(int pidfd, int descriptor);

/* How long the program with that descriptor has run, and how often, as far as the kernel counts it: 0 or -errno. */
int querent_run_time(int program, uint64_t *nanoseconds, uint64_t *runs);

/* A packet socket (packet(7)) without link headers, of every protocol, behind the loaded socket filter
 * `filter`, on the interface with that index, or on all for 0: a descriptor or -errno. */
int querent_packet_socket(int filter, unsigned int interface_index);

/* 0 if the kernel may accept programs at trampolines, -EPERM if it refuses all of them. */
int querent_try_trampoline(void);

/* The reading side of a BPF ring buffer; one thread may use it. */
struct querent_ring;

/* Receives one record; the octets are valid during the call. */
typedef void querent_take(void *context, const void *octets, size_t length);

/* Maps the ring of `size` octets with the descriptor `map`, which the caller keeps. NULL with errno set on failure. */
struct querent_ring *querent_ring_open(int map, size_t size);
void querent_ring_close(struct querent_ring *ring);

/* Passes every complete record to `take`; returns their number. */
size_t querent_ring_read(struct querent_ring *ring, querent_take *take, void *context);

/* Waits at most `milliseconds` for a record. */
void querent_ring_wait(struct querent_ring *ring, int milliseconds);

#endif
