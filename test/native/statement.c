#define _GNU_SOURCE
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "standin.h"

/* A statement that takes part in a call. */
struct statement *statement_enter(TAOS_STMT2 *stmt, const char *function) {
  guard_enter(stmt, GUARD_STATEMENT, function);
  struct statement *statement = stmt;
  connection_enter(statement->connection, function);
  return statement;
}

int32_t statement_leave(struct statement *statement, int32_t code) {
  connection_leave(statement->connection);
  guard_leave(statement);
  return code;
}

int32_t statement_fail(struct statement *statement, int32_t code, const char *text) {
  free(statement->text);
  statement->code = code;
  statement->text = strdup(text);
  return error_set(code, text);
}

/* Whether this call is to fail. */
int32_t statement_fault(struct statement *statement, const char *function) {
  int32_t code = faults_enter(function);
  return code == 0 ? 0 : statement_fail(statement, code, code_message(code));
}

/* Asks for something of the statement; what was appended to the request goes along. */
int32_t statement_ask(struct statement *statement, const char *action, const struct bytes *more, struct reply *reply) {
  struct bytes request = {0};
  uint64_t id = channel_request_id(statement->connection->channel, 0);
  channel_begin(&request, action, id);
  if (statement->id != 0) bytes_format(&request, ",\"stmt_id\":%llu", (unsigned long long)statement->id);
  if (more != NULL) bytes_put(&request, more->data, more->length);
  int32_t code = connection_ask(statement->connection, &request, id, reply);
  return code == 0 ? 0 : statement_fail(statement, code, error_message());
}

int32_t statement_open(struct statement *statement) {
  struct bytes flags = {0};
  struct reply reply = {0};
  bytes_format(&flags, ",\"single_stb_insert\":%s,\"single_table_bind_once\":%s",
               statement->single_stable ? "true" : "false", statement->single_bind ? "true" : "false");
  int32_t code = statement_ask(statement, "stmt2_init", &flags, &reply);
  statement->id = (uint64_t)json_number(reply.json, "stmt_id");
  bytes_free(&flags);
  reply_free(&reply);
  return code;
}

void statement_close(struct statement *statement) {
  struct reply reply = {0};
  statement_ask(statement, "stmt2_close", NULL, &reply);
  reply_free(&reply);
  statement->id = 0;
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
  int32_t code = statement_fault(statement, __func__);
  if (code == 0) code = statement_open(statement);
  connection_leave(connection);
  if (code == 0) {
    connection_hold(connection, 1);
    return statement;
  }
  free(statement->text);
  guard_end(statement, GUARD_STATEMENT, __func__);
  return NULL;
}

/* Called out of turn. */
int32_t statement_misuse(struct statement *statement) {
  return statement_fail(statement, CODE_STATEMENT_MISUSE, code_message(CODE_STATEMENT_MISUSE));
}

/* A result of the library's own ends with the next bind, and with the statement. */
static void end_result(struct statement *statement, const char *function) {
  if (statement->result != NULL) result_end(statement->result, function);
  statement->result = NULL;
}

static atomic_bool drops_rows;

void standin_drop_rows(int drops) { drops_rows = drops != 0; }

/* Reads it as if it were sent. */
static void drop(struct statement *statement, const TAOS_STMT2_BINDV *bindv, const char *function) {
  static _Thread_local struct bytes payload;
  payload.length = 0;
  bind_write(&payload, statement, bindv, function);
  for (int table = 0; table < bindv->count; table++) statement->dropped += bindv->bind_cols[table]->num;
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
  if (code != 0) statement_fail(statement, code, code_message(code));
  else if ((code = reply_code(&reply)) != 0) statement_fail(statement, code, json_text(reply.json, "message"));
  reply_free(&reply);
  return code;
}

int taos_stmt2_bind_param(TAOS_STMT2 *stmt, TAOS_STMT2_BINDV *bindv, int32_t col_idx) {
  struct statement *statement = statement_enter(stmt, __func__);
  if (col_idx != -1) breach(__func__, "col_idx is %d: the stand-in binds whole rows only", col_idx);
  int32_t code = statement_fault(statement, __func__);
  if (code == 0 && !statement->is_prepared) code = statement_misuse(statement);
  if (code != 0) return statement_leave(statement, code);
  end_result(statement, __func__);
  // libtaos makes a request at the preparation; after an execution only the fast path goes on with the same one.
  bool is_fast = statement->is_insert && statement->single_stable && statement->single_bind;
  if (statement->has_run && !is_fast) statement->kills = statement->connection->kills;
  if (!drops_rows || !statement->is_insert) return statement_leave(statement, bind(statement, bindv, __func__));
  drop(statement, bindv, __func__);
  return statement_leave(statement, 0);
}

int taos_stmt2_exec(TAOS_STMT2 *stmt, int *affected_rows) {
  struct statement *statement = statement_enter(stmt, __func__);
  struct reply reply = {0};
  int32_t code = statement_fault(statement, __func__);
  if (code == 0 && !statement->is_prepared) code = statement_misuse(statement);
  // taos_kill_query() kills the requests of idle statements too.
  if (code == 0 && statement->kills != statement->connection->kills) {
    code = statement_fail(statement, CODE_QUERY_KILLED, code_message(CODE_QUERY_KILLED));
  }
  int affected = statement->dropped;
  if (code == 0 && affected == 0) {
    code = statement_ask(statement, "stmt2_exec", NULL, &reply);
    affected = (int)json_number(reply.json, "affected");
  }
  statement->dropped = 0;
  statement->has_run = statement->has_run || code == 0;
  if (affected_rows != NULL) *affected_rows = affected;
  reply_free(&reply);
  return statement_leave(statement, code);
}

TAOS_RES *taos_stmt2_result(TAOS_STMT2 *stmt) {
  struct statement *statement = statement_enter(stmt, __func__);
  struct reply reply = {0};
  int32_t code = statement_fault(statement, __func__);
  if (code == 0) code = statement_ask(statement, "stmt2_result", NULL, &reply);
  struct result *result = NULL;
  if (code == 0) {
    end_result(statement, __func__);
    result = result_new(statement->connection);
    result_describe(result, reply.json);
    result->is_statements = true;
    // Of 3.4.0.0 nobody knows (protocol.md §6.3); the change was seen with 3.4.0.1, where the client draws the line too.
    result->is_borrowed = !library_is_at_least(3, 4, 0, 1);
    if (result->is_borrowed) statement->result = result;
  }
  reply_free(&reply);
  statement_leave(statement, code);
  return result;
}

int taos_stmt2_close(TAOS_STMT2 *stmt) {
  struct statement *statement = statement_enter(stmt, __func__);
  faults_enter(__func__);
  end_result(statement, __func__);
  statement_close(statement);
  fields_forget(statement);
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
