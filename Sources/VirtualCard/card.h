// One PCM of the card, as the plugin's callbacks see it.
#pragma once
#ifndef PIC
#define PIC 1
#endif
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include "CRoomCard.h"

/// What the ALSA configuration says of a PCM; 0, or UNKNOWN for the format, where it says nothing.
typedef struct {
  const char *air;
  long channels;
  long rate;
  snd_pcm_format_t format;
  double ppm;
} card_configuration;

/// Frames that are moved at once.
#define CARD_CHUNK 480

typedef struct {
  snd_pcm_ioplug_t io;
  room_air *air;
  room_device device;
  /// The ticket of `room_device_claim`.
  uint32_t unplugs;
  double ppm;
  /// Fires when the next wake-up of whoever polls is due; see `card_aim`.
  int timer;
  snd_pcm_uframes_t avail_min;
  snd_pcm_uframes_t stop_threshold;
  /// Nanoseconds between frames on this PCM's own clock.
  double frame_ns;
  bool running;
  /// When frame 0 met the converter.
  int64_t started_ns;
  /// Frames that have passed the converter, as of the last look.
  snd_pcm_uframes_t position;
  /// One of the two, from hw_params on.
  room_ear *ear;
  room_loudspeaker *loudspeaker;
  float samples[CARD_CHUNK * ROOM_MICROPHONES_MAX];
} card;

// --- clock.c: where the converter stands, and when somebody must wake

void card_start_clock(card *c);
/// Stops the converter where it stands at `at_ns`; what was not played will not sound.
void card_halt(card *c, int64_t at_ns);
/// Looks at the clock, the plug and the levers. Returns the position, -EPIPE for an XRUN.
snd_pcm_sframes_t card_look(card *c);
/// Arms the timer for the instant at which the PCM will be ready, with the application's pointer at `application`.
void card_aim(card *c, snd_pcm_uframes_t application);
bool card_is_ready(const card *c);

// --- transfer.c: between alsa-lib's areas and the air

snd_pcm_sframes_t card_transfer(card *c, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t frames);
