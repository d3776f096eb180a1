// The recordings and the noise loop.
#include "internal.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/// The part of [from, from + count) that lies in one block.
typedef struct {
  int64_t block;
  int first;
  int count;
} block_part;

static block_part part_at(int64_t from, int64_t end) {
  block_part part = {.block = from / BLOCK_SAMPLES, .first = (int)(from % BLOCK_SAMPLES)};
  int64_t room = BLOCK_SAMPLES - part.first;
  part.count = (int)(end - from < room ? end - from : room);
  return part;
}

void room_track_read(const room_air *air, room_track track, int64_t from, int count, int16_t *samples) {
  const air_track *recording = &air->file->tracks[track];
  int64_t end = from + count;
  while (from < end && from < 0) {
    *samples++ = 0;
    from++;
  }
  while (from < end) {
    block_part part = part_at(from, end);
    int slot = (int)(part.block % TRACK_BLOCKS);
    size_t bytes = (size_t)part.count * sizeof *samples;
    if (atomic_load_explicit(&recording->mark[slot], memory_order_acquire) == part.block + 1) {
      memcpy(samples, &recording->samples[slot][part.first], bytes);
    } else {
      memset(samples, 0, bytes);
    }
    samples += part.count;
    from += part.count;
  }
}

/// The block's samples for writing, silent when it was another lap's.
static int16_t *claim_block(air_track *recording, int64_t block) {
  int slot = (int)(block % TRACK_BLOCKS);
  if (atomic_load_explicit(&recording->mark[slot], memory_order_relaxed) != block + 1) {
    memset(recording->samples[slot], 0, sizeof recording->samples[slot]);
    atomic_store_explicit(&recording->mark[slot], block + 1, memory_order_release);
  }
  return recording->samples[slot];
}

static int16_t saturated(int value) { return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value); }

static void change_track(room_air *air, room_track track, int64_t from, int count, const int16_t *samples, bool mixes) {
  int64_t end = from + count;
  if (from < 0) {
    samples -= from;
    from = 0;
  }
  while (from < end) {
    block_part part = part_at(from, end);
    int16_t *kept = claim_block(&air->file->tracks[track], part.block) + part.first;
    for (int i = 0; i < part.count; i++) kept[i] = mixes ? saturated(kept[i] + samples[i]) : samples[i];
    samples += part.count;
    from += part.count;
  }
}

void room_track_write(room_air *air, room_track track, int64_t from, int count, const int16_t *samples) {
  change_track(air, track, from, count, samples, false);
}

void room_track_mix(room_air *air, room_track track, int64_t from, int count, const int16_t *samples) {
  change_track(air, track, from, count, samples, true);
}

int room_noise_set(room_air *air, const int16_t *samples, int count) {
  air_header *header = &air->file->header;
  if (count < 0 || count > ROOM_NOISE_MAX) return -EINVAL;
  atomic_store_explicit(&header->noise_count, 0, memory_order_release);
  if (count > 0) memcpy(header->noise, samples, (size_t)count * sizeof *samples);
  atomic_store_explicit(&header->noise_count, (uint32_t)count, memory_order_release);
  return 0;
}

/// A multiple of every kernel's page.
#define PIECE 65536

void room_air_forget(room_air *air, int64_t before) {
  // In steps of 2 s, and never across the ring's seam: a call lets go of what lies in one straight piece. The pages stay in
  // the file; who reads them again gets them back.
  const int64_t step = 200;
  int64_t from = air->forgotten / BLOCK_SAMPLES;
  int64_t to = before / BLOCK_SAMPLES;
  if (to - from < step) return;
  int64_t first = from % TRACK_BLOCKS;
  int64_t blocks = to - from;
  if (first + blocks > TRACK_BLOCKS) blocks = TRACK_BLOCKS - first;
  for (int i = 0; i < 2; i++) {
    char *begin = (char *)air->file->tracks[i].samples[first];
    char *end = begin + (size_t)blocks * sizeof air->file->tracks[i].samples[0];
    char *first_piece = begin - (size_t)begin % PIECE;
    char *last_piece = end - (size_t)end % PIECE;
    if (last_piece > first_piece) madvise(first_piece, (size_t)(last_piece - first_piece), MADV_DONTNEED);
  }
  air->forgotten = (from + blocks) * BLOCK_SAMPLES;
}
