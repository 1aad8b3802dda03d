/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Recognise DNS at every socket of the host, stamp it with its process, copy it to the ring.
 * Who calls a socket is written down on the socket itself, so no key can collide and nothing has to
 * be swept: the record dies with its socket. */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "probe_abi.h"
#include "recognise.h"

char LICENSE[] SEC("license") = "GPL";

/* A section of its own, so that user space finds the knobs at its start. */
const volatile struct querent_knobs knobs SEC(".rodata.knobs") = {};

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE); /* an accepted child inherits its listener's */
    __type(key, int);
    __type(value, struct querent_stored_owner);
} owners SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 8192);
    __type(key, __u32); /* tgid */
    __type(value, struct querent_execution);
} executions SEC(".maps");

/* What a new entry starts from: half a kilobyte of zeros has no room on the stack. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct querent_execution);
} blank_execution SEC(".maps");

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

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 16 * 1024 * 1024);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct querent_counters);
} counters SEC(".maps");

/* An exact count even where an interrupt nests inside: the add is atomic. */
#define COUNT(what)                                                                                  \
    do {                                                                                             \
        __u32 zero_ = 0;                                                                             \
        struct querent_counters *counters_ = bpf_map_lookup_elem(&counters, &zero_);                 \
        if (counters_)                                                                               \
            __sync_fetch_and_add(&counters_->what, 1);                                               \
    } while (0)

/* Writers: who calls the socket. */

static __always_inline void describe(struct querent_owner *owner, struct task_struct *task, __u8 source)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    struct cred *cred = BPF_CORE_READ(task, cred);

    owner->start_boottime = BPF_CORE_READ(leader, start_boottime);
    owner->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
    owner->tgid = BPF_CORE_READ(task, tgid);
    owner->tid = BPF_CORE_READ(task, pid);
    owner->uid = BPF_CORE_READ(cred, uid.val);
    owner->gid = BPF_CORE_READ(cred, gid.val);
    owner->parent_tgid = BPF_CORE_READ(leader, real_parent, tgid);
    bpf_core_read(owner->name, sizeof(owner->name), &leader->comm);
    bpf_core_read(owner->thread_name, sizeof(owner->thread_name), &task->comm);
    owner->source = source;
    __builtin_memset(owner->reserved, 0, sizeof(owner->reserved));
}

/* Rewrites the record only when it would say something else: a send or receive by another thread, or
 * a weaker note where there was none. */
static __always_inline void write_down(struct querent_stored_owner *stored, __u32 network_namespace,
                                       __u8 source)
{
    struct task_struct *task;
    __u32 tid;

    if (!stored) {
        COUNT(storage_full);
        return;
    }
    task = (struct task_struct *)bpf_get_current_task();
    if (source < stored->owner.source && source < QUERENT_SOURCE_RECEIVE)
        return; /* a socket that is in use keeps its user */
    tid = BPF_CORE_READ(task, pid);
    if (stored->owner.tid == tid && stored->owner.source >= source &&
        stored->owner.start_boottime == BPF_CORE_READ(task, group_leader, start_boottime))
        return;
    if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
        return;
    if (stored->writes & 1)
        return; /* another CPU is writing down its own caller */
    stored->writes++;
    barrier();
    describe(&stored->owner, task, source);
    if (network_namespace)
        stored->owner.network_namespace = network_namespace;
    barrier();
    stored->writes++;
}

static __always_inline int note(struct sock *sk, __u8 source)
{
    __u16 family;

    if (!sk)
        return 0;
    family = sk->__sk_common.skc_family;
    if (family != AF_INET && family != AF_INET6)
        return 0;
    write_down(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE),
               sk->__sk_common.skc_net.net->ns.inum, source);
    return 0;
}

/* hook: security_socket_sendmsg, before the packet is built; every family, protocol and io_uring */
SEC("fentry/security_socket_sendmsg")
int BPF_PROG(trampoline_send, struct socket *sock)
{
    return note(sock->sk, QUERENT_SOURCE_SEND);
}

/* hook: security_socket_recvmsg, before the first octet is copied out */
SEC("fentry/security_socket_recvmsg")
int BPF_PROG(trampoline_receive, struct socket *sock)
{
    return note(sock->sk, QUERENT_SOURCE_RECEIVE);
}

/* hook: tracepoint sock_send_length, 6.3+, after the send */
SEC("tp_btf/sock_send_length")
int BPF_PROG(tracepoint_send, struct sock *sk, int length, int flags)
{
    return note(sk, QUERENT_SOURCE_SEND);
}

/* hook: tracepoint sock_recv_length, 6.3+, after the receive */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(tracepoint_receive, struct sock *sk, int length, int flags)
{
    return note(sk, QUERENT_SOURCE_RECEIVE);
}

/* hook: tracepoint tcp_sendmsg_locked, 6.16+, before the segment is built */
SEC("tp_btf/tcp_sendmsg_locked")
int BPF_PROG(tracepoint_tcp_send, struct sock *sk)
{
    return note(sk, QUERENT_SOURCE_SEND);
}

/* hook: cgroup sock_create, 5.9+ */
SEC("cgroup/sock_create")
int cgroup_create(struct bpf_sock *sk)
{
    write_down(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), 0,
               QUERENT_SOURCE_CREATOR);
    return 1;
}

/* hook: cgroup post_bind, 5.9+ */
SEC("cgroup/post_bind4")
int cgroup_bind4(struct bpf_sock *sk)
{
    write_down(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), 0,
               QUERENT_SOURCE_BINDER);
    return 1;
}

SEC("cgroup/post_bind6")
int cgroup_bind6(struct bpf_sock *sk)
{
    write_down(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), 0,
               QUERENT_SOURCE_BINDER);
    return 1;
}

static __always_inline int connecting(struct bpf_sock_addr *call)
{
    struct bpf_sock *sk = call->sk;

    if (sk)
        write_down(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), 0,
                   QUERENT_SOURCE_CONNECTOR);
    return 1;
}

/* hook: cgroup connect, 5.8+ */
SEC("cgroup/connect4")
int cgroup_connect4(struct bpf_sock_addr *call)
{
    return connecting(call);
}

SEC("cgroup/connect6")
int cgroup_connect6(struct bpf_sock_addr *call)
{
    return connecting(call);
}

/* hook: tracepoint sched_process_exec: once an exec has succeeded; the new arguments are in memory */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
    struct querent_execution *execution;
    unsigned long start, length;
    __u32 tgid = BPF_CORE_READ(task, tgid), zero = 0;

    execution = bpf_map_lookup_elem(&blank_execution, &zero);
    if (!execution || bpf_map_update_elem(&executions, &tgid, execution, BPF_ANY))
        return 0;
    execution = bpf_map_lookup_elem(&executions, &tgid);
    if (!execution)
        return 0;
    bpf_probe_read_kernel_str(execution->path, sizeof(execution->path), BPF_CORE_READ(program, interp));
    start = BPF_CORE_READ(task, mm, arg_start);
    length = BPF_CORE_READ(task, mm, arg_end) - start;
    barrier_var(length);
    if (length > sizeof(execution->arguments))
        length = sizeof(execution->arguments);
    if (!bpf_probe_read_user(execution->arguments, length, (void *)start))
        execution->arguments_length = length;
    execution->start_boottime = BPF_CORE_READ(task, group_leader, start_boottime);
    return 0;
}

/* hook: iter/task_file, 5.11+: every open file of every task, read once after the writers are in place */
SEC("iter/task_file")
int backfill(struct bpf_iter__task_file *step)
{
    struct task_struct *task = step->task;
    struct file *file = step->file;
    struct querent_stored_owner *stored;
    struct socket *sock;
    struct sock *sk;
    __u16 family;

    if (!task || !file)
        return 0;
    sock = bpf_sock_from_file(file);
    if (!sock)
        return 0;
    sk = sock->sk;
    if (!sk)
        return 0;
    family = sk->__sk_common.skc_family;
    if (family != AF_INET && family != AF_INET6)
        return 0;
    stored = bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (!stored) {
        COUNT(storage_full);
        return 0;
    }
    if (stored->owner.tgid)
        return 0; /* somebody called it meanwhile, which says more */
    describe(&stored->owner, task, QUERENT_SOURCE_BACKFILL);
    stored->owner.network_namespace = sk->__sk_common.skc_net.net->ns.inum;
    return 0;
}

/* Copies what is written down; false where nothing is. */
static __always_inline bool read_owner(struct querent_owner *to, struct querent_stored_owner *stored)
{
    if (!stored->owner.tgid)
        return false;
    for (int i = 0; i < 3; i++) { /* softirq may read while a writer on another CPU is busy */
        __u32 writes = *(volatile __u32 *)&stored->writes;

        *to = stored->owner;
        barrier();
        if (!(writes & 1) && writes == *(volatile __u32 *)&stored->writes)
            break;
    }
    return true;
}

/* The tap. */

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

/* The socket's kernel address as a number: the context hands out a checked pointer, on which no
 * arithmetic is allowed; read back from the stack it is an address for the fault-tolerant reads. */
static __always_inline struct sock *kernel_address(struct bpf_sock *sk)
{
    struct bpf_sock *volatile slot = sk;
    struct sock *address = NULL;

    bpf_probe_read_kernel(&address, sizeof(address), (const void *)&slot);
    return address;
}

#define RESERVE(octets)                                                                              \
    do {                                                                                             \
        *room = (octets);                                                                            \
        record = bpf_ringbuf_reserve(&ring, sizeof(struct querent_record) + (octets), 0);            \
    } while (0)

/* A record with room for `length` octets of packet, or for the start of it; NULL when the ring is full. */
static __always_inline struct querent_record *begin(__u64 length, __u64 *room)
{
    struct querent_record *record;

    if (length <= 128)
        RESERVE(128);
    else if (length <= 256)
        RESERVE(256);
    else if (length <= 512)
        RESERVE(512);
    else if (length <= 1536)
        RESERVE(1536);
    else if (length <= 4096)
        RESERVE(4096);
    else
        RESERVE(65536);
    if (!record && *room > 128)
        RESERVE(128);           /* a ring that is full for a large record may hold the start of it */
    return record;
}

/* What every tap knows of a packet. */
static __always_inline void fill(struct querent_record *record, struct __sk_buff *skb,
                                 const struct querent_counters *count, __u32 original_length,
                                 __u64 captured_length, __u32 network_namespace, __u8 direction,
                                 __u8 recognition)
{
    record->time = bpf_ktime_get_boot_ns();
    record->sequence = count->recognised;
    record->cpu = bpf_get_smp_processor_id();
    record->interface_index = skb->ifindex;
    record->network_namespace = network_namespace;
    record->original_length = original_length;
    record->captured_length = captured_length;
    record->segment_size = 0;
    record->expected_sequence = 0;
    record->direction = direction;
    record->recognition = recognition;
    record->abi_version = QUERENT_ABI_VERSION;
    record->sender.tgid = 0;
    record->owner.tgid = 0;
}

/* Copies the packet behind the record and hands it over. The one place where records leave. */
static __always_inline void commit(struct querent_record *record, struct __sk_buff *skb, __u32 base,
                                   __u64 length, __u64 room, struct querent_counters *count)
{
    /* No packet is shorter than an IPv4 header; the verifier of 6.1 learns nothing from "not 0". */
    barrier_var(length);
    if (length < 20 || length > room || bpf_skb_load_bytes(skb, base, record->packet, length)) {
        bpf_ringbuf_discard(record, 0);
        __sync_fetch_and_add(&count->ring_full, 1);
        return;
    }
    __sync_fetch_and_add(&count->shipped, 1);
    bpf_ringbuf_submit(record, 0); /* flags 0: the reader saves the wake-ups by napping */
}

static __always_inline int recognise(struct __sk_buff *skb, struct bpf_sock *sk, struct found *found,
                                     __u8 direction, __u32 expected, bool has_expected)
{
    struct stream *stream;

    if (found->protocol == IPPROTO_UDP)
        return recognise_datagram(skb, found);
    if (!sk)
        return -1;
    if (is_dns_port(found->source_port) || is_dns_port(found->destination_port))
        return QUERENT_BY_PORT;
    if (!knobs.any_port || sk->state == TCP_LISTEN)
        return -1;              /* Fast Open data comes again as the child's own stream or not at all */
    stream = bpf_sk_storage_get(&streams, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (!stream)
        return -1;
    return recognise_segment(skb, stream, found, direction, expected, has_expected);
}

static __always_inline int tap(struct __sk_buff *skb, __u8 direction)
{
    struct found found = {};
    struct querent_record *record;
    struct querent_stored_owner *stored;
    struct querent_counters *count;
    struct task_struct *task;
    struct bpf_sock *sk;
    struct bpf_tcp_sock *tcp;
    struct sock *address;
    __u32 zero = 0, namespace, expected = 0;
    __u64 room = 0, length; /* 64 bits wide: the verifier loses bounds over 32-bit extension */
    __u8 flags = 0;
    int recognition;

    count = bpf_map_lookup_elem(&counters, &zero);
    if (!count)
        return 1;
    __sync_fetch_and_add(&count->seen, 1);
    if (!find_payload(skb, 0, &found) || !found.length)
        return 1;
    sk = skb->sk;
    if (sk)
        sk = bpf_sk_fullsock(sk);
    if (sk && found.protocol == IPPROTO_TCP) {
        tcp = bpf_tcp_sock(sk);
        if (tcp && sk->state != TCP_LISTEN) { /* a listener expects nothing */
            expected = direction == QUERENT_INGRESS ? tcp->rcv_nxt : tcp->snd_nxt;
            flags |= QUERENT_HAS_EXPECTED;
        }
    }
    recognition = recognise(skb, sk, &found, direction, expected, flags && direction == QUERENT_INGRESS);
    if (recognition < 0)
        return 1;

    address = sk ? kernel_address(sk) : NULL;
    namespace = BPF_CORE_READ(address, __sk_common.skc_net.net, ns.inum);
    if (knobs.only_namespace && namespace != knobs.only_namespace)
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
    record->socket_cookie = bpf_get_socket_cookie(skb);
    record->expected_sequence = expected;
    if (found.protocol == IPPROTO_UDP)
        record->segment_size = skb->gso_size;

    if (direction == QUERENT_EGRESS) {
        if (found.protocol == IPPROTO_TCP && BPF_CORE_READ(address, sk_lock.owned))
            flags |= QUERENT_SOCKET_LOCKED;
        task = (struct task_struct *)bpf_get_current_task();
        if (BPF_CORE_READ(task, flags) & PF_KTHREAD) {
            flags |= QUERENT_SENDER_IS_KERNEL;
        } else if (found.protocol == IPPROTO_UDP || flags & QUERENT_SOCKET_LOCKED) {
            describe(&record->sender, task, QUERENT_SOURCE_SEND);
            record->sender.network_namespace = namespace;
            flags |= QUERENT_HAS_SENDER;
        }
    }

    if (!sk) {
        __sync_fetch_and_add(&count->no_socket, 1);
    } else {
        stored = bpf_sk_storage_get(&owners, sk, 0, 0);
        if (stored && read_owner(&record->owner, stored))
            flags |= QUERENT_HAS_OWNER;
        if (!(flags & (QUERENT_HAS_OWNER | QUERENT_HAS_SENDER)))
            __sync_fetch_and_add(&count->no_owner, 1);
    }
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

#include "interface.h"
