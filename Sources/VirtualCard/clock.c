// The converter's clock: CLOCK_MONOTONIC, some parts per million off, paced by a timerfd.
#include "card.h"
#include <errno.h>
#include <math.h>
#include <sys/timerfd.h>

/// Whoever polls is woken this often at least, to learn of a pulled plug.
#define LONGEST_SLEEP_NS 100000000

static bool captures(const card *c) { return c->device == ROOM_MICROPHONES; }

/// Frames that can be read or written now (alsa-lib's `avail`, as of the last look).
static snd_pcm_uframes_t available(const card *c, snd_pcm_uframes_t position, snd_pcm_uframes_t application) {
  return captures(c) ? position - application : position + c->io.buffer_size - application;
}

void card_start_clock(card *c) {
  c->started_ns = room_now_ns();
  c->position = 0;
  c->running = true;
  room_device_set_running(c->air, c->device, true);
  if (c->loudspeaker) room_loudspeaker_start(c->loudspeaker, (double)c->started_ns, c->frame_ns);
  card_aim(c, c->io.appl_ptr);
}

/// One that stands still has no time after that.
static int64_t time_that_counts(const card *c, int64_t at_ns) {
  int64_t stalled_ns;
  return room_device_stalled(c->air, c->device, &stalled_ns) && stalled_ns < at_ns ? stalled_ns : at_ns;
}

static snd_pcm_uframes_t position_at(const card *c, int64_t at_ns) {
  at_ns = time_that_counts(c, at_ns);
  double elapsed_ns = (double)(at_ns - c->started_ns);
  snd_pcm_uframes_t position = elapsed_ns > 0 ? (snd_pcm_uframes_t)(elapsed_ns / c->frame_ns) : 0;
  return position > c->position ? position : c->position;
}

void card_halt(card *c, int64_t at_ns) {
  if (!c->running) return;
  c->position = position_at(c, at_ns);
  if (!captures(c) && c->position > c->io.appl_ptr) c->position = c->io.appl_ptr;
  c->running = false;
  room_device_set_running(c->air, c->device, false);
  if (c->loudspeaker) room_loudspeaker_cut(c->loudspeaker, (int64_t)c->position);
}

snd_pcm_sframes_t card_look(card *c) {
  int64_t unplugged_ns;
  if (room_device_gone(c->air, c->device, c->unplugs, &unplugged_ns)) {
    card_halt(c, unplugged_ns);
    snd_pcm_ioplug_set_state(&c->io, SND_PCM_STATE_DISCONNECTED);
    return (snd_pcm_sframes_t)c->position;
  }
  if (!c->running) return (snd_pcm_sframes_t)c->position;
  int64_t now_ns = room_now_ns();
  snd_pcm_uframes_t position = position_at(c, now_ns);
  bool draining = c->io.state == SND_PCM_STATE_DRAINING;
  if (draining && !captures(c) && position > c->io.appl_ptr) position = c->io.appl_ptr;
  bool overrun = !draining && available(c, position, c->io.appl_ptr) >= c->stop_threshold;
  if (overrun || room_device_take_xrun(c->air, c->device)) {
    room_device_count_xrun(c->air, c->device);
    card_halt(c, now_ns);
    return -EPIPE;
  }
  c->position = position;
  int64_t stalled_ns;
  if (c->loudspeaker && room_device_stalled(c->air, c->device, &stalled_ns)) {
    room_loudspeaker_cut(c->loudspeaker, (int64_t)position);
  }
  return (snd_pcm_sframes_t)position;
}

/// Frames until the PCM is ready; 0 when it is.
static snd_pcm_uframes_t frames_to_wait(const card *c, snd_pcm_uframes_t application) {
  snd_pcm_uframes_t wanted = c->io.state == SND_PCM_STATE_DRAINING ? c->io.buffer_size : c->avail_min;
  snd_pcm_uframes_t now = available(c, c->position, application);
  return now >= wanted ? 0 : wanted - now;
}

bool card_is_ready(const card *c) { return frames_to_wait(c, c->io.appl_ptr) == 0; }

void card_aim(card *c, snd_pcm_uframes_t application) {
  int64_t latest_ns = room_now_ns() + LONGEST_SLEEP_NS;
  int64_t at_ns = latest_ns;
  if (c->running) {
    // A sixteenth of a frame later: never a hair too early.
    double frames = (double)(c->position + frames_to_wait(c, application)) + 0.0625;
    at_ns = c->started_ns + (int64_t)ceil(frames * c->frame_ns);
  } else if (!captures(c) && frames_to_wait(c, application) == 0) {
    at_ns = c->started_ns;
  }
  int64_t stalled_ns;
  bool stalled = room_device_stalled(c->air, c->device, &stalled_ns);
  if (at_ns > latest_ns || (stalled && c->running)) at_ns = latest_ns;
  // 0 would disarm it.
  if (at_ns < 1) at_ns = 1;
  struct itimerspec when = {.it_value = {.tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000}};
  timerfd_settime(c->timer, TFD_TIMER_ABSTIME, &when, NULL);
}
