#define _GNU_SOURCE
#include "CPlatform.h"

#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int64_t ln_monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void ln_eventfd_signal(int fd) {
  uint64_t one = 1;
  if (write(fd, &one, sizeof one) < 0) { /* EAGAIN: the reader is awake already */ }
}

uint64_t ln_eventfd_drain(int fd) {
  uint64_t count = 0;
  return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

void ln_thread_name(const char *name) { prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0); }

int ln_thread_start(pthread_t *thread, int priority, size_t stack_bytes, void *(*body)(void *), void *context) {
  pthread_attr_t a;
  int r = pthread_attr_init(&a);
  if (r) return -r;
  if (stack_bytes) pthread_attr_setstacksize(&a, stack_bytes);
  if (priority > 0) {
    struct sched_param p = {.sched_priority = priority};
    pthread_attr_setinheritsched(&a, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&a, SCHED_FIFO);
    pthread_attr_setschedparam(&a, &p);
    r = pthread_create(thread, &a, body, context);
    if (r == 0) { pthread_attr_destroy(&a); return 0; }
    pthread_attr_setinheritsched(&a, PTHREAD_INHERIT_SCHED);
  }
  r = pthread_create(thread, &a, body, context);
  pthread_attr_destroy(&a);
  return r ? -r : 1;
}

static _Thread_local char said[200];

void ln_words_note(const char *file, int line, const char *function, int code, const char *format, ...) {
  (void)file, (void)line, (void)function, (void)code;
  if (said[0]) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(said, sizeof said, format, arguments);
  va_end(arguments);
  said[strcspn(said, "\r\n")] = 0;
}

void ln_words_take(char *words, size_t size) {
  snprintf(words, size, "%s", said);
  said[0] = 0;
}

int ln_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }

int ln_set_nonblocking(int fd, int on) {
  int f = fcntl(fd, F_GETFL);
  if (f < 0) return -errno;
  return fcntl(fd, F_SETFL, on ? f | O_NONBLOCK : f & ~O_NONBLOCK) < 0 ? -errno : 0;
}

int ln_wait_readable(int fd, int64_t nanoseconds) {
  struct pollfd entry = {.fd = fd, .events = POLLIN};
  struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return ppoll(&entry, 1, &limit, NULL);
}

int ln_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int ln_counter_open(pid_t thread, int counts_instructions) {
  struct perf_event_attr wish = {
      .type = counts_instructions ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE,
      .size = sizeof wish,
      .config = counts_instructions ? PERF_COUNT_HW_INSTRUCTIONS : PERF_COUNT_SW_TASK_CLOCK,
      .inherit = 1,
      .exclude_kernel = 1,
      .exclude_hv = 1,
  };
  long fd = syscall(SYS_perf_event_open, &wish, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  return fd < 0 ? -errno : (int)fd;
}
