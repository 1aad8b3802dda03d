/* The functions of this directory: one per protocol, which writes one datagram, and random octets. */
#ifndef NOISE_PROTOCOLS_H
#define NOISE_PROTOCOLS_H

#include "noise.h"

/* octets.c */
uint64_t next_random(void);            /* a random number */
void fill_random(uint8_t *octets, size_t length);
size_t between(size_t low, size_t high); /* both included */
bool chance(unsigned one_in);
void put16(uint8_t *at, uint16_t value); /* in network byte order */
void put32(uint8_t *at, uint32_t value);

/* transport.c */
size_t noise_quic(uint8_t *o);
size_t noise_rtp(uint8_t *o);
size_t noise_stun(uint8_t *o);
size_t noise_dtls(uint8_t *o);
size_t noise_wireguard(uint8_t *o);
size_t noise_coap(uint8_t *o);
size_t noise_sip(uint8_t *o);

/* services.c */
size_t noise_ntp(uint8_t *o);
size_t noise_memcached(uint8_t *o);
size_t noise_rpc_call(uint8_t *o);
size_t noise_rpc_reply(uint8_t *o);
size_t noise_radius(uint8_t *o);
size_t noise_tftp(uint8_t *o);
size_t noise_netflow(uint8_t *o);
size_t noise_syslog(uint8_t *o);
size_t noise_ssdp(uint8_t *o);

/* asn1.c */
size_t noise_snmp(uint8_t *o);
size_t noise_kerberos(uint8_t *o);
size_t noise_cldap(uint8_t *o);

#endif
