#define PIC 1
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include "CRoom.h"
