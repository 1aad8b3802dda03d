/* Messages of other protocols, none of which may be classified as DNS. */
#ifndef NOISE_H
#define NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NOISE_ROOM = 1400 };

struct noise {
    const char *name;
    uint16_t port;              /* where it is sent; none of DNS's */
    size_t (*make)(uint8_t *octets); /* at most NOISE_ROOM; answers how many */
};
extern const struct noise noise[];
extern const size_t noise_count;

const struct noise *noise_at(size_t number);

/* Whether the kernel programs classify a datagram as DNS by its shape (BPF/recognise.h, compiled for this host). */
bool kernel_takes(const uint8_t *octets, size_t length);

#endif
