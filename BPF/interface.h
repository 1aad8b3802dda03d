/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The interface tap: a filter on a packet socket, for hosts without cgroup v2 and for traffic that no
 * local socket owns. */
#ifndef QUERENT_INTERFACE_H
#define QUERENT_INTERFACE_H

/* Reads the flow of the packet at `base`, with the source as the local end. Called once per packet: each call adds paths
 * for the verifier to check. */
static __always_inline bool read_wire_flow(struct __sk_buff *skb, __u32 base, const struct headers *headers,
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
    flow->protocol = headers->protocol;
    flow->local_port = headers->source_port;
    flow->remote_port = headers->destination_port;
    return true;
}

/* The address of the packet's buffer, which a clone shares. The context points to the packet. */
static __always_inline __u64 buffer_address(struct __sk_buff *context)
{
    struct __sk_buff *volatile slot = context;
    struct sk_buff *skb = NULL;

    bpf_probe_read_kernel(&skb, sizeof(skb), (const void *)&slot);
    return (__u64)BPF_CORE_READ(skb, head);
}

/* Copies the tasks into the record. If the packet is not the one that was sent last, or was segmented by the kernel, the
 * sender is only the last one known for this flow: it becomes the owner. */
static __always_inline void copy_senders(struct querent_record *record, const struct senders *senders,
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

static __always_inline int recognise_wire_segment(struct __sk_buff *skb, const struct flow *flow, struct headers *headers)
{
    struct stream blank = {};
    struct stream *stream;

    if (is_dns_port(headers->source_port) || is_dns_port(headers->destination_port))
        return headers->length || headers->syn ? QUERENT_BY_PORT : -1;
    if (headers->syn) {
        blank.saw_syn[0] = 1;
        blank.next_sequence[0] = headers->sequence;
        bpf_map_update_elem(&wire_streams, flow, &blank, BPF_ANY);
    }
    if (!headers->length)
        return -1;
    stream = bpf_map_lookup_elem(&wire_streams, flow);
    if (!stream) {
        bpf_map_update_elem(&wire_streams, flow, &blank, BPF_ANY);
        stream = bpf_map_lookup_elem(&wire_streams, flow);
        if (!stream)
            return -1;
    }
    return recognise_segment(skb, stream, headers, 0, stream->next_sequence[0], stream->saw_syn[0]);
}

static __always_inline int recognise_wire_datagram(struct __sk_buff *skb, const struct flow *flow, struct headers *headers)
{
    struct dialogue blank = {};
    struct dialogue *dialogue;
    int recognition = recognise_datagram(skb, headers, COPIED);
    /* One key for both directions: the end with the lower port counts as local. */
    __u8 direction = headers->source_port < headers->destination_port ? QUERENT_EGRESS : QUERENT_INGRESS;
    struct flow key;

    if (recognition == QUERENT_BY_PORT)
        return recognition;
    key = direction == QUERENT_EGRESS ? *flow : reversed(flow);
    dialogue = bpf_map_lookup_elem(&wire_dialogues, &key);
    if (recognition < 0)
        return dialogue && dialogue->state == DIALOGUE_DNS ? QUERENT_BY_FLOW : -1;
    if (dialogue) {
        update_dialogue(dialogue, headers, direction);
    } else if (headers->kind == KIND_QUERY) {
        update_dialogue(&blank, headers, direction);
        bpf_map_update_elem(&wire_dialogues, &key, &blank, BPF_ANY);
    }
    return recognition;
}

/* hook: socket filter on a packet socket without link headers (SOCK_DGRAM), 5.8+ */
SEC("socket")
int interface_tap(struct __sk_buff *skb)
{
    struct headers headers = {};
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
        return 0;               /* loopback (always interface 1) delivers each packet twice */
    count = bpf_map_lookup_elem(&counters, &zero);
    if (!count)
        return 0;
    __sync_fetch_and_add(&count->seen, 1);

    for (int i = 0; i < 2; i++) { /* VLAN tags that the interface did not strip (802.1Q, QinQ) */
        if (protocol != __builtin_bswap16(ETH_P_8021Q) && protocol != __builtin_bswap16(ETH_P_8021AD))
            break;
        if (bpf_skb_load_bytes(skb, base, tag, 4))
            return 0;
        protocol = __builtin_bswap16(be16(tag + 2));
        base += 4;
    }

    is_fragment = read_fragment(skb, base, &fragment, &later);
    if (later) {
        first = bpf_map_lookup_elem(&fragments, &fragment);
        if (!first)
            return 0;
        recognition = *first;
        headers.end = skb->len;
    } else {
        if (!find_payload(skb, base, &headers, COPIED))
            return 0;
        if (!config.any_port && !is_dns_port(headers.source_port) && !is_dns_port(headers.destination_port))
            return 0;
        if (!read_wire_flow(skb, base, &headers, &flow))
            return 0;
        if (headers.protocol == IPPROTO_TCP)
            recognition = recognise_wire_segment(skb, &flow, &headers);
        else if (headers.length)
            recognition = recognise_wire_datagram(skb, &flow, &headers);
        if (recognition >= 0 && is_fragment) {
            reason = recognition;
            bpf_map_update_elem(&fragments, &fragment, &reason, BPF_ANY);
        }
    }
    if (recognition < 0)
        return 0;
    __sync_fetch_and_add(&count->recognised, 1);

    length = headers.end - base;
    barrier_var(length);
    record = reserve_record(length, &room);
    if (!record) {
        __sync_fetch_and_add(&count->ring_full, 1);
        return 0;
    }
    if (length > room) {
        length = room;
        __sync_fetch_and_add(&count->shortened, 1);
    }
    fill_record(record, skb->ifindex, count, headers.end - base, length, config.only_namespace, direction, recognition);
    record->socket_cookie = 0;
    record->flags = 0;
    if (is_datagram(headers.protocol))
        record->segment_size = skb->gso_size;
    if (!later) {
        if (direction == QUERENT_INGRESS)
            flow = reversed(&flow);
        senders = bpf_map_lookup_elem(&flows, &flow);
        if (senders) {
            copy_senders(record, senders, buffer_address(skb));
        } else {
            __sync_fetch_and_add(&count->no_owner, 1);
        }
    }
    submit_record(record, skb, base, length, room, count);
    return 0;                   /* the packet socket itself queues nothing */
}

#endif
