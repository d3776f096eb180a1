// SpeexDSP as Debian ships it: noise suppression, voice detection, echo cancellation at the tail that the issue asks for.
#include "peer.h"
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

#define RATE 16000
#define TAIL (128 * RATE / 1000)

static SpeexPreprocessState *preprocess;
static SpeexEchoState *echo;

static void set(int request, int value) { speex_preprocess_ctl(preprocess, request, &value); }

static bool start_preprocess(void) {
  preprocess = speex_preprocess_state_init(FRAME, RATE);
  set(SPEEX_PREPROCESS_SET_DENOISE, 1);
  set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, -15);
  return true;
}

static bool start_voice(void) {
  start_preprocess();
  set(SPEEX_PREPROCESS_SET_VAD, 1);
  return true;
}

static bool start_echo(void) {
  int rate = RATE;
  echo = speex_echo_state_init(FRAME, TAIL);
  speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
  return true;
}

static bool start_residual(void) {
  start_echo();
  start_preprocess();
  speex_preprocess_ctl(preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
  return true;
}

static void step_preprocess(peer_frame *frame) { speex_preprocess_run(preprocess, frame->microphone); }

static void step_echo(peer_frame *frame) {
  int16_t clean[FRAME];
  speex_echo_cancellation(echo, frame->microphone, frame->played, clean);
}

static void step_residual(peer_frame *frame) {
  int16_t clean[FRAME];
  speex_echo_cancellation(echo, frame->microphone, frame->played, clean);
  speex_preprocess_run(preprocess, clean);
}

int main(int argc, char **argv) {
  static const peer peers[] = {
      {"ns", start_preprocess, step_preprocess},
      {"ns-vad", start_voice, step_preprocess},
      {"echo", start_echo, step_echo},
      {"echo-residual", start_residual, step_residual},
  };
  return peer_main(argc, argv, peers, sizeof peers / sizeof *peers);
}
