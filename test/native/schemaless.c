/* Schemaless writing (protocol.md §2.6). */
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "result.h"

/* The server's names of precisions 0 … 6. */
static const char *const precisions[] = {"", "h", "m", "s", "ms", "u", "ns"};
enum { PRECISIONS = sizeof precisions / sizeof *precisions, PROTOCOLS = 3 };

struct lines {
  const char *text;
  int length;
  int protocol, precision, ttl;
  int64_t reqid;
  const char *table_key;
};

static void check(const struct lines *lines, const char *function) {
  if (lines->length < 0) breach(function, "len is %d", lines->length);
  guard_readable(lines->text, (size_t)lines->length, function, "lines");
  if (lines->protocol < 1 || lines->protocol > PROTOCOLS) breach(function, "protocol is %d", lines->protocol);
  if (lines->precision < 0 || lines->precision >= PRECISIONS) breach(function, "precision is %d", lines->precision);
}

static void send_lines(struct result *result, const struct lines *lines, int32_t *total_rows) {
  struct channel *channel = result->connection->channel;
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = channel_request_id(channel, lines->reqid);
  channel_begin(&request, "insert", id);
  bytes_format(&request, ",\"protocol\":%d,\"precision\":\"%s\",\"ttl\":%d,\"data\":", lines->protocol,
               precisions[lines->precision], lines->ttl);
  bytes_json_n(&request, lines->text, (size_t)lines->length);
  if (lines->table_key != NULL) {
    bytes_format(&request, ",\"table_name_key\":");
    bytes_json(&request, lines->table_key);
  }
  int32_t code = channel_ask(channel, id, &request, &reply);
  if (code != 0) result_fail(result, code, code_message(code));
  else result_describe(result, reply.json);
  if (total_rows != NULL) *total_rows = (int32_t)json_number(reply.json, "total_rows");
  reply_free(&reply);
}

static TAOS_RES *insert(TAOS *taos, const struct lines *lines, int32_t *total_rows, const char *function) {
  struct connection *connection = connection_enter(taos, function);
  check(lines, function);
  struct result *result = result_new(connection);
  int32_t code = faults_enter_stoppable(function, result_is_stopped, result);
  if (code != 0) result_fail(result, code, code_message(code));
  else send_lines(result, lines, total_rows);
  connection_leave(connection);
  return result;
}

TAOS_RES *taos_schemaless_insert_raw_ttl_with_reqid_tbname_key(TAOS *taos, char *lines, int len, int32_t *totalRows,
                                                               int protocol, int precision, int32_t ttl,
                                                               int64_t reqid, char *tbnameKey) {
  const struct lines all = {lines, len, protocol, precision, ttl, reqid, tbnameKey};
  return insert(taos, &all, totalRows, __func__);
}

TAOS_RES *taos_schemaless_insert_raw_ttl_with_reqid(TAOS *taos, char *lines, int len, int32_t *totalRows, int protocol,
                                                    int precision, int32_t ttl, int64_t reqid) {
  const struct lines all = {lines, len, protocol, precision, ttl, reqid, NULL};
  return insert(taos, &all, totalRows, __func__);
}
