// The air of a room in software: what the virtual sound card (target VirtualCard), a stage and the tests share.
//
// The air is one memory-mapped file. It holds two recordings on room time, what the person says and what the loudspeaker's
// converter really played, a loop of noise, and the fault levers of the two devices. Room time is a count of samples at
// 16 kHz since the air was created; sample n stands at `epoch + n * 62500` ns of CLOCK_MONOTONIC. A recording keeps the last
// 655 s; what was never written is silence.
//
// One writer for each recording (the stage for the person, the loudspeaker's PCM for what was played), any number of readers,
// in any number of processes. Nothing but create, open and close allocates. Functions that return int give 0 or -errno.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define ROOM_RATE_HZ 16000
#define ROOM_SAMPLE_NS 62500
#define ROOM_MICROPHONES_MAX 8
/// Longest noise loop, samples: one minute.
#define ROOM_NOISE_MAX (60 * ROOM_RATE_HZ)

/// One mapping of the air into this process.
typedef struct room_air room_air;

/// The two devices of the card.
typedef enum { ROOM_MICROPHONES = 0, ROOM_LOUDSPEAKER = 1 } room_device;

/// The two recordings: mono, 16 kHz, 16 bit.
typedef enum { ROOM_PERSON = 0, ROOM_PLAYED = 1 } room_track;

/// What the microphones' converter delivers.
typedef enum {
  ROOM_CAPTURE_SOUND = 0,
  /// Digital silence.
  ROOM_CAPTURE_ZEROS = 1,
  /// The same 10 ms over and over.
  ROOM_CAPTURE_FROZEN = 2,
} room_capture_fault;

/// How samples lie in memory.
typedef enum {
  ROOM_FORMAT_AS_CONFIGURED = 0,
  ROOM_FORMAT_S16_LE,
  /// 24 bits in the lower three of four bytes.
  ROOM_FORMAT_S24_LE,
  /// 24 bits in three bytes.
  ROOM_FORMAT_S24_3LE,
  ROOM_FORMAT_S32_LE,
} room_format;

/// The one thing that a device can do, where 0 leaves it to the ALSA configuration.
typedef struct {
  /// 1...8
  int channels;
  /// 16000, 44100 or 48000.
  int rate_hz;
  room_format format;
  /// Its only period, frames.
  int period_frames;
  /// The period is not declared: any other is refused only when it is set.
  bool hides_period;
} room_shape;

/// The acoustics. Microphones stand on a circle around the loudspeaker.
typedef struct {
  /// The rooms of two seeds have other reflections.
  uint64_t seed;
  /// How much quieter the played sound comes back into each microphone, dB (power over the whole impulse response).
  double echo_return_loss_db;
  /// Converter to converter, loudspeaker to microphone 0, ms: 3...100. Every further microphone hears it
  /// `echo_delay_step_ms` later.
  double echo_delay_ms;
  double echo_delay_step_ms;
  /// Time in which the reverberation falls by 60 dB, ms: 50...400.
  double reverberation_ms;
  /// Level of the person at the microphones against the person's track, dB.
  double person_gain_db;
  /// From the talker's mouth to the centre of the array, ms: 3...30 (1.5 m are 4.4 ms).
  double person_delay_ms;
  /// Where the talker stands, degrees; microphone k of n stands at 360 * k / n.
  double person_azimuth_degrees;
  /// Radius of the array, mm: 0...200.
  double array_radius_mm;
  /// Peak of the noise that the microphones' converter itself makes, 16-bit steps: 0...100. With 0 a quiet room is digital
  /// silence, which no real converter delivers.
  double converter_noise;
} room_settings;

/// A small living room: 10 dB of echo return loss, first echo after 12 ms, 300 ms of reverberation, a talker 1.5 m away; a
/// converter whose last bit is not quiet.
room_settings room_settings_default(void);

// --- The file

/// Creates the air at `path` (replacing what stands there); its time begins now. -EINVAL when a setting is out of range.
int room_air_create(const char *path, const room_settings *settings, room_air **air);
/// Maps an air that exists. -EPROTO when the file is none, or another version's.
int room_air_open(const char *path, room_air **air);
void room_air_close(room_air *air);
room_settings room_air_settings(const room_air *air);

// --- Room time

/// CLOCK_MONOTONIC now, ns.
int64_t room_now_ns(void);
/// The room sample that stands at, or last before, an instant of CLOCK_MONOTONIC. Negative before the air's beginning.
int64_t room_sample_at(const room_air *air, int64_t monotonic_ns);
int64_t room_instant_of(const room_air *air, int64_t sample);

// --- Recordings

/// Samples [from, from + count) of a recording; silence where there is none.
void room_track_read(const room_air *air, room_track track, int64_t from, int count, int16_t *samples);
/// Replaces samples [from, from + count). What lies before the air's beginning is left out.
void room_track_write(room_air *air, room_track track, int64_t from, int count, const int16_t *samples);
/// Adds to samples [from, from + count), saturating.
void room_track_mix(room_air *air, room_track track, int64_t from, int count, const int16_t *samples);
/// The background: looped from room sample 0 on, each microphone from another place in the loop. A count of 0 ends it.
/// -EINVAL beyond ROOM_NOISE_MAX.
int room_noise_set(room_air *air, const int16_t *samples, int count);

// --- Fault levers and the state of the devices, from any process

/// Pulls the plug: an open PCM becomes DISCONNECTED and stays so, opening gives -ENODEV until `room_replug`.
void room_unplug(room_air *air, room_device device);
void room_replug(room_air *air, room_device device);
bool room_is_plugged(const room_air *air, room_device device);
/// One XRUN at the next look at the running device's position.
void room_force_xrun(room_air *air, room_device device);
/// The clock's error in parts per million (-100000...100000), from the next open on, whatever the ALSA configuration says.
int room_set_clock_ppm(room_air *air, room_device device, int ppm);
void room_set_capture_fault(room_air *air, room_capture_fault fault);
/// Bit k of `mask`: microphone k delivers zeros (a broken wire).
void room_set_dead_channels(room_air *air, uint32_t mask);
/// As if another program held the device: opening gives -EBUSY; a PCM that is open stays.
void room_set_busy(room_air *air, room_device device, bool busy);
/// The converter stands still and no error says so. When it goes on, its time has passed.
void room_set_stalled(room_air *air, room_device device, bool stalled);
/// What the loudspeaker's delay is said to be beyond the truth, frames: -100000...100000.
int room_set_extra_delay(room_air *air, room_device device, int frames);
/// The number of the device's card, 0...31, as it was plugged in. Its id stays: see `room_card_id`.
int room_set_card_number(room_air *air, room_device device, int number);
int room_card_number(const room_air *air, room_device device);
/// `RoomMic` or `RoomSpeaker`.
const char *room_card_id(room_device device);
/// What the device is from its next opening on. -EINVAL for what no device is.
int room_set_shape(room_air *air, room_device device, const room_shape *shape);
/// Whether the device's converter is running now in some process.
bool room_is_running(const room_air *air, room_device device);
/// XRUNs so far, forced ones included.
int room_xruns(const room_air *air, room_device device);
