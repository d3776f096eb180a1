// The levers: what can be done to the two devices from any process.
#include "internal.h"
#include <errno.h>

void room_unplug(room_air *air, room_device device) {
  air_device *d = device_of(air, device);
  atomic_store(&d->unplugged_ns, room_now_ns());
  atomic_store(&d->plugged, 0);
  atomic_fetch_add(&d->unplugs, 1);
}

void room_replug(room_air *air, room_device device) { atomic_store(&device_of(air, device)->plugged, 1); }

bool room_is_plugged(const room_air *air, room_device device) { return atomic_load(&device_of(air, device)->plugged) != 0; }

void room_force_xrun(room_air *air, room_device device) { atomic_fetch_add(&device_of(air, device)->xruns_asked, 1); }

int room_set_clock_ppm(room_air *air, room_device device, int ppm) {
  if (ppm < -100000 || ppm > 100000) return -EINVAL;
  atomic_store(&device_of(air, device)->clock_ppm, ppm);
  return 0;
}

void room_set_capture_fault(room_air *air, room_capture_fault fault) {
  air_header *header = &air->file->header;
  atomic_store(&header->frozen_ns, room_now_ns());
  atomic_store(&header->capture_fault, (uint32_t)fault);
}

void room_set_dead_channels(room_air *air, uint32_t mask) { atomic_store(&air->file->header.dead_channels, mask); }

void room_set_busy(room_air *air, room_device device, bool busy) { atomic_store(&device_of(air, device)->busy, busy); }

void room_set_stalled(room_air *air, room_device device, bool stalled) {
  air_device *d = device_of(air, device);
  atomic_store(&d->stalled_ns, room_now_ns());
  atomic_store(&d->stalled, stalled);
}

int room_set_extra_delay(room_air *air, room_device device, int frames) {
  if (frames < -100000 || frames > 100000) return -EINVAL;
  atomic_store(&device_of(air, device)->extra_delay_frames, frames);
  return 0;
}

int room_set_card_number(room_air *air, room_device device, int number) {
  if (number < 0 || number > 31) return -EINVAL;
  atomic_store(&device_of(air, device)->card_number, number);
  return 0;
}

int room_card_number(const room_air *air, room_device device) { return atomic_load(&device_of(air, device)->card_number); }

const char *room_card_id(room_device device) { return device == ROOM_MICROPHONES ? "RoomMic" : "RoomSpeaker"; }

int room_set_shape(room_air *air, room_device device, const room_shape *shape) {
  bool is_rate = shape->rate_hz == 0 || shape->rate_hz == 16000 || shape->rate_hz == 44100 || shape->rate_hz == 48000;
  bool are_channels = shape->channels >= 0 && shape->channels <= ROOM_MICROPHONES_MAX;
  if (!is_rate || !are_channels || shape->format > ROOM_FORMAT_S32_LE || shape->period_frames < 0) return -EINVAL;
  air_device *d = device_of(air, device);
  atomic_store(&d->channels, shape->channels);
  atomic_store(&d->rate_hz, shape->rate_hz);
  atomic_store(&d->format, (int32_t)shape->format);
  atomic_store(&d->period_frames, shape->period_frames);
  atomic_store(&d->hides_period, shape->hides_period);
  return 0;
}

int room_xruns(const room_air *air, room_device device) { return (int)atomic_load(&device_of(air, device)->xruns); }
