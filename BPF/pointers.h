/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How the programs read kernel structures. A helper that tolerates faults costs about 30 ns per member; a pointer that
 * the verifier has checked is read directly. CO-RE replaces the choice by a constant when the programs are loaded, so
 * the verifier sees only one of the two. */
#ifndef QUERENT_POINTERS_H
#define QUERENT_POINTERS_H

/* Tracing programs may read checked pointers: 5.11. */
#define TRACING_CHECKED bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

/* cgroup programs may, and bpf_rdonly_cast exists: 6.2, detected by the last helper that was added in 6.2. */
#define CGROUP_CHECKED bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_cgrp_storage_get)

/* READ(checked, from, member, ...) reads from->member->... */
#define READ(checked, from, ...) \
    ((checked) ? ___arrow(from, __VA_ARGS__) : BPF_CORE_READ(from, __VA_ARGS__))

extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

/* Casts to an untrusted read-only pointer. On kernels with bpf_rdonly_cast, verifying each access through a trusted pointer
 * takes a millisecond (the verifier looks up a name among all BTF types); through an untrusted one it takes no time. */
#define CAST(pointer, type) \
    ((type *)(CGROUP_CHECKED ? bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)) : (void *)(pointer)))

#endif
