/* ldns: ldns_wire2pkt, which stores an OPT record separately from the others. */
#include "decode.h"
#include <ldns/ldns.h>

static long decode(const struct message *message)
{
  ldns_pkt *packet;
  if (ldns_wire2pkt(&packet, message->octets, message->count) != LDNS_STATUS_OK)
    return -1;
  long count = ldns_pkt_ancount(packet) + ldns_pkt_nscount(packet) + ldns_pkt_arcount(packet);
  ldns_pkt_free(packet);
  return count;
}
