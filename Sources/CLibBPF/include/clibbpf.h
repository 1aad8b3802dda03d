/* libbpf as Swift imports it, and what Swift cannot call: a variadic print callback, system calls
 * without a wrapper, types that its Glibc module lacks. */
#ifndef QUERENT_CLIBBPF_H
#define QUERENT_CLIBBPF_H

#include <malloc.h>
#include <stddef.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Sends what libbpf prints to one bounded text in memory, for the whole process. */
void querent_log_start(void);

/* The text since `querent_log_start`, NUL-terminated, valid until the next start. */
const char *querent_log_text(void);

/* pidfd_open(2), Linux 5.3: a descriptor or -errno. */
int querent_pidfd_open(int pid);

/* pidfd_getfd(2), Linux 5.6: a copy of `descriptor` of that process, or -errno. */
int querent_pidfd_getfd(int pidfd, int descriptor);

/* A packet socket (packet(7)) without link headers, of every protocol, behind the loaded socket filter
 * `filter`, on the interface with that index, or on all for 0: a descriptor or -errno. */
int querent_packet_socket(int filter, unsigned int interface_index);

/* 0 where the kernel may take programs at trampolines, -EPERM where it refuses them whatever they attach to. */
int querent_try_trampoline(void);

/* The reading side of a BPF ring buffer; one thread may use it. */
struct querent_ring;

/* Takes one record; the octets are lent for the call. */
typedef void querent_take(void *context, const void *octets, size_t length);

/* Maps the ring of `size` octets behind the descriptor `map`, which stays the caller's: NULL with errno set. */
struct querent_ring *querent_ring_open(int map, size_t size);
void querent_ring_close(struct querent_ring *ring);

/* Hands over what is complete at the time of the call: how many records. */
size_t querent_ring_read(struct querent_ring *ring, querent_take *take, void *context);

/* Waits for a record, at most so long. */
void querent_ring_wait(struct querent_ring *ring, int milliseconds);

#endif
