// One face for libgpiod 1.6 (Debian 12) and 2.x (Debian 13): a button line with edges, and a group of output lines.
// Functions give 0 or a count, or a negative errno.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { LN_GPIO_PULL_UP, LN_GPIO_PULL_DOWN, LN_GPIO_NO_BIAS, LN_GPIO_BIAS_AS_IS } ln_gpio_bias;
#define LN_GPIO_OUTPUTS_MAX 16

#ifdef GPIOD_LINE_BULK_MAX_LINES  // --- 1.6

#define LN_GPIO_DEBOUNCES 0  // its API cannot ask the kernel for it

typedef struct {
  struct gpiod_chip *chip;
  struct gpiod_line *lines[LN_GPIO_OUTPUTS_MAX];
} ln_gpio;

static inline void ln_gpio_close(ln_gpio *g) {
  if (!g) return;
  if (g->chip) gpiod_chip_close(g->chip);
  free(g);
}

// By path, name or label.
static inline int ln_gpio_open_chip(const char *chip, ln_gpio **out) {
  ln_gpio *g = calloc(1, sizeof *g);
  if (!g) return -ENOMEM;
  g->chip = strncmp(chip, "/dev/", 5) == 0 ? gpiod_chip_open(chip) : gpiod_chip_open_by_name(chip);
  if (!g->chip) g->chip = gpiod_chip_open_by_label(chip);
  if (!g->chip) {
    int e = errno ? -errno : -ENODEV;
    free(g);
    return e;
  }
  *out = g;
  return 0;
}

static inline int ln_gpio_open_button(const char *chip, unsigned line, int active_low, ln_gpio_bias bias, unsigned debounce_us, ln_gpio **out) {
  (void)debounce_us;
  ln_gpio *g;
  int r = ln_gpio_open_chip(chip, &g);
  if (r) return r;
  static const int biases[] = {GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP, GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN, GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE, 0};
  int flags = biases[bias] | (active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0);
  g->lines[0] = gpiod_chip_get_line(g->chip, line);
  if (!g->lines[0] || gpiod_line_request_both_edges_events_flags(g->lines[0], "linnet", flags) < 0) {
    r = errno ? -errno : -EINVAL;
    ln_gpio_close(g);
    return r;
  }
  *out = g;
  return 0;
}

static inline int ln_gpio_button_fd(ln_gpio *g) { return gpiod_line_event_get_fd(g->lines[0]); }
static inline int ln_gpio_button_value(ln_gpio *g) { return gpiod_line_get_value(g->lines[0]); }

// The next edge: whether it went down (active), and when on CLOCK_MONOTONIC. Call when the descriptor is readable.
static inline int ln_gpio_button_read(ln_gpio *g, int *is_down, int64_t *nanoseconds) {
  struct gpiod_line_event e;
  if (gpiod_line_event_read(g->lines[0], &e) < 0) return errno ? -errno : -EIO;
  *is_down = e.event_type == GPIOD_LINE_EVENT_RISING_EDGE;
  *nanoseconds = (int64_t)e.ts.tv_sec * 1000000000 + e.ts.tv_nsec;
  return 0;
}

static inline int ln_gpio_open_outputs(const char *chip, const unsigned *lines, int count, int active_low, ln_gpio **out) {
  ln_gpio *g;
  int r = ln_gpio_open_chip(chip, &g);
  if (r) return r;
  for (int i = 0; i < count; i++) {
    g->lines[i] = gpiod_chip_get_line(g->chip, lines[i]);
    if (!g->lines[i] || gpiod_line_request_output_flags(g->lines[i], "linnet", active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0, 0) < 0) {
      r = errno ? -errno : -EINVAL;
      ln_gpio_close(g);
      return r;
    }
  }
  *out = g;
  return 0;
}

static inline int ln_gpio_set(ln_gpio *g, int index, int on) { return gpiod_line_set_value(g->lines[index], on) < 0 ? -errno : 0; }

#else  // --- 2.x

#define LN_GPIO_DEBOUNCES 1

typedef struct {
  struct gpiod_line_request *request;
  struct gpiod_edge_event_buffer *edges;
  unsigned lines[LN_GPIO_OUTPUTS_MAX];
} ln_gpio;

static inline void ln_gpio_close(ln_gpio *g) {
  if (!g) return;
  if (g->edges) gpiod_edge_event_buffer_free(g->edges);
  if (g->request) gpiod_line_request_release(g->request);
  free(g);
}

static inline int ln_gpio_chip_is(struct gpiod_chip *chip, const char *wanted) {
  struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
  if (!info) return 0;
  int same = strcmp(gpiod_chip_info_get_name(info), wanted) == 0 || strcmp(gpiod_chip_info_get_label(info), wanted) == 0;
  gpiod_chip_info_free(info);
  return same;
}

// By path, name or label.
static inline struct gpiod_chip *ln_gpio_find_chip(const char *wanted) {
  if (strncmp(wanted, "/dev/", 5) == 0) return gpiod_chip_open(wanted);
  DIR *folder = opendir("/dev");
  struct gpiod_chip *found = NULL;
  for (struct dirent *e; folder && !found && (e = readdir(folder));) {
    if (strncmp(e->d_name, "gpiochip", 8) != 0) continue;
    char path[300];
    snprintf(path, sizeof path, "/dev/%s", e->d_name);
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (chip && ln_gpio_chip_is(chip, wanted)) found = chip;
    else if (chip) gpiod_chip_close(chip);
  }
  if (folder) closedir(folder);
  if (!found) errno = ENODEV;
  return found;
}

static inline int ln_gpio_request(const char *chip_name, const unsigned *lines, int count, struct gpiod_line_settings *settings, ln_gpio **out) {
  struct gpiod_chip *chip = ln_gpio_find_chip(chip_name);
  if (!chip) return errno ? -errno : -ENODEV;
  ln_gpio *g = calloc(1, sizeof *g);
  struct gpiod_line_config *line_config = gpiod_line_config_new();
  struct gpiod_request_config *request_config = gpiod_request_config_new();
  int r = -ENOMEM;
  if (g && line_config && request_config) {
    gpiod_request_config_set_consumer(request_config, "linnet");
    if (gpiod_line_config_add_line_settings(line_config, lines, (size_t)count, settings) == 0)
      g->request = gpiod_chip_request_lines(chip, request_config, line_config);
    r = g->request ? 0 : errno ? -errno : -EINVAL;
    for (int i = 0; i < count; i++) g->lines[i] = lines[i];
  }
  if (request_config) gpiod_request_config_free(request_config);
  if (line_config) gpiod_line_config_free(line_config);
  gpiod_chip_close(chip);
  if (r == 0) *out = g;
  else free(g);
  return r;
}

static inline int ln_gpio_open_button(const char *chip, unsigned line, int active_low, ln_gpio_bias bias, unsigned debounce_us, ln_gpio **out) {
  static const enum gpiod_line_bias biases[] = {GPIOD_LINE_BIAS_PULL_UP, GPIOD_LINE_BIAS_PULL_DOWN, GPIOD_LINE_BIAS_DISABLED, GPIOD_LINE_BIAS_AS_IS};
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (!settings) return -ENOMEM;
  gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
  gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
  gpiod_line_settings_set_bias(settings, biases[bias]);
  gpiod_line_settings_set_active_low(settings, active_low != 0);
  gpiod_line_settings_set_debounce_period_us(settings, debounce_us);
  gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
  int r = ln_gpio_request(chip, &line, 1, settings, out);
  gpiod_line_settings_free(settings);
  if (r) return r;
  (*out)->edges = gpiod_edge_event_buffer_new(1);
  if ((*out)->edges) return 0;
  ln_gpio_close(*out);
  return -ENOMEM;
}

static inline int ln_gpio_button_fd(ln_gpio *g) { return gpiod_line_request_get_fd(g->request); }

static inline int ln_gpio_button_value(ln_gpio *g) {
  enum gpiod_line_value v = gpiod_line_request_get_value(g->request, g->lines[0]);
  return v == GPIOD_LINE_VALUE_ERROR ? -errno : v == GPIOD_LINE_VALUE_ACTIVE;
}

static inline int ln_gpio_button_read(ln_gpio *g, int *is_down, int64_t *nanoseconds) {
  if (gpiod_line_request_read_edge_events(g->request, g->edges, 1) < 1) return errno ? -errno : -EIO;
  struct gpiod_edge_event *e = gpiod_edge_event_buffer_get_event(g->edges, 0);
  *is_down = gpiod_edge_event_get_event_type(e) == GPIOD_EDGE_EVENT_RISING_EDGE;
  *nanoseconds = (int64_t)gpiod_edge_event_get_timestamp_ns(e);
  return 0;
}

static inline int ln_gpio_open_outputs(const char *chip, const unsigned *lines, int count, int active_low, ln_gpio **out) {
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (!settings) return -ENOMEM;
  gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
  gpiod_line_settings_set_active_low(settings, active_low != 0);
  int r = ln_gpio_request(chip, lines, count, settings, out);
  gpiod_line_settings_free(settings);
  return r;
}

static inline int ln_gpio_set(ln_gpio *g, int index, int on) {
  return gpiod_line_request_set_value(g->request, g->lines[index], on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE) < 0 ? -errno : 0;
}

#endif
