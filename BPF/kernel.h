/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The kernel types and members that the programs use. CO-RE relocates the accesses to the running kernel's layout.
 * Constants are the kernel's own (uapi and include/linux). */
#ifndef QUERENT_KERNEL_H
#define QUERENT_KERNEL_H

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

enum bpf_map_type {
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_SK_STORAGE = 24,
    BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
    BPF_ANY = 0,
    BPF_NOEXIST = 1,
    BPF_F_NO_PREALLOC = 1,
    BPF_F_CLONE = 1 << 9,
    BPF_SK_STORAGE_GET_F_CREATE = 1,
};

/* The numbers are not used: CO-RE checks whether the kernel has the names. */
enum bpf_func_id {
    BPF_FUNC_get_current_task_btf = 158, /* 5.11 */
    BPF_FUNC_task_pt_regs = 175,         /* 5.15 */
    BPF_FUNC_cgrp_storage_get = 210,     /* 6.2 */
};

enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10 };
enum { IPPROTO_HOPOPTS = 0, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_ROUTING = 43, IPPROTO_FRAGMENT = 44,
       IPPROTO_AH = 51, IPPROTO_DSTOPTS = 60, IPPROTO_MH = 135, IPPROTO_UDPLITE = 136 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2 };
enum { TCP_TIME_WAIT = 6, TCP_LISTEN = 10, TCP_NEW_SYN_RECV = 12 };
enum { PACKET_OUTGOING = 4 };
enum { ETH_P_8021Q = 0x8100, ETH_P_8021AD = 0x88a8 };
enum { PF_KTHREAD = 0x00200000 };

/* uapi/linux/bpf.h: contexts, rewritten by the verifier, so their layout is fixed. */
struct bpf_sock {
    __u32 bound_dev_if;
    __u32 family;
    __u32 type;
    __u32 protocol;
    __u32 mark;
    __u32 priority;
    __u32 src_ip4;
    __u32 src_ip6[4];
    __u32 src_port;
    __be16 dst_port;
    __u16 : 16;
    __u32 dst_ip4;
    __u32 dst_ip6[4];
    __u32 state;
    __s32 rx_queue_mapping;
};

struct __sk_buff {
    __u32 len;
    __u32 pkt_type;
    __u32 mark;
    __u32 queue_mapping;
    __u32 protocol;
    __u32 vlan_present;
    __u32 vlan_tci;
    __u32 vlan_proto;
    __u32 priority;
    __u32 ingress_ifindex;
    __u32 ifindex;
    __u32 tc_index;
    __u32 cb[5];
    __u32 hash;
    __u32 tc_classid;
    __u32 data;
    __u32 data_end;
    __u32 napi_id;
    __u32 family;
    __u32 remote_ip4;
    __u32 local_ip4;
    __u32 remote_ip6[4];
    __u32 local_ip6[4];
    __u32 remote_port;
    __u32 local_port;
    __u32 data_meta;
    __u64 flow_keys;
    __u64 tstamp;
    __u32 wire_len;
    __u32 gso_segs;
    struct bpf_sock *sk;
    __u32 gso_size;
};

struct bpf_sock_addr {
    __u32 user_family;
    __u32 user_ip4;
    __u32 user_ip6[4];
    __u32 user_port;
    __u32 family;
    __u32 type;
    __u32 protocol;
    __u32 msg_src_ip4;
    __u32 msg_src_ip6[4];
    struct bpf_sock *sk;
};

struct bpf_tcp_sock {
    __u32 snd_cwnd;
    __u32 srtt_us;
    __u32 rtt_min;
    __u32 snd_ssthresh;
    __u32 rcv_nxt;
    __u32 snd_nxt;
    __u32 snd_una;
};

/* The registers at a kprobe or a system call, up to the last one that is read; each architecture's uapi fixes the layout. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
    __u64 regs[31];
};
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
    unsigned int inum;
};

struct net {
    struct ns_common ns;
};

typedef struct {
    struct net *net;
} possible_net_t;

typedef struct {
    __s64 counter;
} atomic64_t;

struct sock_common {
    unsigned short skc_family;
    volatile unsigned char skc_state;
    possible_net_t skc_net;
    atomic64_t skc_cookie;
};

typedef struct {
    int owned;
} socket_lock_t;

struct sock {
    struct sock_common __sk_common;
    socket_lock_t sk_lock;
    __u16 sk_type;
    __u16 sk_protocol;
};

struct udp_sock {
    int pending;
};

struct tcp_sock {
    __u32 rcv_nxt;
    __u32 snd_nxt;
};

struct socket {
    struct sock *sk;
};

struct sockaddr_un {
    char sun_path[108];
};

struct unix_address {
    struct sockaddr_un name[0];
};

struct unix_sock {
    struct unix_address *addr;
    struct sock *peer;
};

struct net_device {
    possible_net_t nd_net;
};

struct sk_buff {
    struct net_device *dev;
    struct sock *sk;
    __u16 network_header;
    unsigned char *head;
};

typedef struct {
    __u32 val;
} kuid_t;

typedef struct {
    __u32 val;
} kgid_t;

struct cred {
    kuid_t uid;
    kgid_t gid;
};

struct kernfs_node {
    __u64 id;
};

struct cgroup {
    struct kernfs_node *kn;
};

struct css_set {
    struct cgroup *dfl_cgrp;
};

struct qstr {
    const unsigned char *name;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
};

struct vfsmount {
    struct dentry *mnt_root;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct file {
    struct path f_path;
};

struct mm_struct {
    unsigned long arg_start;
    unsigned long arg_end;
    struct file *exe_file;
};

struct task_struct {
    unsigned int flags;
    int pid;
    int tgid;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    __u64 start_boottime;
    struct cred *cred;
    char comm[16];
    struct css_set *cgroups;
    struct mm_struct *mm;
    __u64 self_exec_id;
};

struct bpf_iter__task_file {
    struct task_struct *task;
    struct file *file;
};

#pragma clang attribute pop

#endif
