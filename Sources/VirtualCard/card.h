// One PCM of the card, as the plugin's callbacks see it.
#pragma once
#ifndef PIC
#define PIC 1
#endif
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include "CRoomCard.h"

/// What the ALSA configuration says of a PCM or a control; 0, or UNKNOWN for the format, where it says nothing.
typedef struct {
  const char *air;
  /// Number or id of the card that is meant.
  const char *card;
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
  /// The only period that it takes without having said so; 0 for any.
  snd_pcm_uframes_t hidden_period;
  /// Nanoseconds between frames on this PCM's own clock.
  double frame_ns;
  bool running;
  /// When frame 0 met the converter.
  int64_t started_ns;
  /// Frames that have passed the converter, as of the last look.
  snd_pcm_uframes_t position;
  /// One of the two, from hw_params on.
  room_converter *converter;
  room_loudspeaker *loudspeaker;
  float samples[CARD_CHUNK * ROOM_MICROPHONES_MAX];
} card;

// --- configuration.c: what the ALSA configuration and the levers say that the device is

/// Reads all keys. -EINVAL, with words for the person, when one is wrong.
int card_read_configuration(snd_config_t *conf, snd_pcm_stream_t stream, card_configuration *said);
/// Puts the lever's shape over the configuration's.
void card_apply_shape(card_configuration *said, const room_shape *shape);
/// Tells alsa-lib what the device can do.
int card_set_constraints(snd_pcm_ioplug_t *io, const card_configuration *said, const room_shape *shape);

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
