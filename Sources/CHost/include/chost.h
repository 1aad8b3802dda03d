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
};

struct host_user {
    int change; /* 0: stay who we are */
    uint32_t uid;
    uint32_t gid;
    const char *name; /* for its supplementary groups */
};

/* Starts `arguments[0]`, looked up in PATH, inside the cgroup whose cgroup.procs is open as
 * `cgroup_procs` (or -1), as `user`, with all signals unblocked and at their defaults. `output` and
 * `errors` become its standard output and error unless they are -1. */
struct host_spawned host_spawn(char *const arguments[], char *const environment[], int cgroup_procs,
                               struct host_user user, int output, int errors);

/* Moves the calling thread, and every thread and process it starts from now on, into a network
 * namespace of its own with loopback up, and a mount namespace of its own. 0 or -errno. */
int host_unshare(void);

/* Shows the file `source` in place of `target`, in this mount namespace only. 0 or -errno. */
int host_cover(const char *source, const char *target);

/* The effective capabilities of the calling thread, one bit each; 0 when they can't be read. */
uint64_t host_capabilities(void);

/* Drops every capability that is not in `keep`, from all sets of the calling thread and what it
 * starts from now on. 0 or -errno. */
int host_keep_capabilities(uint64_t keep);

/* pipe2(2) with O_CLOEXEC: the reading end and the writing end. 0 or -errno. */
int host_pipe(int *reading, int *writing);

/* A stream connection to a unix socket, that blocks on nothing from then on. Its descriptor or -errno. */
int host_connect_unix(const char *path);

#endif
