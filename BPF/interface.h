/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The tap on interfaces: a filter on a packet socket, for hosts without cgroup v2 and for traffic that no
 * local socket owns. */
#ifndef QUERENT_INTERFACE_H
#define QUERENT_INTERFACE_H

/* The addresses of the packet at `base` and the ports found, the source as the local end. Called once for a packet: each
 * call is another set of ways for the verifier to follow. */
static __always_inline bool name_flow(struct __sk_buff *skb, __u32 base, const struct found *found,
                                      struct flow *flow)
{
    __u8 header[40];

    if (bpf_skb_load_bytes(skb, base, header, 20))
        return false;
    if (header[0] >> 4 == 4) {
        map_ipv4(flow->local, header + 12);
        map_ipv4(flow->remote, header + 16);
    } else {
        if (bpf_skb_load_bytes(skb, base, header, 40))
            return false;
        __builtin_memcpy(flow->local, header + 8, 16);
        __builtin_memcpy(flow->remote, header + 24, 16);
    }
    flow->network_namespace = config.only_namespace;
    flow->protocol = found->protocol;
    flow->local_port = found->source_port;
    flow->remote_port = found->destination_port;
    return true;
}

/* The buffer of a packet; a clone has its original's. The context is the packet's own address. */
static __always_inline __u64 buffer(struct __sk_buff *context)
{
    struct __sk_buff *volatile slot = context;
    struct sk_buff *skb = NULL;

    bpf_probe_read_kernel(&skb, sizeof(skb), (const void *)&slot);
    return (__u64)BPF_CORE_READ(skb, head);
}

/* Of a packet that is not the one sent last, or a copy that the kernel has cut up, the sender is but the last
 * known on these addresses. */
static __always_inline void name_senders(struct querent_record *record, const struct senders *senders,
                                         __u64 head)
{
    record->flags = senders->flags;
    record->sender = senders->sender;
    record->owner = senders->owner;
    if (senders->head == head || !(senders->flags & QUERENT_HAS_SENDER) || senders->flags & QUERENT_WAITED)
        return;
    record->flags = QUERENT_HAS_OWNER;
    record->owner = senders->sender;
}

static __always_inline int recognise_wire_segment(struct __sk_buff *skb, const struct flow *flow, struct found *found)
{
    struct stream blank = {};
    struct stream *stream;

    if (is_dns_port(found->source_port) || is_dns_port(found->destination_port))
        return found->length || found->starts ? QUERENT_BY_PORT : -1;
    if (found->starts) {
        blank.starts[0] = 1;
        blank.next_sequence[0] = found->sequence;
        bpf_map_update_elem(&wire_streams, flow, &blank, BPF_ANY);
    }
    if (!found->length)
        return -1;
    stream = bpf_map_lookup_elem(&wire_streams, flow);
    if (!stream) {
        bpf_map_update_elem(&wire_streams, flow, &blank, BPF_ANY);
        stream = bpf_map_lookup_elem(&wire_streams, flow);
        if (!stream)
            return -1;
    }
    return recognise_segment(skb, stream, found, 0, stream->next_sequence[0], stream->starts[0]);
}

static __always_inline int recognise_wire_datagram(struct __sk_buff *skb, const struct flow *flow, struct found *found)
{
    struct dialogue blank = {};
    struct dialogue *dialogue;
    int recognition = recognise_datagram(skb, found, COPIED);
    /* Both directions have one key: the end with the lower port is the local one. */
    __u8 direction = found->source_port < found->destination_port ? QUERENT_EGRESS : QUERENT_INGRESS;
    struct flow key;

    if (recognition == QUERENT_BY_PORT)
        return recognition;
    key = direction == QUERENT_EGRESS ? *flow : reversed(flow);
    dialogue = bpf_map_lookup_elem(&wire_dialogues, &key);
    if (recognition < 0)
        return dialogue && dialogue->state == DIALOGUE_DNS ? QUERENT_BY_FLOW : -1;
    if (dialogue) {
        follow(dialogue, found, direction);
    } else if (found->says == SAYS_QUERY) {
        follow(&blank, found, direction);
        bpf_map_update_elem(&wire_dialogues, &key, &blank, BPF_ANY);
    }
    return recognition;
}

/* hook: socket filter on a packet socket without link headers (SOCK_DGRAM), 5.8+ */
SEC("socket")
int interface_tap(struct __sk_buff *skb)
{
    struct found found = {};
    struct flow flow = {};
    struct fragment fragment = {};
    struct querent_record *record;
    struct querent_counters *count;
    struct senders *senders;
    __u32 zero = 0, base = 0, protocol = skb->protocol;
    __u64 room = 0, length;
    __u8 direction = skb->pkt_type == PACKET_OUTGOING ? QUERENT_EGRESS : QUERENT_INGRESS;
    __u8 tag[4], *first, reason;
    bool is_fragment, later = false;
    int recognition = -1;

    if (skb->ifindex == 1 && direction == QUERENT_INGRESS)
        return 0;               /* loopback, always the first interface, shows each packet twice */
    count = bpf_map_lookup_elem(&counters, &zero);
    if (!count)
        return 0;
    __sync_fetch_and_add(&count->seen, 1);

    for (int i = 0; i < 2; i++) { /* tags that the card did not take off (802.1Q, QinQ) */
        if (protocol != __builtin_bswap16(ETH_P_8021Q) && protocol != __builtin_bswap16(ETH_P_8021AD))
            break;
        if (bpf_skb_load_bytes(skb, base, tag, 4))
            return 0;
        protocol = __builtin_bswap16(be16(tag + 2));
        base += 4;
    }

    is_fragment = name_fragment(skb, base, &fragment, &later);
    if (later) {
        first = bpf_map_lookup_elem(&fragments, &fragment);
        if (!first)
            return 0;
        recognition = *first;
        found.end = skb->len;
    } else {
        if (!find_payload(skb, base, &found, COPIED))
            return 0;
        if (!config.any_port && !is_dns_port(found.source_port) && !is_dns_port(found.destination_port))
            return 0;
        if (!name_flow(skb, base, &found, &flow))
            return 0;
        if (found.protocol == IPPROTO_TCP)
            recognition = recognise_wire_segment(skb, &flow, &found);
        else if (found.length)
            recognition = recognise_wire_datagram(skb, &flow, &found);
        if (recognition >= 0 && is_fragment) {
            reason = recognition;
            bpf_map_update_elem(&fragments, &fragment, &reason, BPF_ANY);
        }
    }
    if (recognition < 0)
        return 0;
    __sync_fetch_and_add(&count->recognised, 1);

    length = found.end - base;
    barrier_var(length);
    record = begin(length, &room);
    if (!record) {
        __sync_fetch_and_add(&count->ring_full, 1);
        return 0;
    }
    if (length > room) {
        length = room;
        __sync_fetch_and_add(&count->shortened, 1);
    }
    fill(record, skb, count, found.end - base, length, config.only_namespace, direction, recognition);
    record->socket_cookie = 0;
    record->flags = 0;
    if (is_datagram(found.protocol))
        record->segment_size = skb->gso_size;
    if (!later) {
        if (direction == QUERENT_INGRESS)
            flow = reversed(&flow);
        senders = bpf_map_lookup_elem(&flows, &flow);
        if (senders) {
            name_senders(record, senders, buffer(skb));
        } else {
            __sync_fetch_and_add(&count->no_owner, 1);
        }
    }
    commit(record, skb, base, length, room, count);
    return 0;                   /* nothing is kept on the packet socket itself */
}

#endif
