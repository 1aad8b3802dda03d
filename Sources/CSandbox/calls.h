/* A seccomp filter from a list of system calls. */
#ifndef QUERENT_CALLS_H
#define QUERENT_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* What must hold of one argument. */
enum check {
    ANY = 0,
    IS,       /* it equals `value` (32 bits) */
    WITHOUT,  /* it has none of the bits of `value` */
    WITH,     /* it has one of the bits of `value` */
    ZERO,     /* all 64 bits are 0 */
};

struct allowed_call {
    int number;
    enum check check;
    uint8_t argument;
    uint32_t value;
};

/* Refuses all calls that no entry allows; a call may have several entries. `lists` are `count` lists of `lengths` entries; null
 * lists are left out. 0 or -errno. */
int filter_calls(const struct allowed_call *const *lists, const size_t *lengths, size_t count);

#endif
