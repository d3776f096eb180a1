// From the loudspeaker's clock and rate to the recording of what was played.
#include "internal.h"
#include <math.h>
#include <stdlib.h>

/// Frames around the converter's position that the kernel reaches at 48 kHz and a clock 12 % off, and to spare.
#define REACH 128
#define CHUNK 256

struct room_loudspeaker {
  room_air *air;
  room_kernel kernel;
  /// Positions [max(0, end - ring), end) as they were written.
  float *ring;
  int64_t mask;
  int64_t end;
  /// No frame from here on sounds.
  int64_t silent_from;
  /// Room time of frame 0, and of one frame; 0 while the clock stands.
  double first;
  double step;
};

room_loudspeaker *room_loudspeaker_create(room_air *air, int buffer_frames) {
  room_loudspeaker *loudspeaker = calloc(1, sizeof *loudspeaker);
  if (!loudspeaker) return NULL;
  int64_t frames = 4096;
  while (frames < buffer_frames + 4 * REACH) frames *= 2;
  loudspeaker->ring = calloc((size_t)frames, sizeof *loudspeaker->ring);
  if (!loudspeaker->ring) {
    free(loudspeaker);
    return NULL;
  }
  loudspeaker->air = air;
  loudspeaker->mask = frames - 1;
  room_kernel_init(&loudspeaker->kernel);
  return loudspeaker;
}

void room_loudspeaker_destroy(room_loudspeaker *loudspeaker) {
  if (!loudspeaker) return;
  free(loudspeaker->ring);
  free(loudspeaker);
}

void room_loudspeaker_prepare(room_loudspeaker *loudspeaker) {
  loudspeaker->end = 0;
  loudspeaker->silent_from = 0;
  loudspeaker->step = 0;
}

/// The played sound at one room sample.
static int16_t sound_at(const room_loudspeaker *l, int64_t sample) {
  double centre = ((double)sample - l->first) / l->step;
  double reach = KERNEL_HALF / l->step;
  int64_t from = (int64_t)ceil(centre - reach);
  int64_t to = (int64_t)floor(centre + reach);
  if (from < 0) from = 0;
  if (to >= l->end) to = l->end - 1;
  float sum = 0;
  for (int64_t j = from; j <= to; j++) {
    sum += l->ring[j & l->mask] * room_kernel_at(&l->kernel, ((double)j - centre) * l->step);
  }
  double value = rint(sum * l->step);
  return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/// Writes the room samples that frames [from, to) have a part in.
static void render(room_loudspeaker *l, int64_t from, int64_t to) {
  if (l->step == 0 || to <= from || from - 2 * REACH > l->silent_from) return;
  double begin = l->first + (double)from * l->step - KERNEL_HALF;
  // Nothing sounds before frame 0: what stands there is another stream's end.
  int64_t sample = (int64_t)ceil(begin > l->first ? begin : l->first);
  int64_t last = (int64_t)floor(l->first + (double)to * l->step + KERNEL_HALF);
  while (sample <= last) {
    int16_t samples[CHUNK];
    int count = (int)(last - sample + 1 < CHUNK ? last - sample + 1 : CHUNK);
    for (int i = 0; i < count; i++) samples[i] = sound_at(l, sample + i);
    room_track_write(l->air, ROOM_PLAYED, sample, count, samples);
    sample += count;
  }
}

void room_loudspeaker_start(room_loudspeaker *l, double first_ns, double frame_ns) {
  l->first = (first_ns - (double)room_instant_of(l->air, 0)) / ROOM_SAMPLE_NS;
  l->step = frame_ns / ROOM_SAMPLE_NS;
  render(l, 0, l->end);
}

void room_loudspeaker_cut(room_loudspeaker *l, int64_t position) {
  int64_t end = l->end;
  if (position >= end) return;
  l->end = position < 0 ? 0 : position;
  render(l, l->end, end);
  if (l->silent_from > l->end) l->silent_from = l->end;
}

void room_loudspeaker_write(room_loudspeaker *l, int64_t position, int frames, const float *samples) {
  room_loudspeaker_cut(l, position);
  // A gap (snd_pcm_forward) is silence.
  if (position - l->end > l->mask) l->end = position - l->mask;
  while (l->end < position) l->ring[l->end++ & l->mask] = 0;
  for (int i = 0; i < frames; i++) {
    l->ring[l->end++ & l->mask] = samples[i];
    if (samples[i] != 0) l->silent_from = l->end;
  }
  render(l, position, l->end);
}
