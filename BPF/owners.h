/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Records which task uses a socket, in the socket's own storage: no key can collide, and the kernel frees the record
 * with the socket. */
#ifndef QUERENT_OWNERS_H
#define QUERENT_OWNERS_H

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE); /* an accepted socket inherits its listener's record */
    __type(key, int);
    __type(value, struct querent_stored_owner);
} owners SEC(".maps");

enum { MOST_CGROUP_LEVELS = 16 };

/* The running task. */
static __always_inline struct task_struct *current_task(bool checked)
{
    if (!checked)
        return (struct task_struct *)bpf_get_current_task();
    return CAST(bpf_get_current_task_btf(), struct task_struct);
}

static __always_inline void copy_name(__u8 name[16], struct task_struct *task, bool checked)
{
    if (checked) {
        ((__u64 *)name)[0] = ((__u64 *)task->comm)[0];
        ((__u64 *)name)[1] = ((__u64 *)task->comm)[1];
    } else {
        bpf_core_read(name, 16, &task->comm);
    }
}

static __always_inline void describe_task(struct querent_owner *owner, struct task_struct *task, __u8 source, bool checked)
{
    struct task_struct *leader = READ(checked, task, group_leader);
    struct cred *cred = READ(checked, task, cred);

    owner->start_boottime = READ(checked, leader, start_boottime);
    owner->cgroup_id = READ(checked, task, cgroups, dfl_cgrp, kn, id);
    owner->tgid = READ(checked, task, tgid);
    owner->tid = READ(checked, task, pid);
    owner->uid = cred ? READ(checked, cred, uid.val) : 0;
    owner->gid = cred ? READ(checked, cred, gid.val) : 0;
    owner->parent_tgid = READ(checked, leader, real_parent, tgid);
    copy_name(owner->name, leader, checked);
    copy_name(owner->thread_name, task, checked);
    owner->exec_id = READ(checked, task, self_exec_id);
    owner->source = source;
    __builtin_memset(owner->reserved, 0, sizeof(owner->reserved));
}

/* Rewrites the record only if it would change: a call by another thread, or by the same thread with
 * another program or user. A call of a lower source changes nothing: data that the socket still buffers was written by the
 * last sender, even if another task has received since. */
static __always_inline void record_owner(struct querent_stored_owner *stored, struct sock *sk, __u8 source,
                                       bool checked)
{
    struct task_struct *task;
    __u64 credentials;

    if (!stored) {
        COUNT(storage_full);
        return;
    }
    if (source < stored->owner.source)
        return;
    task = current_task(checked);
    credentials = (__u64)READ(checked, task, cred);
    if (stored->credentials == credentials && stored->owner.tid == (__u32)READ(checked, task, pid) &&
        stored->owner.source == source && stored->owner.exec_id == (__u32)READ(checked, task, self_exec_id) &&
        stored->owner.start_boottime == READ(checked, task, group_leader, start_boottime))
        return;
    if (READ(checked, task, flags) & PF_KTHREAD)
        return;
    if (stored->writes & 1)
        return; /* another CPU is writing this record */
    stored->writes++;
    barrier();
    describe_task(&stored->owner, task, source, checked);
    stored->credentials = credentials;
    if (sk)
        stored->owner.network_namespace = CAST(sk, struct sock)->__sk_common.skc_net.net->ns.inum;
    barrier();
    stored->writes++;
}

/* Records the running task at an IP socket that it uses. */
static __always_inline void record_caller(struct sock *sk, __u8 source)
{
    record_owner(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), sk, source, TRACING_CHECKED);
}

/* hook: cgroup sock_create, 5.9+ */
SEC("cgroup/sock_create")
int cgroup_create(struct bpf_sock *sk)
{
    record_owner(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), NULL,
               QUERENT_SOURCE_CREATOR, CGROUP_CHECKED);
    return 1;
}

/* hook: cgroup post_bind, 5.9+ */
SEC("cgroup/post_bind4")
int cgroup_bind4(struct bpf_sock *sk)
{
    record_owner(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), NULL,
               QUERENT_SOURCE_BINDER, CGROUP_CHECKED);
    return 1;
}

SEC("cgroup/post_bind6")
int cgroup_bind6(struct bpf_sock *sk)
{
    record_owner(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), NULL,
               QUERENT_SOURCE_BINDER, CGROUP_CHECKED);
    return 1;
}

static __always_inline int record_connector(struct bpf_sock_addr *call)
{
    struct bpf_sock *sk = call->sk;

    if (sk)
        record_owner(bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE), NULL,
                   QUERENT_SOURCE_CONNECTOR, CGROUP_CHECKED);
    return 1;
}

/* hook: cgroup connect, 5.8+ */
SEC("cgroup/connect4")
int cgroup_connect4(struct bpf_sock_addr *call)
{
    return record_connector(call);
}

SEC("cgroup/connect6")
int cgroup_connect6(struct bpf_sock_addr *call)
{
    return record_connector(call);
}

/* hook: iter/task_file, 5.11+: every open file of every task, run once after the hooks above are attached */
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
        return 0; /* a task has used the socket since, which is better evidence */
    describe_task(&stored->owner, task, QUERENT_SOURCE_BACKFILL, true);
    stored->owner.network_namespace = sk->__sk_common.skc_net.net->ns.inum;
    return 0;
}

/* Copies the record; false if there is none. */
static __always_inline bool read_owner(struct querent_owner *to, struct querent_stored_owner *stored)
{
    if (!stored->owner.tgid)
        return false;
    for (int i = 0; i < 3; i++) { /* another CPU may be writing the record */
        __u32 writes = *(volatile __u32 *)&stored->writes;

        *to = stored->owner;
        barrier();
        if (!(writes & 1) && writes == *(volatile __u32 *)&stored->writes)
            break;
    }
    return true;
}

#endif
