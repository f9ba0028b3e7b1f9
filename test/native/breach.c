#include "breach.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void breach(const char *function, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "libtaos stand-in: %s: ", function);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  abort();
}
