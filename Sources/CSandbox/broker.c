/* A process that reads for a sandboxed one.
 *
 * Landlock refuses a sandboxed process the links in /proc of every process outside the sandbox, as ptrace(2) is refused. The broker
 * is not under Landlock; it gets fixed requests instead of octets from the network, and makes few system calls. */
#define _GNU_SOURCE
#include "calls.h"
#include "csandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_PATH = 512, MOST_TEXT = 4096, MOST_ENTRY = 16384 };

struct request {
    uint32_t kind, number;
    char path[MOST_PATH];
};

struct answer {
    int32_t result;               /* the length of the text, or -errno */
    char text[MOST_TEXT];
};

static const char *const links[] = {"/proc/[0-9]*/exe", "/proc/[0-9]*/cwd", "/proc/[0-9]*/fd/[0-9]*", NULL};

/* The files are written by container runtimes; no part of a container's own file system is among them. */
static const char *const files[] = {
    "/proc/[0-9]*/fd",
    "/var/lib/docker/containers/*/config.v2.json",
    "/run/containerd/io.containerd.runtime.v2.task",
    "/run/containerd/io.containerd.runtime.v2.task/*/*/config.json",
    "/run/containers/storage/overlay-containers/*/userdata/config.json",
    "/run/containers/storage/overlay-containers/containers.json",
    "/run/containers/storage/overlay-containers/volatile-containers.json",
    "/var/lib/containers/storage/overlay-containers/*/userdata/config.json",
    "/var/lib/containers/storage/overlay-containers/containers.json",
    "/var/lib/containers/storage/overlay-containers/volatile-containers.json",
    "/var/log/containers",
    NULL,
};

/* A star matches no slash, and no name that begins with a dot. */
static int matches(const char *path, const char *const patterns[])
{
    for (; *patterns; patterns++)
        if (fnmatch(*patterns, path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0)
            return 1;
    return 0;
}

#define CALL(name) {.number = SYS_##name}
#define CALL_IF(name, test, which, what) {.number = SYS_##name, .check = test, .argument = which, .value = (uint32_t)(what)}

/* What reading takes; and what the C library's modules take that look up names (nsswitch.conf(5)), over unix sockets too. */
static const struct allowed_call calls[] = {
    CALL(recvfrom), CALL(sendmsg), CALL(sendto), CALL(recvmsg), CALL(read), CALL(write), CALL(writev), CALL(pread64), CALL(close),
    CALL(readlinkat), CALL_IF(openat, WITHOUT, 2, O_ACCMODE | O_CREAT | O_TRUNC), CALL(fstat), CALL(newfstatat), CALL(statx),
    CALL(lseek), CALL(faccessat), CALL(faccessat2), CALL(getdents64), CALL(fcntl), CALL(fstatfs),
    CALL_IF(socket, IS, 0, AF_UNIX), CALL(connect), CALL(getsockopt), CALL(setsockopt), CALL(getsockname), CALL(getpeername),
    CALL(ppoll), CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_pwait), CALL(timerfd_create), CALL(timerfd_settime),
    CALL_IF(mmap, WITHOUT, 2, PROT_EXEC), CALL_IF(mprotect, WITHOUT, 2, PROT_EXEC), CALL(munmap), CALL(mremap), CALL(madvise),
    CALL(brk), CALL(futex), CALL(clock_gettime), CALL(gettimeofday), CALL(getrandom), CALL(uname), CALL(getpid), CALL(gettid),
    CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
    CALL(restart_syscall), CALL(exit), CALL(exit_group),
#ifdef SYS_open
    CALL(readlink), CALL_IF(open, WITHOUT, 1, O_ACCMODE | O_CREAT | O_TRUNC), CALL(stat), CALL(lstat), CALL(access), CALL(poll),
    CALL(epoll_wait), CALL(time),
#endif
};

static char entry[MOST_ENTRY];

static int32_t copy(char *text, int failed, const char *name)
{
    if (failed || !name)
        return -(failed ? failed : ENOENT);
    return (int32_t)(stpncpy(text, name, MOST_TEXT - 1) - text);
}

static int32_t user(uint32_t number, char *text)
{
    struct passwd user, *found = NULL;
    int failed = getpwuid_r(number, &user, entry, sizeof(entry), &found);

    return copy(text, failed, found ? found->pw_name : NULL);
}

static int32_t group(uint32_t number, char *text)
{
    struct group group, *found = NULL;
    int failed = getgrgid_r(number, &group, entry, sizeof(entry), &found);

    return copy(text, failed, found ? found->gr_name : NULL);
}

/* Answers one request; a descriptor to pass goes to `opened`. */
static void answer(const struct request *request, struct answer *answer, int *opened)
{
    ssize_t count;

    answer->result = -EPERM;
    switch (request->kind) {
    case SANDBOX_LINK:
        if (!matches(request->path, links))
            return;
        count = readlink(request->path, answer->text, sizeof(answer->text));
        answer->result = count < 0 ? -errno : (int32_t)count;
        return;
    case SANDBOX_OPEN:
        if (!matches(request->path, files))
            return;
        *opened = open(request->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        answer->result = *opened < 0 ? -errno : 0;
        return;
    case SANDBOX_USER: answer->result = user(request->number, answer->text); return;
    case SANDBOX_GROUP: answer->result = group(request->number, answer->text); return;
    }
}

static int send_answer(int connection, struct answer *answer, int opened)
{
    size_t length = answer->result > 0 ? (size_t)answer->result : 0;
    struct iovec part = {answer, offsetof(struct answer, text) + length};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (opened >= 0) {
        memset(&control, 0, sizeof(control));
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &opened, sizeof(int));
    }
    return sendmsg(connection, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static void keep_capabilities(void)
{
    const uint32_t keep = 1u << CAP_SYS_PTRACE | 1u << CAP_DAC_READ_SEARCH;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {};

    if (syscall(SYS_capget, &header, data))
        return;
    for (int number = 0; number < 64; number++)
        if (number != CAP_SYS_PTRACE && number != CAP_DAC_READ_SEARCH && prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1)
            prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    data[0].effective &= keep;
    data[0].permitted &= keep;
    data[0].inheritable = data[1].inheritable = 0;
    data[1].effective = data[1].permitted = 0;
    syscall(SYS_capset, &header, data);
}

static _Noreturn void serve(int connection)
{
    static struct request request;
    static struct answer reply;
    const struct allowed_call *const lists[] = {calls};
    const size_t length = sizeof(calls) / sizeof(*calls);
    sigset_t all;

    /* Signals from the terminal are for the tracer; with that the broker ends. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    prctl(PR_SET_NAME, "querent-broker", 0, 0, 0);
    if (chdir("/") || dup2(connection, 0) < 0 || syscall(SYS_close_range, 3, ~0U, 0))
        for (int number = 3; number < 1024; number++)
            close(number);
    keep_capabilities();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    /* Loads the modules that look up names, all of them: nobody has these numbers. */
    (void)user(4294967293, reply.text);
    (void)group(4294967293, reply.text);
    filter_calls(lists, &length, 1);
    while (1) {
        int opened = -1;
        ssize_t count = recv(0, &request, sizeof(request), 0);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            _exit(0);
        memset(&reply, 0, sizeof(reply));
        if (count == sizeof(request) && memchr(request.path, 0, sizeof(request.path)))
            answer(&request, &reply, &opened);
        else
            reply.result = -EINVAL;
        if (send_answer(0, &reply, opened))
            _exit(0);
        if (opened >= 0)
            close(opened);
    }
}

int sandbox_start_broker(int *requests)
{
    int ends[2], pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return -errno;
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    if (pid < 0) {
        pid = -errno;
        close(ends[0]);
    } else {
        *requests = ends[0];
    }
    close(ends[1]);
    return pid;
}

int sandbox_ask(int requests, uint32_t kind, uint32_t number, const char *path, char *text, size_t room)
{
    struct request request = {.kind = kind, .number = number};
    struct answer answer;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {&answer, sizeof(answer)};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
    };
    ssize_t count;

    if (strlen(path) >= sizeof(request.path))
        return -ENAMETOOLONG;
    strcpy(request.path, path);
    if (send(requests, &request, sizeof(request), MSG_NOSIGNAL) < 0)
        return errno == ECONNRESET ? -EPIPE : -errno;
    do {
        count = recvmsg(requests, &message, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    if (count < (ssize_t)offsetof(struct answer, text))
        return -EPIPE;
    if (answer.result < 0)
        return answer.result;
    if (kind == SANDBOX_OPEN) {
        int descriptor = -1;

        if (message.msg_controllen >= CMSG_LEN(sizeof(int)) && control.header.cmsg_type == SCM_RIGHTS)
            memcpy(&descriptor, CMSG_DATA(&control.header), sizeof(int));
        return descriptor < 0 ? -EIO : descriptor;
    }
    if ((size_t)answer.result > room || offsetof(struct answer, text) + (size_t)answer.result > (size_t)count)
        return -EMSGSIZE;
    memcpy(text, answer.text, (size_t)answer.result);
    return answer.result;
}
