/* What is asked of, and set on, a connection. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "faults.h"

int taos_options_connection(TAOS *taos, int option, const void *arg, ...) {
  struct connection *connection = connection_enter(taos, __func__);
  struct bytes request = {0};
  struct reply reply = {0};
  int32_t code = faults_enter(__func__);
  if (code != 0) {
    connection_leave(connection);
    return error_set(code, code_message(code));
  }
  uint64_t id = channel_request_id(connection->channel, 0);
  channel_begin(&request, "options_connection", id);
  bytes_format(&request, ",\"options\":[{\"option\":%d,\"value\":", option);
  bytes_json(&request, arg);
  bytes_put(&request, "}]", 2);
  code = connection_ask(connection, &request, id, &reply);
  reply_free(&reply);
  connection_leave(connection);
  return code;
}

int taos_select_db(TAOS *taos, const char *db) {
  struct bytes sql = {0};
  if (db == NULL || *db == 0) return error_set(CODE_INVALID_PARAMETER, code_message(CODE_INVALID_PARAMETER));
  bytes_format(&sql, "use `%s`", db);
  bytes_put(&sql, "", 1);
  int32_t code = faults_enter(__func__);
  if (code != 0) return error_set(code, code_message(code));
  TAOS_RES *result = taos_query(taos, (const char *)sql.data);
  bytes_free(&sql);
  code = taos_errno(result);
  if (code != 0) error_set(code, taos_errstr(result));
  taos_free_result(result);
  return code;
}

static int32_t current_database(struct connection *connection, struct reply *reply) {
  struct bytes request = {0};
  uint64_t id = channel_request_id(connection->channel, 0);
  channel_begin(&request, "get_current_db", id);
  return connection_ask(connection, &request, id, reply);
}

int taos_get_current_db(TAOS *taos, char *buf, int len, int *required) {
  struct connection *connection = connection_enter(taos, __func__);
  struct reply reply = {0};
  int32_t code = current_database(connection, &reply);
  connection_leave(connection);
  if (code == 0) {
    const char *name = json_text(reply.json, "db");
    int needed = (int)strlen(name) + 1;
    if (buf != NULL && len > 0) snprintf(buf, (size_t)len, "%s", name);
    if (buf == NULL || len < needed) {
      if (required != NULL) *required = needed;
      code = error_set(CODE_INVALID_PARAMETER, code_message(CODE_INVALID_PARAMETER));
    }
  }
  reply_free(&reply);
  return code;
}

const char *taos_get_server_info(TAOS *taos) {
  guard_check(taos, GUARD_CONNECTION, __func__);
  return ((struct connection *)taos)->server_info;
}

void taos_kill_query(TAOS *taos) {
  struct connection *connection = connection_enter(taos, __func__);
  connection->kills++;
  channel_cancel(connection->channel, 0);
  connection_leave(connection);
}

int taos_check_server_status(const char *fqdn, int port, char *details, int maxlen) {
  char *host;
  uint16_t number;
  struct reply reply = {0};
  struct bytes request = {0};
  login_address(&(struct login){.ip = fqdn, .port = (uint16_t)port}, &host, &number);
  struct channel *channel = channel_open(host, number, "/ws", NULL);
  bytes_free(&(struct bytes){.data = (uint8_t *)host});
  int status = 0;
  if (details != NULL && maxlen > 0) *details = 0;
  if (channel == NULL) return status;
  channel_begin(&request, "check_server_status", 1);
  bytes_format(&request, ",\"fqdn\":null,\"port\":0");
  if (channel_ask(channel, 1, &request, &reply) == 0) {
    status = (int)json_number(reply.json, "status");
    if (details != NULL && maxlen > 0) snprintf(details, (size_t)maxlen, "%s", json_text(reply.json, "details"));
  }
  reply_free(&reply);
  channel_close(channel);
  return status;
}
