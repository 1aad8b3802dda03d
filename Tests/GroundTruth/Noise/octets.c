/* Random octets, the same on every run, and numbers in network byte order. */
#include "protocols.h"

static uint64_t state = 88172645463325252;

uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

void fill_random(uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        octets[i] = next_random() >> 32;
}

size_t between(size_t low, size_t high)
{
    return low + (next_random() >> 16) % (high - low + 1);
}

bool chance(unsigned one_in)
{
    return (next_random() >> 24) % one_in == 0;
}

void put16(uint8_t *at, uint16_t value)
{
    at[0] = value >> 8;
    at[1] = value;
}

void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}
