/* What a program would try that has taken over a process: each is tried, and undone if it succeeds. */
#define _GNU_SOURCE
#include "csandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a permission was missing, and not something else. */
static int was_granted(int failed) { return !(failed && (errno == EPERM || errno == EACCES)); }

static int opens(const char *path, int flags)
{
    int descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);

    if (descriptor >= 0)
        close(descriptor);
    return was_granted(descriptor < 0);
}

static int read_passwords(void) { return opens("/etc/shadow", O_RDONLY); }

/* There always is a first process; if it is not found, it is hidden (hidepid, systemd's ProtectProc=). */
static int reads_of_first_process(const char *path)
{
    errno = 0;
    return opens(path, O_RDONLY) && errno != ENOENT;
}

static int read_memory(void) { return reads_of_first_process("/proc/1/mem"); }
static int read_environment(void) { return reads_of_first_process("/proc/1/environ"); }

static int write_file(void)
{
    char path[64];
    int granted;

    snprintf(path, sizeof(path), "/tmp/.querent-attempt-%d", getpid());
    granted = opens(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    if (granted)
        unlink(path);
    return granted;
}

static int connect_out(int family)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int sock = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int granted;

    if (sock < 0)
        return was_granted(1);
    granted = was_granted(connect(sock, (const struct sockaddr *)&address, sizeof(address)));
    close(sock);
    return granted;
}

static int connect_to_network(void) { return connect_out(AF_INET); }

static int send_packets(void)
{
    int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

    if (sock >= 0)
        close(sock);
    return was_granted(sock < 0);
}

/* The arguments are checked after the filter, so that nothing is executed. */
static int execute(void) { return was_granted((int)syscall(SYS_execve, NULL, NULL, NULL)); }

static int make_process(void)
{
    int pid = (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return was_granted(pid < 0);
}

static int trace(void)
{
    int granted = was_granted((int)ptrace(PTRACE_SEIZE, getppid(), 0, 0));

    if (granted)
        ptrace(PTRACE_DETACH, getppid(), 0, 0);
    return granted;
}

static int load_program(void)
{
    union bpf_attr nothing = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER};
    int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &nothing, sizeof(nothing));

    if (program >= 0)
        close(program);
    return was_granted(program < 0);
}

static int mount_something(void) { return was_granted(mount(NULL, NULL, NULL, MS_REMOUNT, NULL)); }
static int enter_namespaces(void) { return was_granted((int)syscall(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS)); }

static int map_code(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        munmap(memory, 4096);
    return was_granted(memory == MAP_FAILED);
}

static int signal_parent(void) { return was_granted(kill(getppid(), 0)); }

static const struct {
    const char *name;
    int (*attempt)(void);
} attempts[] = {
    {"read /etc/shadow", read_passwords},
    {"read another process's memory", read_memory},
    {"read another process's environment", read_environment},
    {"make a file in /tmp", write_file},
    {"connect to a network address", connect_to_network},
    {"send packets", send_packets},
    {"execute a program", execute},
    {"make a process", make_process},
    {"trace another process", trace},
    {"load a BPF program", load_program},
    {"mount a file system", mount_something},
    {"enter other namespaces", enter_namespaces},
    {"map code", map_code},
    {"send signals to other processes", signal_parent},
};

enum { COUNT = sizeof(attempts) / sizeof(*attempts) };

const char *sandbox_attempt_name(unsigned int number) { return number < COUNT ? attempts[number].name : NULL; }
int sandbox_attempt(unsigned int number) { return number < COUNT && attempts[number].attempt(); }
