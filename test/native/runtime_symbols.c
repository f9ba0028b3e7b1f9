#include "runtime_symbols.h"

#include "breach.h"
#include "uv.h"

void runtime_symbols_check(const char *library) {
  int before = uv_calls;
  uv_os_getpid();
  if (uv_calls == before) {
    breach("the first call", "%s calls the runtime's uv_os_getpid: open it with RTLD_DEEPBIND first", library);
  }
  // Bun ends the process itself when this is its own.
  if (uv_os_setenv("TAOS_STANDIN", "1") != 0) breach("the first call", "%s cannot set the environment", library);
}
