// What the parts of CRoom know of each other: the layout of the file, and the resampling kernel.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CRoom.h"
#include "CRoomCard.h"
#include <stdatomic.h>
#include <stddef.h>

// --- The file

#define AIR_MAGIC "linnair"
#define AIR_VERSION 2u
/// A recording is a ring of 10 ms blocks, each marked with the block of room time that it holds. A mark that is not the one
/// wanted means: nothing was written there in this lap, silence.
#define BLOCK_SAMPLES 160
#define TRACK_BLOCKS 65536

typedef struct {
  /// Block number + 1; 0 = never written.
  _Atomic int64_t mark[TRACK_BLOCKS];
  int16_t samples[TRACK_BLOCKS][BLOCK_SAMPLES];
} air_track;

typedef struct {
  _Atomic uint32_t plugged;
  /// Counts pulls of the plug: a PCM that was open at an older count is gone for good.
  _Atomic uint32_t unplugs;
  _Atomic int64_t unplugged_ns;
  _Atomic uint32_t xruns_asked;
  _Atomic uint32_t xruns;
  _Atomic uint32_t running;
  /// AIR_PPM_AS_CONFIGURED or what the lever says.
  _Atomic int32_t clock_ppm;
  _Atomic int32_t card_number;
  _Atomic uint32_t busy;
  _Atomic uint32_t stalled;
  _Atomic int64_t stalled_ns;
  _Atomic int32_t extra_delay_frames;
  /// `room_shape`, field by field.
  _Atomic int32_t channels;
  _Atomic int32_t rate_hz;
  _Atomic int32_t format;
  _Atomic int32_t period_frames;
  _Atomic uint32_t hides_period;
} air_device;

#define AIR_PPM_AS_CONFIGURED INT32_MIN

typedef struct {
  char magic[8];
  uint32_t version;
  uint32_t bytes;
  int64_t epoch_ns;
  room_settings settings;
  air_device devices[2];
  _Atomic uint32_t capture_fault;
  _Atomic int64_t frozen_ns;
  /// Bit k: channel k delivers zeros.
  _Atomic uint32_t dead_channels;
  /// Samples of the noise loop in use; 0 = quiet.
  _Atomic uint32_t noise_count;
  int16_t noise[ROOM_NOISE_MAX];
} air_header;

/// The parts begin on page boundaries.
#define AIR_PAGE 4096
typedef struct {
  _Alignas(AIR_PAGE) air_header header;
  _Alignas(AIR_PAGE) air_track tracks[2];
} air_file;

struct room_air {
  air_file *file;
  int descriptor;
  /// Recordings before this sample have been let go by `room_air_forget`.
  int64_t forgotten;
};

static inline air_device *device_of(const room_air *air, room_device device) { return &air->file->header.devices[device]; }

// --- Band-limited interpolation: a Kaiser-windowed sinc on the room's 16 kHz grid

/// Half its width, room samples.
#define KERNEL_HALF 16
#define KERNEL_STEPS 256
typedef struct {
  float value[KERNEL_HALF * KERNEL_STEPS + 2];
} room_kernel;

void room_kernel_init(room_kernel *kernel);

/// The kernel `distance` room samples from its centre.
static inline float room_kernel_at(const room_kernel *kernel, double distance) {
  double place = (distance < 0 ? -distance : distance) * KERNEL_STEPS;
  if (place >= KERNEL_HALF * KERNEL_STEPS) return 0;
  int index = (int)place;
  float fraction = (float)(place - index);
  return kernel->value[index] + fraction * (kernel->value[index + 1] - kernel->value[index]);
}

// --- Impulse responses

/// Longest path, room samples: 100 ms of delay, 400 ms of reverberation.
#define PATH_SPAN 8192
#define PATH_TAPS_MAX 2048

typedef struct {
  int delay;
  float gain;
} path_tap;

/// One impulse response as a list of taps. The first `bright` ones work on the signal itself, the rest, the reverberation, on
/// a softened copy of it: walls swallow the treble.
typedef struct {
  int bright;
  int count;
  path_tap taps[PATH_TAPS_MAX];
} room_path;

void room_path_echo(room_path *path, const room_settings *settings, int microphone);
void room_path_person(room_path *path, const room_settings *settings, int microphone, int microphones);

// --- The microphones

/// Renders what the microphones hear.
typedef struct room_ear room_ear;

/// Null when there is no memory. `channels` is 1...ROOM_MICROPHONES_MAX.
room_ear *room_ear_create(room_air *air, int channels);
void room_ear_destroy(room_ear *ear);
/// Frames of what the air brings to the microphones, interleaved; no converter's fault, no noise of its own.
void room_ear_listen(room_ear *ear, double first_ns, double frame_ns, int frames, float *samples);
const room_air *room_ear_air(const room_ear *ear);
int room_ear_channels(const room_ear *ear);
