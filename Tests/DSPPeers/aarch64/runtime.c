// What the bare program needs of a C library, and its two ways outside: the serial line, and the clock that counts instructions.
#include <stddef.h>
#include <stdint.h>

extern char heap[], heap_end[];
static char *next = heap;

/// Taken once at the beginning and never given back.
int posix_memalign(void **block, size_t alignment, size_t size) {
  uintptr_t at = ((uintptr_t)next + alignment - 1) & ~(uintptr_t)(alignment - 1);
  if (at + size > (uintptr_t)heap_end) return 12;
  next = (char *)at + size;
  *block = (void *)at;
  return 0;
}

void free(void *block) { (void)block; }

void *memset(void *target, int value, size_t count) {
  char *to = target;
  while (count-- > 0) {
    *to++ = (char)value;
    __asm__ volatile("" ::: "memory");  // or the compiler makes a call of memset of it
  }
  return target;
}

void *memcpy(void *restrict target, const void *restrict source, size_t count) {
  char *to = target;
  const char *from = source;
  while (count-- > 0) {
    *to++ = *from++;
    __asm__ volatile("" ::: "memory");
  }
  return target;
}

void *memmove(void *target, const void *source, size_t count) {
  char *to = target;
  const char *from = source;
  if (to <= from) return memcpy(target, source, count);
  while (count-- > 0) {
    to[count] = from[count];
    __asm__ volatile("" ::: "memory");
  }
  return target;
}

/// The seed of hash tables, which nobody here makes: an enumeration is hashable without being asked.
void arc4random_buf(void *target, size_t count) { memset(target, 0, count); }

/// The first serial line of qemu's `virt`.
int putchar(int character) {
  *(volatile uint32_t *)0x09000000 = (uint32_t)character;
  return character;
}

/// Instructions so far: under `-icount shift=0` each takes one nanosecond of the clock, which ticks in steps of several.
uint64_t linnet_instructions(void) {
  uint64_t ticks, frequency;
  __asm__ volatile("isb\n mrs %0, cntvct_el0\n mrs %1, cntfrq_el0" : "=r"(ticks), "=r"(frequency));
  return ticks * (1000000000 / frequency);
}

/// Where the bench puts the scenes: frames of a scene, frames before the count, frames that count, 0; then the two scenes.
const int32_t *linnet_scenes(void) { return (const int32_t *)0x48000000; }

void *__stack_chk_guard = (void *)0x11AE7;
void __stack_chk_fail(void) {
  for (;;) {}
}
