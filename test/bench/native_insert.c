/*
 * The C program that the native transport's inserts are measured beside: one statement, as many rows an execute, one
 * execute after the other, from memory that is filled beforehand.
 *
 *     native_insert LIBRARY CONFIG_DIRECTORY HOST PORT SQL EXECUTES ROWS EXECUTE_MS
 *
 * CONFIG_DIRECTORY may be empty. With the stand-in, which drops the rows, an execute takes EXECUTE_MS. Prints how long
 * each bind with its execute took, in milliseconds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "taos.h"

enum { COLUMNS = 6, TEXT_BYTES = 12 };

static void *library;

static void *function(const char *name) {
  void *address = dlsym(library, name);
  if (address == NULL) {
    fprintf(stderr, "no %s\n", name);
    exit(1);
  }
  return address;
}

#define CALL(name) ((__typeof__(&name))function(#name))

static void require(int code, const char *what) {
  if (code == 0) return;
  fprintf(stderr, "%s: %s\n", what, CALL(taos_errstr)(NULL));
  exit(1);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ts TIMESTAMP, i INT, b BIGINT, d DOUBLE, s VARCHAR, n NCHAR, as the benchmark's own rows. */
static TAOS_STMT2_BIND *fill(int rows) {
  static const int types[COLUMNS] = {9, 4, 5, 7, 8, 10};
  static const size_t sizes[COLUMNS] = {8, 4, 8, 8, 0, 0};
  TAOS_STMT2_BIND *binds = calloc(COLUMNS, sizeof *binds);
  for (int column = 0; column < COLUMNS; column++) {
    TAOS_STMT2_BIND *bind = &binds[column];
    char *at = bind->buffer = calloc((size_t)rows, sizes[column] == 0 ? TEXT_BYTES : sizes[column]);
    bind->buffer_type = types[column];
    bind->num = rows;
    bind->is_null = calloc((size_t)rows, 1);
    bind->length = sizes[column] == 0 ? calloc((size_t)rows, sizeof *bind->length) : NULL;
    for (int row = 0; row < rows; row++) {
      switch (column) {
        case 0: ((int64_t *)at)[row] = 1700000000000 + row; break;
        case 1: ((int32_t *)at)[row] = row; break;
        case 2: ((int64_t *)at)[row] = row; break;
        case 3: ((double *)at)[row] = row; break;
        default: at += bind->length[row] = sprintf(at, "site %d", row % 10);
      }
    }
  }
  return binds;
}

int main(int count, char **arguments) {
  if (count != 9) return 2;
  const char *directory = arguments[2], *host = arguments[3], *sql = arguments[5];
  int executes = atoi(arguments[6]), rows = atoi(arguments[7]);
  library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) require(1, dlerror());
  if (*directory != 0) require(CALL(taos_options)(3, directory), "taos_options");
  TAOS *taos = CALL(taos_connect)(host, "root", "taosdata", NULL, (uint16_t)atoi(arguments[4]));
  require(taos == NULL, "taos_connect");
  void (*drop)(int) = (void (*)(int))dlsym(library, "standin_drop_rows");
  void (*delay)(const char *, int) = (void (*)(const char *, int))dlsym(library, "standin_delay");
  if (drop != NULL) {
    drop(1);
    delay("taos_stmt2_exec", atoi(arguments[8]));
  }
  TAOS_STMT2_OPTION option = {0};
  TAOS_STMT2 *statement = CALL(taos_stmt2_init)(taos, &option);
  require(statement == NULL, "taos_stmt2_init");
  require(CALL(taos_stmt2_prepare)(statement, sql, 0), "taos_stmt2_prepare");
  TAOS_STMT2_BIND *binds = fill(rows);
  TAOS_STMT2_BINDV bindv = {.count = 1, .bind_cols = &binds};
  for (int i = 0; i < executes; i++) {
    int affected = 0;
    double begin = seconds();
    require(CALL(taos_stmt2_bind_param)(statement, &bindv, -1), "taos_stmt2_bind_param");
    require(CALL(taos_stmt2_exec)(statement, &affected), "taos_stmt2_exec");
    require(affected != rows, "affected rows");
    printf("%.3f\n", (seconds() - begin) * 1000);
  }
  CALL(taos_stmt2_close)(statement);
  CALL(taos_close)(taos);
  return 0;
}
