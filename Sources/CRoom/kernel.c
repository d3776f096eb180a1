// The resampling kernel: sinc at 92 % of the Nyquist frequency under a Kaiser window (beta 8, about 80 dB).
#include "internal.h"
#include <math.h>

#define PI 3.14159265358979323846
#define CUTOFF 0.92
#define KAISER_BETA 8.0

/// Modified Bessel function of the first kind, order 0, by its power series.
static double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 40; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

void room_kernel_init(room_kernel *kernel) {
  for (int i = 0; i < KERNEL_HALF * KERNEL_STEPS + 2; i++) {
    double distance = (double)i / KERNEL_STEPS;
    double edge = distance / KERNEL_HALF;
    double window = edge < 1 ? bessel_i0(KAISER_BETA * sqrt(1 - edge * edge)) / bessel_i0(KAISER_BETA) : 0;
    double argument = PI * CUTOFF * distance;
    double sinc = i == 0 ? 1 : sin(argument) / argument;
    kernel->value[i] = (float)(CUTOFF * sinc * window);
  }
}
