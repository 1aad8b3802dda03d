/* Landlock: which files the threads of this process may still open, and which TCP ports. */
#define _GNU_SOURCE
#include "csandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h, as of version 7; the header of the build's system may be older. */
enum {
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_REG = 1 << 8,
    FS_MAKE_SOCK = 1 << 9,
    FS_TRUNCATE = 1 << 14,
    NET_BIND_TCP = 1 << 0,
    NET_CONNECT_TCP = 1 << 1,
    SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,
    SCOPE_SIGNAL = 1 << 1,
    RULE_PATH_BENEATH = 1,
    RULE_NET_PORT = 2,
    CREATE_RULESET_VERSION = 1,
};

struct ruleset {
    uint64_t handled_files, handled_ports, scoped;
};

struct path_rule {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

struct port_rule {
    uint64_t access, port;
};

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

int sandbox_landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

    return version < 0 ? 0 : (int)version;
}

/* All rights that a version knows: 13 in the first, then REFER (2), TRUNCATE (3), and IOCTL_DEV (5). */
static uint64_t known_rights(int version)
{
    int count = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;

    return (1ULL << count) - 1;
}

static uint64_t rights(uint32_t access)
{
    uint64_t result = 0;

    if (access & SANDBOX_READ)
        result |= FS_READ_FILE | FS_READ_DIR;
    if (access & SANDBOX_WRITE)
        result |= FS_WRITE_FILE | FS_TRUNCATE;
    if (access & SANDBOX_CREATE)
        result |= FS_MAKE_REG;
    if (access & SANDBOX_REMOVE)
        result |= FS_REMOVE_FILE;
    if (access & SANDBOX_REMOVE_DIRECTORY)
        result |= FS_REMOVE_DIR;
    if (access & SANDBOX_SOCKET)
        result |= FS_MAKE_SOCK;
    return result;
}

int sandbox_open_rules(int signals)
{
    int version = sandbox_landlock_version();
    struct ruleset attributes = {.handled_files = known_rights(version)};
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules;

    if (!version)
        return -ENOSYS;
    if (version >= 4)
        attributes.handled_ports = NET_BIND_TCP | NET_CONNECT_TCP;
    if (version >= 6)
        attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | (signals ? 0 : SCOPE_SIGNAL);
    rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    return rules < 0 ? -errno : rules;
}

int sandbox_allow(int rules, const char *path, uint32_t access)
{
    struct path_rule allowed = {.access = rights(access) & known_rights(sandbox_landlock_version())};
    struct stat status;
    int failed = 0;

    allowed.parent = open(path, O_PATH | O_CLOEXEC);
    if (allowed.parent < 0)
        return errno == ENOENT ? 0 : -errno;
    /* Rights of directories are refused for a file. */
    if (fstat(allowed.parent, &status) == 0 && !S_ISDIR(status.st_mode))
        allowed.access &= FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE;
    if (syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &allowed, 0))
        failed = -errno;
    close(allowed.parent);
    return failed;
}

int sandbox_allow_port(int rules, uint16_t port, uint32_t access)
{
    const struct port_rule allowed = {
        .access = (access & SANDBOX_PORT_LISTEN ? NET_BIND_TCP : 0) | (access & SANDBOX_PORT_CONNECT ? NET_CONNECT_TCP : 0),
        .port = port,
    };

    if (sandbox_landlock_version() < 4)
        return 0;
    return syscall(SYS_landlock_add_rule, rules, RULE_NET_PORT, &allowed, 0) ? -errno : 0;
}

int sandbox_restrict_files(int rules)
{
    int failed = syscall(SYS_landlock_restrict_self, rules, 0) ? -errno : 0;

    close(rules);
    return failed;
}
