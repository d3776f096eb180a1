// What Glibc's Swift module lacks: GNU extensions and variadic calls, one line each.
//
// This header must not define _GNU_SOURCE: structures that both modules see (fd_set) would then differ, and no Swift file
// could import both. The extensions are used in CPlatform.c.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/// Nanoseconds of CLOCK_MONOTONIC. Declared free of locks and allocation: it is a vDSO read.
__attribute__((swift_attr("@_noLocks"))) __attribute__((swift_attr("@_noAllocation")))
int64_t ln_monotonic_ns(void);

/// Wakes whoever polls `fd`, an eventfd. Never blocks: a full counter already means "awake".
__attribute__((swift_attr("@_noLocks"))) __attribute__((swift_attr("@_noAllocation")))
void ln_eventfd_signal(int fd);

/// Empties an eventfd. Returns the count that stood there, 0 when there was none.
uint64_t ln_eventfd_drain(int fd);

/// Names the calling thread, at most 15 bytes (longer is cut).
void ln_thread_name(const char *name);

/// Starts a thread at SCHED_FIFO `priority`, or at the ordinary policy when the kernel refuses (EPERM) or priority is 0.
/// Returns 0 for real time, 1 for ordinary, a negative errno when no thread could be made.
int ln_thread_start(pthread_t *thread, int priority, size_t stack_bytes, void *(*body)(void *), void *context);

/// Keeps what a C library would have printed on standard error, for the calling thread: the first words since they were last
/// taken, which name the cause; what follows only says who passed it on. Has the shape of alsa-lib's error handler.
void ln_words_note(const char *file, int line, const char *function, int code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/// Copies the calling thread's words, one line of them, and forgets them. Empty when there are none.
void ln_words_take(char *words, size_t size);

/// `openat`-free variadics.
int ln_open(const char *path, int flags, unsigned mode);
int ln_set_nonblocking(int fd, int on);

/// Waits for `fd` to become readable, at most `nanoseconds`. Returns 1 when it is, 0 when the time is over, -1 on an error.
int ln_wait_readable(int fd, int64_t nanoseconds);

/// A pipe whose ends no child inherits: `ends[0]` to read, `ends[1]` to write. Returns 0 or -1 with errno.
int ln_pipe(int ends[2]);

/// Counts, for one thread of any process and those that it starts from now on, instructions in user mode, or (0) nanoseconds of
/// CPU time. Returns a descriptor to `read` a uint64_t from; -EACCES when the kernel forbids it, -ENOENT when the processor (or
/// the virtual machine) has no such counter.
int ln_counter_open(pid_t thread, int counts_instructions);
