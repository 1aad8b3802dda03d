/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How the kernel's own structures are read. A helper that tolerates faults costs some 30 ns a member; a pointer that
 * the verifier has checked is read in place. Which of the two a kernel allows is a constant that CO-RE writes into the
 * programs, so the verifier sees one way only. */
#ifndef QUERENT_POINTERS_H
#define QUERENT_POINTERS_H

/* Tracing programs: 5.11. */
#define TRACING_CHECKED bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

/* Programs on cgroups, and with them bpf_rdonly_cast: 6.2, which the last helper that came with it stands for. */
#define CGROUP_CHECKED bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_cgrp_storage_get)

/* READ(checked, from, member, ...) is from->member->... */
#define READ(checked, from, ...) \
    ((checked) ? ___arrow(from, __VA_ARGS__) : BPF_CORE_READ(from, __VA_ARGS__))

extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

/* The pointer as one that is only read. Kernels that know casts take a millisecond to verify each pointer that is read
 * through one they trust (a name is looked up among all types of the kernel), and no time where they trust nothing. */
#define CAST(pointer, type) \
    ((type *)(CGROUP_CHECKED ? bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)) : (void *)(pointer)))

#endif
