// What the drivers of other people's code share: the scene of `linnet bench dsp`, and the function in which callgrind counts.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAME 160
#define CHANNELS 5

/// One 10 ms frame of the scene: a microphone and what was played, 16 kHz.
typedef struct {
  int16_t microphone[FRAME];
  int16_t played[FRAME];
} peer_frame;

/// One candidate. `start` returns false when this version of the library has none of it.
typedef struct {
  const char *name;
  bool (*start)(void);
  /// What is counted: one frame, in place.
  void (*step)(peer_frame *frame);
} peer;

/// `program NAME SCENE.wav WARM-UP FRAMES`. Exit status 3: no such peer in the installed version.
int peer_main(int argc, char **argv, const peer *peers, size_t count);

#ifdef __cplusplus
}
#endif
