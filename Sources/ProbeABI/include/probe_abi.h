/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The structures that the kernel programs and user space exchange. Fixed widths, explicit padding, host
 * byte order; both sides assert the sizes. */
#ifndef QUERENT_PROBE_ABI_H
#define QUERENT_PROBE_ABI_H

#ifndef __bpf__
#include <stdint.h>
typedef uint8_t __abi_u8;
typedef uint16_t __abi_u16;
typedef uint32_t __abi_u32;
typedef uint64_t __abi_u64;
#else
typedef __u8 __abi_u8;
typedef __u16 __abi_u16;
typedef __u32 __abi_u32;
typedef __u64 __abi_u64;
#endif

enum { QUERENT_ABI_VERSION = 4 };

/* A task, as it was when it used the socket. */
struct querent_owner {
    __abi_u64 start_boottime;   /* ns since boot at which the process started */
    __abi_u64 cgroup_id;        /* inode of the cgroup v2 directory */
    __abi_u32 tgid;             /* 0: no task is recorded */
    __abi_u32 tid;
    __abi_u32 uid;
    __abi_u32 gid;
    __abi_u32 parent_tgid;
    __abi_u32 network_namespace; /* inode */
    __abi_u8 name[16];          /* of the thread-group leader */
    __abi_u8 thread_name[16];
    __abi_u8 source;            /* enum querent_source */
    __abi_u8 reserved[3];
    __abi_u32 exec_id;          /* number of execve calls of the process and its ancestors; 0: unknown */
};
_Static_assert(sizeof(struct querent_owner) == 80, "querent_owner has no hidden padding");

enum querent_source {
    QUERENT_SOURCE_UNKNOWN = 0,
    QUERENT_SOURCE_CREATOR = 1,
    QUERENT_SOURCE_BINDER = 2,
    QUERENT_SOURCE_CONNECTOR = 3,
    QUERENT_SOURCE_BACKFILL = 4,
    QUERENT_SOURCE_RECEIVE = 5,
    QUERENT_SOURCE_SEND = 6,    /* recorded after the send */
    QUERENT_SOURCE_SENDING = 7, /* recorded before the packet leaves */
};

/* The value of the `owners` socket storage. `writes` is odd while `owner` is being rewritten. */
struct querent_stored_owner {
    __abi_u64 credentials;      /* the kernel's pointer; it changes at exec and setuid */
    __abi_u32 writes;
    __abi_u32 reserved;
    struct querent_owner owner;
};
_Static_assert(sizeof(struct querent_stored_owner) == 96, "querent_stored_owner has no hidden padding");

enum querent_direction { QUERENT_EGRESS = 0, QUERENT_INGRESS = 1 };

enum querent_recognition {
    QUERENT_BY_PORT = 0,
    QUERENT_BY_SHAPE = 1,
    QUERENT_UNDECIDED = 2,      /* the start of a TCP stream, too short to classify */
    QUERENT_BY_FLOW = 3,        /* UDP: the socket has carried a query and its answer before */
    QUERENT_BY_VARLINK = 4,     /* a lookup over a unix socket: octets of a stream, see below */
    QUERENT_BY_NSCD = 5,
};

enum querent_flags {
    QUERENT_HAS_SENDER = 1,     /* `sender` is the user task that was running */
    QUERENT_SENDER_IS_KERNEL = 2, /* a kernel thread was running */
    QUERENT_SOCKET_LOCKED = 4,  /* TCP: a system call holds the socket lock, so `sender` is sending */
    QUERENT_HAS_OWNER = 8,
    QUERENT_HAS_EXPECTED = 16,  /* `expected_sequence` is set */
    QUERENT_WAITED = 32,        /* UDP: either `sender` shares the socket, or the packet waited and `owner` sent it */
    QUERENT_CORKED = 64,        /* UDP: several calls wrote the datagram; `sender` made the last one */
    QUERENT_IN_TARGET = 128,    /* the socket was made in the target cgroup or below it */
};

/* One packet in the ring; `captured_length` octets of it follow the header.
 *
 * For a lookup over a unix socket: the octets that one call sent. `socket_cookie` is that of the client's socket, and
 * `direction` is that of the client. `original_length` 0: the server receives; `owner` is the receiving task. */
struct querent_record {
    __abi_u64 time;             /* CLOCK_BOOTTIME, ns */
    __abi_u64 socket_cookie;
    __abi_u64 sequence;         /* number of the packet among those that this CPU recognised, from 1 */
    __abi_u32 cpu;
    __abi_u32 interface_index;
    __abi_u32 network_namespace; /* inode of the socket's namespace */
    __abi_u32 original_length;  /* from the IP header on */
    __abi_u32 captured_length;
    __abi_u32 segment_size;     /* UDP GSO, else 0 */
    __abi_u32 expected_sequence; /* TCP ingress: rcv_nxt; egress: snd_nxt before this packet */
    __abi_u8 direction;
    __abi_u8 recognition;
    __abi_u8 flags;
    __abi_u8 abi_version;
    struct querent_owner sender;
    struct querent_owner owner;
    __abi_u8 packet[];
};
_Static_assert(sizeof(struct querent_record) == 216, "querent_record has no hidden padding");

/* Per-CPU, in packets. */
struct querent_counters {
    __abi_u64 seen;
    __abi_u64 recognised;
    __abi_u64 shipped;
    __abi_u64 ring_full;
    __abi_u64 shortened;
    __abi_u64 no_socket;
    __abi_u64 no_owner;
    __abi_u64 storage_full;     /* owners that could not be stored */
};
_Static_assert(sizeof(struct querent_counters) == 64, "querent_counters has no hidden padding");

/* One program image of a process: execve keeps pid and start time and increments exec_id. */
struct querent_image {
    __abi_u64 start_boottime;
    __abi_u32 tgid;
    __abi_u32 exec_id;
};
_Static_assert(sizeof(struct querent_image) == 16, "querent_image has no hidden padding");

enum { QUERENT_PATH_SIZE = 576, QUERENT_NAME_SIZE = 256, QUERENT_ARGUMENTS_SIZE = 440 };

/* What an image was started with. */
struct querent_execution {
    __abi_u32 path_length;      /* 0: the path does not fit */
    __abi_u32 arguments_length; /* 0: unreadable */
    __abi_u8 path[QUERENT_PATH_SIZE]; /* the components' names, last one first, each NUL-terminated */
    __abi_u8 arguments[QUERENT_ARGUMENTS_SIZE]; /* each NUL-terminated; cut if they are longer */
};
_Static_assert(sizeof(struct querent_execution) == 1024, "querent_execution has no hidden padding");

/* The configuration, which user space sets before the programs are loaded. */
struct querent_config {
    __abi_u32 only_namespace;   /* inode of the one network namespace to tap; 0: all */
    __abi_u8 any_port;          /* recognise DNS on other ports by shape */
    __abi_u8 callers_by_address; /* interface tap: callers are in a hash, not in socket storage */
    __abi_u8 reserved[2];
    __abi_u64 target_cgroup;    /* inode of the cgroup whose sockets are marked; 0: none */
    __abi_u8 dns_ports[8192];   /* one bit per port: all its traffic is recognised */
};
enum { QUERENT_DNS_PORTS_OFFSET = 16, QUERENT_CONFIG_SIZE = 8208 }; /* Swift does not import an array of this length */
_Static_assert(__builtin_offsetof(struct querent_config, dns_ports) == QUERENT_DNS_PORTS_OFFSET, "QUERENT_DNS_PORTS_OFFSET is right");
_Static_assert(sizeof(struct querent_config) == QUERENT_CONFIG_SIZE, "querent_config has no hidden padding");

#endif
