/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The cgroup tap: every packet of every local socket, in every network namespace. */
#ifndef QUERENT_CGROUP_H
#define QUERENT_CGROUP_H

/* The socket's kernel address. The context's pointer is checked and allows no arithmetic; read back from the stack it is a
 * plain address for the fault-tolerant reads. */
static __always_inline struct sock *kernel_address(struct bpf_sock *sk)
{
    struct bpf_sock *volatile slot = sk;
    struct sock *address = NULL;

    bpf_probe_read_kernel(&address, sizeof(address), (const void *)&slot);
    return address;
}

/* Whether the packet is corked data of several calls (UDP_CORK, MSG_MORE). A raw socket has no such field. */
static __always_inline bool is_corked(struct sock *address)
{
    struct udp_sock *udp = CAST(address, struct udp_sock);

    return READ(CGROUP_CHECKED, address, sk_type) == SOCK_DGRAM && READ(CGROUP_CHECKED, udp, pending);
}

/* The sequence number that a TCP socket expects to receive or sends next. Sets QUERENT_HAS_EXPECTED if it is known
 * for this segment. */
static __always_inline __u32 find_expected(struct sock *address, struct bpf_sock *sk, const struct headers *headers,
                                    __u8 direction, __u8 *flags)
{
    struct bpf_tcp_sock *tcp;
    __u32 expected;

    if (sk->state == TCP_LISTEN)
        return 0;               /* a listener expects nothing */
    if (CGROUP_CHECKED) {
        struct tcp_sock *checked = CAST(address, struct tcp_sock);

        if (address->sk_protocol != IPPROTO_TCP)
            return 0;
        expected = direction == QUERENT_INGRESS ? checked->rcv_nxt : checked->snd_nxt;
    } else {
        tcp = bpf_tcp_sock(sk);
        if (!tcp)
            return 0;
        expected = direction == QUERENT_INGRESS ? tcp->rcv_nxt : tcp->snd_nxt;
        barrier_var(expected);  /* else the compiler merges both loads into one, which the verifier refuses */
    }
    /* snd_nxt is already past a segment that is retransmitted or was delayed by a firewall. */
    if (direction == QUERENT_INGRESS || expected == headers->sequence)
        *flags |= QUERENT_HAS_EXPECTED;
    return expected;
}

/* Whether a query and its answer have passed a UDP socket. */
static __always_inline bool has_carried_dns(struct bpf_sock *sk)
{
    struct dialogue *dialogue = bpf_sk_storage_get(&dialogues, sk, 0, 0);

    return dialogue && dialogue->state == DIALOGUE_DNS;
}

static __always_inline void update_socket_dialogue(struct bpf_sock *sk, const struct headers *headers, __u8 direction)
{
    struct dialogue *dialogue = bpf_sk_storage_get(&dialogues, sk, 0,
                                                   headers->kind == KIND_QUERY ? BPF_SK_STORAGE_GET_F_CREATE : 0);

    if (dialogue)
        update_dialogue(dialogue, headers, direction);
}

/* Whether the packet's socket was created in the target cgroup or below it. A process in a cgroup namespace cannot see the
* depth of its cgroup in the whole tree. */
static __always_inline bool is_in_target(struct __sk_buff *skb)
{
    for (int level = 1; level < MOST_CGROUP_LEVELS; level++)
        if (bpf_skb_ancestor_cgroup_id(skb, level) == config.target_cgroup)
            return true;
    return false;
}

static __always_inline int tap(struct __sk_buff *skb, __u8 direction)
{
    struct headers headers = {};
    struct stream *stream = NULL;
    struct fragment fragment = {};
    struct querent_record *record;
    struct querent_stored_owner *stored;
    struct querent_counters *count;
    struct task_struct *task;
    struct bpf_sock *sk;
    struct sock *address;
    __u32 zero = 0, namespace, expected = 0;
    __u64 room = 0, length, cookie; /* 64 bits: the verifier loses bounds in 32-bit extension */
    __u8 flags = 0, reason, *first;
    bool later = false;
    int recognition = QUERENT_BY_PORT;

    count = bpf_map_lookup_elem(&counters, &zero);
    if (!count)
        return 1;
    __sync_fetch_and_add(&count->seen, 1);
    if (!find_payload(skb, 0, &headers, IN_PLACE)) {
        /* Only raw sockets send fragments here; the first fragment decides for the later ones. */
        if (direction != QUERENT_EGRESS || !read_fragment(skb, 0, &fragment, &later) || !later)
            return 1;
        first = bpf_map_lookup_elem(&fragments, &fragment);
        if (!first)
            return 1;
        recognition = *first;
        headers.protocol = IPPROTO_UDP;
    } else if (!headers.length) {
        return 1;
    }
    sk = skb->sk;
    if (!CGROUP_CHECKED && sk)
        sk = bpf_sk_fullsock(sk);
    if (!later && is_datagram(headers.protocol)) {
        recognition = recognise_datagram(skb, &headers, IN_PLACE);
        if (recognition < 0) {
            if (!sk || !config.any_port || !has_carried_dns(sk))
                return 1;
            recognition = QUERENT_BY_FLOW;
        }
    }
    if (!sk) {
        __sync_fetch_and_add(&count->no_socket, 1);
        return 1;
    }
    if (headers.kind)
        update_socket_dialogue(sk, &headers, direction);
    if (direction == QUERENT_EGRESS && headers.more_fragments && read_fragment(skb, 0, &fragment, &later)) {
        reason = recognition;
        bpf_map_update_elem(&fragments, &fragment, &reason, BPF_ANY);
    }
    if (headers.protocol == IPPROTO_TCP && !is_dns_port(headers.source_port) && !is_dns_port(headers.destination_port)) {
        if (!config.any_port || sk->state == TCP_LISTEN)
            return 1;           /* Fast Open data is delivered again on the accepted socket, or not at all */
        stream = bpf_sk_storage_get(&streams, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
        if (!stream || stream->verdict[direction] == VERDICT_NOT_DNS)
            return 1;
    }
    address = CGROUP_CHECKED ? bpf_rdonly_cast(sk, bpf_core_type_id_kernel(struct sock)) : kernel_address(sk);
    if (headers.protocol == IPPROTO_TCP)
        expected = find_expected(address, sk, &headers, direction, &flags);
    if (stream) {
        recognition = recognise_segment(skb, stream, &headers, direction, expected,
                                        flags && direction == QUERENT_INGRESS);
        if (recognition < 0)
            return 1;
    }

    namespace = READ(CGROUP_CHECKED, address, __sk_common.skc_net.net, ns.inum);
    if (config.only_namespace && namespace != config.only_namespace)
        return 1;
    __sync_fetch_and_add(&count->recognised, 1);

    length = skb->len;
    barrier_var(length);
    record = reserve_record(length, &room);
    if (!record) {
        __sync_fetch_and_add(&count->ring_full, 1);
        return 1;
    }
    if (length > room) {
        length = room;
        __sync_fetch_and_add(&count->shortened, 1);
    }
    fill_record(record, skb->ifindex, count, skb->len, length, namespace, direction, recognition);
    cookie = CGROUP_CHECKED ? address->__sk_common.skc_cookie.counter : 0;
    record->socket_cookie = cookie ? cookie : bpf_get_socket_cookie(skb);
    record->expected_sequence = expected;
    if (is_datagram(headers.protocol))
        record->segment_size = skb->gso_size;

    if (direction == QUERENT_EGRESS) {
        if (headers.protocol == IPPROTO_TCP && READ(CGROUP_CHECKED, address, sk_lock.owned))
            flags |= QUERENT_SOCKET_LOCKED;
        task = current_task(CGROUP_CHECKED);
        if (READ(CGROUP_CHECKED, task, flags) & PF_KTHREAD) {
            flags |= QUERENT_SENDER_IS_KERNEL;
        } else if (is_datagram(headers.protocol) || flags & QUERENT_SOCKET_LOCKED) {
            describe_task(&record->sender, task, QUERENT_SOURCE_SEND, CGROUP_CHECKED);
            record->sender.network_namespace = namespace;
            flags |= QUERENT_HAS_SENDER;
            if (is_datagram(headers.protocol) && is_corked(address))
                flags |= QUERENT_CORKED;
        }
    }

    stored = bpf_sk_storage_get(&owners, sk, 0, 0);
    if (stored && read_owner(&record->owner, stored))
        flags |= QUERENT_HAS_OWNER;
    if (!(flags & (QUERENT_HAS_OWNER | QUERENT_HAS_SENDER)))
        __sync_fetch_and_add(&count->no_owner, 1);
    if (config.target_cgroup && is_in_target(skb))
        flags |= QUERENT_IN_TARGET;
    record->flags = flags;
    submit_record(record, skb, 0, length, room, count);
    return 1;
}

/* hook: cgroup_skb egress, before IP fragmentation, in the sender's context except when TCP sends later */
SEC("cgroup_skb/egress")
int tap_egress(struct __sk_buff *skb)
{
    return tap(skb, QUERENT_EGRESS);
}

/* hook: cgroup_skb ingress, after defragmentation, in softirq, with the receiver's socket */
SEC("cgroup_skb/ingress")
int tap_ingress(struct __sk_buff *skb)
{
    return tap(skb, QUERENT_INGRESS);
}

#endif
