/* libknot: knot_pkt_parse, with memory from malloc, its default. */
#include "decode.h"
#include <libknot/libknot.h>

static long decode(const struct message *message)
{
  knot_pkt_t *packet = knot_pkt_new((void *)message->octets, message->count, NULL);
  if (!packet)
    return -1;
  long count = knot_pkt_parse(packet, 0) == KNOT_EOK ? packet->rrset_count : -1;
  knot_pkt_free(packet);
  return count;
}
