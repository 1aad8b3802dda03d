/* The kernel programs' tests for the shape of DNS, compiled for this host. */
#include "noise.h"

#include <string.h>

typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
#ifndef __always_inline /* glibc has it */
#define __always_inline inline __attribute__((always_inline))
#endif

#include "../../../BPF/recognise.h"

bool kernel_takes(const uint8_t *octets, size_t length)
{
    uint8_t start[DNS_PROBE_LENGTH] = {};

    if (length < DNS_HEADER_LENGTH)
        return false;
    memcpy(start, octets, length < DNS_PROBE_LENGTH ? length : DNS_PROBE_LENGTH);
    return looks_like_dns(start, length);
}

bool kernel_may_take(const uint8_t *start)
{
    return may_look_like_dns(start);
}
