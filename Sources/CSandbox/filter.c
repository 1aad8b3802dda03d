#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "which audit architecture is this?"
#endif

enum { MOST_INSTRUCTIONS = 1024, PER_CALL = 7 };

struct program {
    struct sock_filter at[MOST_INSTRUCTIONS];
    unsigned short length;
};

static void add(struct program *program, uint16_t code, uint32_t value, uint8_t yes, uint8_t no)
{
    program->at[program->length++] = (struct sock_filter){code, yes, no, value};
}

static void load(struct program *program, size_t offset) { add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }

static void give(struct program *program, uint32_t action) { add(program, BPF_RET | BPF_K, action, 0, 0); }

/* The number of the call is in the accumulator, here and after it. */
static void add_call(struct program *program, const struct allowed_call *call)
{
    const size_t number = offsetof(struct seccomp_data, nr);
    const size_t argument = offsetof(struct seccomp_data, args) + 8UL * call->argument;
    /* Little-endian: the lower half is first. */
    const size_t lower = argument, upper = argument + 4;

    switch (call->check) {
    case ANY:
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, 1);
        give(program, SECCOMP_RET_ALLOW);
        return;
    case ZERO:
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, 6);
        load(program, lower);
        add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
        load(program, upper);
        add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
        give(program, SECCOMP_RET_ALLOW);
        break;
    case IS:
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, 4);
        load(program, lower);
        add(program, BPF_JMP | BPF_JEQ | BPF_K, call->value, 0, 1);
        give(program, SECCOMP_RET_ALLOW);
        break;
    case WITH:
    case WITHOUT:
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, 4);
        load(program, lower);
        add(program, BPF_JMP | BPF_JSET | BPF_K, call->value, call->check == WITH ? 0 : 1, call->check == WITH ? 1 : 0);
        give(program, SECCOMP_RET_ALLOW);
        break;
    }
    load(program, number);
}

int filter_calls(const struct allowed_call *const *lists, const size_t *lengths, size_t count)
{
    struct program program = {.length = 0};
    struct sock_fprog filter = {.filter = program.at};

    load(&program, offsetof(struct seccomp_data, arch));
    add(&program, BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0);
    give(&program, SECCOMP_RET_KILL_PROCESS);
    load(&program, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    /* Calls of the x32 ABI have numbers of their own. */
    add(&program, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
    give(&program, SECCOMP_RET_KILL_PROCESS);
#endif
    for (size_t list = 0; list < count; list++)
        for (size_t index = 0; lists[list] && index < lengths[list]; index++) {
            if (program.length + PER_CALL + 4 > MOST_INSTRUCTIONS)
                return -E2BIG;
            add_call(&program, &lists[list][index]);
        }
    /* Its flags are in memory, where a filter cannot see them: the C library then calls clone(2). */
    add(&program, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
    give(&program, SECCOMP_RET_ERRNO | ENOSYS);
    give(&program, SECCOMP_RET_ERRNO | EPERM);
    filter.len = program.length;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG, &filter) == 0)
        return 0;
    /* A positive result would be the id of a thread that cannot get the filter. */
    return errno ? -errno : -EBUSY;
}
