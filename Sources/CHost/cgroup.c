/* Kills all processes in a cgroup, on request or when the caller has ended. */
#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Closes every descriptor from `first` on. */
static void close_all(unsigned int first)
{
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    for (long number = sysconf(_SC_OPEN_MAX) - 1; number >= (long)first; number--)
        close((int)number);
}

/* Kills all processes in a cgroup: with cgroup.kill (5.14), else one by one while the cgroup is frozen. */
static void kill_all(int directory)
{
    int file = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    char text[32];
    size_t length = 0;
    char letter;

    if (file >= 0) {
        if (write(file, "1", 1) == 1) {
            close(file);
            return;
        }
        close(file);
    }
    int freezer = openat(directory, "cgroup.freeze", O_WRONLY | O_CLOEXEC);

    if (freezer >= 0 && write(freezer, "1", 1) < 0) {
        close(freezer);
        freezer = -1;
    }
    file = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    while (file >= 0 && read(file, &letter, 1) == 1) {
        if (letter != '\n' && length < sizeof(text) - 1) {
            text[length++] = letter;
            continue;
        }
        text[length] = 0;
        length = 0;
        if (atoi(text) > 0)
            kill(atoi(text), SIGKILL);
    }
    if (file >= 0)
        close(file);
    if (freezer >= 0) {
        if (write(freezer, "0", 1) < 0)
            errno = 0; /* SIGKILL also ends frozen processes */
        close(freezer);
    }
}

int host_clear_cgroup(const char *path)
{
    const struct timespec pause = {0, 1000000};
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = 0;

    if (directory < 0)
        return errno == ENOENT ? 0 : -errno;
    /* A killed process leaves the cgroup with a delay. */
    for (int attempt = 0; attempt < 5000; attempt++) {
        if (attempt % 100 == 0)
            kill_all(directory);
        failed = rmdir(path) && errno != ENOENT ? -errno : 0;
        if (failed != -EBUSY)
            break;
        nanosleep(&pause, NULL);
    }
    close(directory);
    return failed;
}

int host_guard_cgroup(const char *path, int *lifeline)
{
    int ends[2], pid, failed;
    sigset_t all;
    char octet;

    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    pid = fork();
    if (pid < 0) {
        failed = -errno;
        close(ends[0]);
        close(ends[1]);
        return failed;
    }
    if (pid > 0) {
        close(ends[0]);
        *lifeline = ends[1];
        return pid;
    }
    /* This process receives no signals for querent and keeps no descriptors open. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    if (chdir("/") || dup2(ends[0], 0) < 0)
        _exit(1);
    close_all(1);
    prctl(PR_SET_NAME, "querent-guard", 0, 0, 0);
    while (read(0, &octet, 1) < 0 && errno == EINTR)
        ;
    _exit(host_clear_cgroup(path) ? 1 : 0);
}
