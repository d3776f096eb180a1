// The file: creating, opening, room time.
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

room_settings room_settings_default(void) {
  return (room_settings){
      .seed = 1,
      .echo_return_loss_db = 10,
      .echo_delay_ms = 12,
      .echo_delay_step_ms = 0.25,
      .reverberation_ms = 300,
      .person_gain_db = 0,
      .person_delay_ms = 4.4,
      .person_azimuth_degrees = 30,
      .array_radius_mm = 32,
      .converter_noise = 1.5,
  };
}

static bool within(double value, double least, double most) { return value >= least && value <= most; }

static bool settings_are_valid(const room_settings *s) {
  double last_delay_ms = s->echo_delay_ms + (ROOM_MICROPHONES_MAX - 1) * s->echo_delay_step_ms;
  return within(s->echo_return_loss_db, -20, 100) && within(s->echo_delay_ms, 3, 100) && within(last_delay_ms, 3, 100) &&
         within(s->reverberation_ms, 50, 400) && within(s->person_gain_db, -60, 20) && within(s->person_delay_ms, 3, 30) &&
         isfinite(s->person_azimuth_degrees) && within(s->array_radius_mm, 0, 200) && within(s->converter_noise, 0, 100);
}

static int map_file(int descriptor, room_air **air) {
  air_file *file = mmap(NULL, sizeof(air_file), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (file == MAP_FAILED) return -errno;
  room_air *made = calloc(1, sizeof *made);
  if (!made) {
    munmap(file, sizeof(air_file));
    return -ENOMEM;
  }
  made->file = file;
  made->descriptor = descriptor;
  *air = made;
  return 0;
}

static void fill_header(air_header *header, const room_settings *settings) {
  header->version = AIR_VERSION;
  header->bytes = sizeof(air_file);
  header->settings = *settings;
  header->epoch_ns = room_now_ns();
  for (int i = 0; i < 2; i++) {
    atomic_store(&header->devices[i].plugged, 1);
    atomic_store(&header->devices[i].clock_ppm, AIR_PPM_AS_CONFIGURED);
    atomic_store(&header->devices[i].card_number, i + 1);
  }
  // Last: whoever opens the file too early finds no air.
  atomic_thread_fence(memory_order_release);
  memcpy(header->magic, AIR_MAGIC, sizeof header->magic);
}

int room_air_create(const char *path, const room_settings *settings, room_air **air) {
  if (!settings_are_valid(settings)) return -EINVAL;
  // A new file, not the old one cut short under somebody's mapping.
  if (unlink(path) < 0 && errno != ENOENT) return -errno;
  int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return -errno;
  int status = ftruncate(descriptor, sizeof(air_file)) < 0 ? -errno : map_file(descriptor, air);
  if (status < 0) {
    close(descriptor);
    unlink(path);
    return status;
  }
  fill_header(&(*air)->file->header, settings);
  return 0;
}

int room_air_open(const char *path, room_air **air) {
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  struct stat info;
  int status = fstat(descriptor, &info) < 0 ? -errno : info.st_size != sizeof(air_file) ? -EPROTO : map_file(descriptor, air);
  if (status < 0) {
    close(descriptor);
    return status;
  }
  const air_header *header = &(*air)->file->header;
  if (memcmp(header->magic, AIR_MAGIC, sizeof header->magic) != 0 || header->version != AIR_VERSION) {
    room_air_close(*air);
    *air = NULL;
    return -EPROTO;
  }
  return 0;
}

void room_air_close(room_air *air) {
  if (!air) return;
  munmap(air->file, sizeof(air_file));
  close(air->descriptor);
  free(air);
}

room_settings room_air_settings(const room_air *air) { return air->file->header.settings; }

int64_t room_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t room_sample_at(const room_air *air, int64_t monotonic_ns) {
  int64_t elapsed = monotonic_ns - air->file->header.epoch_ns;
  return elapsed >= 0 ? elapsed / ROOM_SAMPLE_NS : -((-elapsed + ROOM_SAMPLE_NS - 1) / ROOM_SAMPLE_NS);
}

int64_t room_instant_of(const room_air *air, int64_t sample) {
  return air->file->header.epoch_ns + sample * ROOM_SAMPLE_NS;
}
