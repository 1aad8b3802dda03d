/* zlib's deflate as gzip, in one step, without the macros that Swift cannot import. */
#ifndef QUERENT_CDEFLATE_H
#define QUERENT_CDEFLATE_H

#include <stddef.h>
#include <stdint.h>

/* The most octets that `count` octets can take when they are compressed; 0 if they are too many. */
size_t gzip_bound(size_t count);

/* Compresses all octets as one gzip member. Returns its length; 0 if there is no memory or too little room. */
size_t gzip_compress(const uint8_t *input, size_t count, uint8_t *output, size_t room);

#endif
