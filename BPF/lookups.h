/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Lookups that a program makes over a unix socket instead of sending DNS: calls to systemd-resolved (varlink) and nscd.
 *
 * The octets are read from the sender's memory, at the address in the arguments of write(2) and similar calls: the reader may
 * already have removed them from the socket's queue. */
#ifndef QUERENT_LOOKUPS_H
#define QUERENT_LOOKUPS_H

/* The use of a stream socket of the family AF_UNIX; decided once, by the address that the server is bound to. */
struct lookup_socket {
    __u64 connection;           /* the cookie of the client's socket; 0: unknown */
    __u8 is_decided;
    __u8 is_server;
    __u8 recognition;           /* enum querent_recognition; 0: no lookups */
    __u8 reserved[5];
};

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct lookup_socket);
} lookup_sockets SEC(".maps");

enum {
    LOOKUP_PATH_WORDS = 6,
    MOST_LOOKUP_OCTETS = 16384, /* of one call */
};

union lookup_path {
    char text[8 * LOOKUP_PATH_WORDS];
    __u64 words[LOOKUP_PATH_WORDS];
};

static const union lookup_path varlink_path = {"/run/systemd/resolve/io.systemd.Resolve"};
static const union lookup_path nscd_path = {"/run/nscd/socket"};
static const union lookup_path old_nscd_path = {"/var/run/nscd/socket"};

static __always_inline bool is_same_path(const union lookup_path *path, const union lookup_path *other)
{
    __u64 difference = 0;

    for (int i = 0; i < LOOKUP_PATH_WORDS; i++)
        difference |= path->words[i] ^ other->words[i];
    return !difference;
}

/* The lookups of the server that is bound to the address of a socket: enum querent_recognition, or 0. */
static __always_inline __u8 recognise_address(struct unix_sock *sk)
{
    struct unix_address *address = BPF_CORE_READ(sk, addr);
    union lookup_path path = {};

    if (!address || bpf_core_read_str(path.text, sizeof(path), &address->name[0].sun_path) <= 0)
        return 0;
    if (is_same_path(&path, &varlink_path))
        return QUERENT_BY_VARLINK;
    return is_same_path(&path, &nscd_path) || is_same_path(&path, &old_nscd_path) ? QUERENT_BY_NSCD : 0;
}

/* The socket's state; NULL if it is not used for lookups. An accepted socket has the address of its listener. */
static __always_inline struct lookup_socket *find_lookup_socket(struct sock *sk)
{
    struct lookup_socket *found;
    struct unix_sock *address = (struct unix_sock *)sk;
    struct sock *peer;

    if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs) || sk->sk_type != SOCK_STREAM)
        return NULL;
    found = bpf_sk_storage_get(&lookup_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (!found)
        return NULL;
    if (found->is_decided && !found->recognition)
        return NULL;
    if (found->connection)
        return found;
    peer = BPF_CORE_READ(address, peer);
    if (!peer)
        return NULL;            /* not connected yet */
    if (!found->is_decided) {
        found->recognition = recognise_address(address);
        found->is_server = found->recognition != 0;
        if (!found->is_server)
            found->recognition = recognise_address((struct unix_sock *)peer);
        found->is_decided = true;
        if (!found->recognition)
            return NULL;
    }
    found->connection = found->is_server ? BPF_CORE_READ(peer, __sk_common.skc_cookie.counter)
                                         : bpf_get_socket_cookie(sk);
    return found->connection ? found : NULL;
}

#if defined(__TARGET_ARCH_x86)
enum { SYS_WRITE = 1, SYS_WRITEV = 20, SYS_SENDTO = 44, SYS_SENDMSG = 46 };
#elif defined(__TARGET_ARCH_arm64)
enum { SYS_WRITE = 64, SYS_WRITEV = 66, SYS_SENDTO = 206, SYS_SENDMSG = 211 };
#endif

/* uapi/linux/uio.h and linux/socket.h: the arguments of writev(2) and sendmsg(2) in 64-bit programs. */
struct iovec {
    __u64 iov_base;
    __u64 iov_len;
};

struct user_msghdr {
    __u64 msg_name;
    __u64 msg_namelen;
    __u64 msg_iov;
};

/* The address of the octets that the running system call sends, and the length of the first part; 0 if unknown, as
* for io_uring, sendfile(2) and 32-bit programs. */
static __always_inline __u64 find_sent_octets(__u64 *count)
{
    struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
    struct iovec vector = {};
    __u64 second, third;
    __u32 call;

    if (!registers)
        return 0;
#if defined(__TARGET_ARCH_x86)
    call = registers->orig_rax;
    second = registers->rsi;
    third = registers->rdx;
#elif defined(__TARGET_ARCH_arm64)
    call = ((struct user_pt_regs *)registers)->regs[8];
    second = ((struct user_pt_regs *)registers)->regs[1];
    third = ((struct user_pt_regs *)registers)->regs[2];
#endif
    if (call == SYS_SENDTO || call == SYS_WRITE) {
        *count = third;
        return second;
    }
    if (call == SYS_SENDMSG) {
        if (bpf_probe_read_user(&second, sizeof(second), (void *)second + __builtin_offsetof(struct user_msghdr, msg_iov)))
            return 0;
    } else if (call != SYS_WRITEV) {
        return 0;
    }
    if (bpf_probe_read_user(&vector, sizeof(vector), (void *)second))
        return 0;
    *count = vector.iov_len;
    return vector.iov_base;
}

/* Whether the running task is in the target cgroup or below it. */
static __always_inline bool is_task_in_target(void)
{
    for (int level = 1; level < MOST_CGROUP_LEVELS; level++)
        if (bpf_get_current_ancestor_cgroup_id(level) == config.target_cgroup)
            return true;
    return false;
}

/* Submits the `length` octets of a send; 0: the server receives, without the octets. */
static __always_inline void ship_lookup(struct sock *sk, struct lookup_socket *lookup, __u8 source, __u64 length)
{
    struct querent_record *record;
    struct querent_counters *count;
    struct querent_owner *owner;
    __u64 room = 0, captured = 0, from = 0;
    __u32 zero = 0, namespace;

    namespace = CAST(sk, struct sock)->__sk_common.skc_net.net->ns.inum;
    if (config.only_namespace && namespace != config.only_namespace)
        return;
    count = bpf_map_lookup_elem(&counters, &zero);
    if (!count)
        return;
    __sync_fetch_and_add(&count->seen, 1);
    __sync_fetch_and_add(&count->recognised, 1);
    if (length) {
        from = find_sent_octets(&captured);
        if (!from)
            captured = 0;
        if (captured > length)
            captured = length;
        if (captured > MOST_LOOKUP_OCTETS)
            captured = MOST_LOOKUP_OCTETS;
    }
    record = reserve_record(captured, &room);
    if (!record) {
        __sync_fetch_and_add(&count->ring_full, 1);
        return;
    }
    if (captured > room)
        captured = room;
    /* 1 to 65536 by a mask: the verifiers of 5.15 and 6.1 do not use a comparison with 0. */
    if (captured) {
        __u64 take = captured - 1;

        barrier_var(take);
        take &= 0xffff;
        if (take >= room || bpf_probe_read_user(record->packet, take + 1, (void *)from))
            captured = 0;
    }
    if (captured < length)
        __sync_fetch_and_add(&count->shortened, 1);
    fill_record(record, 0, count, length, captured, namespace,
                lookup->is_server && length ? QUERENT_INGRESS : QUERENT_EGRESS, lookup->recognition);
    record->socket_cookie = lookup->connection;
    owner = length ? &record->sender : &record->owner;
    describe_task(owner, current_task(TRACING_CHECKED), source, TRACING_CHECKED);
    owner->network_namespace = namespace;
    record->flags = length ? QUERENT_HAS_SENDER : QUERENT_HAS_OWNER;
    if (config.target_cgroup && is_task_in_target())
        record->flags |= QUERENT_IN_TARGET;
    __sync_fetch_and_add(&count->shipped, 1);
    bpf_ringbuf_submit(record, 0);
}

/* A stream socket of the family AF_UNIX sends. */
static __always_inline void ship_sent(struct sock *sk, __u8 source, int length)
{
    struct lookup_socket *lookup = find_lookup_socket(sk);

    if (lookup && length > 0)
        ship_lookup(sk, lookup, source, length);
}

/* The same for a receive: only whether a server receives, and on which thread. */
static __always_inline void ship_received(struct sock *sk, int length)
{
    struct lookup_socket *lookup = find_lookup_socket(sk);

    if (lookup && lookup->is_server && length > 0)
        ship_lookup(sk, lookup, QUERENT_SOURCE_RECEIVE, 0);
}

#endif
