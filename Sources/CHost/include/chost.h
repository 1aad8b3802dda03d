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
    int change; /* 0: stay who we are */
    uint32_t uid;
    uint32_t gid;
    const char *name; /* for its supplementary groups */
};

/* Starts a process inside the cgroup whose cgroup.procs is open as `cgroup_procs` (or -1), as `user`, with all signals
 * unblocked and at their defaults, that waits for host_spawned_go before it becomes `arguments[0]`, looked up in PATH.
 * It ends when the caller ends before that, or closes `gate`. `output` and `errors` become its standard output and
 * error unless they are -1. A process that could not get so far is still to be waited for if `pid` is above 0. */
struct host_spawned host_spawn(char *const arguments[], char *const environment[], int cgroup_procs,
                               struct host_user user, int output, int errors);

/* Lets it become the program; closes `gate` and `report`. */
struct host_spawned host_spawned_go(struct host_spawned child);

/* Kills all that runs in a cgroup v2 directory, and removes it. 0 or -errno. */
int host_clear_cgroup(const char *path);

/* Starts a process that does this as soon as the last copy of `lifeline`, which no program started from here gets, is
 * closed: however the caller ends. Its pid, or -errno. */
int host_guard_cgroup(const char *path, int *lifeline);

/* Moves the calling thread, and every thread and process it starts from now on, into a network
 * namespace of its own with loopback up, and a mount namespace of its own. 0 or -errno. */
int host_unshare(void);

/* Shows a file that holds `text` in place of the file `target`, in this private mount namespace only. The file lies in
 * memory: no other process can open, replace or find it, and nothing is left of it when the last process of the
 * namespace ends. 0 or -errno. */
int host_cover(const char *target, const char *text, size_t length);

/* Renames a file, unless there is one of the new name (EEXIST). 0 or -errno. */
int host_rename_new(const char *from, const char *to);

/* The effective capabilities of the calling thread, one bit each; 0 when they can't be read. */
uint64_t host_capabilities(void);

/* Drops every capability that is not in `keep`, from all sets of the calling thread and what it
 * starts from now on. 0 or -errno. */
int host_keep_capabilities(uint64_t keep);

/* pipe2(2) with O_CLOEXEC: the reading end and the writing end. 0 or -errno. */
int host_pipe(int *reading, int *writing);

/* A stream connection to a unix socket, that blocks on nothing from then on. Its descriptor or -errno. */
int host_connect_unix(const char *path);

/* Has the process write `text` to standard error and end with `code`, in place of a core dump, when it aborts or faults
 * because there is no memory. 0 or -errno. */
int host_end_without_memory(const char *text, int code);

#endif
