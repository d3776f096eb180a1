// Between alsa-lib's areas (16, 24 or 32 bits, any layout) and the air's floats in units of a 16-bit step.
#include "card.h"
#include <errno.h>
#include <math.h>

static char *sample_address(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame) {
  return (char *)area->addr + (area->first + area->step * frame) / 8;
}

static double clipped(double value, double most) { return value > most ? most : value < -most - 1 ? -most - 1 : value; }

static void put_sample(char *address, snd_pcm_format_t format, float value) {
  if (format == SND_PCM_FORMAT_S16_LE) {
    int16_t sample = (int16_t)lrint(clipped(value, INT16_MAX));
    memcpy(address, &sample, sizeof sample);
  } else if (format == SND_PCM_FORMAT_S32_LE) {
    int32_t sample = (int32_t)lrint(clipped(value * 65536.0, INT32_MAX));
    memcpy(address, &sample, sizeof sample);
  } else {
    // The fourth byte of S24_LE means nothing: some drivers leave rubbish in it.
    int32_t sample = (int32_t)lrint(clipped(value * 256.0, 8388607)) & 0xFFFFFF;
    memcpy(address, &sample, format == SND_PCM_FORMAT_S24_3LE ? 3 : sizeof sample);
  }
}

static float take_sample(const char *address, snd_pcm_format_t format) {
  if (format == SND_PCM_FORMAT_S16_LE) {
    int16_t sample;
    memcpy(&sample, address, sizeof sample);
    return sample;
  }
  int32_t sample = 0;
  memcpy(&sample, address, format == SND_PCM_FORMAT_S24_3LE ? 3 : sizeof sample);
  if (format != SND_PCM_FORMAT_S32_LE) sample = (int32_t)((uint32_t)sample << 8);
  return (float)sample / 65536.0f;
}

static void hear(card *c, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t first, int frames) {
  double first_ns = (double)c->started_ns + (double)first * c->frame_ns;
  unsigned channels = c->io.channels;
  room_converter_read(c->converter, (int64_t)first, first_ns, c->frame_ns, frames, c->samples);
  for (unsigned k = 0; k < channels; k++) {
    for (int i = 0; i < frames; i++) {
      put_sample(sample_address(&areas[k], offset + (unsigned)i), c->io.format, c->samples[(unsigned)i * channels + k]);
    }
  }
}

static void play(card *c, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t first, int frames) {
  unsigned channels = c->io.channels;
  for (int i = 0; i < frames; i++) {
    float sum = 0;
    for (unsigned k = 0; k < channels; k++) {
      sum += take_sample(sample_address(&areas[k], offset + (unsigned)i), c->io.format);
    }
    c->samples[i] = sum / (float)channels;
  }
  room_loudspeaker_write(c->loudspeaker, (int64_t)first, frames, c->samples);
}

snd_pcm_sframes_t card_transfer(card *c, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
                                snd_pcm_uframes_t frames) {
  int64_t unplugged_ns;
  if (room_device_gone(c->air, c->device, c->unplugs, &unplugged_ns)) return -ENODEV;
  for (snd_pcm_uframes_t done = 0; done < frames;) {
    int count = (int)(frames - done < CARD_CHUNK ? frames - done : CARD_CHUNK);
    snd_pcm_uframes_t first = c->io.appl_ptr + done;
    if (c->converter) hear(c, areas, offset + done, first, count);
    else play(c, areas, offset + done, first, count);
    done += (snd_pcm_uframes_t)count;
  }
  // alsa-lib moves its pointer after this.
  card_aim(c, c->io.appl_ptr + frames);
  // Five seconds are more than any path is long.
  room_air_forget(c->air, room_sample_at(c->air, room_now_ns()) - 5 * ROOM_RATE_HZ);
  return (snd_pcm_sframes_t)frames;
}
