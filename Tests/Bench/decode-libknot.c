/* libknot: knot_pkt_parse, with memory from an arena that is emptied after each message, its fastest mode. */
#include "decode.h"
#include <libknot/libknot.h>

static uint8_t arena[1 << 20];
static size_t arena_used;

static void *arena_take(void *context, size_t count)
{
  (void)context;
  size_t start = (arena_used + 15) & ~(size_t)15;
  if (start + count > sizeof arena)
    return NULL;
  arena_used = start + count;
  return arena + start;
}

static void arena_leave(void *memory) { (void)memory; }

static long decode(const struct message *message)
{
  knot_mm_t memory = {.ctx = NULL, .alloc = arena_take, .free = arena_leave};
  arena_used = 0;
  knot_pkt_t *packet = knot_pkt_new((void *)message->octets, message->count, &memory);
  if (!packet || knot_pkt_parse(packet, 0) != KNOT_EOK)
    return -1;
  return packet->rrset_count;
}
