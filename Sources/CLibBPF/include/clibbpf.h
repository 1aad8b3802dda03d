/* libbpf as Swift imports it, and the two things of it that Swift cannot call: a variadic print
 * callback and the address of a pidfd system call. */
#ifndef QUERENT_CLIBBPF_H
#define QUERENT_CLIBBPF_H

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

#endif
