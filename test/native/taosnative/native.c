/*
 * libtaosnative.so: in TDengine it holds the client itself, and libtaos.so opens it. In the stand-in it holds a libuv
 * only, so that a client that opened the one with RTLD_DEEPBIND and forgot the other is found out.
 */
#include "runtime_symbols.h"
#include "taos.h"

TAOS_EXPORT void native_init(void);

void native_init(void) { runtime_symbols_check("libtaosnative.so"); }
