// How a device stands: who has it, whether it is there, what the levers say that it is.
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/// The claim on a device: byte `device` of the file, locked by an open file description. The kernel gives it back when its
/// process dies, however it dies.
static struct flock claim_of(room_device device) {
  return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = device, .l_len = 1};
}

bool room_is_running(const room_air *air, room_device device) {
  struct flock claim = claim_of(device);
  // A process that was killed has left its mark.
  bool claimed = fcntl(air->descriptor, F_OFD_GETLK, &claim) == 0 && claim.l_type != F_UNLCK;
  return claimed && atomic_load(&device_of(air, device)->running) != 0;
}

int room_device_claim(room_air *air, room_device device, uint32_t *unplugs) {
  *unplugs = atomic_load(&device_of(air, device)->unplugs);
  if (!room_is_plugged(air, device)) return -ENODEV;
  if (atomic_load(&device_of(air, device)->busy)) return -EBUSY;
  struct flock claim = claim_of(device);
  if (fcntl(air->descriptor, F_OFD_SETLK, &claim) < 0) return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
  room_device_set_running(air, device, false);
  return 0;
}

bool room_device_gone(const room_air *air, room_device device, uint32_t unplugs, int64_t *since_ns) {
  air_device *d = device_of(air, device);
  if (atomic_load(&d->unplugs) == unplugs) return false;
  *since_ns = atomic_load(&d->unplugged_ns);
  return true;
}

bool room_device_take_xrun(room_air *air, room_device device) {
  air_device *d = device_of(air, device);
  if (atomic_load(&d->xruns_asked) == 0) return false;
  atomic_fetch_sub(&d->xruns_asked, 1);
  return true;
}

void room_device_count_xrun(room_air *air, room_device device) { atomic_fetch_add(&device_of(air, device)->xruns, 1); }

void room_device_set_running(room_air *air, room_device device, bool running) {
  atomic_store(&device_of(air, device)->running, running);
}

double room_device_ppm(const room_air *air, room_device device, double configured) {
  int32_t ppm = atomic_load(&device_of(air, device)->clock_ppm);
  return ppm == AIR_PPM_AS_CONFIGURED ? configured : ppm;
}

bool room_device_stalled(const room_air *air, room_device device, int64_t *since_ns) {
  air_device *d = device_of(air, device);
  *since_ns = atomic_load(&d->stalled_ns);
  return atomic_load(&d->stalled) != 0;
}

int room_device_extra_delay(const room_air *air, room_device device) {
  return atomic_load(&device_of(air, device)->extra_delay_frames);
}

room_shape room_device_shape(const room_air *air, room_device device) {
  air_device *d = device_of(air, device);
  return (room_shape){
      .channels = atomic_load(&d->channels),
      .rate_hz = atomic_load(&d->rate_hz),
      .format = (room_format)atomic_load(&d->format),
      .period_frames = atomic_load(&d->period_frames),
      .hides_period = atomic_load(&d->hides_period) != 0,
  };
}

bool room_find_card(const room_air *air, const char *name, room_device *device) {
  for (int i = 0; i < 2; i++) {
    char number[12];
    snprintf(number, sizeof number, "%d", room_card_number(air, (room_device)i));
    *device = (room_device)i;
    bool is_meant = strcmp(name, number) == 0 || strcmp(name, room_card_id(*device)) == 0;
    if (is_meant && room_is_plugged(air, *device)) return true;
  }
  return false;
}
