// Counts what one thread takes from and gives to the heap, by standing in front of the C library's allocator. For tests.
#pragma once
#include <stdint.h>

/// Watches the thread with this name (as in /proc/self/task/*/comm) from now on; the count begins at 0.
/// Returns 0, or -1 when there is no such thread.
int ln_watch_allocations(const char *thread_name);
/// Calls of malloc, calloc, realloc, aligned allocation and free by the watched thread since then.
int64_t ln_watched_allocations(void);
/// Ends the watch.
void ln_unwatch_allocations(void);
