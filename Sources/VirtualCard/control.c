// The card's control interface, as far as programs ask it for the card's id: alsa-lib's external control on one side.
#include "card.h"
#include <alsa/control_external.h>
#include <errno.h>

typedef struct {
  snd_ctl_ext_t ext;
} control;

static int no_elements(snd_ctl_ext_t *ext) {
  (void)ext;
  return 0;
}

static int no_element(snd_ctl_ext_t *ext, unsigned offset, snd_ctl_elem_id_t *id) {
  (void)ext, (void)offset, (void)id;
  return -EINVAL;
}

static snd_ctl_ext_key_t find_nothing(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id) {
  (void)ext, (void)id;
  return SND_CTL_EXT_KEY_NOT_FOUND;
}

static void close_control(snd_ctl_ext_t *ext) { free(ext->private_data); }

static const snd_ctl_ext_callback_t callbacks = {
    .close = close_control, .elem_count = no_elements, .elem_list = no_element, .find_elem = find_nothing};

static int open_control(snd_ctl_t **handle, const char *name, int mode, const card_configuration *said) {
  room_air *air;
  room_device device;
  int status = room_air_open(said->air, &air);
  if (status < 0) return status;
  bool found = room_find_card(air, said->card ? said->card : "0", &device);
  int number = found ? room_card_number(air, device) : 0;
  room_air_close(air);
  if (!found) return -ENODEV;
  control *c = calloc(1, sizeof *c);
  if (!c) return -ENOMEM;
  c->ext.version = SND_CTL_EXT_VERSION;
  c->ext.card_idx = number;
  c->ext.callback = &callbacks;
  c->ext.private_data = c;
  c->ext.poll_fd = -1;
  strncpy(c->ext.id, room_card_id(device), sizeof c->ext.id - 1);
  strncpy(c->ext.driver, "Room", sizeof c->ext.driver - 1);
  strncpy(c->ext.name, "a room in software", sizeof c->ext.name - 1);
  strncpy(c->ext.longname, "a room in software", sizeof c->ext.longname - 1);
  status = snd_ctl_ext_create(&c->ext, name, mode);
  if (status < 0) free(c);
  else *handle = c->ext.handle;
  return status;
}

SND_CTL_PLUGIN_DEFINE_FUNC(room) {
  (void)root;
  card_configuration said = {.format = SND_PCM_FORMAT_UNKNOWN};
  int status = card_read_configuration(conf, SND_PCM_STREAM_CAPTURE, &said);
  return status < 0 ? status : open_control(handlep, name, mode, &said);
}
SND_CTL_PLUGIN_SYMBOL(room);
