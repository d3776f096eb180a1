// What the ALSA configuration and the levers say that the device is.
#include "card.h"
#include <errno.h>

static int wrong(const char *key, const char *right) {
  SNDERR("room: %s must be %s", key, right);
  return -EINVAL;
}

static int read_role(snd_config_t *entry, snd_pcm_stream_t stream) {
  const char *role;
  bool good = snd_config_get_string(entry, &role) >= 0 && (strcmp(role, "capture") == 0 || strcmp(role, "playback") == 0);
  if (!good) return wrong("role", "capture or playback");
  // Opened in the other direction: no mistake in the configuration, but a device that does not exist.
  return (stream == SND_PCM_STREAM_CAPTURE) == (strcmp(role, "capture") == 0) ? 0 : -ENOENT;
}

static int read_number(snd_config_t *entry, const char *key, card_configuration *said) {
  if (strcmp(key, "ppm") == 0) {
    bool good = snd_config_get_ireal(entry, &said->ppm) >= 0 && said->ppm >= -100000 && said->ppm <= 100000;
    return good ? 0 : wrong(key, "-100000 to 100000");
  }
  long number = 0;
  snd_config_get_integer(entry, &number);
  if (strcmp(key, "channels") == 0) {
    said->channels = number;
    return number >= 1 && number <= ROOM_MICROPHONES_MAX ? 0 : wrong(key, "1 to 8");
  }
  said->rate = number;
  return number == 16000 || number == 44100 || number == 48000 ? 0 : wrong(key, "16000, 44100 or 48000");
}

static bool is_known(snd_pcm_format_t format) {
  return format == SND_PCM_FORMAT_S16_LE || format == SND_PCM_FORMAT_S24_LE || format == SND_PCM_FORMAT_S24_3LE ||
         format == SND_PCM_FORMAT_S32_LE;
}

static int read_format(snd_config_t *entry, card_configuration *said) {
  const char *text;
  said->format = snd_config_get_string(entry, &text) < 0 ? SND_PCM_FORMAT_UNKNOWN : snd_pcm_format_value(text);
  return is_known(said->format) ? 0 : wrong("format", "S16_LE, S24_LE, S24_3LE or S32_LE");
}

/// One key of the PCM's configuration.
static int read_entry(snd_config_t *entry, const char *key, snd_pcm_stream_t stream, card_configuration *said) {
  if (strcmp(key, "comment") == 0 || strcmp(key, "type") == 0 || strcmp(key, "hint") == 0) return 0;
  if (strcmp(key, "air") == 0) return snd_config_get_string(entry, &said->air) < 0 ? wrong(key, "a path") : 0;
  if (strcmp(key, "card") == 0) return snd_config_get_string(entry, &said->card) < 0 ? wrong(key, "a number or an id") : 0;
  if (strcmp(key, "role") == 0) return read_role(entry, stream);
  if (strcmp(key, "format") == 0) return read_format(entry, said);
  bool numeric = strcmp(key, "channels") == 0 || strcmp(key, "rate") == 0 || strcmp(key, "ppm") == 0;
  return numeric ? read_number(entry, key, said) : wrong(key, "left out: unknown");
}

int card_read_configuration(snd_config_t *conf, snd_pcm_stream_t stream, card_configuration *said) {
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *key;
    if (snd_config_get_id(entry, &key) < 0) continue;
    int status = read_entry(entry, key, stream, said);
    if (status < 0) return status;
  }
  return said->air ? 0 : wrong("air", "given");
}

void card_apply_shape(card_configuration *said, const room_shape *shape) {
  static const snd_pcm_format_t formats[] = {SND_PCM_FORMAT_UNKNOWN, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S24_LE,
                                             SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S32_LE};
  if (shape->channels != 0) said->channels = shape->channels;
  if (shape->rate_hz != 0) said->rate = shape->rate_hz;
  if (shape->format != ROOM_FORMAT_AS_CONFIGURED) said->format = formats[shape->format];
}

static unsigned frame_bytes(const card_configuration *said) {
  return (unsigned)(said->channels * snd_pcm_format_physical_width(said->format) / 8);
}

static int set_one_or_list(snd_pcm_ioplug_t *io, int parameter, unsigned said, unsigned count, const unsigned *list) {
  return snd_pcm_ioplug_set_param_list(io, parameter, said ? 1 : count, said ? &said : list);
}

int card_set_constraints(snd_pcm_ioplug_t *io, const card_configuration *said, const room_shape *shape) {
  static const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
  static const unsigned rates[] = {16000, 44100, 48000};
  static const unsigned channels[] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const unsigned formats[] = {SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_S24_3LE,
                                     SND_PCM_FORMAT_S32_LE};
  unsigned format = said->format == SND_PCM_FORMAT_UNKNOWN ? 0 : (unsigned)said->format;
  int status = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
  if (status >= 0) status = set_one_or_list(io, SND_PCM_IOPLUG_HW_FORMAT, format, 4, formats);
  if (status >= 0) status = set_one_or_list(io, SND_PCM_IOPLUG_HW_CHANNELS, (unsigned)said->channels, 8, channels);
  if (status >= 0) status = set_one_or_list(io, SND_PCM_IOPLUG_HW_RATE, (unsigned)said->rate, 3, rates);
  unsigned least = 64, most = 1 << 17;
  bool is_only = shape->period_frames != 0 && !shape->hides_period && said->channels != 0 && format != 0;
  if (is_only) least = most = (unsigned)shape->period_frames * frame_bytes(said);
  if (status >= 0) status = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, least, most);
  if (status >= 0) status = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128, 1 << 20);
  if (status >= 0) status = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
  return status;
}
