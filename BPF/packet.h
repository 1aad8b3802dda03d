/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* From a packet's first octet to the question whether it carries DNS. */
#ifndef QUERENT_PACKET_H
#define QUERENT_PACKET_H

/* What the first octets of a TCP stream said, for each direction. */
struct stream {
    __u32 next_sequence[2];
    __u8 starts[2];             /* the SYN was seen: `next_sequence` is the first octet's */
    __u8 verdict[2];
    __u8 held[2];
    __u8 reserved[2];
    __u8 start[2][32]; /* twice what is needed, so that the verifier sees every write inside */
};

enum { VERDICT_OPEN = 0, VERDICT_DNS = 1, VERDICT_FOREIGN = 2 };

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC); /* a child starts with its own */
    __type(key, int);
    __type(value, struct stream);
} streams SEC(".maps");

/* What a datagram's first octets are, where they look like DNS with one question. */
enum speech { SAYS_NOTHING = 0, SAYS_QUERY = 1, SAYS_RESPONSE = 2 };

struct found {
    __u32 end;                  /* of the IP packet; what is behind is padding */
    __u32 payload;              /* where the transport payload starts */
    __u32 length;               /* octets of it */
    __u32 sequence;             /* TCP */
    __u16 source_port;
    __u16 destination_port;
    __u8 protocol;
    bool starts;                /* TCP: the SYN flag is set */
    bool continues;             /* more fragments follow */
    __u8 says;                  /* enum speech */
    __u8 label;                 /* the first label's length */
    __u16 id;
    __u16 urgent;               /* TCP: the urgent pointer, 0 without one */
};

/* UDP-Lite (RFC 3828) differs in what its checksum covers. */
static __always_inline bool is_datagram(__u8 protocol)
{
    /* Compares the double, so that the verifier learns nothing of the protocol itself. Else it would follow each of the two
     * through the rest of the program. */
    __u32 twice = protocol * 2;

    barrier_var(twice);
    return twice == 2 * IPPROTO_UDP || twice == 2 * IPPROTO_UDPLITE;
}

static __always_inline bool has_ports(__u8 protocol)
{
    return is_datagram(protocol) || protocol == IPPROTO_TCP;
}

/* Whether a program may read the packet where it lies: cgroup programs may, socket filters may not. */
enum reading { COPIED, IN_PLACE };

/* `length` octets at `offset`; NULL where the packet ends before. In place if the kernel has them in its first piece,
 * else in `copy`. */
static __always_inline const __u8 *octets(struct __sk_buff *skb, __u32 offset, __u8 *copy, __u32 length,
                                          enum reading reading)
{
    const __u8 *start = (const __u8 *)(long)skb->data + offset;

    if (reading == IN_PLACE && start + length <= (const __u8 *)(long)skb->data_end)
        return start;
    return bpf_skb_load_bytes(skb, offset, copy, length) ? NULL : copy;
}

/* Walks IPv6 extension headers from `offset` on, of which the first is a `protocol`: `offset << 16 | continues << 8 |
 * protocol` of what is behind them, 0 where that is no UDP, UDP-Lite or TCP header. A function of its own, which the verifier
 * looks at once and not on each way that leads to it. */
__noinline __u32 skip_extensions(struct __sk_buff *skb, __u32 offset, __u32 protocol)
{
    __u32 continues = 0;
    __u8 extension[4];

#pragma unroll
    for (int i = 0; i < 6; i++) { /* RFC 8200 §4.1 lists six kinds, each expected once */
        if (has_ports(protocol))
            break;
        if (protocol != IPPROTO_HOPOPTS && protocol != IPPROTO_ROUTING && protocol != IPPROTO_DSTOPTS &&
            protocol != IPPROTO_FRAGMENT && protocol != IPPROTO_AH && protocol != IPPROTO_MH)
            return 0;
        if (bpf_skb_load_bytes(skb, offset, extension, 4))
            return 0;
        if (protocol == IPPROTO_FRAGMENT) {
            if (be16(extension + 2) & 0xfff8)
                return 0;
            continues = extension[3] & 1;
            offset += 8;
        } else if (protocol == IPPROTO_AH) {
            offset += (extension[1] + 2) * 4;
        } else {
            offset += (extension[1] + 1) * 8;
        }
        protocol = extension[0];
    }
    if (!has_ports(protocol))
        return 0;
    return offset << 16 | continues << 8 | protocol;
}

/* Walks the IP and transport headers from `base` on; false when there is no UDP, UDP-Lite or TCP header. */
static __always_inline bool find_payload(struct __sk_buff *skb, __u32 base, struct found *found,
                                         enum reading reading)
{
    __u8 copy[20];
    const __u8 *header = octets(skb, base, copy, 20, reading);
    __u32 offset, header_length, total;

    if (!header)
        return false;
    if (header[0] >> 4 == 4) {
        offset = base + (header[0] & 0xf) * 4;
        if (offset < base + 20 || be16(header + 6) & 0x1fff)
            return false;       /* later fragments carry no transport header */
        found->continues = header[6] & 0x20;
        found->protocol = header[9];
        total = be16(header + 2);
    } else if (header[0] >> 4 == 6) {
        offset = base + 40;
        total = be16(header + 4);
        total += total ? 40 : 0; /* 0: a jumbogram or a large offload; then the buffer says it */
        found->protocol = header[6];
        if (!has_ports(found->protocol)) {
            __u32 behind = skip_extensions(skb, offset, found->protocol);

            if (!behind)
                return false;
            offset = behind >> 16 & 0x3fff; /* six of them are shorter; said for the verifier */
            found->continues = behind >> 8 & 1;
            found->protocol = behind;
        }
    } else {
        return false;
    }

    if (is_datagram(found->protocol)) {
        header = octets(skb, offset, copy, 8, reading);
        if (!header)
            return false;
        header_length = 8;
    } else if (found->protocol == IPPROTO_TCP) {
        header = octets(skb, offset, copy, 20, reading);
        if (!header)
            return false;
        header_length = (header[12] >> 4) * 4;
        if (header_length < 20)
            return false;
        found->sequence = (__u32)be16(header + 4) << 16 | be16(header + 6);
        found->starts = header[13] & 2;
        found->urgent = be16(header + 18) * (header[13] >> 5 & 1);
        found->sequence += found->starts; /* SYN takes the first number (TCP Fast Open) */
    } else {
        return false;
    }
    found->source_port = be16(header);
    found->destination_port = be16(header + 2);
    found->payload = offset + header_length;
    found->end = total && base + total < skb->len ? base + total : skb->len;
    if (found->end > found->payload)
        found->length = found->end - found->payload;
    /* The rest of the datagram is in other packets, but its length is known. */
    if (found->continues && found->protocol == IPPROTO_UDP && be16(header + 4) > 8 + found->length)
        found->length = be16(header + 4) - 8;
    return true;
}

static __always_inline bool is_dns_port(__u16 port)
{
    return config.dns_ports[port >> 3] >> (port & 7) & 1;
}

/* -1: not DNS; else enum querent_recognition. */
static __always_inline int recognise_datagram(struct __sk_buff *skb, struct found *found, enum reading reading)
{
    __u8 copy[16] = {};
    const __u8 *start = copy;

    if (is_dns_port(found->source_port) || is_dns_port(found->destination_port))
        return QUERENT_BY_PORT;
    if (!config.any_port || found->length < DNS_HEADER_LENGTH)
        return -1;
    if (found->length == DNS_HEADER_LENGTH) {
        if (bpf_skb_load_bytes(skb, found->payload, copy, DNS_HEADER_LENGTH))
            return -1;
    } else {
        start = octets(skb, found->payload, copy, DNS_PROBE_LENGTH, reading);
        if (!start)
            return -1;
    }
    if (!looks_like_dns(start, found->length))
        return -1;
    if (be16(start + 4) == 1) {
        found->says = SAYS_QUERY + (start[2] >> 7);
        found->id = be16(start);
        found->label = start[12];
    }
    return QUERENT_BY_SHAPE;
}

/* The first octets of a stream decide once; they may come one at a time. */
static __always_inline int recognise_segment(struct __sk_buff *skb, struct stream *stream,
                                             struct found *found, __u8 direction, __u32 expected,
                                             bool has_expected)
{
    __u64 held, take;
    const __u32 needed = DNS_PREFIX_LENGTH + DNS_PROBE_LENGTH;
    __u8 *start;

    direction &= 1;
    if (stream->verdict[direction] == VERDICT_FOREIGN)
        return -1;
    if (stream->verdict[direction] == VERDICT_DNS)
        return QUERENT_BY_SHAPE;
    held = stream->held[direction];
    if (held ? found->sequence != stream->next_sequence[direction]
             : has_expected && found->sequence != expected)
        return QUERENT_UNDECIDED; /* not the next octets: user space puts them in order */
    if (found->urgent == 1) {   /* its first octet, which no reader finds in the stream: Linux points behind (RFC 6093 §3.1) */
        found->sequence++;
        found->payload++;
        if (!--found->length) {
            stream->next_sequence[direction] = found->sequence;
            return QUERENT_UNDECIDED;
        }
    }
    if (held >= needed)
        return -1;
    start = stream->start[direction];
    take = needed - held;
    if (take > found->length)
        take = found->length;
    /* 1 to 15, said with masks: the verifiers of 5.10 and 6.1 learn nothing from "not 0", and forget
     * what was compared once the value is on the stack. */
    take--;
    barrier_var(take);
    barrier_var(held);
    take = (take & 15) + 1;
    if (bpf_skb_load_bytes(skb, found->payload, start + (held & 15), take))
        return -1;
    held += take;
    stream->held[direction] = held;
    stream->next_sequence[direction] = found->sequence + found->length;

    __u32 length = be16(start);

    if (held >= DNS_PREFIX_LENGTH && length < DNS_HEADER_LENGTH) {
        stream->verdict[direction] = VERDICT_FOREIGN;
        return -1;
    }
    if (held < needed && !(held == needed - 1 && length == DNS_HEADER_LENGTH))
        return QUERENT_UNDECIDED;
    if (!looks_like_dns(start + DNS_PREFIX_LENGTH, length)) {
        stream->verdict[direction] = VERDICT_FOREIGN;
        return -1;
    }
    stream->verdict[direction] = VERDICT_DNS;
    return QUERENT_BY_SHAPE;
}

#endif
