#include "clibbpf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Collects what libbpf prints. The verifier's log for one refused program is at most a few hundred kilobytes; its end must
 * fit, because it names the cause. */
static char text[1 << 20];
static size_t used;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
    int written = 0;

    if (level == LIBBPF_DEBUG)
        return 0;
    pthread_mutex_lock(&lock);
    if (used < sizeof(text) - 1) {
        written = vsnprintf(text + used, sizeof(text) - used, format, arguments);
        if (written > 0)
            used += (size_t)written < sizeof(text) - used ? (size_t)written : sizeof(text) - used - 1;
    }
    pthread_mutex_unlock(&lock);
    return written;
}

void querent_log_start(void)
{
    pthread_mutex_lock(&lock);
    used = 0;
    text[0] = 0;
    pthread_mutex_unlock(&lock);
    libbpf_set_print(keep);
}

const char *querent_log_text(void)
{
    return text;
}

/* Takes the place of libbpf's function, with which it looks for types in modules if the kernel itself lacks one. That needs
 * CAP_SYS_ADMIN; without it there are no modules here. libbpf 1.1 (Debian 12) would refuse to load anything; newer versions do the
 * same as this. */
int bpf_btf_get_next_id(__u32 start, __u32 *next)
{
    union bpf_attr attributes = { .start_id = start };

    if (syscall(SYS_bpf, BPF_BTF_GET_NEXT_ID, &attributes, sizeof(attributes)) == 0) {
        *next = attributes.next_id;
        return 0;
    }
    if (errno == EPERM)
        errno = ENOENT;
    return -errno;
}

int querent_try_trampoline(void)
{
    const struct bpf_insn nothing[] = {
        { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
        { .code = BPF_JMP | BPF_EXIT },
    };
    /* Attached to no function: a kernel that allows trampolines returns EINVAL. */
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY);
    int program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "try", "GPL", nothing, 2, &options);

    if (program >= 0)
        close(program);
    return program == -EPERM ? -EPERM : 0;
}

int querent_pidfd_open(int pid)
{
    long result = syscall(SYS_pidfd_open, pid, 0);

    return result < 0 ? -errno : (int)result;
}

int querent_pidfd_getfd(int pidfd, int descriptor)
{
    long result = syscall(SYS_pidfd_getfd, pidfd, descriptor, 0);

    return result < 0 ? -errno : (int)result;
}

int querent_run_time(int program, uint64_t *nanoseconds, uint64_t *runs)
{
    struct bpf_prog_info info = {0};
    uint32_t size = sizeof(info);

    if (bpf_obj_get_info_by_fd(program, &info, &size))
        return -errno;
    *nanoseconds = info.run_time_ns;
    *runs = info.run_cnt;
    return 0;
}

int querent_packet_socket(int filter, unsigned int interface_index)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)interface_index,
    };
    /* Without a protocol at first, so that no packet arrives before the filter is attached. */
    int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error;

    if (descriptor < 0)
        return -errno;
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof(filter)) ||
        bind(descriptor, (struct sockaddr *)&address, sizeof(address))) {
        error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}
