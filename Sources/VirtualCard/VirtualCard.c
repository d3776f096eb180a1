// The plugin: alsa-lib's external I/O interface on one side, a `card` on the other.
#include "card.h"
#include "VirtualCard.h"
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

static card *card_of(snd_pcm_ioplug_t *io) { return io->private_data; }

static int start(snd_pcm_ioplug_t *io) {
  card_start_clock(card_of(io));
  return 0;
}

static int stop(snd_pcm_ioplug_t *io) {
  card *c = card_of(io);
  card_halt(c, room_now_ns());
  card_aim(c, io->appl_ptr);
  return 0;
}

static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *io) { return card_look(card_of(io)); }

static snd_pcm_sframes_t transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
                                  snd_pcm_uframes_t size) {
  return card_transfer(card_of(io), areas, offset, size);
}

static int prepare(snd_pcm_ioplug_t *io) {
  card *c = card_of(io);
  int64_t unplugged_ns;
  card_halt(c, room_now_ns());
  c->position = 0;
  if (c->loudspeaker) room_loudspeaker_prepare(c->loudspeaker);
  if (room_device_gone(c->air, c->device, c->unplugs, &unplugged_ns)) {
    snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
    return -ENODEV;
  }
  card_aim(c, io->appl_ptr);
  return 0;
}

static void free_engines(card *c) {
  room_ear_destroy(c->ear);
  room_loudspeaker_destroy(c->loudspeaker);
  c->ear = NULL;
  c->loudspeaker = NULL;
}

static int hw_free(snd_pcm_ioplug_t *io) {
  card *c = card_of(io);
  card_halt(c, room_now_ns());
  free_engines(c);
  return 0;
}

static int hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params) {
  (void)params;
  card *c = card_of(io);
  hw_free(io);
  c->frame_ns = 1e9 / (io->rate * (1 + c->ppm / 1e6));
  c->avail_min = io->period_size;
  c->stop_threshold = io->buffer_size;
  if (c->device == ROOM_MICROPHONES) c->ear = room_ear_create(c->air, (int)io->channels);
  else c->loudspeaker = room_loudspeaker_create(c->air, (int)io->buffer_size);
  return c->ear || c->loudspeaker ? 0 : -ENOMEM;
}

static int sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params) {
  card *c = card_of(io);
  int status = snd_pcm_sw_params_get_avail_min(params, &c->avail_min);
  if (status >= 0) status = snd_pcm_sw_params_get_stop_threshold(params, &c->stop_threshold);
  return status < 0 ? status : 0;
}

static int poll_revents(snd_pcm_ioplug_t *io, struct pollfd *descriptors, unsigned count, unsigned short *revents) {
  (void)descriptors, (void)count;
  card *c = card_of(io);
  unsigned short ready = c->device == ROOM_MICROPHONES ? POLLIN : POLLOUT;
  // Moves alsa-lib's own pointer too, and its state on XRUN, unplugging and the end of a drain.
  if (io->state >= SND_PCM_STATE_PREPARED) snd_pcm_avail_update(io->pcm);
  switch (io->state) {
  case SND_PCM_STATE_XRUN: case SND_PCM_STATE_DISCONNECTED: *revents = POLLERR | ready; return 0;
  case SND_PCM_STATE_SETUP: *revents = ready; return 0;
  default: break;
  }
  *revents = card_is_ready(c) ? ready : 0;
  // Not ready: the timer fired for the plug's sake, or what was ready has been taken meanwhile.
  if (*revents == 0) card_aim(c, io->appl_ptr);
  return 0;
}

static int close_card(snd_pcm_ioplug_t *io) {
  card *c = card_of(io);
  card_halt(c, room_now_ns());
  free_engines(c);
  room_air_close(c->air);
  close(c->timer);
  free(c);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = start,
    .stop = stop,
    .pointer = pointer,
    .transfer = transfer,
    .close = close_card,
    .hw_params = hw_params,
    .hw_free = hw_free,
    .sw_params = sw_params,
    .prepare = prepare,
    .poll_revents = poll_revents,
};

static int set_one_or_list(card *c, int parameter, unsigned said, unsigned count, const unsigned *list) {
  return snd_pcm_ioplug_set_param_list(&c->io, parameter, said ? 1 : count, said ? &said : list);
}

static int set_constraints(card *c, const card_configuration *said) {
  static const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
  static const unsigned rates[] = {16000, 44100, 48000};
  static const unsigned channels[] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const unsigned formats[] = {SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S32_LE};
  unsigned format = said->format == SND_PCM_FORMAT_UNKNOWN ? 0 : (unsigned)said->format;
  int status = snd_pcm_ioplug_set_param_list(&c->io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
  if (status >= 0) status = set_one_or_list(c, SND_PCM_IOPLUG_HW_FORMAT, format, 2, formats);
  if (status >= 0) status = set_one_or_list(c, SND_PCM_IOPLUG_HW_CHANNELS, (unsigned)said->channels, 8, channels);
  if (status >= 0) status = set_one_or_list(c, SND_PCM_IOPLUG_HW_RATE, (unsigned)said->rate, 3, rates);
  if (status >= 0) status = snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 17);
  if (status >= 0) status = snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128, 1 << 20);
  if (status >= 0) status = snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
  return status;
}

static int open_card(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream, int mode, const card_configuration *said) {
  card *c = calloc(1, sizeof *c);
  if (!c) return -ENOMEM;
  c->device = stream == SND_PCM_STREAM_CAPTURE ? ROOM_MICROPHONES : ROOM_LOUDSPEAKER;
  c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  int status = c->timer < 0 ? -errno : room_air_open(said->air, &c->air);
  if (status >= 0) status = room_device_claim(c->air, c->device, &c->unplugs);
  if (status >= 0) {
    c->ppm = room_device_ppm(c->air, c->device, said->ppm);
    c->io.version = SND_PCM_IOPLUG_VERSION;
    c->io.name = "a room in software";
    c->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    c->io.callback = &callbacks;
    c->io.private_data = c;
    c->io.poll_fd = c->timer;
    c->io.poll_events = POLLIN;
    status = snd_pcm_ioplug_create(&c->io, name, stream, mode);
  }
  if (status < 0) {
    room_air_close(c->air);
    if (c->timer >= 0) close(c->timer);
    free(c);
    return status;
  }
  status = set_constraints(c, said);
  if (status < 0) {
    snd_pcm_ioplug_delete(&c->io);
    return status;
  }
  *pcm = c->io.pcm;
  return 0;
}

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

static int read_format(snd_config_t *entry, card_configuration *said) {
  const char *text;
  said->format = snd_config_get_string(entry, &text) < 0 ? SND_PCM_FORMAT_UNKNOWN : snd_pcm_format_value(text);
  bool good = said->format == SND_PCM_FORMAT_S16_LE || said->format == SND_PCM_FORMAT_S32_LE;
  return good ? 0 : wrong("format", "S16_LE or S32_LE");
}

/// One key of the PCM's configuration.
static int read_entry(snd_config_t *entry, const char *key, snd_pcm_stream_t stream, card_configuration *said) {
  if (strcmp(key, "comment") == 0 || strcmp(key, "type") == 0 || strcmp(key, "hint") == 0) return 0;
  if (strcmp(key, "air") == 0) return snd_config_get_string(entry, &said->air) < 0 ? wrong(key, "a path") : 0;
  if (strcmp(key, "role") == 0) return read_role(entry, stream);
  if (strcmp(key, "format") == 0) return read_format(entry, said);
  bool numeric = strcmp(key, "channels") == 0 || strcmp(key, "rate") == 0 || strcmp(key, "ppm") == 0;
  return numeric ? read_number(entry, key, said) : wrong(key, "left out: unknown");
}

SND_PCM_PLUGIN_DEFINE_FUNC(room) {
  (void)root;
  card_configuration said = {.format = SND_PCM_FORMAT_UNKNOWN};
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *key;
    if (snd_config_get_id(entry, &key) < 0) continue;
    int status = read_entry(entry, key, stream, &said);
    if (status < 0) return status;
  }
  if (!said.air) return wrong("air", "given");
  return open_card(pcmp, name, stream, mode, &said);
}
SND_PCM_PLUGIN_SYMBOL(room);
