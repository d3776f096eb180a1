#include "peer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Callgrind collects while this is on the stack (`--toggle-collect=linnet_dsp_*`).
__attribute__((noinline)) void linnet_dsp_peer(void (*step)(peer_frame *), peer_frame *frame) {
  step(frame);
  __asm__ volatile("" ::: "memory");  // no tail call: the function must be left after the step
}

static void take_frame(const int16_t *rows, peer_frame *frame) {
  for (int n = 0; n < FRAME; n++) {
    frame->microphone[n] = rows[n * CHANNELS];
    frame->played[n] = rows[n * CHANNELS + CHANNELS - 1];
  }
}

/// The samples behind the 44 bytes of head that this project writes.
static int16_t *read_scene(const char *path, long *frames) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long bytes = ftell(file) - 44;
  *frames = bytes / (FRAME * CHANNELS * 2);
  int16_t *samples = *frames > 0 ? malloc((size_t)bytes) : NULL;
  fseek(file, 44, SEEK_SET);
  if (samples && fread(samples, 1, (size_t)bytes, file) != (size_t)bytes) {
    free(samples);
    samples = NULL;
  }
  fclose(file);
  return samples;
}

int peer_main(int argc, char **argv, const peer *peers, size_t count) {
  if (argc != 5) return 2;
  const peer *one = NULL;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(peers[i].name, argv[1]) == 0) one = &peers[i];
  }
  if (!one || !one->start()) return 3;
  long frames = 0;
  int16_t *scene = read_scene(argv[2], &frames);
  if (!scene) {
    fprintf(stderr, "%s: no scene\n", argv[2]);
    return 2;
  }
  int warm_up = atoi(argv[3]), counted = atoi(argv[4]);
  peer_frame frame;
  for (int i = 0; i < warm_up + counted; i++) {
    take_frame(scene + i % frames * FRAME * CHANNELS, &frame);
    if (i < warm_up) one->step(&frame);
    else linnet_dsp_peer(one->step, &frame);
  }
  free(scene);
  return 0;
}
