/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The tap on interfaces: a filter on a packet socket, for hosts without cgroup v2 and for traffic that no
 * local socket owns. A packet there has no socket, so who sends is written down by what the packet says of
 * itself: at `net_dev_queue`, the last place where a packet still has its socket, after address translation
 * and before the packet socket sees it. */
#ifndef QUERENT_INTERFACE_H
#define QUERENT_INTERFACE_H

/* One direction of a conversation as it is on the wire. IPv4 addresses are mapped (RFC 4291 §2.5.5.2). */
struct flow {
    __u32 network_namespace;
    __u8 local[16];
    __u8 remote[16];
    __u16 local_port;
    __u16 remote_port;
    __u8 protocol;
    __u8 reserved[3];
};

/* Who sent last in that direction: what a record says of it. */
struct senders {
    struct querent_owner sender;
    struct querent_owner owner;
    __u64 head;                 /* the buffer of the packet that was sent last: whose `sender` it is */
    __u64 flags;                /* enum querent_flags */
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH); /* it can't fill */
    __uint(max_entries, 16384);
    __type(key, struct flow);
    __type(value, struct senders);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct flow);
    __type(value, struct stream);
} wire_streams SEC(".maps");

/* The last caller of a socket by its address until that is released, where tracing programs have no socket storage
 * (before 5.11). */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, __u64);
    __type(value, struct querent_owner);
} callers SEC(".maps");

/* Datagrams whose first fragment was taken for DNS, and why. */
struct fragment {
    __u8 source[16];
    __u8 destination[16];
    __u32 id;
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct fragment);
    __type(value, __u8);
} fragments SEC(".maps");

static __always_inline void map_ipv4(__u8 *to, const __u8 *address)
{
    to[10] = 0xff;
    to[11] = 0xff;
    __builtin_memcpy(to + 12, address, 4);
}

/* Callers by address. */

static __always_inline int note_address(struct sock *sk)
{
    struct querent_owner owner = {};
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    __u64 address = (__u64)sk;

    if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
        return 0;
    describe(&owner, task, QUERENT_SOURCE_SENDING);
    bpf_map_update_elem(&callers, &address, &owner, BPF_ANY);
    return 0;
}

/* hook: kprobe udp_sendmsg, 5.8+, before the packet is built */
SEC("kprobe/udp_sendmsg")
int BPF_KPROBE(kprobe_udp, struct sock *sk)
{
    return note_address(sk);
}

/* hook: kprobe udpv6_sendmsg, 5.8+ */
SEC("kprobe/udpv6_sendmsg")
int BPF_KPROBE(kprobe_udp6, struct sock *sk)
{
    return note_address(sk);
}

/* hook: kprobe tcp_sendmsg, 5.8+ */
SEC("kprobe/tcp_sendmsg")
int BPF_KPROBE(kprobe_tcp, struct sock *sk)
{
    return note_address(sk);
}

/* hook: kprobe inet_release, 5.8+: the next socket may get the same address */
SEC("kprobe/inet_release")
int BPF_KPROBE(kprobe_release, struct socket *sock)
{
    __u64 address = (__u64)BPF_CORE_READ(sock, sk);

    bpf_map_delete_elem(&callers, &address);
    return 0;
}

/* From the socket to the wire. */

struct outgoing {
    struct flow flow;
    __u32 payload;              /* offset from the IP header */
    bool starts;                /* TCP: the SYN flag is set */
};

/* Reads a packet's own words for where it goes. Fragments after the first have none. */
static __always_inline bool read_flow(struct sk_buff *skb, struct outgoing *out)
{
    const __u8 *start = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
    struct flow *flow = &out->flow;
    __u8 header[40], ports[14];
    __u32 offset;

    if (bpf_probe_read_kernel(header, 20, start))
        return false;
    if (header[0] >> 4 == 4) {
        if (be16(header + 6) & 0x1fff)
            return false;
        offset = (header[0] & 0xf) * 4;
        flow->protocol = header[9];
        map_ipv4(flow->local, header + 12);
        map_ipv4(flow->remote, header + 16);
    } else if (header[0] >> 4 == 6) {
        if (bpf_probe_read_kernel(header, 40, start))
            return false;
        offset = 40;
        flow->protocol = header[6];
        __builtin_memcpy(flow->local, header + 8, 16);
        __builtin_memcpy(flow->remote, header + 24, 16);
        if (flow->protocol == IPPROTO_FRAGMENT) { /* what a host puts in front of its own datagrams */
            if (bpf_probe_read_kernel(ports, 8, start + offset) || be16(ports + 2) & 0xfff8)
                return false;
            flow->protocol = ports[0];
            offset += 8;
        }
    } else {
        return false;
    }
    if (flow->protocol != IPPROTO_UDP && flow->protocol != IPPROTO_TCP)
        return false;
    if (bpf_probe_read_kernel(ports, sizeof(ports), start + offset))
        return false;
    flow->local_port = be16(ports);
    flow->remote_port = be16(ports + 2);
    out->payload = offset + 8;
    if (flow->protocol == IPPROTO_TCP) {
        out->payload = offset + (ports[12] >> 4) * 4;
        out->starts = ports[13] & 2;
    }
    return true;
}

/* Whether the other side of a TCP connection has spoken DNS. */
static __always_inline bool answers_dns(const struct flow *flow)
{
    struct flow other = {
        .network_namespace = knobs.only_namespace,
        .local_port = flow->remote_port,
        .remote_port = flow->local_port,
        .protocol = flow->protocol,
    };
    struct stream *stream;

    __builtin_memcpy(other.local, flow->remote, sizeof(other.local));
    __builtin_memcpy(other.remote, flow->local, sizeof(other.remote));
    stream = bpf_map_lookup_elem(&wire_streams, &other);
    return stream && stream->verdict[0] == VERDICT_DNS;
}

/* Whether the packet may be worth a place among the flows. */
static __always_inline bool may_be_dns(struct sk_buff *skb, const struct outgoing *out)
{
    const __u8 *start = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
    __u32 prefix = out->flow.protocol == IPPROTO_TCP ? DNS_PREFIX_LENGTH : 0;
    __u8 octets[DNS_PROBE_LENGTH];

    if (is_dns_port(out->flow.local_port) || is_dns_port(out->flow.remote_port) || out->starts)
        return true;
    if (!knobs.any_port || bpf_map_lookup_elem(&flows, &out->flow))
        return knobs.any_port;
    if (out->flow.protocol == IPPROTO_TCP && answers_dns(&out->flow))
        return true;
    /* Where the payload is not in the buffer's head, the reads see something else: then it is no DNS. */
    if (bpf_probe_read_kernel(octets, sizeof(octets), start + out->payload + prefix))
        return false;
    return looks_like_dns(octets, 0xffff);
}

/* hook: tracepoint net_dev_queue, 5.5+, in the sender's context but for packets that waited for a neighbour */
SEC("tp_btf/net_dev_queue")
int BPF_PROG(interface_queue, struct sk_buff *skb)
{
    struct outgoing out = {};
    struct senders senders = {};
    struct querent_stored_owner *stored;
    struct querent_owner *caller;
    struct task_struct *task;
    struct sock *sk = skb->sk;
    bool is_stream;
    __u8 state;
    __u64 address;

    if (!sk)
        return 0;
    state = sk->__sk_common.skc_state;
    if (state == TCP_NEW_SYN_RECV || state == TCP_TIME_WAIT || !read_flow(skb, &out) || !may_be_dns(skb, &out))
        return 0;
    out.flow.network_namespace = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);

    if (knobs.callers_by_address) {
        address = (__u64)sk;
        caller = bpf_map_lookup_elem(&callers, &address);
        if (caller) {
            senders.owner = *caller;
            senders.flags = QUERENT_HAS_OWNER;
        }
    } else {
        stored = bpf_sk_storage_get(&owners, sk, 0, 0);
        if (stored && read_owner(&senders.owner, stored))
            senders.flags = QUERENT_HAS_OWNER;
    }
    is_stream = out.flow.protocol == IPPROTO_TCP;
    task = (struct task_struct *)bpf_get_current_task();
    /* TCP sends for its owner whenever it likes. */
    if (!(BPF_CORE_READ(task, flags) & PF_KTHREAD) && (!is_stream || BPF_CORE_READ(sk, sk_lock.owned))) {
        describe(&senders.sender, task, QUERENT_SOURCE_SEND);
        senders.flags |= QUERENT_HAS_SENDER;
        if (is_stream)
            senders.flags |= QUERENT_SOCKET_LOCKED;
        else if (BPF_CORE_READ((struct udp_sock *)sk, pending) && sk->sk_type == SOCK_DGRAM)
            senders.flags |= QUERENT_CORKED;
        /* The running task is the sender unless the packet had to wait: by then the socket's note names another. */
        else if (senders.owner.source >= QUERENT_SOURCE_RECEIVE && senders.owner.tgid != senders.sender.tgid)
            senders.flags |= QUERENT_WAITED;
    }
    if (!senders.flags)
        return 0;
    senders.head = (__u64)skb->head;
    senders.sender.network_namespace = out.flow.network_namespace;
    senders.owner.network_namespace = out.flow.network_namespace;
    bpf_map_update_elem(&flows, &out.flow, &senders, BPF_ANY);
    return 0;
}

/* The filter. */

/* The addresses of the packet at `base`, and the ports found; local and remote as `direction` has them. */
static __always_inline bool name_flow(struct __sk_buff *skb, __u32 base, const struct found *found,
                                      __u8 direction, struct flow *flow)
{
    __u8 *source = direction == QUERENT_EGRESS ? flow->local : flow->remote;
    __u8 *destination = direction == QUERENT_EGRESS ? flow->remote : flow->local;
    __u8 header[40];

    if (bpf_skb_load_bytes(skb, base, header, 20))
        return false;
    if (header[0] >> 4 == 4) {
        map_ipv4(source, header + 12);
        map_ipv4(destination, header + 16);
    } else {
        if (bpf_skb_load_bytes(skb, base, header, 40))
            return false;
        __builtin_memcpy(source, header + 8, 16);
        __builtin_memcpy(destination, header + 24, 16);
    }
    flow->network_namespace = knobs.only_namespace;
    flow->protocol = found->protocol;
    flow->local_port = direction == QUERENT_EGRESS ? found->source_port : found->destination_port;
    flow->remote_port = direction == QUERENT_EGRESS ? found->destination_port : found->source_port;
    return true;
}

/* The datagram that a fragment belongs to; false for a whole packet. `later` says it is not the first. */
static __always_inline bool name_fragment(struct __sk_buff *skb, __u32 base, struct fragment *fragment,
                                          bool *later)
{
    __u8 header[48];

    if (bpf_skb_load_bytes(skb, base, header, 20))
        return false;
    if (header[0] >> 4 == 4) {
        if (!(be16(header + 6) & 0x3fff))
            return false;
        map_ipv4(fragment->source, header + 12);
        map_ipv4(fragment->destination, header + 16);
        fragment->id = be16(header + 4);
        *later = be16(header + 6) & 0x1fff;
        return true;
    }
    if (header[0] >> 4 != 6 || header[6] != IPPROTO_FRAGMENT || bpf_skb_load_bytes(skb, base, header, 48))
        return false;
    __builtin_memcpy(fragment->source, header + 8, 16);
    __builtin_memcpy(fragment->destination, header + 24, 16);
    fragment->id = (__u32)be16(header + 44) << 16 | be16(header + 46);
    *later = be16(header + 42) & 0xfff8;
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

static __always_inline int recognise_wire_segment(struct __sk_buff *skb, __u32 base, struct found *found)
{
    struct flow key = {};
    struct stream blank = {};
    struct stream *stream;

    if (is_dns_port(found->source_port) || is_dns_port(found->destination_port))
        return found->length || found->starts ? QUERENT_BY_PORT : -1;
    if (!knobs.any_port || !name_flow(skb, base, found, QUERENT_EGRESS, &key))
        return -1;
    if (found->starts) {
        blank.starts[0] = 1;
        blank.next_sequence[0] = found->sequence;
        bpf_map_update_elem(&wire_streams, &key, &blank, BPF_ANY);
    }
    if (!found->length)
        return -1;
    stream = bpf_map_lookup_elem(&wire_streams, &key);
    if (!stream) {
        bpf_map_update_elem(&wire_streams, &key, &blank, BPF_ANY);
        stream = bpf_map_lookup_elem(&wire_streams, &key);
        if (!stream)
            return -1;
    }
    return recognise_segment(skb, stream, found, 0, stream->next_sequence[0], stream->starts[0]);
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
        if (!find_payload(skb, base, &found))
            return 0;
        if (found.protocol == IPPROTO_TCP)
            recognition = recognise_wire_segment(skb, base, &found);
        else if (found.length)
            recognition = recognise_datagram(skb, &found);
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
    fill(record, skb, count, found.end - base, length, knobs.only_namespace, direction, recognition);
    record->socket_cookie = 0;
    record->flags = 0;
    if (found.protocol == IPPROTO_UDP)
        record->segment_size = skb->gso_size;
    if (!later && name_flow(skb, base, &found, direction, &flow)) {
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
