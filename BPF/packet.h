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
};

/* Walks the IP and transport headers from `base` on; false when there is no UDP or TCP header. */
static __always_inline bool find_payload(struct __sk_buff *skb, __u32 base, struct found *found)
{
    __u8 header[20];
    __u32 offset, header_length, total;

    if (bpf_skb_load_bytes(skb, base, header, 20))
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
#pragma unroll
        for (int i = 0; i < 6; i++) { /* RFC 8200 §4.1 lists six kinds, each expected once */
            __u8 extension[4];

            if (found->protocol == IPPROTO_UDP || found->protocol == IPPROTO_TCP)
                break;
            if (found->protocol != IPPROTO_HOPOPTS && found->protocol != IPPROTO_ROUTING &&
                found->protocol != IPPROTO_DSTOPTS && found->protocol != IPPROTO_FRAGMENT &&
                found->protocol != IPPROTO_AH && found->protocol != IPPROTO_MH)
                return false;
            if (bpf_skb_load_bytes(skb, offset, extension, 4))
                return false;
            if (found->protocol == IPPROTO_FRAGMENT) {
                if (be16(extension + 2) & 0xfff8)
                    return false;
                found->continues = extension[3] & 1;
                offset += 8;
            } else if (found->protocol == IPPROTO_AH) {
                offset += (extension[1] + 2) * 4;
            } else {
                offset += (extension[1] + 1) * 8;
            }
            found->protocol = extension[0];
        }
    } else {
        return false;
    }

    if (found->protocol == IPPROTO_UDP) {
        if (bpf_skb_load_bytes(skb, offset, header, 8))
            return false;
        header_length = 8;
    } else if (found->protocol == IPPROTO_TCP) {
        if (bpf_skb_load_bytes(skb, offset, header, 20))
            return false;
        header_length = (header[12] >> 4) * 4;
        if (header_length < 20)
            return false;
        found->sequence = (__u32)be16(header + 4) << 16 | be16(header + 6);
        found->starts = header[13] & 2;
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
    return knobs.dns_ports[port >> 3] >> (port & 7) & 1;
}

/* -1: not DNS; else enum querent_recognition. */
static __always_inline int recognise_datagram(struct __sk_buff *skb, struct found *found)
{
    __u8 start[16] = {};

    if (is_dns_port(found->source_port) || is_dns_port(found->destination_port))
        return QUERENT_BY_PORT;
    if (!knobs.any_port || found->length < DNS_HEADER_LENGTH)
        return -1;
    if (found->length == DNS_HEADER_LENGTH) {
        if (bpf_skb_load_bytes(skb, found->payload, start, DNS_HEADER_LENGTH))
            return -1;
    } else if (bpf_skb_load_bytes(skb, found->payload, start, DNS_PROBE_LENGTH)) {
        return -1;
    }
    return looks_like_dns(start, found->length) ? QUERENT_BY_SHAPE : -1;
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
