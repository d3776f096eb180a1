// WebRTC's audio processing as Debian ships it: 0.3 in Debian 12, 1.3 in Debian 13 (and 2.1, whose interface is nearly the same).
#include "peer.h"
#include <cstring>
#include <memory>

#ifdef WEBRTC_0_3
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

static std::unique_ptr<webrtc::AudioProcessing> processing;
static bool has_echo;

static void make(bool agnostic) {
  webrtc::Config config;
  config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(agnostic));
  config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(agnostic));
  processing.reset(webrtc::AudioProcessing::Create(config));
}

static bool start_ns() {
  make(false);
  processing->noise_suppression()->set_level(webrtc::NoiseSuppression::kHigh);
  return processing->noise_suppression()->Enable(true) == 0;
}

static bool start_vad() {
  make(false);
  return processing->voice_detection()->Enable(true) == 0;
}

static bool start_aec() {
  make(true);
  has_echo = true;
  return processing->echo_cancellation()->Enable(true) == 0;
}

static bool start_aecm() {
  make(false);
  has_echo = true;
  return processing->echo_control_mobile()->Enable(true) == 0;
}

static void fill(webrtc::AudioFrame &audio, const int16_t *samples) {
  audio.sample_rate_hz_ = 16000;
  audio.num_channels_ = 1;
  audio.samples_per_channel_ = FRAME;
  std::memcpy(audio.data_, samples, sizeof(int16_t) * FRAME);
}

static void step(peer_frame *frame) {
  static webrtc::AudioFrame audio;
  if (has_echo) {
    fill(audio, frame->played);
    processing->AnalyzeReverseStream(&audio);
    processing->set_stream_delay_ms(20);
  }
  fill(audio, frame->microphone);
  processing->ProcessStream(&audio);
}

#else
#include <modules/audio_processing/include/audio_processing.h>

static rtc::scoped_refptr<webrtc::AudioProcessing> processing;
static bool has_echo;

static bool make(const webrtc::AudioProcessing::Config &config) {
  processing = rtc::scoped_refptr<webrtc::AudioProcessing>(webrtc::AudioProcessingBuilder().Create());
  processing->ApplyConfig(config);
  return true;
}

static bool start_ns() {
  webrtc::AudioProcessing::Config config;
  config.noise_suppression.enabled = true;
  config.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kHigh;
  return make(config);
}

static bool start_vad() {
#ifdef WEBRTC_HAS_VAD
  webrtc::AudioProcessing::Config config;
  config.voice_detection.enabled = true;
  return make(config);
#else
  return false;
#endif
}

static bool start_echo(bool mobile) {
  webrtc::AudioProcessing::Config config;
  config.echo_canceller.enabled = true;
  config.echo_canceller.mobile_mode = mobile;
  has_echo = true;
  return make(config);
}

static bool start_aec() { return start_echo(false); }
static bool start_aecm() { return start_echo(true); }

static void step(peer_frame *frame) {
  static const webrtc::StreamConfig mono(16000, 1);
  if (has_echo) {
    processing->ProcessReverseStream(frame->played, mono, mono, frame->played);
    processing->set_stream_delay_ms(20);
  }
  processing->ProcessStream(frame->microphone, mono, mono, frame->microphone);
}
#endif

int main(int argc, char **argv) {
  static const peer peers[] = {
      {"ns", start_ns, step}, {"vad", start_vad, step}, {"aec", start_aec, step}, {"aecm", start_aecm, step}};
  return peer_main(argc, argv, peers, sizeof peers / sizeof *peers);
}
