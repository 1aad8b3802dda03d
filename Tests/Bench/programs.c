/* The time of BPF programs as measured by the kernel (kernel.bpf_stats_enabled), with empty programs for comparison.
 *
 *   programs CGROUP
 *
 * Attaches an empty program to both directions of that cgroup v2 directory, prints "ready" and then, for each line
 * on standard input, `ID NAME RUNS NANOSECONDS` of every program in the kernel and a line "end". */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

static void attach_empty(int cgroup, enum bpf_attach_type direction, const char *name)
{
    const struct bpf_insn pass[] = {
        { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
        { .code = BPF_JMP | BPF_EXIT },
    };
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = direction);
    int program = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, name, "GPL", pass, 2, &options);

    must(program >= 0, "load");
    must(bpf_link_create(program, cgroup, direction, NULL) >= 0, "attach");
}

static void print_all(void)
{
    __u32 id = 0;

    while (!bpf_prog_get_next_id(id, &id)) {
        struct bpf_prog_info info = {};
        __u32 length = sizeof(info);
        int program = bpf_prog_get_fd_by_id(id);

        if (program < 0)
            continue;           /* it was freed meanwhile */
        if (!bpf_obj_get_info_by_fd(program, &info, &length))
            printf("%u %s %llu %llu\n", id, info.name[0] ? info.name : "-", info.run_cnt, info.run_time_ns);
        close(program);
    }
    puts("end");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int cgroup = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

    must(cgroup >= 0, "cgroup v2 directory");
    attach_empty(cgroup, BPF_CGROUP_INET_EGRESS, "empty_egress");
    attach_empty(cgroup, BPF_CGROUP_INET_INGRESS, "empty_ingress");
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        print_all();
}
