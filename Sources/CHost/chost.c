#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_GROUPS = 1024 };

/* In the child, between fork and exec: only async-signal-safe calls. */
static void become(char *const arguments[], char *const environment[], int cgroup_procs,
                   struct host_user user, const gid_t *groups, int group_count, int output, int errors,
                   int report)
{
    struct host_spawned failure = {0, HOST_SPAWN_CGROUP, 0};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (output >= 0)
        dup2(output, STDOUT_FILENO);
    if (errors >= 0)
        dup2(errors, STDERR_FILENO);
    if (cgroup_procs >= 0 && write(cgroup_procs, "0", 1) != 1)
        goto failed;
    failure.step = HOST_SPAWN_USER;
    if (user.change && (setgroups((size_t)group_count, groups) || setresgid(user.gid, user.gid, user.gid) ||
                        setresuid(user.uid, user.uid, user.uid)))
        goto failed;
    failure.step = HOST_SPAWN_EXEC;
    execvpe(arguments[0], arguments, environment);
failed:
    failure.error = errno;
    if (write(report, &failure, sizeof(failure)) < 0)
        _exit(126);
    _exit(127);
}

struct host_spawned host_spawn(char *const arguments[], char *const environment[], int cgroup_procs,
                               struct host_user user, int output, int errors)
{
    struct host_spawned result = {0, HOST_SPAWN_FORK, 0};
    gid_t groups[MOST_GROUPS];
    int group_count = MOST_GROUPS;
    int report[2];
    ssize_t count;

    if (!user.name || getgrouplist(user.name, user.gid, groups, &group_count) < 0) {
        groups[0] = user.gid;
        group_count = 1;
    }
    if (pipe2(report, O_CLOEXEC)) {
        result.error = errno;
        return result;
    }
    result.pid = fork();
    if (result.pid < 0) {
        result.error = errno;
        close(report[0]);
        close(report[1]);
        return result;
    }
    if (result.pid == 0) {
        close(report[0]);
        become(arguments, environment, cgroup_procs, user, groups, group_count, output, errors, report[1]);
    }
    close(report[1]);
    int child = result.pid;
    struct host_spawned failure;

    do {
        count = read(report[0], &failure, sizeof(failure));
    } while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count == (ssize_t)sizeof(failure)) {
        waitpid(child, NULL, 0);
        return failure;
    }
    result.step = HOST_SPAWN_DONE; /* exec closed the pipe */
    return result;
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

int host_cover(const char *source, const char *target)
{
    return mount(source, target, NULL, MS_BIND, NULL) ? -errno : 0;
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
