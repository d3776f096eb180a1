// What the microphones' converter makes of what they hear: its own noise, and the faults that the levers plant.
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FROZEN_NS 10e6
#define FROZEN_FRAMES_MAX 600

struct room_converter {
  room_ear *ear;
  /// The 10 ms that a frozen converter repeats, and the pull of the lever that they belong to.
  float frozen[FROZEN_FRAMES_MAX * ROOM_MICROPHONES_MAX];
  int64_t frozen_ns;
};

room_converter *room_converter_create(room_air *air, int channels) {
  room_converter *converter = calloc(1, sizeof *converter);
  if (!converter) return NULL;
  converter->ear = room_ear_create(air, channels);
  if (converter->ear) return converter;
  free(converter);
  return NULL;
}

void room_converter_destroy(room_converter *converter) {
  if (!converter) return;
  room_ear_destroy(converter->ear);
  free(converter);
}

/// White noise, -1 to 1, the same for the same instant in every process.
static float noise_at(int64_t instant, int channel) {
  uint32_t x = (uint32_t)instant * 0x9E3779B1u ^ (uint32_t)(channel + 1) * 0x85EBCA77u;
  x = (x ^ x >> 15) * 0x2C1B3C6Du;
  x = (x ^ x >> 12) * 0x297A2D39u;
  return (float)(int32_t)(x ^ x >> 15) * 0x1p-31f;
}

static void convert_sound(room_converter *c, double first_ns, double frame_ns, int frames, float *samples) {
  room_ear_listen(c->ear, first_ns, frame_ns, frames, samples);
  float peak = (float)room_air_settings(room_ear_air(c->ear)).converter_noise;
  if (peak == 0) return;
  int channels = room_ear_channels(c->ear);
  int64_t instant = llrint(first_ns / frame_ns);
  for (int i = 0; i < frames; i++) {
    for (int k = 0; k < channels; k++) *samples++ += peak * noise_at(instant + i, k);
  }
}

/// The same 10 ms again and again, bit for bit: the last ones before the lever was pulled.
static void repeat_frozen(room_converter *c, int64_t first_frame, double frame_ns, int frames, float *samples) {
  int64_t frozen_ns = atomic_load(&room_ear_air(c->ear)->file->header.frozen_ns);
  size_t channels = (size_t)room_ear_channels(c->ear);
  int period = (int)lrint(FROZEN_NS / frame_ns);
  if (period > FROZEN_FRAMES_MAX) period = FROZEN_FRAMES_MAX;
  if (c->frozen_ns != frozen_ns) {
    convert_sound(c, (double)frozen_ns - FROZEN_NS, frame_ns, period, c->frozen);
    c->frozen_ns = frozen_ns;
  }
  for (int i = 0; i < frames; i++) {
    const float *source = c->frozen + (size_t)((first_frame + i) % period) * channels;
    memcpy(samples + (size_t)i * channels, source, channels * sizeof *samples);
  }
}

static void silence_dead_channels(const room_converter *c, int frames, float *samples) {
  uint32_t dead = atomic_load(&room_ear_air(c->ear)->file->header.dead_channels);
  int channels = room_ear_channels(c->ear);
  for (int k = 0; k < channels; k++) {
    if ((dead >> k & 1) == 0) continue;
    for (int i = 0; i < frames; i++) samples[i * channels + k] = 0;
  }
}

void room_converter_read(room_converter *c, int64_t first_frame, double first_ns, double frame_ns, int frames, float *samples) {
  uint32_t fault = atomic_load(&room_ear_air(c->ear)->file->header.capture_fault);
  if (fault == ROOM_CAPTURE_ZEROS) {
    memset(samples, 0, (size_t)frames * (size_t)room_ear_channels(c->ear) * sizeof *samples);
    return;
  }
  if (fault == ROOM_CAPTURE_FROZEN) repeat_frozen(c, first_frame, frame_ns, frames, samples);
  else convert_sound(c, first_ns, frame_ns, frames, samples);
  silence_dead_channels(c, frames, samples);
}
