/* The system calls of a running trace, and of querent-server. */
#define _GNU_SOURCE
#include "calls.h"
#include "csandbox.h"

#include <asm/termbits.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* perf events, which hold the programs on kernels without links for them: disabled before they are closed. */
#define PERF_EVENT_DISABLE 0x2401

#define CALL(name) {.number = SYS_##name}
#define CALL_IF(name, test, which, what) {.number = SYS_##name, .check = test, .argument = which, .value = (uint32_t)(what)}

/* The most frequent ones are first. Which files these may open is Landlock's affair. */
static const struct allowed_call always[] = {
    CALL(futex), CALL(ppoll), CALL(read), CALL(write), CALL(openat), CALL(close), CALL(fstat), CALL(newfstatat),
    CALL(clock_nanosleep), CALL(pread64), CALL(pwrite64), CALL(fdatasync),
    /* The broker, collectors and systemd: only to the other end of a connection. */
    CALL_IF(sendto, ZERO, 4, 0), CALL(recvmsg), CALL(recvfrom), CALL(getsockopt), CALL(shutdown),
    /* Memory, none of it executable. */
    CALL_IF(mmap, WITHOUT, 2, PROT_EXEC), CALL_IF(mprotect, WITHOUT, 2, PROT_EXEC), CALL(munmap), CALL(mremap), CALL(madvise),
    CALL(brk),
    /* Threads, but no processes. */
    CALL_IF(clone, WITH, 0, CLONE_THREAD), CALL(set_robust_list), CALL(rseq), CALL(sched_yield), CALL(sched_getaffinity),
    CALL_IF(prctl, IS, 0, PR_SET_NAME), CALL_IF(prctl, IS, 0, 0x53564d41 /* PR_SET_VMA */), CALL(exit), CALL(exit_group),
    /* Signals to itself. */
    CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(rt_sigtimedwait), CALL(sigaltstack), CALL(restart_syscall),
    /* Files. */
    CALL(lseek), CALL(readv), CALL(writev), CALL(fcntl), CALL(dup3), CALL(flock), CALL(fsync), CALL(ftruncate), CALL(fallocate),
    CALL(unlinkat), CALL(renameat), CALL(renameat2), CALL(linkat), CALL(fchmod), CALL(fchown), CALL(faccessat), CALL(faccessat2),
    CALL(readlinkat), CALL(getdents64), CALL(statx), CALL(fstatfs), CALL(getcwd),
    CALL_IF(ioctl, IS, 1, TCGETS), CALL_IF(ioctl, IS, 1, TCSETS), CALL_IF(ioctl, IS, 1, TCSETSW), CALL_IF(ioctl, IS, 1, TCSETSF),
    CALL_IF(ioctl, IS, 1, TIOCGWINSZ), CALL_IF(ioctl, IS, 1, SIOCOUTQ), CALL_IF(ioctl, IS, 1, SIOCGIFNAME),
    /* The names of interfaces are asked for through such a socket. */
    CALL_IF(socket, IS, 0, AF_UNIX),
    /* What it is and how it fares. */
    CALL(getpid), CALL(gettid), CALL(getppid), CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), CALL(uname),
    CALL(sysinfo), CALL(getrandom), CALL(clock_gettime), CALL(clock_getres), CALL(gettimeofday), CALL(nanosleep),
    CALL(getrusage), CALL_IF(prlimit64, ZERO, 2, 0),
#ifdef SYS_open /* architectures that are older than the calls with a directory */
    CALL(poll), CALL(dup2), CALL(open), CALL(stat), CALL(lstat), CALL(access), CALL(readlink), CALL(unlink), CALL(rename), CALL(link),
    CALL(time),
#endif
};

static const struct allowed_call of_trace[] = {
    CALL_IF(bpf, IS, 0, BPF_MAP_LOOKUP_ELEM), CALL_IF(bpf, IS, 0, BPF_OBJ_GET_INFO_BY_FD), CALL_IF(ioctl, IS, 1, PERF_EVENT_DISABLE),
};

/* Event loops and listeners. Landlock says at which ports and in which directory. */
static const struct allowed_call of_server[] = {
    CALL(epoll_pwait), CALL(epoll_create1), CALL(epoll_ctl), CALL(eventfd2), CALL(timerfd_create), CALL(timerfd_settime),
    CALL(signalfd4), CALL(pipe2), CALL_IF(socket, IS, 0, AF_INET), CALL_IF(socket, IS, 0, AF_INET6), CALL(bind), CALL(listen), CALL(accept4),
    CALL(setsockopt), CALL(getsockname), CALL(getpeername), CALL(fchmodat), CALL(fchownat), CALL(umask),
    /* Of threads. */
    CALL(setpriority),
#ifdef SYS_open
    CALL(epoll_create), CALL(epoll_wait), CALL(chmod), CALL(chown), CALL(lchown), CALL(eventfd), CALL(pipe),
#endif
};

/* Names are looked up by the C library: in datagrams to a resolver, after it has asked for the addresses of this host. */
static const struct allowed_call with_network[] = {
    CALL(connect), CALL(sendto), CALL(sendmsg), CALL(sendmmsg), CALL(recvmmsg), CALL_IF(socket, IS, 0, AF_NETLINK),
    CALL_IF(ioctl, IS, 1, FIONREAD),
};

static const struct allowed_call with_connect[] = {CALL(connect)};

/* Where signals go is not restricted: the traced command may run as another user, and have children. */
static const struct allowed_call with_children[] = {
    CALL(wait4), CALL(waitid), CALL(kill),
#ifdef SYS_rmdir
    CALL(rmdir),
#endif
};

#define LENGTH(list) (sizeof(list) / sizeof(*(list)))

/* The number of different calls; the entries of one are next to each other, but for a few. */
static int count_calls(const struct allowed_call *const *lists, const size_t *lengths, size_t count)
{
    static unsigned char seen[1024];
    int result = 0;

    for (size_t list = 0; list < count; list++)
        for (size_t index = 0; lists[list] && index < lengths[list]; index++) {
            int number = lists[list][index].number;

            if (number >= 0 && number < (int)sizeof(seen) && !seen[number]) {
                seen[number] = 1;
                result++;
            }
        }
    return result;
}

int sandbox_restrict_calls(uint32_t features)
{
    const struct allowed_call to_itself[] = {
        CALL_IF(tgkill, IS, 0, getpid()), CALL_IF(kill, IS, 0, getpid()),
    };
    const struct allowed_call *lists[] = {
        always,
        to_itself,
        features & SANDBOX_SERVER ? of_server : of_trace,
        features & SANDBOX_NETWORK ? with_network : NULL,
        features & SANDBOX_CONNECT ? with_connect : NULL,
        features & SANDBOX_CHILDREN ? with_children : NULL,
    };
    const size_t lengths[] = {
        LENGTH(always),
        LENGTH(to_itself),
        features & SANDBOX_SERVER ? LENGTH(of_server) : LENGTH(of_trace),
        LENGTH(with_network),
        LENGTH(with_connect),
        LENGTH(with_children),
    };
    int failed = filter_calls(lists, lengths, LENGTH(lists));

    if (failed == -ENOSYS || failed == -EINVAL)
        return 0;
    return failed ? failed : count_calls(lists, lengths, LENGTH(lists));
}
