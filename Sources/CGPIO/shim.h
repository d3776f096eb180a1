// One face for libgpiod 1.6 (Debian 12) and 2.x (Debian 13): a button line with edges, and a group of output lines.
// Functions give 0 or a negative errno.
//
// The button's edges are the kernel's own records (struct gpio_v2_line_event, since Linux 5.10) with either generation: 1.6 knows
// neither them nor the kernel's debouncing, so there the line is asked for by the kernel's call, and libgpiod only finds the chip.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <linux/gpio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef enum { LN_GPIO_PULL_UP, LN_GPIO_PULL_DOWN, LN_GPIO_NO_BIAS, LN_GPIO_BIAS_AS_IS } ln_gpio_bias;
#define LN_GPIO_OUTPUTS_MAX 16

// errno, or what else is to be said when the library left none.
static inline int ln_gpio_error(int otherwise) { return errno ? -errno : -otherwise; }

// The next edge on a button's descriptor: whether it became active, and when on CLOCK_MONOTONIC. 1 when there was one, 0 when
// none waits, -EPIPE when the descriptor has come to its end.
static inline int ln_gpio_read_edge(int fd, int *is_active, int64_t *nanoseconds) {
  struct gpio_v2_line_event edge;
  ssize_t count = read(fd, &edge, sizeof edge);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : ln_gpio_error(EIO);
  if (count != (ssize_t)sizeof edge) return -EPIPE;
  *is_active = edge.id == GPIO_V2_LINE_EVENT_RISING_EDGE;
  *nanoseconds = (int64_t)edge.timestamp_ns;
  return 1;
}

#ifdef GPIOD_LINE_BULK_MAX_LINES  // --- 1.6

typedef struct {
  struct gpiod_chip *chip;
  struct gpiod_line *lines[LN_GPIO_OUTPUTS_MAX];
  int button;
} ln_gpio;

static inline void ln_gpio_close(ln_gpio *g) {
  if (!g) return;
  if (g->button >= 0) close(g->button);
  if (g->chip) gpiod_chip_close(g->chip);
  free(g);
}

// By path, name or label.
static inline struct gpiod_chip *ln_gpio_find_chip(const char *wanted) {
  errno = 0;
  if (strncmp(wanted, "/dev/", 5) == 0) return gpiod_chip_open(wanted);
  struct gpiod_chip *chip = gpiod_chip_open_by_name(wanted);
  return chip || errno == EACCES ? chip : gpiod_chip_open_by_label(wanted);
}

static inline int ln_gpio_open_chip(const char *chip, ln_gpio **out) {
  ln_gpio *g = calloc(1, sizeof *g);
  if (!g) return -ENOMEM;
  g->button = -1;
  g->chip = ln_gpio_find_chip(chip);
  if (!g->chip) {
    int status = ln_gpio_error(ENODEV);
    free(g);
    return status;
  }
  *out = g;
  return 0;
}

static inline int ln_gpio_request_button(ln_gpio *g, unsigned line, int active_low, ln_gpio_bias bias, unsigned debounce_us) {
  static const uint64_t biases[] = {
    GPIO_V2_LINE_FLAG_BIAS_PULL_UP, GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN, GPIO_V2_LINE_FLAG_BIAS_DISABLED, 0};
  struct gpio_v2_line_request request = {.offsets = {line}, .num_lines = 1, .consumer = "linnet"};
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING | biases[bias]
    | (active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0);
  request.config.num_attrs = debounce_us ? 1 : 0;
  request.config.attrs[0].mask = 1;
  request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
  request.config.attrs[0].attr.debounce_period_us = debounce_us;
  char path[64];
  snprintf(path, sizeof path, "/dev/%s", gpiod_chip_name(g->chip));
  int chip = open(path, O_RDWR | O_CLOEXEC);
  if (chip < 0) return ln_gpio_error(ENODEV);
  int status = ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0 ? ln_gpio_error(EIO) : 0;
  close(chip);
  if (status == 0) g->button = request.fd;
  return status;
}

static inline int ln_gpio_open_button(
  const char *chip, unsigned line, int active_low, ln_gpio_bias bias, unsigned debounce_us, ln_gpio **out) {
  ln_gpio *g;
  int status = ln_gpio_open_chip(chip, &g);
  if (status) return status;
  status = ln_gpio_request_button(g, line, active_low, bias, debounce_us);
  if (status) ln_gpio_close(g);
  else *out = g;
  return status;
}

static inline int ln_gpio_button_fd(ln_gpio *g) { return g->button; }

static inline int ln_gpio_open_outputs(const char *chip, const unsigned *lines, int count, int active_low, ln_gpio **out) {
  ln_gpio *g;
  int status = ln_gpio_open_chip(chip, &g);
  if (status) return status;
  int flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  for (int i = 0; i < count; i++) {
    g->lines[i] = gpiod_chip_get_line(g->chip, lines[i]);
    if (g->lines[i] && gpiod_line_request_output_flags(g->lines[i], "linnet", flags, 0) == 0) continue;
    status = ln_gpio_error(EINVAL);
    ln_gpio_close(g);
    return status;
  }
  *out = g;
  return 0;
}

static inline int ln_gpio_set(ln_gpio *g, int index, int on) {
  return gpiod_line_set_value(g->lines[index], on) < 0 ? ln_gpio_error(EIO) : 0;
}

#else  // --- 2.x

typedef struct {
  struct gpiod_line_request *request;
  unsigned lines[LN_GPIO_OUTPUTS_MAX];
} ln_gpio;

static inline void ln_gpio_close(ln_gpio *g) {
  if (!g) return;
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
  errno = 0;
  if (strncmp(wanted, "/dev/", 5) == 0) return gpiod_chip_open(wanted);
  DIR *folder = opendir("/dev");
  struct gpiod_chip *found = NULL;
  int refused = 0;
  for (struct dirent *e; folder && !found && (e = readdir(folder));) {
    if (strncmp(e->d_name, "gpiochip", 8) != 0) continue;
    char path[300];
    snprintf(path, sizeof path, "/dev/%s", e->d_name);
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) refused |= errno == EACCES;
    else if (ln_gpio_chip_is(chip, wanted)) found = chip;
    else gpiod_chip_close(chip);
  }
  if (folder) closedir(folder);
  if (!found) errno = refused ? EACCES : ENODEV;
  return found;
}

static inline int ln_gpio_request(
  const char *chip_name, const unsigned *lines, int count, struct gpiod_line_settings *settings, ln_gpio **out) {
  struct gpiod_chip *chip = ln_gpio_find_chip(chip_name);
  if (!chip) return ln_gpio_error(ENODEV);
  ln_gpio *g = calloc(1, sizeof *g);
  struct gpiod_line_config *line_config = gpiod_line_config_new();
  struct gpiod_request_config *request_config = gpiod_request_config_new();
  int status = -ENOMEM;
  if (g && line_config && request_config) {
    gpiod_request_config_set_consumer(request_config, "linnet");
    if (gpiod_line_config_add_line_settings(line_config, lines, (size_t)count, settings) == 0)
      g->request = gpiod_chip_request_lines(chip, request_config, line_config);
    status = g->request ? 0 : ln_gpio_error(EINVAL);
    for (int i = 0; i < count; i++) g->lines[i] = lines[i];
  }
  if (request_config) gpiod_request_config_free(request_config);
  if (line_config) gpiod_line_config_free(line_config);
  gpiod_chip_close(chip);
  if (status == 0) *out = g;
  else free(g);
  return status;
}

static inline int ln_gpio_open_button(
  const char *chip, unsigned line, int active_low, ln_gpio_bias bias, unsigned debounce_us, ln_gpio **out) {
  static const enum gpiod_line_bias biases[] = {
    GPIOD_LINE_BIAS_PULL_UP, GPIOD_LINE_BIAS_PULL_DOWN, GPIOD_LINE_BIAS_DISABLED, GPIOD_LINE_BIAS_AS_IS};
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (!settings) return -ENOMEM;
  gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
  gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
  gpiod_line_settings_set_bias(settings, biases[bias]);
  gpiod_line_settings_set_active_low(settings, active_low != 0);
  gpiod_line_settings_set_debounce_period_us(settings, debounce_us);
  gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
  int status = ln_gpio_request(chip, &line, 1, settings, out);
  gpiod_line_settings_free(settings);
  return status;
}

static inline int ln_gpio_button_fd(ln_gpio *g) { return gpiod_line_request_get_fd(g->request); }

static inline int ln_gpio_open_outputs(const char *chip, const unsigned *lines, int count, int active_low, ln_gpio **out) {
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (!settings) return -ENOMEM;
  gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
  gpiod_line_settings_set_active_low(settings, active_low != 0);
  int status = ln_gpio_request(chip, lines, count, settings, out);
  gpiod_line_settings_free(settings);
  return status;
}

static inline int ln_gpio_set(ln_gpio *g, int index, int on) {
  enum gpiod_line_value value = on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
  return gpiod_line_request_set_value(g->request, g->lines[index], value) < 0 ? ln_gpio_error(EIO) : 0;
}

#endif
