// alsa-lib, with what the audio threads call declared free of locks and allocation. That is our word for it: these are
// system calls or copies in every PCM type that the daemon is meant for.
#pragma once
#include <alsa/asoundlib.h>

#define LN_REAL_TIME __attribute__((swift_attr("@_noLocks"))) __attribute__((swift_attr("@_noAllocation")))

LN_REAL_TIME int snd_pcm_avail_delay(snd_pcm_t *pcm, snd_pcm_sframes_t *available, snd_pcm_sframes_t *delay);
LN_REAL_TIME int snd_pcm_htimestamp(snd_pcm_t *pcm, snd_pcm_uframes_t *available, snd_htimestamp_t *time);
LN_REAL_TIME snd_pcm_sframes_t snd_pcm_readi(snd_pcm_t *pcm, void *buffer, snd_pcm_uframes_t size);
LN_REAL_TIME snd_pcm_sframes_t snd_pcm_writei(snd_pcm_t *pcm, const void *buffer, snd_pcm_uframes_t size);
LN_REAL_TIME int snd_pcm_wait(snd_pcm_t *pcm, int milliseconds);
LN_REAL_TIME snd_pcm_state_t snd_pcm_state(snd_pcm_t *pcm);
LN_REAL_TIME int snd_pcm_start(snd_pcm_t *pcm);
LN_REAL_TIME int snd_pcm_drop(snd_pcm_t *pcm);
LN_REAL_TIME int snd_pcm_prepare(snd_pcm_t *pcm);

// Of CPlatform: they keep the words for the error that is thrown.
void ln_words_note(const char *file, int line, const char *function, int code, const char *format, ...);
void ln_words_take(char *words, size_t size);

// alsa-lib prints its troubles on standard error by itself; ours go to the journal. Forgets what this thread heard before.
static inline void ln_alsa_keep_quiet(void) {
  snd_lib_error_set_handler(ln_words_note);
  ln_words_take(NULL, 0);
}
