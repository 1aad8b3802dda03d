#include "cinflate.h"

#include <stdlib.h>
#include <zlib.h>

enum { GZIP_ONLY = 16, MAX_COUNT = 1 << 30 };

struct inflater {
    z_stream stream;
};

struct inflater *inflater_create(void)
{
    struct inflater *inflater = calloc(1, sizeof(*inflater));

    if (inflater && inflateInit2(&inflater->stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
        free(inflater);
        return NULL;
    }
    return inflater;
}

void inflater_destroy(struct inflater *inflater)
{
    inflateEnd(&inflater->stream);
    free(inflater);
}

void inflater_restart(struct inflater *inflater) { inflateReset(&inflater->stream); }

static uInt bounded(size_t count) { return (uInt)(count < MAX_COUNT ? count : MAX_COUNT); }

struct inflate_step inflater_step(struct inflater *inflater, const uint8_t *input, size_t input_count,
                                  uint8_t *output, size_t output_count)
{
    struct inflate_step step = {0, 0, INFLATE_GOING};
    z_stream *stream = &inflater->stream;
    uInt room = bounded(output_count), there = bounded(input_count);

    stream->next_in = (Bytef *)input; /* inflate does not write to it */
    stream->avail_in = there;
    stream->next_out = output;
    stream->avail_out = room;
    switch (inflate(stream, Z_NO_FLUSH)) {
    case Z_OK:
    case Z_BUF_ERROR: /* needs more input or more room */
        break;
    case Z_STREAM_END:
        step.state = INFLATE_MEMBER_END;
        break;
    case Z_MEM_ERROR:
        step.state = INFLATE_NO_MEMORY;
        break;
    default:
        step.state = INFLATE_DAMAGED;
    }
    step.taken = there - stream->avail_in;
    step.given = room - stream->avail_out;
    stream->next_in = NULL;
    stream->next_out = NULL;
    return step;
}
