/* The library as a whole: its version, its options, its configuration file (protocol.md §6.1). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "connection.h"
#include "faults.h"
#include "runtime_symbols.h"

enum { OPTION_LOCALE = 0, OPTION_CONFIG_DIRECTORY = 3, OPTION_DRIVER = 6, DEFAULT_PORT = 6030 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_initialised;
static char config_directory[4096] = "/etc/taos";

const char *taos_get_client_info(void) { return VERSION; }

bool library_is_at_least(int major, int minor, int patch, int build) {
  int own[4] = {0};
  sscanf(VERSION, "%d.%d.%d.%d", &own[0], &own[1], &own[2], &own[3]);
  int wanted[4] = {major, minor, patch, build};
  for (int i = 0; i < 4; i++) {
    if (own[i] != wanted[i]) return own[i] > wanted[i];
  }
  return true;
}

#ifdef NATIVE_PART
/* libtaosnative.so, which holds libuv. */
static void open_native_part(void) {
  void *part = dlopen(NATIVE_PART, RTLD_NOW | RTLD_LOCAL);
  void (*native_init)(void) = part == NULL ? NULL : (void (*)(void))dlsym(part, "native_init");
  if (native_init == NULL) breach("the first call", "%s", dlerror());
  native_init();
}
#elif defined WITHOUT_UV
static void open_native_part(void) {}
#else
static void open_native_part(void) { runtime_symbols_check("libtaos.so"); }
#endif

/* The value of a key in taos.cfg, which the caller frees; NULL without one. */
static char *configured(const char *key) {
  char path[4352], line[1024], name[128], value[512], *found = NULL;
  snprintf(path, sizeof path, "%s/taos.cfg", config_directory);
  FILE *file = fopen(path, "r");
  if (file == NULL) return NULL;
  while (fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, " %127[^# \t\n] %511[^# \t\n]", name, value) != 2 || strcasecmp(name, key) != 0) continue;
    free(found);
    found = strdup(value);
  }
  fclose(file);
  return found;
}

/* The log is opened with the configuration; without it libtaos is of no use until the process ends. */
static int32_t open_log(void) {
  char *folder = configured("logDir");
  int32_t code = folder == NULL || mkdir(folder, 0755) == 0 || errno == EEXIST ? 0 : CODE_SYSTEM | errno;
  free(folder);
  return code;
}

static void cleanup(void) {
  connections_over();
  guard_over();
}

int32_t library_init(void) {
  static int32_t init_code;
  pthread_mutex_lock(&lock);
  if (!is_initialised) {
    open_native_part();
    init_code = open_log();
    // As libtaos does with its taos_cleanup().
    atexit(cleanup);
  }
  is_initialised = true;
  pthread_mutex_unlock(&lock);
  return init_code == 0 ? 0 : error_set(init_code, strerror(init_code & 0xffff));
}

int taos_options(int option, const void *arg, ...) {
  if (arg == NULL || option < OPTION_LOCALE || option > OPTION_DRIVER) {
    return error_set(CODE_INVALID_PARAMETER, code_message(CODE_INVALID_PARAMETER));
  }
  pthread_mutex_lock(&lock);
  if (option == OPTION_CONFIG_DIRECTORY) {
    if (is_initialised) breach(__func__, "the folder is named after the configuration was read");
    snprintf(config_directory, sizeof config_directory, "%s", (const char *)arg);
  }
  pthread_mutex_unlock(&lock);
  // Any other option reads the configuration.
  return option != OPTION_CONFIG_DIRECTORY && library_init() != 0 ? -1 : 0;
}

static uint16_t configured_port(void) {
  char *text = configured("serverPort");
  uint16_t port = text == NULL ? DEFAULT_PORT : (uint16_t)atoi(text);
  free(text);
  return port;
}

void login_address(const struct login *login, char **host, uint16_t *port) {
  char *first = login->ip == NULL ? configured("firstEp") : NULL;
  *host = strdup(login->ip != NULL ? login->ip : first != NULL ? first : "localhost");
  *port = login->port;
  char *colon = login->ip == NULL ? strrchr(*host, ':') : NULL;
  if (colon != NULL) {
    *colon = 0;
    if (*port == 0) *port = (uint16_t)atoi(colon + 1);
  }
  if (*port == 0) *port = configured_port();
  free(first);
}
