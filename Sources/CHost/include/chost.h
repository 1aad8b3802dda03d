/* System calls that Swift cannot make: fork and exec, namespaces, capabilities. */
#ifndef QUERENT_CHOST_H
#define QUERENT_CHOST_H

#include <stddef.h>
#include <stdint.h>

/* Which step of a spawn failed. */
enum host_spawn_step {
    HOST_SPAWN_DONE = 0,
    HOST_SPAWN_FORK = 1,
    HOST_SPAWN_CGROUP = 2,
    HOST_SPAWN_USER = 3,
    HOST_SPAWN_EXEC = 4,
};

struct host_spawned {
    int pid;    /* of the child, when step is HOST_SPAWN_DONE */
    int step;   /* enum host_spawn_step */
    int error;  /* errno of that step */
    int gate;   /* for host_spawned_go */
    int report;
};

struct host_user {
    int change; /* 0: keep the user */
    uint32_t uid;
    uint32_t gid;
    const char *name; /* for its supplementary groups */
};

/* Forks a process in the cgroup whose cgroup.procs is open as `cgroup_procs` (or -1), as `user`, with all signals
 * unblocked and at their defaults. It waits for host_spawned_go before it executes `arguments[0]`, looked up in PATH.
 * It ends if the caller ends before that, or closes `gate`. `input`, `output` and `errors` become its standard input, output
 * and error unless they are -1. If `pid` is above 0, the caller must wait for the process even if a step failed. */
struct host_spawned host_spawn(char *const arguments[], char *const environment[], int cgroup_procs,
                               struct host_user user, int input, int output, int errors);

/* Lets the child execute the program; closes `gate` and `report`. */
struct host_spawned host_spawned_go(struct host_spawned child);

/* Kills all processes in a cgroup v2 directory, and removes it. 0 or -errno. */
int host_clear_cgroup(const char *path);

/* Starts a process that calls host_clear_cgroup when the last copy of the pipe end `lifeline` is closed, so for any end of
 * the caller. Programs that the caller starts do not inherit `lifeline`. Returns the pid, or -errno. */
int host_guard_cgroup(const char *path, int *lifeline);

/* Moves the calling thread, and every thread and process that it starts afterwards, into a new network
 * namespace with loopback up and a new mount namespace. 0 or -errno. */
int host_unshare(void);

/* Mounts a file that contains `text` over the file `target`, in this private mount namespace only. The file is in
 * memory: no other process can find, open or replace it, and the kernel frees it when the last process of the
 * namespace ends. 0 or -errno. */
int host_cover(const char *target, const char *text, size_t length);

/* Renames a file, unless a file with the new name exists (EEXIST). 0 or -errno. */
int host_rename_new(const char *from, const char *to);

/* The effective capabilities of the calling thread, one bit each; 0 if they cannot be read. */
uint64_t host_capabilities(void);

/* Drops every capability that is not in `keep` from all sets of the calling thread and of what it
 * starts afterwards. 0 or -errno. */
int host_keep_capabilities(uint64_t keep);

/* pipe2(2) with O_CLOEXEC: the reading end and the writing end. 0 or -errno. */
int host_pipe(int *reading, int *writing);

/* Connects to a unix stream socket. Returns a non-blocking descriptor or -errno. */
int host_connect_unix(const char *path);

/* Connects to the service manager's datagram socket: a path, or @ and the name of an abstract socket. Returns a non-blocking
 * descriptor or -errno. */
int host_connect_notify(const char *address);

/* If the process aborts or faults because there is no memory, makes it write `text` to standard error and exit with `code`
 * instead of dumping core. 0 or -errno. */
int host_end_without_memory(const char *text, int code);

/* Puts the terminal `input` into raw mode (termios(3)). host_terminal_leave will write the `length` octets of `leave`, at most
 * 128, to `output`. Called again, it sets raw mode again. 0 or -errno. */
int host_terminal_enter(int input, int output, const char *leave, size_t length);

/* Puts the terminal back as it was before host_terminal_enter; nothing if it has been put back already. */
void host_terminal_leave(void);

/* Makes every signal that would end the process at once call host_terminal_leave first. 0 or -errno. */
int host_terminal_guard(void);

#endif
