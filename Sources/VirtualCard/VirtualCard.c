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
  room_converter_destroy(c->converter);
  room_loudspeaker_destroy(c->loudspeaker);
  c->converter = NULL;
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
  if (c->hidden_period != 0 && io->period_size != c->hidden_period) return -EINVAL;
  c->frame_ns = 1e9 / (io->rate * (1 + c->ppm / 1e6));
  c->avail_min = io->period_size;
  c->stop_threshold = io->buffer_size;
  if (c->device == ROOM_MICROPHONES) c->converter = room_converter_create(c->air, (int)io->channels);
  else c->loudspeaker = room_loudspeaker_create(c->air, (int)io->buffer_size);
  return c->converter || c->loudspeaker ? 0 : -ENOMEM;
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

static int delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *frames) {
  card *c = card_of(io);
  snd_pcm_sframes_t available = snd_pcm_avail_update(io->pcm);
  if (available < 0) return (int)available;
  *frames = c->device == ROOM_MICROPHONES ? available : (snd_pcm_sframes_t)io->buffer_size - available;
  *frames += room_device_extra_delay(c->air, c->device);
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
    .delay = delay,
};

/// Whether the card that is meant is the one that this device sits on.
static int find_card(const card *c, const char *meant) {
  room_device found;
  if (!meant) return 0;
  return room_find_card(c->air, meant, &found) && found == c->device ? 0 : -ENODEV;
}

static int open_card(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream, int mode, card_configuration *said) {
  card *c = calloc(1, sizeof *c);
  if (!c) return -ENOMEM;
  c->device = stream == SND_PCM_STREAM_CAPTURE ? ROOM_MICROPHONES : ROOM_LOUDSPEAKER;
  c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  int status = c->timer < 0 ? -errno : room_air_open(said->air, &c->air);
  if (status >= 0) status = find_card(c, said->card);
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
  room_shape shape = room_device_shape(c->air, c->device);
  card_apply_shape(said, &shape);
  if (shape.hides_period) c->hidden_period = (snd_pcm_uframes_t)shape.period_frames;
  status = card_set_constraints(&c->io, said, &shape);
  if (status < 0) {
    snd_pcm_ioplug_delete(&c->io);
    return status;
  }
  *pcm = c->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(room) {
  (void)root;
  card_configuration said = {.format = SND_PCM_FORMAT_UNKNOWN};
  int status = card_read_configuration(conf, stream, &said);
  return status < 0 ? status : open_card(pcmp, name, stream, mode, &said);
}
SND_PCM_PLUGIN_SYMBOL(room);
