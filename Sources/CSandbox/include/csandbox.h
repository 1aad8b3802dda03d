/* What this process may still do after its start: files (Landlock), system calls (seccomp), and a process that reads for it. */
#ifndef QUERENT_CSANDBOX_H
#define QUERENT_CSANDBOX_H

#include <stddef.h>
#include <stdint.h>

/* What is allowed below a path. */
enum sandbox_access {
    SANDBOX_READ = 1,             /* read files, list directories */
    SANDBOX_WRITE = 2,            /* write to files and truncate them */
    SANDBOX_CREATE = 4,           /* make regular files */
    SANDBOX_REMOVE = 8,           /* remove and rename files */
    SANDBOX_REMOVE_DIRECTORY = 16,
    SANDBOX_SOCKET = 32,          /* make unix sockets */
};

/* What is allowed at a TCP port. */
enum sandbox_port {
    SANDBOX_PORT_LISTEN = 1,
    SANDBOX_PORT_CONNECT = 2,
};

/* The version of the kernel's Landlock; 0 if it has none, or it is switched off. */
int sandbox_landlock_version(void);

/* Begins a list of rules. Gives its descriptor, or -errno; -ENOSYS or -EOPNOTSUPP without Landlock. */
int sandbox_open_rules(int signals);

/* Allows something below a path; one that does not exist is left out. 0 or -errno. */
int sandbox_allow(int rules, const char *path, uint32_t access);

/* Allows something at a TCP port, of any address. Listening at port 0 takes a free one. Needs version 4; older ones restrict no ports.
 * 0 or -errno. */
int sandbox_allow_port(int rules, uint16_t port, uint32_t access);

/* Loads the C library's modules that look up host names (nsswitch.conf(5)): afterwards no code can be mapped. */
void sandbox_load_name_modules(void);

/* Refuses this thread, and those that it starts, every file and TCP port that no rule allows, abstract unix sockets of other processes and,
 * unless `signals` was set, signals to them; as far as the kernel's version of Landlock has it. Needs no_new_privs. Closes the
 * rules. 0 or -errno. */
int sandbox_restrict_files(int rules);

/* System calls that only some make. */
enum sandbox_calls {
    SANDBOX_CONNECT = 1,          /* connect to unix sockets */
    SANDBOX_CHILDREN = 2,         /* wait for children, send signals, remove directories */
    SANDBOX_SERVER = 4,           /* querent-server in place of a trace */
    SANDBOX_NETWORK = 8,          /* connect to other hosts, and look up their names */
};

/* Refuses every thread of this process all system calls but those that a running trace, or querent-server, makes: EPERM, and an entry in the kernel's
 * log. Needs no_new_privs. Gives the number of calls that are allowed, 0 if the kernel has no filter, or -errno. */
int sandbox_restrict_calls(uint32_t features);

/* Starts a process that reads what the sandbox refuses: the links of processes in /proc, the files of container runtimes, the names
 * of users and groups. It allows nothing else, and ends when the last copy of `*requests` is closed. Gives its pid or -errno. */
int sandbox_start_broker(int *requests);

enum sandbox_request {
    SANDBOX_LINK = 1,             /* the target of the link `path` */
    SANDBOX_OPEN = 2,             /* the file or directory `path`, open for reading */
    SANDBOX_USER = 3,             /* the name of the user `number` */
    SANDBOX_GROUP = 4,
};

/* Asks the broker. Writes the text to `text`, which has room for `room` octets, and gives their number; for SANDBOX_OPEN it gives
 * the descriptor. -errno if it was refused or failed; -EPIPE if the broker has ended. One thread at a time. */
int sandbox_ask(int requests, uint32_t kind, uint32_t number, const char *path, char *text, size_t room);

/* Things that a sandbox should refuse, by number from 0: what it is, null after the last. */
const char *sandbox_attempt_name(unsigned int number);

/* Tries it now, and undoes it: 0 if it was refused, 1 if it was not. */
int sandbox_attempt(unsigned int number);

#endif
