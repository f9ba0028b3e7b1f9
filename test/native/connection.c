#define _GNU_SOURCE
#include "connection.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Calls under way on all connections. */
static int all_users;

static void count_user(int *own, int change) {
  pthread_mutex_lock(&lock);
  if (own != NULL) *own += change;
  all_users += change;
  pthread_mutex_unlock(&lock);
}

void connections_over(void) {
  if (all_users != 0) breach("taos_cleanup", "%d calls on connections are under way", all_users);
}

/* A reply that nobody waits for any more may name a result or a statement that the server holds. */
static void free_late(struct channel *channel, const struct reply *reply) {
  if (reply->json == NULL || reply_code(reply) != 0) return;
  const char *action = json_text(reply->json, "action");
  bool is_result = strcmp(action, "binary_query") == 0 || strcmp(action, "stmt2_result") == 0;
  int64_t id = json_number(reply->json, "id");
  if (!is_result || id == 0) return;
  struct bytes request = {0};
  channel_begin(&request, "free_result", channel_request_id(channel, 0));
  bytes_format(&request, ",\"id\":%lld", (long long)id);
  channel_tell(channel, &request);
}

int32_t connection_ask(struct connection *connection, struct bytes *request, uint64_t request_id, struct reply *reply) {
  int32_t code = channel_ask(connection->channel, request_id, request, reply);
  if (code != 0) return error_set(code, code_message(code));
  code = reply_code(reply);
  return code == 0 ? 0 : error_set(code, json_text(reply->json, "message"));
}

static int32_t log_in(struct connection *connection, const struct login *login) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = channel_request_id(connection->channel, 0);
  channel_begin(&request, "conn", id);
  const struct { const char *name, *value; } texts[] = {
      {"user", login->user != NULL ? login->user : "root"},
      {"password", login->pass != NULL ? login->pass : "taosdata"},
      {"totp_code", login->totp},
      {"bearer_token", login->token},
      {"db", login->db},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (texts[i].value == NULL) continue;
    bytes_format(&request, ",\"%s\":", texts[i].name);
    bytes_json(&request, texts[i].value);
  }
  int32_t code = connection_ask(connection, &request, id, &reply);
  reply_free(&reply);
  return code;
}

static int32_t ask_server_info(struct connection *connection) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = channel_request_id(connection->channel, 0);
  channel_begin(&request, "get_server_info", id);
  int32_t code = connection_ask(connection, &request, id, &reply);
  connection->server_info = strdup(json_text(reply.json, "info"));
  reply_free(&reply);
  return code;
}

static struct connection *open_connection(const struct login *login, const char *function) {
  char *host;
  uint16_t port;
  if (library_init() != 0) return NULL;
  int32_t code = faults_enter(function);
  if (code != 0) {
    error_set(code, code_message(code));
    return NULL;
  }
  login_address(login, &host, &port);
  struct channel *channel = channel_open(host, port, "/ws", free_late);
  free(host);
  if (channel == NULL) {
    error_set(CODE_CANNOT_CONNECT, code_message(CODE_CANNOT_CONNECT));
    return NULL;
  }
  struct connection *connection = guard_new(GUARD_CONNECTION, sizeof *connection);
  connection->channel = channel;
  if (log_in(connection, login) == 0 && ask_server_info(connection) == 0) return connection;
  connection_close(connection, function);
  return NULL;
}

struct connection *connection_open(const struct login *login, const char *function) {
  count_user(NULL, 1);
  struct connection *connection = open_connection(login, function);
  count_user(NULL, -1);
  return connection;
}

void connection_close(struct connection *connection, const char *function) {
  guard_enter(connection, GUARD_CONNECTION, function);
  pthread_mutex_lock(&lock);
  if (connection->users > 0) breach(function, "%d calls on this connection are under way", connection->users);
  if (connection->objects > 0) {
    breach(function, "%d results and statements of this connection are not freed", connection->objects);
  }
  pthread_mutex_unlock(&lock);
  channel_close(connection->channel);
  free(connection->server_info);
  guard_end(connection, GUARD_CONNECTION, function);
}

struct connection *connection_enter(TAOS *taos, const char *function) {
  guard_check(taos, GUARD_CONNECTION, function);
  struct connection *connection = taos;
  count_user(&connection->users, 1);
  return connection;
}

void connection_leave(struct connection *connection) { count_user(&connection->users, -1); }

void connection_hold(struct connection *connection, int objects) {
  pthread_mutex_lock(&lock);
  connection->objects += objects;
  pthread_mutex_unlock(&lock);
}

TAOS *taos_connect(const char *ip, const char *user, const char *pass, const char *db, uint16_t port) {
  return connection_open(&(struct login){.ip = ip, .user = user, .pass = pass, .db = db, .port = port}, __func__);
}

TAOS *taos_connect_totp(const char *ip, const char *user, const char *pass, const char *totp, const char *db,
                        uint16_t port) {
  const struct login login = {.ip = ip, .user = user, .pass = pass, .totp = totp, .db = db, .port = port};
  return connection_open(&login, __func__);
}

TAOS *taos_connect_token(const char *ip, const char *token, const char *db, uint16_t port) {
  return connection_open(&(struct login){.ip = ip, .token = token, .db = db, .port = port}, __func__);
}

void taos_close(TAOS *taos) {
  faults_enter(__func__);
  guard_check(taos, GUARD_CONNECTION, __func__);
  if (((struct connection *)taos)->is_consumers) breach(__func__, "this connection belongs to a consumer");
  connection_close(taos, __func__);
}
