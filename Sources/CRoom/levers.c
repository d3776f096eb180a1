// The fault levers and the standing of the two devices.
#include "internal.h"
#include <errno.h>
#include <fcntl.h>

static air_device *device_of(const room_air *air, room_device device) { return &air->file->header.devices[device]; }

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

int room_xruns(const room_air *air, room_device device) { return (int)atomic_load(&device_of(air, device)->xruns); }

int room_device_claim(room_air *air, room_device device, uint32_t *unplugs) {
  *unplugs = atomic_load(&device_of(air, device)->unplugs);
  if (!room_is_plugged(air, device)) return -ENODEV;
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
