// Target VirtualCard is the alsa-lib plugin `libasound_module_pcm_room.so`; alsa-lib finds its entry by name, so it has no C
// interface. In an ALSA configuration:
//
//     pcm_type.room { lib "/…/libasound_module_pcm_room.so" }
//     pcm.room_mic     { type room  air "/…/air"  role capture   channels 4  rate 16000  format S16_LE  ppm 40 }
//     pcm.room_speaker { type room  air "/…/air"  role playback  channels 2  rate 48000  ppm -20 }
//
// `air` names a file made by `room_air_create` (CRoom.h). `role` keeps a PCM to one direction; `channels` (1...8), `rate`
// (16000, 44100, 48000) and `format` (S16_LE, S24_LE, S24_3LE, S32_LE) keep it to one value each; `ppm` is its clock's error;
// with `card` (a number or an id) it is there only while the device's card has that number or id. Read and write access;
// memory access works too, for `plug` has need of it. A control tells the card's id:
//
//     ctl_type.room { lib "/…/libasound_module_pcm_room.so" }
//     ctl.hw { @args [ CARD ]  @args.CARD { type string  default "0" }  type room  air "/…/air"  card $CARD }
#pragma once
