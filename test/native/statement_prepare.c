/* What is prepared, and what its placeholders are (protocol.md §2.7.1). */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statement.h"

void fields_forget(struct statement *statement) {
  free(statement->fields);
  free(statement->fields_text);
  statement->fields = NULL;
  statement->fields_text = NULL;
  statement->field_count = 0;
}

static int32_t prepare_on_server(struct statement *statement, const char *sql, size_t length, bool with_fields,
                                 struct reply *reply) {
  struct bytes more = {0};
  bytes_put(&more, ",\"sql\":", 7);
  bytes_json_n(&more, sql, length);
  bytes_format(&more, ",\"get_fields\":%s", with_fields ? "true" : "false");
  int32_t code = statement_ask(statement, "stmt2_prepare", &more, reply);
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
  statement_close(statement);
  int32_t code = statement_open(statement);
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
  fields_forget(statement);
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
  statement->kills = statement->connection->kills;
  statement->has_run = false;
  statement->is_insert = json_number(reply.json, "is_insert") != 0;
  if (!statement->is_insert) statement->column_count = statement->field_count;
  reply_free(&reply);
  return code;
}

int taos_stmt2_prepare(TAOS_STMT2 *stmt, const char *sql, unsigned long length) {
  struct statement *statement = statement_enter(stmt, __func__);
  if (sql == NULL) breach(__func__, "sql is NULL");
  guard_readable(sql, length, __func__, "sql");
  int32_t code = statement_fault(statement, __func__);
  return statement_leave(statement, code != 0 ? code : prepare(statement, sql, length == 0 ? strlen(sql) : length));
}

int taos_stmt2_is_insert(TAOS_STMT2 *stmt, int *insert) {
  struct statement *statement = statement_enter(stmt, __func__);
  if (!statement->is_prepared) return statement_leave(statement, statement_misuse(statement));
  *insert = statement->is_insert;
  return statement_leave(statement, 0);
}

int taos_stmt2_get_fields(TAOS_STMT2 *stmt, int *count, TAOS_FIELD_ALL **fields) {
  struct statement *statement = statement_enter(stmt, __func__);
  if (count == NULL) breach(__func__, "count is NULL");
  *count = 0;
  if (fields != NULL) *fields = NULL;
  int32_t code = statement_fault(statement, __func__);
  if (code == 0 && !statement->is_prepared) code = statement_misuse(statement);
  if (code == 0 && statement->fields_code != 0) {
    code = statement_fail(statement, statement->fields_code, statement->fields_text);
  }
  if (code != 0) return statement_leave(statement, code);
  *count = statement->field_count;
  if (fields != NULL && statement->fields != NULL) {
    size_t size = (size_t)statement->field_count * sizeof **fields;
    *fields = guard_new(GUARD_FIELDS, size);
    memcpy(*fields, statement->fields, size);
  }
  return statement_leave(statement, 0);
}

void taos_stmt2_free_fields(TAOS_STMT2 *stmt, TAOS_FIELD_ALL *fields) {
  guard_check(stmt, GUARD_STATEMENT, __func__);
  if (fields != NULL) guard_end(fields, GUARD_FIELDS, __func__);
}
