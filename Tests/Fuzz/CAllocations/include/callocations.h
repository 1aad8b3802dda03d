// Watches how much a thread asks malloc for, so that a test can say that no length field of an input does.
#pragma once

#include <stddef.h>

/// Starts anew.
void allocations_reset(void);

/// The largest single request of this thread since then, in octets.
size_t allocations_largest(void);
