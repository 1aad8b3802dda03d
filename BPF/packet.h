/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Parses the IP and transport headers of a packet and decides whether it carries DNS. */
#ifndef QUERENT_PACKET_H
#define QUERENT_PACKET_H

/* The first octets of a TCP stream and the verdict on them, for each direction. */
struct stream {
    __u32 next_sequence[2];
    __u8 saw_syn[2];            /* `next_sequence` is that of the first octet */
    __u8 verdict[2];
    __u8 held[2];
    __u8 reserved[2];
    __u8 start[2][32]; /* twice the needed size, so that the verifier can prove every write in bounds */
};

enum { VERDICT_OPEN = 0, VERDICT_DNS = 1, VERDICT_NOT_DNS = 2 };

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC); /* not cloned: an accepted socket starts empty */
    __type(key, int);
    __type(value, struct stream);
} streams SEC(".maps");

/* The kind of a datagram that looks like DNS with one question. */
enum message_kind { KIND_UNKNOWN = 0, KIND_QUERY = 1, KIND_RESPONSE = 2 };

/* The headers of a packet, as `find_payload` has parsed them. Offsets are from the start of the packet. */
struct headers {
    __u32 end;                  /* end of the IP packet; padding may follow */
    __u32 payload;              /* start of the transport payload */
    __u32 length;               /* octets of payload */
    __u32 sequence;             /* TCP */
    __u16 source_port;
    __u16 destination_port;
    __u8 protocol;
    bool syn;                   /* TCP: the SYN flag is set */
    bool more_fragments;        /* more fragments follow */
    __u8 kind;                  /* enum message_kind */
    __u8 label;                 /* the first label's length */
    __u16 id;
    __u16 urgent;               /* TCP: the urgent pointer, 0 without one */
};

/* UDP-Lite (RFC 3828) differs in what its checksum covers. */
static __always_inline bool is_datagram(__u8 protocol)
{
    /* Compares the double, so that the verifier does not learn the protocol's value. Otherwise it would verify the rest of the
     * program once per value. */
    __u32 twice = protocol * 2;

    barrier_var(twice);
    return twice == 2 * IPPROTO_UDP || twice == 2 * IPPROTO_UDPLITE;
}

static __always_inline bool has_ports(__u8 protocol)
{
    return is_datagram(protocol) || protocol == IPPROTO_TCP;
}

/* Whether a program may read the packet in place: cgroup programs may, socket filters may not. */
enum reading { COPIED, IN_PLACE };

/* Returns `length` octets at `offset`, in place if they are in the linear part of the packet, else in `copy`; NULL if the
 * packet is shorter. */
static __always_inline const __u8 *packet_octets(struct __sk_buff *skb, __u32 offset, __u8 *copy, __u32 length,
                                          enum reading reading)
{
    const __u8 *start = (const __u8 *)(long)skb->data + offset;

    if (reading == IN_PLACE && start + length <= (const __u8 *)(long)skb->data_end)
        return start;
    return bpf_skb_load_bytes(skb, offset, copy, length) ? NULL : copy;
}

/* Skips the IPv6 extension headers at `offset`, the first of type `protocol`. Returns `offset << 16 | more_fragments << 8 |
 * protocol` of the header after them, 0 if that is not UDP, UDP-Lite or TCP. This is a separate function so that the
 * verifier checks it once, not on each path that leads to it. */
__noinline __u32 skip_extensions(struct __sk_buff *skb, __u32 offset, __u32 protocol)
{
    __u32 more_fragments = 0;
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
            more_fragments = extension[3] & 1;
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
    return offset << 16 | more_fragments << 8 | protocol;
}

/* Parses the IP and transport headers at `base`; false if there is no UDP, UDP-Lite or TCP header. */
static __always_inline bool find_payload(struct __sk_buff *skb, __u32 base, struct headers *headers,
                                         enum reading reading)
{
    __u8 copy[20];
    const __u8 *header = packet_octets(skb, base, copy, 20, reading);
    __u32 offset, header_length, total;

    if (!header)
        return false;
    if (header[0] >> 4 == 4) {
        offset = base + (header[0] & 0xf) * 4;
        if (offset < base + 20 || be16(header + 6) & 0x1fff)
            return false;       /* later fragments have no transport header */
        headers->more_fragments = header[6] & 0x20;
        headers->protocol = header[9];
        total = be16(header + 2);
    } else if (header[0] >> 4 == 6) {
        offset = base + 40;
        total = be16(header + 4);
        total += total ? 40 : 0; /* 0: a jumbogram or a large GSO packet; then the buffer's length counts */
        headers->protocol = header[6];
        if (!has_ports(headers->protocol)) {
            __u32 behind = skip_extensions(skb, offset, headers->protocol);

            if (!behind)
                return false;
            offset = behind >> 16 & 0x3fff; /* six headers are shorter; the mask is for the verifier */
            headers->more_fragments = behind >> 8 & 1;
            headers->protocol = behind;
        }
    } else {
        return false;
    }

    if (is_datagram(headers->protocol)) {
        header = packet_octets(skb, offset, copy, 8, reading);
        if (!header)
            return false;
        header_length = 8;
    } else if (headers->protocol == IPPROTO_TCP) {
        header = packet_octets(skb, offset, copy, 20, reading);
        if (!header)
            return false;
        header_length = (header[12] >> 4) * 4;
        if (header_length < 20)
            return false;
        headers->sequence = (__u32)be16(header + 4) << 16 | be16(header + 6);
        headers->syn = header[13] & 2;
        headers->urgent = be16(header + 18) * (header[13] >> 5 & 1);
        headers->sequence += headers->syn; /* SYN takes one sequence number (TCP Fast Open) */
    } else {
        return false;
    }
    headers->source_port = be16(header);
    headers->destination_port = be16(header + 2);
    headers->payload = offset + header_length;
    headers->end = total && base + total < skb->len ? base + total : skb->len;
    if (headers->end > headers->payload)
        headers->length = headers->end - headers->payload;
    /* The other fragments hold the rest of the datagram; the UDP header has its length. */
    if (headers->more_fragments && headers->protocol == IPPROTO_UDP && be16(header + 4) > 8 + headers->length)
        headers->length = be16(header + 4) - 8;
    return true;
}

static __always_inline bool is_dns_port(__u16 port)
{
    return config.dns_ports[port >> 3] >> (port & 7) & 1;
}

/* Classifies a datagram: -1 if it is not DNS, else enum querent_recognition. */
static __always_inline int recognise_datagram(struct __sk_buff *skb, struct headers *headers, enum reading reading)
{
    __u8 copy[16] = {};
    const __u8 *start = copy;
    __u32 length = headers->length;

    if (is_dns_port(headers->source_port) || is_dns_port(headers->destination_port))
        return QUERENT_BY_PORT;
    if (!config.any_port || headers->length < DNS_HEADER_LENGTH)
        return -1;
    if (headers->length == DNS_HEADER_LENGTH) {
        if (bpf_skb_load_bytes(skb, headers->payload, copy, DNS_HEADER_LENGTH))
            return -1;
    } else {
        start = packet_octets(skb, headers->payload, copy, DNS_PROBE_LENGTH, reading);
        if (!start)
            return -1;
    }
    if (skb->gso_size && skb->gso_size < length)
        length = skb->gso_size; /* UDP GSO: several messages behind one header */
    if (!looks_like_dns(start, length))
        return -1;
    if (be16(start + 4) == 1) {
        headers->kind = KIND_QUERY + (start[2] >> 7);
        headers->id = be16(start);
        headers->label = start[12];
    }
    return QUERENT_BY_SHAPE;
}

/* Classifies a TCP segment by the first octets of its stream, which may arrive one at a time: -1 if it is not DNS, else
 * enum querent_recognition. */
static __always_inline int recognise_segment(struct __sk_buff *skb, struct stream *stream,
                                             struct headers *headers, __u8 direction, __u32 expected,
                                             bool has_expected)
{
    __u64 held, take;
    const __u32 needed = DNS_PREFIX_LENGTH + DNS_PROBE_LENGTH;
    __u8 *start;

    direction &= 1;
    if (stream->verdict[direction] == VERDICT_NOT_DNS)
        return -1;
    if (stream->verdict[direction] == VERDICT_DNS)
        return QUERENT_BY_SHAPE;
    held = stream->held[direction];
    if (held ? headers->sequence != stream->next_sequence[direction]
             : has_expected && headers->sequence != expected)
        return QUERENT_UNDECIDED; /* out of order: user space reassembles the stream */
    if (headers->urgent == 1) {   /* the first octet is urgent, so not in the stream (RFC 6093 §3.1) */
        headers->sequence++;
        headers->payload++;
        if (!--headers->length) {
            stream->next_sequence[direction] = headers->sequence;
            return QUERENT_UNDECIDED;
        }
    }
    if (held >= needed)
        return -1;
    start = stream->start[direction];
    take = needed - held;
    if (take > headers->length)
        take = headers->length;
    /* Bounds it to 1..16 with a mask: the verifiers of 5.10 and 6.1 do not use a comparison with 0, and lose
     * bounds when the value is spilled to the stack. */
    take--;
    barrier_var(take);
    barrier_var(held);
    take = (take & 15) + 1;
    if (bpf_skb_load_bytes(skb, headers->payload, start + (held & 15), take))
        return -1;
    held += take;
    stream->held[direction] = held;
    stream->next_sequence[direction] = headers->sequence + headers->length;

    __u32 length = be16(start);

    if (held >= DNS_PREFIX_LENGTH && length < DNS_HEADER_LENGTH) {
        stream->verdict[direction] = VERDICT_NOT_DNS;
        return -1;
    }
    if (held < needed && !(held == needed - 1 && length == DNS_HEADER_LENGTH))
        return QUERENT_UNDECIDED;
    if (!looks_like_dns(start + DNS_PREFIX_LENGTH, length)) {
        stream->verdict[direction] = VERDICT_NOT_DNS;
        return -1;
    }
    stream->verdict[direction] = VERDICT_DNS;
    return QUERENT_BY_SHAPE;
}

#endif
