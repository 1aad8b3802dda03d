#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_GROUPS = 1024 };

/* Runs in the child between fork and exec: only async-signal-safe calls. */
static void run_child(char *const arguments[], char *const environment[], int cgroup_procs,
                   struct host_user user, const gid_t *groups, int group_count, int input, int output,
                   int errors, int report, int gate)
{
    struct host_spawned state = {.step = HOST_SPAWN_CGROUP};
    sigset_t none;
    char go;
    ssize_t count;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (input >= 0)
        dup2(input, STDIN_FILENO);
    if (output >= 0)
        dup2(output, STDOUT_FILENO);
    if (errors >= 0)
        dup2(errors, STDERR_FILENO);
    if (cgroup_procs >= 0 && write(cgroup_procs, "0", 1) != 1)
        goto failed;
    state.step = HOST_SPAWN_USER;
    if (user.change && (setgroups((size_t)group_count, groups) || setresgid(user.gid, user.gid, user.gid) ||
                        setresuid(user.uid, user.uid, user.uid)))
        goto failed;
    state.step = HOST_SPAWN_DONE;
    if (write(report, &state, sizeof(state)) < 0)
        _exit(126);
    do {
        count = read(gate, &go, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1)
        _exit(126); /* the parent has ended or cancelled */
    state.step = HOST_SPAWN_EXEC;
    execvpe(arguments[0], arguments, environment);
failed:
    state.error = errno;
    if (write(report, &state, sizeof(state)) < 0)
        _exit(126);
    _exit(127);
}

/* Reads the child's next report; end of file means that exec has succeeded. */
static struct host_spawned read_report(struct host_spawned child)
{
    struct host_spawned report;
    ssize_t count;

    do {
        count = read(child.report, &report, sizeof(report));
    } while (count < 0 && errno == EINTR);
    child.step = count == (ssize_t)sizeof(report) ? report.step : HOST_SPAWN_DONE;
    child.error = count == (ssize_t)sizeof(report) ? report.error : 0;
    return child;
}

struct host_spawned host_spawn(char *const arguments[], char *const environment[], int cgroup_procs,
                               struct host_user user, int input, int output, int errors)
{
    struct host_spawned result = {.step = HOST_SPAWN_FORK};
    gid_t groups[MAX_GROUPS];
    int group_count = MAX_GROUPS;
    int report[2], gate[2];

    if (!user.name || getgrouplist(user.name, user.gid, groups, &group_count) < 0) {
        groups[0] = user.gid;
        group_count = 1;
    }
    if (pipe2(report, O_CLOEXEC)) {
        result.error = errno;
        return result;
    }
    if (pipe2(gate, O_CLOEXEC)) {
        result.error = errno;
        close(report[0]);
        close(report[1]);
        return result;
    }
    result.pid = fork();
    if (result.pid == 0) {
        close(report[0]);
        close(gate[1]);
        run_child(arguments, environment, cgroup_procs, user, groups, group_count, input, output, errors, report[1], gate[0]);
    }
    result.error = errno;
    close(report[1]);
    close(gate[0]);
    result.report = report[0];
    result.gate = gate[1];
    if (result.pid < 0) {
        close(report[0]);
        close(gate[1]);
        return result;
    }
    return read_report(result);
}

struct host_spawned host_spawned_go(struct host_spawned child)
{
    if (write(child.gate, "", 1) < 0) {
        child.step = HOST_SPAWN_EXEC;
        child.error = errno;
    }
    close(child.gate);
    if (child.step == HOST_SPAWN_DONE)
        child = read_report(child);
    close(child.report);
    return child;
}

int host_unshare(void)
{
    struct ifreq loopback = {.ifr_name = "lo"};
    int sock, failed;

    if (unshare(CLONE_NEWNET | CLONE_NEWNS))
        return -errno;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return -errno;
    sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sock < 0)
        return -errno;
    failed = ioctl(sock, SIOCGIFFLAGS, &loopback);
    loopback.ifr_flags |= IFF_UP | IFF_RUNNING;
    failed = failed || ioctl(sock, SIOCSIFFLAGS, &loopback) ? -errno : 0;
    close(sock);
    return failed;
}

int host_cover(const char *target, const char *text, size_t length)
{
    static const char place[] = "/proc", name[] = "/proc/file";
    int file, failed = 0;

    /* A tmpfs that only this mount namespace sees. /proc is the one directory that always exists. */
    if (mount("none", place, "tmpfs", MS_NODEV | MS_NOEXEC | MS_NOSUID, "size=64k,mode=0700"))
        return -errno;
    file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0 || fchmod(file, 0644) || write(file, text, length) != (ssize_t)length ||
        mount(name, target, NULL, MS_BIND, NULL))
        failed = errno ? -errno : -EIO;
    if (file >= 0)
        close(file);
    /* The bind mount keeps the file until the mount namespace ends. */
    if (umount2(place, MNT_DETACH) && !failed)
        failed = -errno;
    return failed;
}

int host_rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    /* Not every file system supports the flag; link(2) does not replace a file either. */
    if (link(from, to) == 0)
        return unlink(from) ? -errno : 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
        return -errno;
    if (access(to, F_OK) == 0)
        return -EEXIST;
    return rename(from, to) ? -errno : 0;
}

uint64_t host_capabilities(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {};

    if (syscall(SYS_capget, &header, data))
        return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

int host_keep_capabilities(uint64_t keep)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {};

    if (syscall(SYS_capget, &header, data))
        return -errno;
    for (int number = 0; number < 64; number++)
        if (!(keep >> number & 1) && prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1)
            prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int half = 0; half < 2; half++) {
        uint32_t bits = (uint32_t)(keep >> (32 * half));

        data[half].effective &= bits;
        data[half].permitted &= bits;
        data[half].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data))
        return -errno;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int host_pipe(int *reading, int *writing)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int host_connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor;

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    if (connect(descriptor, (struct sockaddr *)&address, sizeof(address))) {
        int error = errno;

        close(descriptor);
        return -error;
    }
    return descriptor;
}

static struct {
    const char *text;
    size_t length;
    int code;
    struct sigaction at_fault;  /* the previous action */
} shortage;

/* When malloc(3) fails it sets errno, and Swift's runtime aborts in the same thread; or the runtime faults, if there is no
 * memory for its error message either. */
static void failed_to_allocate(int number, siginfo_t *info, void *context)
{
    const int is_fault = number == SIGSEGV && info->si_code > 0;

    (void)context;
    if (errno == ENOMEM && (is_fault || number == SIGABRT)) {
        ssize_t count = write(STDERR_FILENO, shortage.text, shortage.length);

        (void)count;
        _exit(shortage.code);
    }
    if (is_fault) {
        sigaction(number, &shortage.at_fault, NULL); /* the instruction faults again */
    } else {
        signal(number, SIG_DFL);
        raise(number);
    }
}

int host_end_without_memory(const char *text, int code)
{
    const struct sigaction action = {.sa_sigaction = failed_to_allocate, .sa_flags = SA_SIGINFO};

    shortage.text = strdup(text);
    if (!shortage.text)
        return -ENOMEM;
    shortage.length = strlen(text);
    shortage.code = code;
    return sigaction(SIGABRT, &action, NULL) || sigaction(SIGSEGV, &action, &shortage.at_fault) ? -errno : 0;
}
