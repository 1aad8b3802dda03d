/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Records at exec and fork what each process was started with. /proc shows only the image that a process runs now, and
 * nothing for a process that has ended. */
#ifndef QUERENT_EXECUTIONS_H
#define QUERENT_EXECUTIONS_H

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct querent_image);
    __type(value, struct querent_execution);
} executions SEC(".maps");

/* Maps an image to the one that called execve: itself, or the ancestor that it was forked from. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct querent_image);
    __type(value, struct querent_image);
} origins SEC(".maps");

/* The initial value of an entry: a kilobyte of zeros does not fit on the stack. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct querent_execution);
} blank_execution SEC(".maps");

static __always_inline struct querent_image image_of(struct task_struct *task)
{
    struct querent_image image = {
        .start_boottime = BPF_CORE_READ(task, group_leader, start_boottime),
        .tgid = BPF_CORE_READ(task, tgid),
        .exec_id = BPF_CORE_READ(task, self_exec_id),
    };

    return image;
}

enum { MAX_COMPONENTS = 40 };   /* of a path, including mount points */

/* Writes the path of `file` from its mount namespace's root, last component first; the length is 0 if it is too long. */
static __always_inline __u32 copy_path(__u8 path[QUERENT_PATH_SIZE], struct file *file)
{
    struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
    struct mount *mount = (void *)BPF_CORE_READ(file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);
    __u64 at = 0;

    for (int i = 0; i < MAX_COMPONENTS; i++) {
        struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
        long length;

        if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
            struct mount *above = BPF_CORE_READ(mount, mnt_parent);

            if (above == mount)
                return at;
            dentry = BPF_CORE_READ(mount, mnt_mountpoint);
            mount = above;
            continue;
        }
        if (parent == dentry)   /* not in a mount, as with memfd_create(2) */
            return at;
        barrier_var(at);
        if (at > QUERENT_PATH_SIZE - QUERENT_NAME_SIZE)
            return 0;
        length = bpf_probe_read_kernel_str(path + at, QUERENT_NAME_SIZE, BPF_CORE_READ(dentry, d_name.name));
        if (length <= 0)
            return 0;
        at += length;
        dentry = parent;
    }
    return 0;
}

/* Records what the running task was started with. */
static __always_inline void record_execution(struct task_struct *task, const struct querent_image *image)
{
    struct querent_execution *execution;
    unsigned long start, length;
    struct file *file;
    __u32 zero = 0;

    execution = bpf_map_lookup_elem(&blank_execution, &zero);
    if (!execution || bpf_map_update_elem(&executions, image, execution, BPF_NOEXIST))
        return;
    execution = bpf_map_lookup_elem(&executions, image);
    if (!execution)
        return;
    file = BPF_CORE_READ(task, mm, exe_file);
    if (file)
        execution->path_length = copy_path(execution->path, file);
    start = BPF_CORE_READ(task, mm, arg_start);
    length = BPF_CORE_READ(task, mm, arg_end) - start;
    barrier_var(length);
    if (length > sizeof(execution->arguments))
        length = sizeof(execution->arguments);
    if (!bpf_probe_read_user(execution->arguments, length, (void *)start))
        execution->arguments_length = length;
}

/* hook: tracepoint sched_prepare_exec, 6.10+: before the old image is replaced, when the exec can no longer fail */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(executing, struct task_struct *task)
{
    struct querent_image image = image_of(task);

    image.exec_id++;
    bpf_map_update_elem(&origins, &image, &image, BPF_ANY);
    return 0;
}

/* hook: tracepoint sched_process_exec, 3.4+: once an exec has succeeded; the new arguments are in memory */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task)
{
    struct querent_image image = image_of(task);

    bpf_map_update_elem(&origins, &image, &image, BPF_ANY);
    record_execution(task, &image);
    return 0;
}

/* hook: tracepoint sched_process_fork, 3.4+: in the parent, before the child runs */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct *parent, struct task_struct *child)
{
    struct querent_image image, from, *origin;

    if (BPF_CORE_READ(child, tgid) == BPF_CORE_READ(parent, tgid) || !BPF_CORE_READ(parent, mm))
        return 0;               /* a thread, or a kernel thread */
    image = image_of(child);
    from = image_of(parent);
    origin = bpf_map_lookup_elem(&origins, &from);
    if (origin)
        from = *origin;
    bpf_map_update_elem(&origins, &image, &from, BPF_ANY);
    if (!bpf_map_lookup_elem(&executions, &from))
        record_execution(parent, &from); /* older than querent or evicted; the parent still runs it */
    return 0;
}

#endif
