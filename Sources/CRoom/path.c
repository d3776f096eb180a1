// Impulse responses, the same in every run of one seed: a direct sound, early reflections, and a tail of velvet noise
// (sparse pulses of random sign and place; Jarvinen and Karjalainen 2007), which costs a tenth of a dense one.
#include "internal.h"
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define SAMPLES_PER_MS (ROOM_RATE_HZ / 1000)
#define SPEED_OF_SOUND_MM_PER_MS 343.0

/// Steele, Lea and Flood 2014.
static uint64_t random_bits(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// 0 ..< 1
static double random_unit(uint64_t *state) { return (double)(random_bits(state) >> 11) / 9007199254740992.0; }
/// -1 ..< 1
static double random_signed(uint64_t *state) { return 2 * random_unit(state) - 1; }

static void add_tap(room_path *path, int delay, double gain) {
  if (path->count >= PATH_TAPS_MAX || delay < 0 || delay >= PATH_SPAN - 2) return;
  path->taps[path->count++] = (path_tap){.delay = delay, .gain = (float)gain};
}

static void add_reflections(room_path *path, uint64_t *random, int delay, int count, double strength) {
  for (int i = 0; i < count; i++) {
    double after_ms = 1.5 + 25 * random_unit(random);
    double sign = random_unit(random) < 0.5 ? -1 : 1;
    add_tap(path, delay + (int)(after_ms * SAMPLES_PER_MS), sign * strength * exp(-after_ms / 18));
  }
}

/// Power of taps [from, to), were they all apart.
static double tap_power(const room_path *path, int from, int to) {
  double sum = 0;
  for (int i = from; i < to; i++) sum += (double)path->taps[i].gain * path->taps[i].gain;
  return sum;
}

/// The tail: `pulses_per_second`, `below_db` quieter than all before it. Ends the bright part of the path.
static void add_tail(room_path *path, uint64_t *random, int delay, double reverberation_ms, int pulses_per_second,
                     double below_db) {
  path->bright = path->count;
  double grid = (double)ROOM_RATE_HZ / pulses_per_second;
  double length = reverberation_ms * SAMPLES_PER_MS;
  for (double at = 4 * SAMPLES_PER_MS; at < length; at += grid) {
    double place = at + grid * random_unit(random);
    double sign = random_unit(random) < 0.5 ? -1 : 1;
    add_tap(path, delay + (int)place, sign * pow(10, -3 * place / length));
  }
  // 0.375: what the softening leaves of white noise's power.
  double power = 0.375 * tap_power(path, path->bright, path->count);
  double wanted = tap_power(path, 0, path->bright) * pow(10, -below_db / 10);
  double scale = power > 0 ? sqrt(wanted / power) : 0;
  for (int i = path->bright; i < path->count; i++) path->taps[i].gain *= (float)scale;
}

/// Scales the whole response to a gain for white noise.
static void set_gain(room_path *path, double gain_db) {
  static const float softened[3] = {0.25f, 0.5f, 0.25f};
  double power = 0;
  float response[PATH_SPAN];
  memset(response, 0, sizeof response);
  for (int i = 0; i < path->count; i++) {
    path_tap tap = path->taps[i];
    if (i < path->bright) response[tap.delay] += tap.gain;
    else
      for (int j = 0; j < 3; j++) response[tap.delay + j] += softened[j] * tap.gain;
  }
  for (int i = 0; i < PATH_SPAN; i++) power += (double)response[i] * response[i];
  float scale = (float)sqrt(pow(10, gain_db / 10) / power);
  for (int i = 0; i < path->count; i++) path->taps[i].gain *= scale;
}

void room_path_echo(room_path *path, const room_settings *settings, int microphone) {
  uint64_t random = settings->seed * 1000 + (uint64_t)microphone;
  double delay_ms = settings->echo_delay_ms + microphone * settings->echo_delay_step_ms;
  int delay = (int)lround(delay_ms * SAMPLES_PER_MS);
  path->count = 0;
  add_tap(path, delay, 1);
  // The loudspeaker and its case ring for a moment.
  for (int i = 1; i <= 24; i++) add_tap(path, delay + i, 0.3 * random_signed(&random) * exp(-i / 7.0));
  add_reflections(path, &random, delay, 10, 0.3);
  add_tail(path, &random, delay, settings->reverberation_ms, 1500, 8);
  set_gain(path, -settings->echo_return_loss_db);
}

void room_path_person(room_path *path, const room_settings *settings, int microphone, int microphones) {
  uint64_t random = settings->seed * 1000 + 500 + (uint64_t)microphone;
  double angle = 2 * PI * microphone / microphones - settings->person_azimuth_degrees * PI / 180;
  double nearer_ms = settings->array_radius_mm * cos(angle) / SPEED_OF_SOUND_MM_PER_MS;
  double delay = (settings->person_delay_ms - nearer_ms) * SAMPLES_PER_MS;
  int whole = (int)floor(delay);
  path->count = 0;
  // The direct sound between two samples: 16 taps of a sinc under a Hann window.
  for (int i = -7; i <= 8; i++) {
    double distance = i - (delay - whole);
    double sinc = fabs(distance) < 1e-9 ? 1 : sin(PI * distance) / (PI * distance);
    add_tap(path, whole + i, sinc * 0.5 * (1 + cos(PI * distance / 8.5)));
  }
  add_reflections(path, &random, whole, 6, 0.25);
  add_tail(path, &random, whole, settings->reverberation_ms, 800, 6);
  set_gain(path, settings->person_gain_db + 0.5 * random_signed(&random));
}
