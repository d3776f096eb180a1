// The card's side of the air: what the two PCMs of target VirtualCard are made of. Stages and tests need only CRoom.h.
#pragma once
#include "CRoom.h"
#include <stdbool.h>
#include <stdint.h>

// --- A device's standing

/// Takes a device for one PCM. -EBUSY when another one has it, in any process, or the lever says so; released by
/// `room_air_close`. -ENODEV when unplugged. `unplugs` receives the ticket for `room_device_gone`.
int room_device_claim(room_air *air, room_device device, uint32_t *unplugs);
/// Whether the plug was pulled since the claim; then also when.
bool room_device_gone(const room_air *air, room_device device, uint32_t unplugs, int64_t *since_ns);
/// Whether an XRUN was asked for; takes the request.
bool room_device_take_xrun(room_air *air, room_device device);
void room_device_count_xrun(room_air *air, room_device device);
void room_device_set_running(room_air *air, room_device device, bool running);
/// The clock's error: the lever's when it was set, else `configured`.
double room_device_ppm(const room_air *air, room_device device, double configured);
/// Whether the converter stands still without an error, and since when.
bool room_device_stalled(const room_air *air, room_device device, int64_t *since_ns);
/// Frames that the device says it holds beyond its buffer.
int room_device_extra_delay(const room_air *air, room_device device);
/// What the lever says that the device is.
room_shape room_device_shape(const room_air *air, room_device device);
/// Whether a card of that number ("1") or id ("RoomMic") is plugged in; then which device it is.
bool room_find_card(const room_air *air, const char *name, room_device *device);
/// Lets go of this process's pages of the recordings before room sample `before`: a recording of ten minutes is not the
/// daemon's memory. The file keeps them.
void room_air_forget(room_air *air, int64_t before);

// --- The microphones

/// The converter behind the microphones, with the faults of the levers.
typedef struct room_converter room_converter;

/// Null when there is no memory. `channels` is 1...ROOM_MICROPHONES_MAX.
room_converter *room_converter_create(room_air *air, int channels);
void room_converter_destroy(room_converter *converter);
/// Frames of sound, interleaved, in units of a 16-bit step, not clipped. `first_frame` counts the PCM's frames, `first_ns` is
/// the instant of the first one, `frame_ns` the time between frames (at most 62500 and 12 %).
void room_converter_read(room_converter *converter, int64_t first_frame, double first_ns, double frame_ns, int frames,
                         float *samples);

// --- The loudspeaker

/// Brings what is played onto the air, ahead of its time, and takes back what was cancelled.
typedef struct room_loudspeaker room_loudspeaker;

/// Null when there is no memory. `buffer_frames`: the most that is ever written ahead of the converter.
room_loudspeaker *room_loudspeaker_create(room_air *air, int buffer_frames);
void room_loudspeaker_destroy(room_loudspeaker *loudspeaker);
/// A new stream: position 0, no clock yet, nothing written.
void room_loudspeaker_prepare(room_loudspeaker *loudspeaker);
/// Mono frames from `position` on, in units of a 16-bit step. Writing behind what was written takes that back.
void room_loudspeaker_write(room_loudspeaker *loudspeaker, int64_t position, int frames, const float *samples);
/// Frame 0 meets the converter at `first_ns`, one follows every `frame_ns`.
void room_loudspeaker_start(room_loudspeaker *loudspeaker, double first_ns, double frame_ns);
/// Nothing from `position` on will sound.
void room_loudspeaker_cut(room_loudspeaker *loudspeaker, int64_t position);
