#include "clibbpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The reading side of a BPF ring buffer: a consumer page, a producer page, then the data. libbpf maps the data twice in a
 * row, so that every record is contiguous, but then it counts twice as resident memory. This maps it once. */
struct querent_ring {
    int map;
    size_t page, size;
    unsigned long next;         /* position of the first unread record */
    unsigned long *consumer;
    const unsigned long *producer;
    const uint8_t *data;
    uint8_t *straddling;        /* buffer for a record that wraps around the end */
};

/* Records between two updates of the consumer position: each update costs the producers a cache miss.
 *
 * The kernel wakes the reader for a record at the consumer position. This takes a microsecond, even if the reader is not
 * asleep. So the reader publishes a position one record behind, until it waits. */
enum { STRIDE = 64 };

struct querent_ring *querent_ring_open(int map, size_t size)
{
    struct querent_ring *ring = calloc(1, sizeof(*ring));
    void *consumer, *producer;
    int error;

    if (!ring)
        return NULL;
    ring->map = map;
    ring->page = (size_t)sysconf(_SC_PAGESIZE);
    ring->size = size;
    ring->straddling = malloc(size);
    consumer = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    producer = mmap(NULL, ring->page + size, PROT_READ, MAP_SHARED, map, (off_t)ring->page);
    ring->consumer = consumer != MAP_FAILED ? consumer : NULL;
    ring->producer = producer != MAP_FAILED ? producer : NULL;
    if (ring->straddling && ring->consumer && ring->producer) {
        ring->next = *ring->consumer;
        ring->data = (const uint8_t *)producer + ring->page;
        return ring;
    }
    error = errno;
    querent_ring_close(ring);
    errno = error;
    return NULL;
}

void querent_ring_close(struct querent_ring *ring)
{
    if (ring->consumer)
        munmap(ring->consumer, ring->page);
    if (ring->producer)
        munmap((void *)ring->producer, ring->page + ring->size);
    free(ring->straddling);
    free(ring);
}

static const void *contiguous(struct querent_ring *ring, size_t at, size_t length)
{
    size_t before_end = ring->size - at;

    if (length <= before_end)
        return ring->data + at;
    memcpy(ring->straddling, ring->data + at, before_end);
    memcpy(ring->straddling + before_end, ring->data, length - before_end);
    return ring->straddling;
}

size_t querent_ring_read(struct querent_ring *ring, querent_take *take, void *context)
{
    unsigned long at = ring->next, last = at, end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
    size_t count = 0;

    while (at != end) {
        const uint8_t *header = ring->data + (at & (ring->size - 1));
        uint32_t length = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);

        if (length & BPF_RINGBUF_BUSY_BIT)
            break;              /* still being written */
        last = at;
        at += BPF_RINGBUF_HDR_SZ;
        if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
            take(context, contiguous(ring, at & (ring->size - 1), length), length);
            count++;
        }
        at += ((length & ~BPF_RINGBUF_DISCARD_BIT) + 7) / 8 * 8;
        if (count % STRIDE == 0)
            __atomic_store_n(ring->consumer, last, __ATOMIC_RELEASE);
    }
    if (at != ring->next)
        __atomic_store_n(ring->consumer, last, __ATOMIC_RELEASE);
    ring->next = at;
    return count;
}

void querent_ring_wait(struct querent_ring *ring, int milliseconds)
{
    struct pollfd map = { .fd = ring->map, .events = POLLIN };

    __atomic_store_n(ring->consumer, ring->next, __ATOMIC_RELEASE);
    poll(&map, 1, milliseconds); /* the reader checks the ring even if poll was interrupted */
}
