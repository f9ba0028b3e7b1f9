#define _GNU_SOURCE
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

/* A statement that takes part in a call. */
static struct statement *enter(TAOS_STMT2 *stmt, const char *function) {
  guard_enter(stmt, GUARD_STATEMENT, function);
  struct statement *statement = stmt;
  connection_enter(statement->connection, function);
  return statement;
}

static int32_t leave(struct statement *statement, int32_t code) {
  connection_leave(statement->connection);
  guard_leave(statement);
  return code;
}

static int32_t fail(struct statement *statement, int32_t code, const char *text) {
  free(statement->text);
  statement->code = code;
  statement->text = strdup(text);
  return error_set(code, text);
}

/* Whether this call is to fail. */
static int32_t fault(struct statement *statement, const char *function) {
  int32_t code = faults_enter(function);
  return code == 0 ? 0 : fail(statement, code, code_message(code));
}

/* Asks for something of the statement; what was appended to the request goes along. */
static int32_t ask(struct statement *statement, const char *action, const struct bytes *more, struct reply *reply) {
  struct bytes request = {0};
  uint64_t id = channel_request_id(statement->connection->channel, 0);
  channel_begin(&request, action, id);
  if (statement->id != 0) bytes_format(&request, ",\"stmt_id\":%llu", (unsigned long long)statement->id);
  if (more != NULL) bytes_put(&request, more->data, more->length);
  int32_t code = connection_ask(statement->connection, &request, id, reply);
  return code == 0 ? 0 : fail(statement, code, error_message());
}

static int32_t open_on_server(struct statement *statement) {
  struct bytes flags = {0};
  struct reply reply = {0};
  bytes_format(&flags, ",\"single_stb_insert\":%s,\"single_table_bind_once\":%s",
               statement->single_stable ? "true" : "false", statement->single_bind ? "true" : "false");
  int32_t code = ask(statement, "stmt2_init", &flags, &reply);
  statement->id = (uint64_t)json_number(reply.json, "stmt_id");
  bytes_free(&flags);
  reply_free(&reply);
  return code;
}

static void close_on_server(struct statement *statement) {
  struct reply reply = {0};
  ask(statement, "stmt2_close", NULL, &reply);
  reply_free(&reply);
  statement->id = 0;
}

static void forget_fields(struct statement *statement) {
  free(statement->fields);
  free(statement->fields_text);
  statement->fields = NULL;
  statement->fields_text = NULL;
  statement->field_count = 0;
}

TAOS_STMT2 *taos_stmt2_init(TAOS *taos, TAOS_STMT2_OPTION *option) {
  struct connection *connection = connection_enter(taos, __func__);
  struct statement *statement = guard_new(GUARD_STATEMENT, sizeof *statement);
  statement->connection = connection;
  if (option != NULL) {
    guard_readable(option, sizeof *option, __func__, "option");
    if (option->asyncExecFn != NULL) breach(__func__, "asyncExecFn would be called in a foreign thread");
    statement->single_stable = option->singleStbInsert;
    statement->single_bind = option->singleTableBindOnce;
  }
  int32_t code = fault(statement, __func__);
  if (code == 0) code = open_on_server(statement);
  connection_leave(connection);
  if (code == 0) {
    connection_hold(connection, 1);
    return statement;
  }
  free(statement->text);
  guard_end(statement, GUARD_STATEMENT, __func__);
  return NULL;
}

static int32_t prepare_on_server(struct statement *statement, const char *sql, size_t length, bool with_fields,
                                 struct reply *reply) {
  struct bytes more = {0};
  bytes_put(&more, ",\"sql\":", 7);
  bytes_json_n(&more, sql, length);
  bytes_format(&more, ",\"get_fields\":%s", with_fields ? "true" : "false");
  int32_t code = ask(statement, "stmt2_prepare", &more, reply);
  bytes_free(&more);
  return code;
}

static void take_fields(struct statement *statement, const struct json *reply) {
  const struct json *list = json_member(reply, "fields");
  statement->field_count = (int)json_number(reply, "fields_count");
  if (list == NULL) return;
  statement->fields = allocate((size_t)statement->field_count * sizeof *statement->fields);
  int i = 0;
  for (const struct json *item = list->child; item != NULL; item = item->next, i++) {
    TAOS_FIELD_ALL *field = &statement->fields[i];
    strncpy(field->name, json_text(item, "name"), sizeof field->name - 1);
    field->type = (int8_t)json_number(item, "field_type");
    field->precision = (uint8_t)json_number(item, "precision");
    field->scale = (uint8_t)json_number(item, "scale");
    field->bytes = (int32_t)json_number(item, "bytes");
    field->field_type = (uint8_t)json_number(item, "bind_type");
    statement->tag_count += field->field_type == ROLE_TAG;
    statement->column_count += field->field_type == ROLE_COLUMN;
    statement->binds_table |= field->field_type == ROLE_TABLE;
  }
}

/* Placeholders outside of quotes. */
static int count_placeholders(const char *sql, size_t length) {
  int count = 0;
  char quote = 0;
  for (size_t i = 0; i < length; i++) {
    if (quote != 0 && sql[i] == '\\') i++;
    else if (quote != 0) quote = sql[i] == quote ? 0 : quote;
    else if (strchr("'\"`", sql[i]) != NULL && sql[i] != 0) quote = sql[i];
    else count += sql[i] == '?';
  }
  return count;
}

/* Before the first bind nobody can tell the fields of an INSERT whose table is a lone `?` (protocol.md §12.8). */
static int32_t prepare_without_fields(struct statement *statement, const char *sql, size_t length,
                                      struct reply *reply) {
  int32_t fields_code = statement->code;
  char *fields_text = strdup(statement->text);
  close_on_server(statement);
  int32_t code = open_on_server(statement);
  if (code == 0) code = prepare_on_server(statement, sql, length, false, reply);
  if (code != 0) {
    free(fields_text);
    return code;
  }
  statement->fields_code = fields_code;
  statement->fields_text = fields_text;
  statement->binds_table = true;
  statement->column_count = count_placeholders(sql, length) - 1;
  return 0;
}

static int32_t prepare(struct statement *statement, const char *sql, size_t length) {
  struct reply reply = {0};
  forget_fields(statement);
  statement->column_count = statement->tag_count = statement->fields_code = 0;
  statement->binds_table = false;
  int32_t code = prepare_on_server(statement, sql, length, true, &reply);
  if (code != 0) {
    reply_free(&reply);
    code = prepare_without_fields(statement, sql, length, &reply);
  } else {
    take_fields(statement, reply.json);
  }
  statement->is_prepared = code == 0;
  statement->is_insert = json_number(reply.json, "is_insert") != 0;
  if (!statement->is_insert) statement->column_count = statement->field_count;
  reply_free(&reply);
  return code;
}

int taos_stmt2_prepare(TAOS_STMT2 *stmt, const char *sql, unsigned long length) {
  struct statement *statement = enter(stmt, __func__);
  if (sql == NULL) breach(__func__, "sql is NULL");
  guard_readable(sql, length, __func__, "sql");
  int32_t code = fault(statement, __func__);
  return leave(statement, code != 0 ? code : prepare(statement, sql, length == 0 ? strlen(sql) : length));
}

/* Called out of turn. */
static int32_t misuse(struct statement *statement) {
  return fail(statement, CODE_STATEMENT_MISUSE, code_message(CODE_STATEMENT_MISUSE));
}

int taos_stmt2_is_insert(TAOS_STMT2 *stmt, int *insert) {
  struct statement *statement = enter(stmt, __func__);
  if (!statement->is_prepared) return leave(statement, misuse(statement));
  *insert = statement->is_insert;
  return leave(statement, 0);
}

int taos_stmt2_get_fields(TAOS_STMT2 *stmt, int *count, TAOS_FIELD_ALL **fields) {
  struct statement *statement = enter(stmt, __func__);
  if (count == NULL) breach(__func__, "count is NULL");
  *count = 0;
  if (fields != NULL) *fields = NULL;
  int32_t code = fault(statement, __func__);
  if (code == 0 && !statement->is_prepared) code = misuse(statement);
  if (code == 0 && statement->fields_code != 0) code = fail(statement, statement->fields_code, statement->fields_text);
  if (code != 0) return leave(statement, code);
  *count = statement->field_count;
  if (fields != NULL && statement->fields != NULL) {
    size_t size = (size_t)statement->field_count * sizeof **fields;
    *fields = guard_new(GUARD_FIELDS, size);
    memcpy(*fields, statement->fields, size);
  }
  return leave(statement, 0);
}

void taos_stmt2_free_fields(TAOS_STMT2 *stmt, TAOS_FIELD_ALL *fields) {
  guard_check(stmt, GUARD_STATEMENT, __func__);
  if (fields != NULL) guard_end(fields, GUARD_FIELDS, __func__);
}

/* A result of the library's own ends with the next bind, and with the statement. */
static void end_result(struct statement *statement, const char *function) {
  if (statement->result != NULL) result_end(statement->result, function);
  statement->result = NULL;
}

static int32_t bind(struct statement *statement, const TAOS_STMT2_BINDV *bindv, const char *function) {
  struct channel *channel = statement->connection->channel;
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = channel_request_id(channel, 0);
  channel_head(&request, id, statement->id, ACTION_STMT2_BIND);
  bytes_u16(&request, 1);
  bytes_u32(&request, UINT32_MAX);
  bind_write(&request, statement, bindv, function);
  int32_t code = channel_ask_binary(channel, id, &request, &reply);
  if (code != 0) fail(statement, code, code_message(code));
  else if ((code = reply_code(&reply)) != 0) fail(statement, code, json_text(reply.json, "message"));
  reply_free(&reply);
  return code;
}

int taos_stmt2_bind_param(TAOS_STMT2 *stmt, TAOS_STMT2_BINDV *bindv, int32_t col_idx) {
  struct statement *statement = enter(stmt, __func__);
  if (col_idx != -1) breach(__func__, "col_idx is %d: the stand-in binds whole rows only", col_idx);
  int32_t code = fault(statement, __func__);
  if (code == 0 && !statement->is_prepared) code = misuse(statement);
  if (code != 0) return leave(statement, code);
  end_result(statement, __func__);
  return leave(statement, bind(statement, bindv, __func__));
}

int taos_stmt2_exec(TAOS_STMT2 *stmt, int *affected_rows) {
  struct statement *statement = enter(stmt, __func__);
  struct reply reply = {0};
  int32_t code = fault(statement, __func__);
  if (code == 0 && !statement->is_prepared) code = misuse(statement);
  if (code == 0) code = ask(statement, "stmt2_exec", NULL, &reply);
  if (affected_rows != NULL) *affected_rows = (int)json_number(reply.json, "affected");
  reply_free(&reply);
  return leave(statement, code);
}

TAOS_RES *taos_stmt2_result(TAOS_STMT2 *stmt) {
  struct statement *statement = enter(stmt, __func__);
  struct reply reply = {0};
  int32_t code = fault(statement, __func__);
  if (code == 0) code = ask(statement, "stmt2_result", NULL, &reply);
  struct result *result = NULL;
  if (code == 0) {
    end_result(statement, __func__);
    result = result_new(statement->connection);
    result_describe(result, reply.json);
    result->is_statements = !library_is_at_least(3, 4, 0);
    if (result->is_statements) statement->result = result;
  }
  reply_free(&reply);
  leave(statement, code);
  return result;
}

int taos_stmt2_close(TAOS_STMT2 *stmt) {
  struct statement *statement = enter(stmt, __func__);
  faults_enter(__func__);
  end_result(statement, __func__);
  close_on_server(statement);
  forget_fields(statement);
  free(statement->text);
  struct connection *connection = statement->connection;
  connection_leave(connection);
  connection_hold(connection, -1);
  guard_end(statement, GUARD_STATEMENT, __func__);
  return 0;
}

char *taos_stmt2_error(TAOS_STMT2 *stmt) {
  if (stmt == NULL) return (char *)error_message();
  guard_check(stmt, GUARD_STATEMENT, __func__);
  struct statement *statement = stmt;
  return statement->text == NULL ? "success" : statement->text;
}
