#include "CRoom.h"
