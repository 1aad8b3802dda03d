/* io_uring without its library: one submission at a time. */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
    int fd;
    struct io_uring_params parameters;
    uint8_t *submission, *completion;
    struct io_uring_sqe *entries;
};

static uint8_t *map(int fd, size_t size, off_t what)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

    must(memory != MAP_FAILED, "mmap");
    return memory;
}

/* A ring with one socket registered, as SQPOLL needs before 5.11. */
static bool open_ring(struct ring *ring, uint32_t flags, int socket)
{
    const struct io_uring_params *p = &ring->parameters;

    memset(ring, 0, sizeof(*ring));
    ring->parameters.flags = flags;
    ring->parameters.sq_thread_idle = 500;
    ring->fd = syscall(SYS_io_uring_setup, 8, &ring->parameters);
    if (ring->fd < 0)
        return false;
    ring->submission = map(ring->fd, p->sq_off.array + p->sq_entries * 4, IORING_OFF_SQ_RING);
    ring->completion = map(ring->fd, p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
    ring->entries = (void *)map(ring->fd, p->sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    must(!syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_FILES, &socket, 1), "io_uring_register");
    return true;
}

static int32_t submit(struct ring *ring, const void *octets, size_t length, uint8_t flags)
{
    const struct io_uring_params *p = &ring->parameters;
    uint32_t *tail = (void *)(ring->submission + p->sq_off.tail);
    uint32_t *array = (void *)(ring->submission + p->sq_off.array);
    uint32_t *seen = (void *)(ring->completion + p->cq_off.head);
    uint32_t *done = (void *)(ring->completion + p->cq_off.tail);
    struct io_uring_cqe *results = (void *)(ring->completion + p->cq_off.cqes);
    uint32_t at = *tail & (p->sq_entries - 1);
    bool is_polled = p->flags & IORING_SETUP_SQPOLL;

    ring->entries[at] = (struct io_uring_sqe){ .opcode = IORING_OP_SEND, .flags = IOSQE_FIXED_FILE | flags, .fd = 0,
                                               .addr = (uintptr_t)octets, .len = length };
    array[at] = at;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    must(syscall(SYS_io_uring_enter, ring->fd, is_polled ? 0 : 1, 1,
                 IORING_ENTER_GETEVENTS | (is_polled ? IORING_ENTER_SQ_WAKEUP : 0), NULL, 0) >= 0, "io_uring_enter");
    while (__atomic_load_n(done, __ATOMIC_ACQUIRE) == *seen)
        usleep(1000);
    at = *seen & (p->cq_entries - 1);
    __atomic_store_n(seen, *seen + 1, __ATOMIC_RELEASE);
    return results[at].res;
}

static outcome ask_by_ring(uint32_t setup, uint8_t flags, bool is_own_thread, int fd, bool is_stream)
{
    struct ring ring;

    if (!open_ring(&ring, setup, fd))
        return errno == ENOSYS || errno == EPERM ? "io_uring is not allowed here" : strerror(errno);
    for (int i = 0; i < 4; i++) {
        struct query query = is_own_thread ? ask(PLAIN) : ask_for(getpid(), UNKNOWN_THREAD, PLAIN);
        size_t length = is_stream ? FRAMED(query) : query.length;
        int32_t result = submit(&ring, is_stream ? query.frame : MESSAGE(query), length, flags);

        if (result < 0)
            errno = -result;
        must(result == (int32_t)length, "io_uring send");
        (is_stream ? stream_answers : answers)(fd, 1);
    }
    return NULL;
}

outcome play_uring(void)
{
    return ask_by_ring(0, 0, true, udp_to(SERVER_PORT), false);
}

outcome play_uring_tcp(void)
{
    return ask_by_ring(0, 0, true, tcp_to(SERVER_PORT), true);
}

/* An io-wq worker sends: a thread of the program since 5.12, a kernel thread before. */
outcome play_uring_async(void)
{
    return ask_by_ring(0, IOSQE_ASYNC, false, udp_to(SERVER_PORT), false);
}

/* The SQPOLL thread sends, without a system call of the program. */
outcome play_uring_poll(void)
{
    return ask_by_ring(IORING_SETUP_SQPOLL, 0, false, udp_to(SERVER_PORT), false);
}
