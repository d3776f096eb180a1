#define _GNU_SOURCE
#include "CAllocationCounter.h"
#include <dirent.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static _Atomic int watched;
static _Atomic int64_t counted;

static void note(void) {
  int thread = atomic_load_explicit(&watched, memory_order_relaxed);
  if (thread && thread == (int)syscall(SYS_gettid)) atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
}

void *malloc(size_t size) { note(); return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { note(); return __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { note(); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { note(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { note(); return __libc_memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  note();
  *out = __libc_memalign(alignment, size);
  return *out ? 0 : 12;
}
void free(void *block) {
  if (block) note();
  __libc_free(block);
}

static int thread_named(const char *name) {
  DIR *tasks = opendir("/proc/self/task");
  int found = 0;
  for (struct dirent *e; tasks && !found && (e = readdir(tasks));) {
    char path[300], comm[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/comm", e->d_name);
    FILE *f = fopen(path, "r");
    if (!f) continue;
    if (fgets(comm, sizeof comm, f)) {
      comm[strcspn(comm, "\n")] = 0;
      if (strcmp(comm, name) == 0) found = atoi(e->d_name);
    }
    fclose(f);
  }
  if (tasks) closedir(tasks);
  return found;
}

int ln_watch_allocations(const char *thread_name) {
  int thread = thread_named(thread_name);
  if (!thread) return -1;
  atomic_store(&counted, 0);
  atomic_store(&watched, thread);
  return 0;
}

int64_t ln_watched_allocations(void) { return atomic_load(&counted); }
void ln_unwatch_allocations(void) { atomic_store(&watched, 0); }
