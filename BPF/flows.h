/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Maps flows on the wire to their senders. A packet socket delivers packets without their sockets, so a program at
 * `net_dev_queue` stores the sender by the addresses in the packet. That is the last place where a packet refers to its
 * socket, after address translation and before the packet socket receives it. */
#ifndef QUERENT_FLOWS_H
#define QUERENT_FLOWS_H

/* One direction of a flow as it is on the wire. IPv4 addresses are IPv4-mapped (RFC 4291 §2.5.5.2). */
struct flow {
    __u32 network_namespace;
    __u8 local[16];
    __u8 remote[16];
    __u16 local_port;
    __u16 remote_port;
    __u8 protocol;
    __u8 reserved[3];
};

/* The other direction of the same flow. */
static __always_inline struct flow reversed(const struct flow *flow)
{
    struct flow other = {
        .network_namespace = flow->network_namespace,
        .local_port = flow->remote_port,
        .remote_port = flow->local_port,
        .protocol = flow->protocol,
    };

    __builtin_memcpy(other.local, flow->remote, sizeof(other.local));
    __builtin_memcpy(other.remote, flow->local, sizeof(other.remote));
    return other;
}

/* The tasks that sent the last packet in that direction, as they are copied into a record. */
struct senders {
    struct querent_owner sender;
    struct querent_owner owner;
    __u64 head;                 /* the buffer address of that packet */
    __u64 flags;                /* enum querent_flags */
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH); /* never full */
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

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct flow);
    __type(value, struct dialogue);
} wire_dialogues SEC(".maps");

/* The last task that used a socket, by the socket's address, until the socket is released. For kernels where tracing programs
 * have no socket storage (before 5.11). */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, __u64);
    __type(value, struct querent_owner);
} callers SEC(".maps");

static __always_inline int record_caller_by_address(struct sock *sk)
{
    struct querent_owner owner = {};
    struct task_struct *task = current_task(TRACING_CHECKED);
    __u64 address = (__u64)sk;

    if (READ(TRACING_CHECKED, task, flags) & PF_KTHREAD)
        return 0;
    describe_task(&owner, task, QUERENT_SOURCE_SENDING, TRACING_CHECKED);
    bpf_map_update_elem(&callers, &address, &owner, BPF_ANY);
    return 0;
}

/* hook: kprobe udp_sendmsg, 5.8+, before the packet is built */
SEC("kprobe/udp_sendmsg")
int BPF_KPROBE(kprobe_udp, struct sock *sk)
{
    return record_caller_by_address(sk);
}

/* hook: kprobe udpv6_sendmsg, 5.8+ */
SEC("kprobe/udpv6_sendmsg")
int BPF_KPROBE(kprobe_udp6, struct sock *sk)
{
    return record_caller_by_address(sk);
}

/* hook: kprobe tcp_sendmsg, 5.8+ */
SEC("kprobe/tcp_sendmsg")
int BPF_KPROBE(kprobe_tcp, struct sock *sk)
{
    return record_caller_by_address(sk);
}

/* hook: kprobe inet_release, 5.8+: a new socket may get the same address */
SEC("kprobe/inet_release")
int BPF_KPROBE(kprobe_release, struct socket *sock)
{
    __u64 address = (__u64)BPF_CORE_READ(sock, sk);

    bpf_map_delete_elem(&callers, &address);
    return 0;
}

/* The flow of a packet that is being sent, and where its payload starts. */
struct outgoing {
    struct flow flow;
    __u32 payload;              /* offset from the IP header */
    bool syn;                   /* TCP: the SYN flag is set */
};

/* Reads the flow from the packet's headers; false for later fragments, which have no ports. */
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
        if (flow->protocol == IPPROTO_FRAGMENT) { /* the only extension header that the kernel adds to its own datagrams */
            if (bpf_probe_read_kernel(ports, 8, start + offset) || be16(ports + 2) & 0xfff8)
                return false;
            flow->protocol = ports[0];
            offset += 8;
        }
    } else {
        return false;
    }
    if (!has_ports(flow->protocol))
        return false;
    if (bpf_probe_read_kernel(ports, sizeof(ports), start + offset))
        return false;
    flow->local_port = be16(ports);
    flow->remote_port = be16(ports + 2);
    out->payload = offset + 8;
    if (flow->protocol == IPPROTO_TCP) {
        out->payload = offset + (ports[12] >> 4) * 4;
        out->syn = ports[13] & 2;
    }
    return true;
}

/* Whether the other direction of a TCP connection carries DNS. */
static __always_inline bool reverse_carries_dns(const struct flow *flow)
{
    struct flow other = reversed(flow);
    struct stream *stream;

    other.network_namespace = config.only_namespace;
    stream = bpf_map_lookup_elem(&wire_streams, &other);
    return stream && stream->verdict[0] == VERDICT_DNS;
}

/* Whether the packet may be DNS, so that its sender must be stored. */
static __always_inline bool may_be_dns(struct sk_buff *skb, const struct outgoing *out)
{
    const __u8 *start = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
    __u32 prefix = out->flow.protocol == IPPROTO_TCP ? DNS_PREFIX_LENGTH : 0;
    __u8 octets[DNS_PROBE_LENGTH];

    if (is_dns_port(out->flow.local_port) || is_dns_port(out->flow.remote_port) || out->syn)
        return true;
    if (!config.any_port || bpf_map_lookup_elem(&flows, &out->flow))
        return config.any_port;
    if (out->flow.protocol == IPPROTO_TCP && reverse_carries_dns(&out->flow))
        return true;
    /* If the payload is not in the linear part, this reads other octets, which do not look like DNS. */
    if (bpf_probe_read_kernel(octets, sizeof(octets), start + out->payload + prefix))
        return false;
    return may_look_like_dns(octets);
}

/* hook: tracepoint net_dev_queue, 5.5+, in the sender's context except for packets that waited for a neighbour's address */
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

    if (config.callers_by_address) {
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
    task = current_task(TRACING_CHECKED);
    /* For TCP the running task is the sender only while a system call holds the socket lock. */
    if (!(READ(TRACING_CHECKED, task, flags) & PF_KTHREAD) && (!is_stream || BPF_CORE_READ(sk, sk_lock.owned))) {
        describe_task(&senders.sender, task, QUERENT_SOURCE_SEND, TRACING_CHECKED);
        senders.flags |= QUERENT_HAS_SENDER;
        if (is_stream)
            senders.flags |= QUERENT_SOCKET_LOCKED;
        else if (BPF_CORE_READ((struct udp_sock *)sk, pending) && sk->sk_type == SOCK_DGRAM)
            senders.flags |= QUERENT_CORKED;
        /* The running task is the sender unless the packet had to wait; then the owner record names another process. */
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

#endif
