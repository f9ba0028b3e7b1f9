#define _GNU_SOURCE
#include "result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "message.h"

struct result *result_new(struct connection *connection) {
  struct result *result = guard_new(GUARD_RESULT, sizeof *result);
  result->connection = connection;
  if (connection == NULL) return result;
  result->kills = connection->kills;
  connection_hold(connection, 1);
  return result;
}

bool result_is_stopped(const void *subject) {
  const struct result *result = subject;
  return result->is_stopped || (result->connection != NULL && result->kills != result->connection->kills);
}

void result_fail(struct result *result, int32_t code, const char *text) {
  free(result->text);
  result->code = code;
  result->text = strdup(text);
  error_set(code, text);
}

static int64_t element(const struct json *array, int index) {
  const struct json *item = array == NULL ? NULL : array->child;
  while (item != NULL && index-- > 0) item = item->next;
  return item == NULL ? 0 : item->number;
}

static void describe_fields(struct result *result, const struct json *reply) {
  const struct json *name = json_member(reply, "fields_names");
  const struct json *types = json_member(reply, "fields_types"), *lengths = json_member(reply, "fields_lengths");
  const struct json *precisions = json_member(reply, "fields_precisions");
  const struct json *scales = json_member(reply, "fields_scales");
  int count = json_count(name);
  result->field_count = count;
  if (count == 0) return;
  result->fields = allocate((size_t)count * sizeof *result->fields);
  result->fields_e = allocate((size_t)count * sizeof *result->fields_e);
  name = name->child;
  for (int i = 0; i < count; i++, name = name->next) {
    TAOS_FIELD_E field = {
        .type = (int8_t)element(types, i),
        .precision = (uint8_t)element(precisions, i),
        .scale = (uint8_t)element(scales, i),
        .bytes = (int32_t)element(lengths, i),
    };
    strncpy(field.name, name->text, sizeof field.name - 1);
    result->fields_e[i] = field;
    result->fields[i] = (TAOS_FIELD){.type = field.type, .bytes = field.bytes};
    memcpy(result->fields[i].name, field.name, sizeof field.name);
  }
}

void result_describe(struct result *result, const struct json *reply) {
  int32_t code = native_code(json_number(reply, "code"));
  if (code != 0) {
    result_fail(result, code, json_text(reply, "message"));
    return;
  }
  result->affected_rows = json_number(reply, "affected_rows");
  result->id = (uint64_t)json_number(reply, "id");
  result->precision = (int)json_number(reply, "precision");
  describe_fields(result, reply);
}

static void free_on_server(struct result *result) {
  struct bytes request = {0};
  if (result->id == 0) return;
  struct channel *channel = result->connection->channel;
  channel_begin(&request, "free_result", channel_request_id(channel, 0));
  bytes_format(&request, ",\"id\":%llu", (unsigned long long)result->id);
  channel_tell(channel, &request);
  result->id = 0;
}

void result_end(struct result *result, const char *function) {
  guard_enter(result, GUARD_RESULT, function);
  free_on_server(result);
  if (result->message != NULL) message_free(result->message, function);
  guard_retire(result->frame.data, result->frame.length);
  guard_retire(result->fields, (size_t)result->field_count * sizeof *result->fields);
  guard_retire(result->fields_e, (size_t)result->field_count * sizeof *result->fields_e);
  free(result->text);
  golden_free(result->recording);
  if (result->connection != NULL) connection_hold(result->connection, -1);
  guard_end(result, GUARD_RESULT, function);
}

static void run(struct result *result, const char *sql, int64_t reqid) {
  struct channel *channel = result->connection->channel;
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = channel_request_id(channel, reqid);
  channel_head(&request, id, 0, ACTION_QUERY);
  bytes_u16(&request, 1);
  bytes_u32(&request, (uint32_t)strlen(sql));
  bytes_put(&request, sql, strlen(sql));
  int32_t code = channel_ask_binary(channel, id, &request, &reply);
  if (code != 0) result_fail(result, code, code_message(code));
  else result_describe(result, reply.json);
  reply_free(&reply);
}

TAOS_RES *taos_query_with_reqid(TAOS *taos, const char *sql, int64_t reqid) {
  struct connection *connection = connection_enter(taos, __func__);
  if (sql == NULL) breach(__func__, "sql is NULL");
  struct result *result = result_new(connection);
  int32_t code = faults_enter_stoppable(__func__, result_is_stopped, result);
  if (code == 0 && result_is_stopped(result)) code = CODE_QUERY_KILLED;
  if (code != 0) result_fail(result, code, code_message(code));
  else if (!golden_open(result, sql)) run(result, sql, reqid);
  connection_leave(connection);
  return result;
}

/* A result that is only looked at. */
static struct result *look(TAOS_RES *res, const char *function) {
  guard_check(res, GUARD_RESULT, function);
  return res;
}

int taos_errno(TAOS_RES *res) {
  if (res == NULL) return error_code();
  struct result *result = look(res, __func__);
  // Of a message without rows libtaos tells the thread's error.
  if (result->message != NULL && !message_has_rows(result->message)) return error_code();
  return result->code;
}

const char *taos_errstr(TAOS_RES *res) {
  if (res == NULL) return error_message();
  struct result *result = look(res, __func__);
  return result->code == 0 ? "success" : result->text;
}

int taos_num_fields(TAOS_RES *res) { return look(res, __func__)->field_count; }
int taos_affected_rows(TAOS_RES *res) { return (int)look(res, __func__)->affected_rows; }
int64_t taos_affected_rows64(TAOS_RES *res) { return look(res, __func__)->affected_rows; }
int taos_result_precision(TAOS_RES *res) { return look(res, __func__)->precision; }
TAOS_FIELD *taos_fetch_fields(TAOS_RES *res) { return look(res, __func__)->fields; }
TAOS_FIELD_E *taos_fetch_fields_e(TAOS_RES *res) { return look(res, __func__)->fields_e; }

void taos_free_result(TAOS_RES *res) {
  if (res == NULL) return;
  if (look(res, __func__)->is_borrowed) breach(__func__, "this result belongs to its statement");
  faults_enter(__func__);
  result_end(res, __func__);
}

void taos_stop_query(TAOS_RES *res) {
  struct result *result = look(res, __func__);
  faults_enter(__func__);
  // Nobody may count on it there: what a statement has given runs to its end.
  if (result->is_statements) return;
  result->is_stopped = true;
  if (result->request_id != 0) channel_cancel(result->connection->channel, result->request_id);
}
