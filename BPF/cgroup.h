/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The tap on cgroups: every packet of every local socket, in every network namespace. */
#ifndef QUERENT_CGROUP_H
#define QUERENT_CGROUP_H

/* The socket's kernel address as a number: the context hands out a checked pointer, on which no
 * arithmetic is allowed; read back from the stack it is an address for the fault-tolerant reads. */
static __always_inline struct sock *kernel_address(struct bpf_sock *sk)
{
    struct bpf_sock *volatile slot = sk;
    struct sock *address = NULL;

    bpf_probe_read_kernel(&address, sizeof(address), (const void *)&slot);
    return address;
}

/* Set while corked data are pushed out, never in an ordinary send. A raw socket has no such field. */
static __always_inline bool is_corked(struct sock *address)
{
    struct udp_sock *udp = CAST(address, struct udp_sock);

    return READ(CGROUP_CHECKED, address, sk_type) == SOCK_DGRAM && READ(CGROUP_CHECKED, udp, pending);
}

/* The number of the octet that a TCP socket waits for or sends next. Sets QUERENT_HAS_EXPECTED if this segment is in
 * that order. */
static __always_inline __u32 expect(struct sock *address, struct bpf_sock *sk, const struct found *found,
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
        barrier_var(expected);  /* else the compiler makes one load of both ways, which no verifier takes */
    }
    /* A segment that is sent again, or that a firewall has held up, is behind what is to come next. */
    if (direction == QUERENT_INGRESS || expected == found->sequence)
        *flags |= QUERENT_HAS_EXPECTED;
    return expected;
}

/* Whether a query and its answer have passed a UDP socket. */
static __always_inline bool has_spoken_dns(struct bpf_sock *sk)
{
    struct dialogue *dialogue = bpf_sk_storage_get(&dialogues, sk, 0, 0);

    return dialogue && dialogue->state == DIALOGUE_DNS;
}

static __always_inline void note_speech(struct bpf_sock *sk, const struct found *found, __u8 direction)
{
    struct dialogue *dialogue = bpf_sk_storage_get(&dialogues, sk, 0,
                                                   found->says == SAYS_QUERY ? BPF_SK_STORAGE_GET_F_CREATE : 0);

    if (dialogue)
        follow(dialogue, found, direction);
}

static __always_inline int tap(struct __sk_buff *skb, __u8 direction)
{
    struct found found = {};
    struct stream *stream = NULL;
    struct fragment fragment = {};
    struct querent_record *record;
    struct querent_stored_owner *stored;
    struct querent_counters *count;
    struct task_struct *task;
    struct bpf_sock *sk;
    struct sock *address;
    __u32 zero = 0, namespace, expected = 0;
    __u64 room = 0, length, cookie; /* 64 bits wide: the verifier loses bounds over 32-bit extension */
    __u8 flags = 0, reason, *first;
    bool later = false;
    int recognition = QUERENT_BY_PORT;

    count = bpf_map_lookup_elem(&counters, &zero);
    if (!count)
        return 1;
    __sync_fetch_and_add(&count->seen, 1);
    if (!find_payload(skb, 0, &found, IN_PLACE)) {
        /* Only a raw socket sends fragments here; they follow their first one. */
        if (direction != QUERENT_EGRESS || !name_fragment(skb, 0, &fragment, &later) || !later)
            return 1;
        first = bpf_map_lookup_elem(&fragments, &fragment);
        if (!first)
            return 1;
        recognition = *first;
        found.protocol = IPPROTO_UDP;
    } else if (!found.length) {
        return 1;
    }
    sk = skb->sk;
    if (!CGROUP_CHECKED && sk)
        sk = bpf_sk_fullsock(sk);
    if (!later && is_datagram(found.protocol)) {
        recognition = recognise_datagram(skb, &found, IN_PLACE);
        if (recognition < 0) {
            if (!sk || !config.any_port || !has_spoken_dns(sk))
                return 1;
            recognition = QUERENT_BY_FLOW;
        }
    }
    if (!sk) {
        __sync_fetch_and_add(&count->no_socket, 1);
        return 1;
    }
    if (found.says)
        note_speech(sk, &found, direction);
    if (direction == QUERENT_EGRESS && found.continues && name_fragment(skb, 0, &fragment, &later)) {
        reason = recognition;
        bpf_map_update_elem(&fragments, &fragment, &reason, BPF_ANY);
    }
    if (found.protocol == IPPROTO_TCP && !is_dns_port(found.source_port) && !is_dns_port(found.destination_port)) {
        if (!config.any_port || sk->state == TCP_LISTEN)
            return 1;           /* Fast Open data comes again as the child's own stream or not at all */
        stream = bpf_sk_storage_get(&streams, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
        if (!stream || stream->verdict[direction] == VERDICT_FOREIGN)
            return 1;
    }
    address = CGROUP_CHECKED ? bpf_rdonly_cast(sk, bpf_core_type_id_kernel(struct sock)) : kernel_address(sk);
    if (found.protocol == IPPROTO_TCP)
        expected = expect(address, sk, &found, direction, &flags);
    if (stream) {
        recognition = recognise_segment(skb, stream, &found, direction, expected,
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
    record = begin(length, &room);
    if (!record) {
        __sync_fetch_and_add(&count->ring_full, 1);
        return 1;
    }
    if (length > room) {
        length = room;
        __sync_fetch_and_add(&count->shortened, 1);
    }
    fill(record, skb, count, skb->len, length, namespace, direction, recognition);
    cookie = CGROUP_CHECKED ? address->__sk_common.skc_cookie.counter : 0;
    record->socket_cookie = cookie ? cookie : bpf_get_socket_cookie(skb);
    record->expected_sequence = expected;
    if (is_datagram(found.protocol))
        record->segment_size = skb->gso_size;

    if (direction == QUERENT_EGRESS) {
        if (found.protocol == IPPROTO_TCP && READ(CGROUP_CHECKED, address, sk_lock.owned))
            flags |= QUERENT_SOCKET_LOCKED;
        task = running(CGROUP_CHECKED);
        if (READ(CGROUP_CHECKED, task, flags) & PF_KTHREAD) {
            flags |= QUERENT_SENDER_IS_KERNEL;
        } else if (is_datagram(found.protocol) || flags & QUERENT_SOCKET_LOCKED) {
            describe(&record->sender, task, QUERENT_SOURCE_SEND, CGROUP_CHECKED);
            record->sender.network_namespace = namespace;
            flags |= QUERENT_HAS_SENDER;
            if (is_datagram(found.protocol) && is_corked(address))
                flags |= QUERENT_CORKED;
        }
    }

    stored = bpf_sk_storage_get(&owners, sk, 0, 0);
    if (stored && read_owner(&record->owner, stored))
        flags |= QUERENT_HAS_OWNER;
    if (!(flags & (QUERENT_HAS_OWNER | QUERENT_HAS_SENDER)))
        __sync_fetch_and_add(&count->no_owner, 1);
    record->flags = flags;
    commit(record, skb, 0, length, room, count);
    return 1;
}

/* hook: cgroup_skb egress, above IP fragmentation, in the sender's context but for TCP's own timing */
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
