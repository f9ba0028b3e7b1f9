#define _GNU_SOURCE
#include "misuse.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "standin.h"

enum { INT = 4, VARCHAR = 8, TIMESTAMP = 9 };

static int rows;
static void *block;

static TAOS_RES *some_rows(TAOS *taos) { return taos_query_with_reqid(taos, "golden meters_12000", 7); }

static void double_free(TAOS *taos) {
  TAOS_RES *result = some_rows(taos);
  taos_free_result(result);
  taos_free_result(result);
}

static void use_after_free(TAOS *taos) {
  TAOS_RES *result = some_rows(taos);
  taos_free_result(result);
  taos_fetch_raw_block(result, &rows, &block);
}

static void use_after_close(TAOS *taos) {
  taos_close(taos);
  taos_query_with_reqid(taos, "select 1", 7);
}

static void close_with_results(TAOS *taos) {
  some_rows(taos);
  taos_close(taos);
}

static void *fetch(void *result) {
  taos_fetch_raw_block(result, &rows, &block);
  return NULL;
}

static void two_threads(TAOS *taos) {
  pthread_t other;
  TAOS_RES *result = some_rows(taos);
  standin_delay("taos_fetch_raw_block", 500);
  pthread_create(&other, NULL, fetch, result);
  usleep(100000);
  fetch(result);
}

static void *query(void *taos) {
  taos_query_with_reqid(taos, "select 1", 7);
  return NULL;
}

static void close_during_query(TAOS *taos) {
  pthread_t other;
  standin_delay("taos_query_with_reqid", 500);
  pthread_create(&other, NULL, query, taos);
  usleep(100000);
  taos_close(taos);
}

static void wrong_kind(TAOS *taos) { taos_stmt2_close(some_rows(taos)); }
static void wild_pointer(TAOS *taos) { taos_free_result((char *)taos + 8); }

static void write_beside(TAOS *taos) {
  TAOS_RES *result = some_rows(taos);
  ((char *)result)[-1] = 1;
  taos_free_result(result);
}

static TAOS_STMT2 *select_statement(TAOS *taos) {
  TAOS_STMT2 *statement = taos_stmt2_init(taos, NULL);
  taos_stmt2_prepare(statement, "select * from information_schema.ins_databases where name = ?", 0);
  return statement;
}

static void bind_one(TAOS *taos, TAOS_STMT2_BIND bind, int count) {
  TAOS_STMT2_BIND *binds = &bind;
  TAOS_STMT2_BINDV bindv = {count, NULL, NULL, &binds};
  taos_stmt2_bind_param(select_statement(taos), &bindv, -1);
}

static void bind_nothing(TAOS *taos) {
  TAOS_STMT2_BINDV bindv = {1, NULL, NULL, NULL};
  taos_stmt2_bind_param(select_statement(taos), &bindv, -1);
}

static void bind_no_table(TAOS *taos) { bind_one(taos, (TAOS_STMT2_BIND){INT, NULL, NULL, NULL, 1}, 0); }
static void bind_null_buffer(TAOS *taos) { bind_one(taos, (TAOS_STMT2_BIND){INT, NULL, NULL, NULL, 1}, 1); }
static void bind_wild_buffer(TAOS *taos) { bind_one(taos, (TAOS_STMT2_BIND){INT, (void *)64, NULL, NULL, 1}, 1); }

static void bind_without_length(TAOS *taos) {
  bind_one(taos, (TAOS_STMT2_BIND){VARCHAR, "a", NULL, NULL, 1}, 1);
}

static void bind_negative_length(TAOS *taos) {
  int32_t length = -1;
  bind_one(taos, (TAOS_STMT2_BIND){VARCHAR, "a", &length, NULL, 1}, 1);
}

static void bind_unknown_null(TAOS *taos) {
  char is_null = 3;
  int32_t value = 1;
  bind_one(taos, (TAOS_STMT2_BIND){INT, &value, NULL, &is_null, 1}, 1);
}

static void bind_unknown_type(TAOS *taos) {
  int32_t value = 1;
  bind_one(taos, (TAOS_STMT2_BIND){22, &value, NULL, NULL, 1}, 1);
}

static void free_statements_result(TAOS *taos) {
  int32_t length = 1;
  TAOS_STMT2_BIND bind = {VARCHAR, "a", &length, NULL, 1}, *binds = &bind;
  TAOS_STMT2_BINDV bindv = {1, NULL, NULL, &binds};
  TAOS_STMT2 *statement = select_statement(taos);
  taos_stmt2_bind_param(statement, &bindv, -1);
  taos_stmt2_exec(statement, &rows);
  taos_free_result(taos_stmt2_result(statement));
}

static void free_other_raw(TAOS *taos) {
  (void)taos;
  static char memory[64];
  tmq_free_raw((tmq_raw_data){.raw = memory + 32});
}

static const struct { const char *name; void (*run)(TAOS *taos); } breaches[] = {
    {"double free", double_free},
    {"use after free", use_after_free},
    {"use after close", use_after_close},
    {"close with results", close_with_results},
    {"two threads", two_threads},
    {"close during query", close_during_query},
    {"wrong kind", wrong_kind},
    {"wild pointer", wild_pointer},
    {"write beside", write_beside},
    {"bind nothing", bind_nothing},
    {"bind no table", bind_no_table},
    {"bind null buffer", bind_null_buffer},
    {"bind wild buffer", bind_wild_buffer},
    {"bind without length", bind_without_length},
    {"bind negative length", bind_negative_length},
    {"bind unknown null", bind_unknown_null},
    {"bind unknown type", bind_unknown_type},
    {"free statement's result", free_statements_result},
    {"free other raw", free_other_raw},
};

void misuse(const char *name, TAOS *taos) {
  for (size_t i = 0; i < sizeof breaches / sizeof *breaches; i++) {
    if (strcmp(breaches[i].name, name) == 0) breaches[i].run(taos);
  }
  fprintf(stderr, "%s: passed\n", name);
}
