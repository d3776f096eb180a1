// What the compiler asks of a C library, for a WebAssembly module that has none. Memory is only ever taken: front ends are made
// once and live as long as their instance.
#include <stddef.h>
#include <stdint.h>

extern unsigned char __heap_base;
static const uintptr_t page = 65536;
static uintptr_t next;

int posix_memalign(void **out, size_t alignment, size_t size) {
  if (!next) next = (uintptr_t)&__heap_base;
  uintptr_t start = (next + alignment - 1) / alignment * alignment;
  uintptr_t held = __builtin_wasm_memory_size(0) * page;
  if (start + size > held && __builtin_wasm_memory_grow(0, (start + size - held + page - 1) / page) == (size_t)-1) return 12;
  next = start + size;
  *out = (void *)start;
  return 0;
}

void free(void *block) { (void)block; }

// The product of two signed 128-bit numbers, of which Swift's `multipliedFullWidth` makes its 64 x 64 bits.
__int128 __multi3(__int128 left, __int128 right) {
  uint64_t a = (uint64_t)left, b = (uint64_t)right;
  uint64_t low = (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF);
  uint64_t first = (a >> 32) * (b & 0xFFFFFFFF) + (low >> 32);
  uint64_t second = (a & 0xFFFFFFFF) * (b >> 32) + (first & 0xFFFFFFFF);
  uint64_t high = (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32);
  high += a * (uint64_t)(right >> 64) + (uint64_t)(left >> 64) * b;
  return (__int128)(((unsigned __int128)high << 64) | (second << 32) | (low & 0xFFFFFFFF));
}
