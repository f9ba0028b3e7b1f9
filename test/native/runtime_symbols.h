/*
 * libtaos has libuv linked in, and exports its uv_* symbols; Deno and Bun export uv_* symbols of their own. A library
 * that is opened plainly calls the runtime's, and the process dies. RTLD_DEEPBIND keeps the two apart. From 3.3.6 on
 * libuv is in the libtaosnative.so beside libtaos.so, which the first call opens (protocol.md §6.1).
 */
#ifndef RUNTIME_SYMBOLS_H
#define RUNTIME_SYMBOLS_H

/* Ends the process when the calling part's calls reach the runtime's functions. */
void runtime_symbols_check(const char *library);

#endif
