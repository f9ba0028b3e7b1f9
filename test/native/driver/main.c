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
#include "standin.h"

#define CHECK(condition)                                                                                       \
  do {                                                                                                         \
    if (!(condition)) {                                                                                        \
      fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, taos_errstr(NULL));          \
      exit(1);                                                                                                 \
    }                                                                                                          \
  } while (0)

enum { ROWS_AT = 8, INT = 4, VARCHAR = 8, TIMESTAMP = 9 };
static const int64_t start = 1700000000000;

static int64_t exec(TAOS *taos, const char *sql) {
  TAOS_RES *result = taos_query_with_reqid(taos, sql, 0x1234);
  if (taos_errno(result) != 0) fprintf(stderr, "%s: %s\n", sql, taos_errstr(result));
  CHECK(taos_errno(result) == 0 && taos_num_fields(result) == 0);
  int64_t rows = taos_affected_rows64(result);
  taos_free_result(result);
  return rows;
}

/* Rows of all blocks, each of which is read to its end. */
static int drain(TAOS_RES *result) {
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

static tmq_t *new_consumer(const char *host, uint16_t port) {
  char number[8], error[256];
  snprintf(number, sizeof number, "%u", port);
  const char *settings[][2] = {
      {"td.connect.ip", host}, {"td.connect.port", number}, {"td.connect.user", "root"},
      {"td.connect.pass", "taosdata"}, {"group.id", "driver"}, {"auto.offset.reset", "earliest"},
      {"enable.auto.commit", "false"}, {"min.poll.rows", "1"},
  };
  tmq_conf_t *conf = tmq_conf_new();
  CHECK(tmq_conf_set(conf, "no.such.key", "1") == -2 && tmq_conf_set(conf, "group.id", "a:b") == -1);
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
    CHECK(tmq_conf_set(conf, settings[i][0], settings[i][1]) == 0);
  }
  tmq_t *consumer = tmq_consumer_new(conf, error, sizeof error);
  tmq_conf_destroy(conf);
  CHECK(consumer != NULL);
  return consumer;
}

static int32_t subscribe_to(tmq_t *consumer, const char *topic) {
  tmq_list_t *topics = tmq_list_new();
  CHECK(tmq_list_append(topics, topic) == 0);
  int32_t code = tmq_subscribe(consumer, topics);
  tmq_list_destroy(topics);
  return code;
}

/* Metadata and rows of a message, whose raw form begins with the two records of its place (protocol.md §5.8). */
static void read_message(TAOS_RES *message, int *events, int *payloads) {
  int type = tmq_get_res_type(message);
  CHECK(strcmp(tmq_get_topic_name(message), "driver_topic") == 0 && strcmp(tmq_get_db_name(message), "driver") == 0);
  if (type != 1) {
    char *json = tmq_get_json_meta(message);
    CHECK(json != NULL && json[0] == '{');
    tmq_free_json_meta(json);
    (*events)++;
  }
  if (type != 2) {
    tmq_raw_data raw;
    CHECK(tmq_get_raw(message, &raw) == 0 && raw.raw_len > 23 && *(uint8_t *)raw.raw == 100);
    CHECK((int64_t)read_u64((uint8_t *)raw.raw + 6) == tmq_get_vgroup_offset(message));
    tmq_free_raw(raw);
    (*payloads)++;
  }
}

static void subscription(TAOS *taos, const char *host, uint16_t port) {
  int events = 0, payloads = 0;
  exec(taos, "create topic driver_topic with meta as database driver");
  tmq_t *consumer = new_consumer(host, port);
  CHECK(subscribe_to(consumer, "no_such_topic") == (int)0x800003e1);
  CHECK(subscribe_to(consumer, "driver_topic") == 0);
  TAOS_RES *message;
  int32_t vgroup = 0;
  while ((message = tmq_consumer_poll(consumer, 500)) != NULL) {
    read_message(message, &events, &payloads);
    vgroup = tmq_get_vgroup_id(message);
    CHECK(tmq_commit_sync(consumer, message) == 0);
    taos_free_result(message);
  }
  CHECK(taos_errno(NULL) == 0 && events > 0 && payloads > 0);
  int64_t position = tmq_position(consumer, "driver_topic", vgroup);
  CHECK(tmq_committed(consumer, "driver_topic", vgroup) == position && position > 0);
  tmq_topic_assignment *assignment;
  int32_t count;
  CHECK(tmq_get_topic_assignment(consumer, "driver_topic", &assignment, &count) == 0 && count > 0);
  CHECK(assignment[0].begin <= assignment[0].end);
  CHECK(tmq_offset_seek(consumer, "driver_topic", assignment[0].vgId, assignment[0].end + 1000) == (int)0x80004007);
  tmq_free_assignment(assignment);
  CHECK(tmq_commit_offset_sync(consumer, "driver_topic", vgroup, 3) == 0);
  CHECK(tmq_committed(consumer, "driver_topic", vgroup) == 3 && tmq_commit_sync(consumer, NULL) == 0);
  tmq_list_t *topics = NULL;
  CHECK(tmq_subscription(consumer, &topics) == 0 && tmq_list_get_size(topics) == 1);
  CHECK(strcmp(tmq_list_to_c_array(topics)[0], "driver_topic") == 0);
  tmq_list_destroy(topics);
  CHECK(strncmp(taos_get_server_info(tmq_get_connect(consumer)), "ver:", 4) == 0);
  CHECK(tmq_unsubscribe(consumer) == 0 && subscribe_to(consumer, "driver_topic") == 0);
  CHECK(tmq_consumer_close(consumer) == 0);
}

static void fail_on_demand(TAOS *taos) {
  standin_fail("taos_query_with_reqid", 2, (int)0x80000018);
  TAOS_RES *results[] = {taos_query_with_reqid(taos, "select 1", 7), taos_query_with_reqid(taos, "select 1", 7), taos_query_with_reqid(taos, "select 1", 7)};
  CHECK(taos_errno(results[0]) == 0 && taos_errno(results[1]) == (int)0x80000018 && taos_errno(results[2]) == 0);
  for (int i = 0; i < 3; i++) taos_free_result(results[i]);
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
  fail_on_demand(taos);
  puts("failures");
  exec(taos, "drop topic driver_topic");
  exec(taos, "drop database driver");
  taos_close(taos);
  CHECK(standin_live(NULL) == 0);
  puts("nothing left");
  return 0;
}
