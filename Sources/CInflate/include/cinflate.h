/* zlib's inflate for gzip, without the macros and the struct that Swift cannot import. */
#ifndef QUERENT_CINFLATE_H
#define QUERENT_CINFLATE_H

#include <stddef.h>
#include <stdint.h>

struct inflater;

enum inflate_state {
    INFLATE_GOING = 0,
    INFLATE_MEMBER_END = 1, /* another member may follow, after inflater_restart */
    INFLATE_DAMAGED = 2,
    INFLATE_NO_MEMORY = 3,
};

struct inflate_step {
    size_t taken; /* octets of the input */
    size_t given; /* octets of the output */
    int state;    /* enum inflate_state */
};

/* NULL if there is no memory. */
struct inflater *inflater_create(void);
void inflater_destroy(struct inflater *inflater);

/* Prepares for the next gzip member. */
void inflater_restart(struct inflater *inflater);

/* Decompresses as much as fits. Keeps no pointer. Counts above 1 GiB are limited to 1 GiB. */
struct inflate_step inflater_step(struct inflater *inflater, const uint8_t *input, size_t input_count,
                                  uint8_t *output, size_t output_count);

#endif
