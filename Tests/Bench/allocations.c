/* Counts a program's heap allocations. It is loaded before the C library, and prints the counts at the end on the descriptor
   that ALLOCATIONS_TO names.
   realloc counts if it moves or creates a block, with the requested octets. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic unsigned long blocks, octets;

static void *counted(void *block, size_t size)
{
  if (block) {
    atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&octets, size, memory_order_relaxed);
  }
  return block;
}

void *malloc(size_t size) { return counted(__libc_malloc(size), size); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size), count * size); }
void *realloc(void *block, size_t size) { return counted(__libc_realloc(block, size), size); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size), size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size)
{
  void *found = memalign(alignment, size);
  if (!found)
    return ENOMEM;
  *block = found;
  return 0;
}

__attribute__((destructor)) static void tell(void)
{
  const char *descriptor = getenv("ALLOCATIONS_TO");
  char text[64];
  int count = snprintf(text, sizeof text, "%lu %lu\n", blocks, octets);
  if (descriptor && write(atoi(descriptor), text, count) != count)
    _exit(1);
}
