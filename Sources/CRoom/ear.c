// What the air brings to the microphones. Stateless between calls: every call takes what it needs of the past from the
// recordings.
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Room samples that are rendered at once.
#define CHUNK 512
/// Past that the longest path looks back to, and the chunk.
#define WINDOW (PATH_SPAN + CHUNK)

struct room_ear {
  room_air *air;
  int channels;
  room_kernel kernel;
  int16_t recorded[WINDOW];
  float bright[WINDOW];
  float soft[WINDOW];
  float heard[ROOM_MICROPHONES_MAX][CHUNK];
  room_path echo[ROOM_MICROPHONES_MAX];
  room_path person[ROOM_MICROPHONES_MAX];
};

room_ear *room_ear_create(room_air *air, int channels) {
  if (channels < 1 || channels > ROOM_MICROPHONES_MAX) return NULL;
  room_ear *ear = calloc(1, sizeof *ear);
  if (!ear) return NULL;
  ear->air = air;
  ear->channels = channels;
  room_kernel_init(&ear->kernel);
  room_settings settings = room_air_settings(air);
  for (int k = 0; k < channels; k++) {
    room_path_echo(&ear->echo[k], &settings, k);
    room_path_person(&ear->person[k], &settings, k, channels);
  }
  return ear;
}

void room_ear_destroy(room_ear *ear) { free(ear); }

/// Takes a recording's window that ends at `end`. Returns false when it is silent.
static bool take_window(room_ear *ear, room_track track, int64_t end, int count) {
  int length = PATH_SPAN + count;
  room_track_read(ear->air, track, end - length, length, ear->recorded);
  int peak = 0;
  for (int i = 0; i < length; i++) peak |= ear->recorded[i];
  if (peak == 0) return false;
  for (int i = 0; i < length; i++) ear->bright[i] = ear->recorded[i];
  ear->soft[0] = ear->soft[1] = 0;
  for (int i = 2; i < length; i++) {
    ear->soft[i] = 0.25f * ear->bright[i] + 0.5f * ear->bright[i - 1] + 0.25f * ear->bright[i - 2];
  }
  return true;
}

static void add_scaled(float *restrict sum, const float *restrict source, float gain, int count) {
  for (int i = 0; i < count; i++) sum[i] += gain * source[i];
}

static void add_path(const room_ear *ear, const room_path *path, float *sum, int count) {
  for (int i = 0; i < path->count; i++) {
    const float *source = (i < path->bright ? ear->bright : ear->soft) + PATH_SPAN - path->taps[i].delay;
    add_scaled(sum, source, path->taps[i].gain, count);
  }
}

static void add_noise(room_ear *ear, int64_t from, int count) {
  const air_header *header = &ear->air->file->header;
  int64_t loop = atomic_load_explicit(&header->noise_count, memory_order_acquire);
  if (loop == 0) return;
  for (int k = 0; k < ear->channels; k++) {
    int64_t at = (from + loop * k / ear->channels) % loop;
    if (at < 0) at += loop;
    for (int i = 0; i < count; i++) {
      ear->heard[k][i] += header->noise[at];
      if (++at == loop) at = 0;
    }
  }
}

/// Fills `heard` with room samples [from, from + count).
static void render(room_ear *ear, int64_t from, int count) {
  memset(ear->heard, 0, sizeof ear->heard);
  add_noise(ear, from, count);
  if (take_window(ear, ROOM_PLAYED, from + count, count)) {
    for (int k = 0; k < ear->channels; k++) add_path(ear, &ear->echo[k], ear->heard[k], count);
  }
  if (take_window(ear, ROOM_PERSON, from + count, count)) {
    for (int k = 0; k < ear->channels; k++) add_path(ear, &ear->person[k], ear->heard[k], count);
  }
}

/// One interleaved frame at `place` within `heard`.
static void interpolate(const room_ear *ear, double place, float *frame) {
  float weights[2 * KERNEL_HALF];
  int base = (int)place;
  double fraction = place - base;
  for (int j = 0; j < 2 * KERNEL_HALF; j++) weights[j] = room_kernel_at(&ear->kernel, fraction - (j - KERNEL_HALF + 1));
  for (int k = 0; k < ear->channels; k++) {
    const float *heard = &ear->heard[k][base - KERNEL_HALF + 1];
    float sum = 0;
    for (int j = 0; j < 2 * KERNEL_HALF; j++) sum += weights[j] * heard[j];
    frame[k] = sum;
  }
}

/// At most one chunk of frames. Returns how many.
static int hear_chunk(room_ear *ear, double first_ns, double frame_ns, int frames, float *samples) {
  double step = frame_ns / ROOM_SAMPLE_NS;
  double first = (first_ns - (double)ear->air->file->header.epoch_ns) / ROOM_SAMPLE_NS;
  int most = (int)((CHUNK - 2 * KERNEL_HALF - 2) / step);
  if (frames > most) frames = most;
  int64_t from = (int64_t)floor(first) - KERNEL_HALF;
  int count = (int)((frames - 1) * step) + 2 * KERNEL_HALF + 3;
  render(ear, from, count < CHUNK ? count : CHUNK);
  for (int i = 0; i < frames; i++) {
    interpolate(ear, first - (double)from + i * step, samples + (size_t)i * (size_t)ear->channels);
  }
  return frames;
}

void room_ear_listen(room_ear *ear, double first_ns, double frame_ns, int frames, float *samples) {
  while (frames > 0) {
    int done = hear_chunk(ear, first_ns, frame_ns, frames, samples);
    first_ns += done * frame_ns;
    frames -= done;
    samples += (size_t)done * (size_t)ear->channels;
  }
}

const room_air *room_ear_air(const room_ear *ear) { return ear->air; }

int room_ear_channels(const room_ear *ear) { return ear->channels; }
