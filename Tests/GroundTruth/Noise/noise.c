/* The kinds of datagrams that are not DNS, and those of no protocol. */
#include "protocols.h"

#include <string.h>

static size_t zeros(uint8_t *o)
{
    size_t length = between(1, 600);

    memset(o, 0, length);
    return length;
}

static size_t anything(uint8_t *o)
{
    size_t length = between(1, 1200);

    fill_random(o, length);
    return length;
}

/* A DNS header that no DNS program writes, or a valid one with a body that is not DNS. */
static size_t nearly(uint8_t *o)
{
    size_t length = between(17, 120);

    fill_random(o, length);
    memcpy(o + 2, (uint8_t[10]){ 1, 0, 0, 1 }, 10);
    switch (next_random() >> 20 & 3) {
    case 0: o[12] = 0xc0; o[13] = 12; break;      /* a name whose pointer points to itself */
    case 1: o[12] = 64 + (o[12] & 63); break;     /* a label of an unassigned type */
    case 2: put16(o + 4, 2 + (o[4] & 7)); break;  /* several questions */
    case 3: o[12] = 63; length = 60; break;       /* a label that is longer than the message */
    }
    return length;
}

const struct noise noise[] = {
    { "quic", 443, noise_quic }, { "ntp", 123, noise_ntp }, { "rtp", 5004, noise_rtp },
    { "stun", 3478, noise_stun }, { "memcached", 11211, noise_memcached }, { "dtls", 4433, noise_dtls },
    { "wireguard", 51820, noise_wireguard }, { "coap", 5683, noise_coap }, { "sip", 5060, noise_sip },
    { "rpc-call", 2049, noise_rpc_call }, { "rpc-reply", 111, noise_rpc_reply }, { "radius", 1812, noise_radius },
    { "snmp", 161, noise_snmp }, { "tftp", 69, noise_tftp }, { "kerberos", 88, noise_kerberos },
    { "netflow", 2055, noise_netflow }, { "syslog", 514, noise_syslog }, { "cldap", 389, noise_cldap },
    { "ssdp", 1900, noise_ssdp }, { "zeros", 9000, zeros }, { "random", 9001, anything },
    { "nearly", 9002, nearly },
};
const size_t noise_count = sizeof(noise) / sizeof(*noise);

const struct noise *noise_at(size_t number)
{
    return &noise[number];
}
