// `curl_easy_setopt` and its kin are variadic, which Swift cannot call: one typed line for each kind of argument.
#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

typedef size_t (*ln_data_callback)(char *, size_t, size_t, void *);
typedef int (*ln_seek_callback)(void *, curl_off_t, int);

static inline CURLcode ln_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ln_set_size(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ln_set_pointer(CURL *h, CURLoption o, const void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ln_set_data(CURL *h, CURLoption o, ln_data_callback f) { return curl_easy_setopt(h, o, f); }
static inline CURLcode ln_set_seek(CURL *h, ln_seek_callback f) { return curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, f); }
static inline CURLcode ln_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode ln_get_socket(CURL *h, curl_socket_t *v) { return curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, v); }
static inline CURLMcode ln_multi_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline CURLSHcode ln_share_long(CURLSH *s, CURLSHoption o, long v) { return curl_share_setopt(s, o, v); }
// With CURLOPT_NOSIGNAL a peer that hangs up while we write must not end the process.
static inline void ln_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }
// What a socket of `h` has sent and nobody acknowledges within this time ends the connection.
static inline int ln_end_unacknowledged(void *milliseconds, curl_socket_t s, curlsocktype type) {
  unsigned limit = (unsigned)(size_t)milliseconds;
  (void)type;
  setsockopt(s, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
  return CURL_SOCKOPT_OK;
}
static inline void ln_set_acknowledge_limit(CURL *h, unsigned milliseconds) {
  curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, ln_end_unacknowledged);
  curl_easy_setopt(h, CURLOPT_SOCKOPTDATA, (void *)(size_t)milliseconds);
}
// The directory of trusted certificates that libcurl was built with; null when there is none.
static inline const char *ln_certificate_directory(void) { return curl_version_info(CURLVERSION_NOW)->capath; }
// The union inside `CURLMsg` does not import as a name.
static inline CURLcode ln_message_result(const CURLMsg *m) { return m->data.result; }
