/* What is asked of, and set on, a connection. */
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

const char *taos_get_server_info(TAOS *taos) {
  guard_check(taos, GUARD_CONNECTION, __func__);
  return ((struct connection *)taos)->server_info;
}

void taos_kill_query(TAOS *taos) {
  struct connection *connection = connection_enter(taos, __func__);
  faults_enter(__func__);
  connection->kills++;
  channel_cancel(connection->channel, 0);
  connection_leave(connection);
}
