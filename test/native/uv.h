/* The stand-in's libuv. */
#ifndef UV_H
#define UV_H

#include "taos.h"

/* How often one of the functions below was reached. */
extern int uv_calls __attribute__((visibility("hidden")));

TAOS_EXPORT int uv_os_getpid(void);
TAOS_EXPORT int uv_os_setenv(const char *name, const char *value);

#endif
