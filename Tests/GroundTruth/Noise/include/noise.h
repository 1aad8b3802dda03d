/* Messages of other protocols, none of which may be classified as DNS. */
#ifndef NOISE_H
#define NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NOISE_ROOM = 1400 };

struct noise {
    const char *name;
    uint16_t port;              /* the destination; not a DNS port */
    size_t (*make)(uint8_t *octets); /* at most NOISE_ROOM; returns their number */
};
extern const struct noise noise[];
extern const size_t noise_count;

const struct noise *noise_at(size_t number);

/* The octets of a message that the kernel programs read: its header and the first label's length. */
enum { KERNEL_PROBE_LENGTH = 13 };

/* Whether the kernel programs classify a message of `length` octets as DNS by its shape (BPF/recognise.h, compiled for this
 * host). Reads no more than the first KERNEL_PROBE_LENGTH. */
bool kernel_takes(const uint8_t *octets, size_t length);

/* The same for KERNEL_PROBE_LENGTH octets of memory where a message of unknown length starts. */
bool kernel_may_take(const uint8_t *start);

#endif
