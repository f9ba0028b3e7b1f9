/*
 * Replays in C, under AddressSanitizer, the sequences of calls that src/transports/native makes (protocol.md §6.5), and
 * compares what comes back: `driver HOST PORT`. Prints one line a sequence; the first difference ends it.
 * `driver HOST PORT BREACH` breaks a rule of the library instead (misuse.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "misuse.h"
#include "sequences.h"
#include "standin.h"

enum { ROWS_AT = 8, INT = 4, VARCHAR = 8, TIMESTAMP = 9 };
static const int64_t start = 1700000000000;

int64_t exec(TAOS *taos, const char *sql) {
  TAOS_RES *result = taos_query_with_reqid(taos, sql, 0x1234);
  if (taos_errno(result) != 0) fprintf(stderr, "%s: %s\n", sql, taos_errstr(result));
  CHECK(taos_errno(result) == 0 && taos_num_fields(result) == 0);
  int64_t rows = taos_affected_rows64(result);
  taos_free_result(result);
  return rows;
}

int drain(TAOS_RES *result) {
  int rows, sum = 0;
  void *block;
  for (;;) {
    CHECK(taos_fetch_raw_block(result, &rows, &block) == 0);
    if (rows == 0) return sum;
    const uint8_t *bytes = block;
    uint32_t length = read_u32(bytes + 4), digest = 0;
    for (uint32_t i = 0; i < length; i++) digest = digest * 31 + bytes[i];
    CHECK(read_u32(bytes + ROWS_AT) == (uint32_t)rows && digest != 0);
    sum += rows;
  }
}

static TAOS *prepare_tables(const char *host, uint16_t port) {
  TAOS *taos = taos_connect(host, "root", "taosdata", NULL, port);
  CHECK(taos != NULL);
  exec(taos, "drop topic if exists driver_topic");
  exec(taos, "drop database if exists driver");
  exec(taos, "create database driver");
  exec(taos, "use driver");
  exec(taos, "create stable st (ts timestamp, i int, s varchar(16)) tags (t int)");
  return taos;
}

static void refuse(const char *host, uint16_t port) {
  CHECK(taos_connect(host, "root", "wrong", NULL, port) == NULL);
  CHECK(taos_errno(NULL) == (int)0x80000357);
  CHECK(taos_connect(host, NULL, NULL, NULL, 1) == NULL);
  CHECK(taos_errno(NULL) == (int)0x8000000b);
  CHECK(taos_connect(host, NULL, NULL, "no_such_database", port) == NULL);
  CHECK(taos_errno(NULL) == (int)0x80000388);
}

static void query(TAOS *taos) {
  CHECK(exec(taos, "insert into q using st tags (1) values (now, 1, 'a') (now + 1s, null, 'é')") == 2);
  TAOS_RES *result = taos_query_with_reqid(taos, "select * from q", 7);
  CHECK(taos_num_fields(result) == 3 && taos_result_precision(result) == 0);
  const TAOS_FIELD_E *fields = taos_fetch_fields_e(result);
  CHECK(strcmp(fields[2].name, "s") == 0 && fields[2].type == VARCHAR && fields[2].bytes == 16);
  CHECK(taos_fetch_fields(result)[0].bytes == 8 && drain(result) == 2);
  taos_free_result(result);
  result = taos_query_with_reqid(taos, "golden meters_12000", 7);
  CHECK(drain(result) == 12000);
  taos_free_result(result);
  // Freed with rows left, and stopped.
  taos_free_result(taos_query_with_reqid(taos, "select * from q", 7));
  result = taos_query_with_reqid(taos, "select * from q", 7);
  int rows;
  void *block;
  taos_stop_query(result);
  CHECK(taos_fetch_raw_block(result, &rows, &block) != 0);
  taos_free_result(result);
  result = taos_query_with_reqid(taos, "selec", 7);
  CHECK(taos_errno(result) == (int)0x80002600 && strstr(taos_errstr(result), "selec") != NULL);
  taos_free_result(result);
}

static void insert(TAOS *taos) {
  TAOS_STMT2_OPTION option = {.reqid = 9, .singleStbInsert = true, .singleTableBindOnce = true};
  TAOS_STMT2 *statement = taos_stmt2_init(taos, &option);
  int is_insert, count, affected;
  TAOS_FIELD_ALL *fields;
  CHECK(taos_stmt2_prepare(statement, "insert into ? using st tags (?) values (?, ?, ?)", 0) == 0);
  CHECK(taos_stmt2_is_insert(statement, &is_insert) == 0 && is_insert == 1);
  CHECK(taos_stmt2_get_fields(statement, &count, &fields) == 0 && count == 5);
  CHECK(fields[0].field_type == 4 && fields[1].field_type == 2 && fields[4].bytes == 18);
  taos_stmt2_free_fields(statement, fields);
  int64_t times[] = {start, start + 1};
  int32_t ints[] = {5, 0}, lengths[] = {2, 0}, tag = 7;
  char none[] = {0, 0}, second[] = {0, 1}, text[] = "ab";
  TAOS_STMT2_BIND tags[] = {{INT, &tag, NULL, none, 1}};
  TAOS_STMT2_BIND columns[] = {
      {TIMESTAMP, times, NULL, none, 2}, {INT, ints, NULL, second, 2}, {VARCHAR, text, lengths, second, 2},
  };
  char *names[] = {"d1", "d2"};
  TAOS_STMT2_BIND *all_tags[] = {tags, tags}, *all_columns[] = {columns, columns};
  TAOS_STMT2_BINDV bindv = {2, names, all_tags, all_columns};
  CHECK(taos_stmt2_bind_param(statement, &bindv, -1) == 0);
  CHECK(taos_stmt2_exec(statement, &affected) == 0 && affected == 4);
  CHECK(taos_stmt2_result(statement) == NULL && taos_stmt2_close(statement) == 0);
  TAOS_RES *result = taos_query_with_reqid(taos, "select * from st where t = 7 and i = 5 and s = 'ab'", 7);
  CHECK(drain(result) == 2);
  taos_free_result(result);
}

static void select_bound(TAOS *taos) {
  TAOS_STMT2 *statement = taos_stmt2_init(taos, NULL);
  int is_insert, count, affected;
  CHECK(taos_stmt2_prepare(statement, "select * from st where t = ?", 28) == 0);
  CHECK(taos_stmt2_is_insert(statement, &is_insert) == 0 && is_insert == 0);
  CHECK(taos_stmt2_get_fields(statement, &count, NULL) == 0 && count == 1);
  int32_t tag = 7;
  TAOS_STMT2_BIND parameter = {INT, &tag, NULL, NULL, 1}, *parameters = &parameter;
  TAOS_STMT2_BINDV bindv = {1, NULL, NULL, &parameters};
  for (int i = 0; i < 2; i++) {
    CHECK(taos_stmt2_bind_param(statement, &bindv, -1) == 0);
    CHECK(taos_stmt2_exec(statement, &affected) == 0);
    TAOS_RES *result = taos_stmt2_result(statement);
    CHECK(taos_num_fields(result) == 4 && drain(result) == 4);
  }
  CHECK(taos_stmt2_close(statement) == 0);
  statement = taos_stmt2_init(taos, NULL);
  CHECK(taos_stmt2_prepare(statement, "show databases", 0) != 0 && *taos_stmt2_error(statement) != 0);
  taos_stmt2_close(statement);
}

static void write_lines(TAOS *taos) {
  char line[] = "w,c=a v=1.5 1700000000000";
  int32_t total;
  TAOS_RES *result = taos_schemaless_insert_raw_ttl_with_reqid_tbname_key(taos, line, (int)strlen(line), &total, 1, 4,
                                                                          0, 11, "c");
  CHECK(taos_errno(result) == 0 && total == 1 && taos_affected_rows64(result) == 1);
  taos_free_result(result);
  result = taos_schemaless_insert_raw_ttl_with_reqid(taos, "w", 1, &total, 1, 4, 0, 12);
  CHECK(taos_errno(result) != 0);
  taos_free_result(result);
}

static void fail_on_demand(TAOS *taos) {
  standin_fail("taos_query_with_reqid", 2, (int)0x80000018);
  const int codes[] = {0, (int)0x80000018, 0};
  for (int i = 0; i < 3; i++) {
    TAOS_RES *result = taos_query_with_reqid(taos, "select 1", 7);
    CHECK(taos_errno(result) == codes[i]);
    taos_free_result(result);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *host = argv[1];
  uint16_t port = (uint16_t)atoi(argv[2]);
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc > 3) {
    misuse(argv[3], taos_connect(host, "root", "taosdata", NULL, port));
    return 0;
  }
  refuse(host, port);
  puts("connect");
  TAOS *taos = prepare_tables(host, port);
  query(taos);
  puts("query");
  insert(taos);
  puts("stmt2 insert");
  select_bound(taos);
  puts("stmt2 query");
  write_lines(taos);
  puts("schemaless");
  subscription(taos, host, port);
  puts("tmq");
  threads(taos);
  puts("threads");
  fail_on_demand(taos);
  puts("failures");
  exec(taos, "drop topic driver_topic");
  exec(taos, "drop database driver");
  taos_close(taos);
  CHECK(standin_live(NULL) == 0);
  puts("nothing left");
  return 0;
}
