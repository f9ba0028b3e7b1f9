#define _GNU_SOURCE
#include "tmq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

static int32_t invalid(void) { return error_set(CODE_INVALID_PARAMETER, code_message(CODE_INVALID_PARAMETER)); }

uint64_t tmq_begin(tmq_t *tmq, struct bytes *request, const char *action) {
  uint64_t id = channel_request_id(tmq->channel, 0);
  channel_begin(request, action, id);
  return id;
}

int32_t tmq_ask(tmq_t *tmq, uint64_t request_id, struct bytes *request, struct reply *reply) {
  int32_t code = channel_ask(tmq->channel, request_id, request, reply);
  if (code != 0) return error_set(code, code_message(code));
  code = reply_code(reply);
  return code == 0 ? 0 : error_set(code, json_text(reply->json, "message"));
}

static struct login login_of(const tmq_conf_t *conf) {
  const char *port = conf_value(conf, "td.connect.port");
  return (struct login){
      .ip = conf_value(conf, "td.connect.ip"),
      .user = conf_value(conf, "td.connect.user"),
      .pass = conf_value(conf, "td.connect.pass"),
      .token = conf_value(conf, "td.connect.token"),
      .port = (uint16_t)(port == NULL ? 0 : atoi(port)),
  };
}

static void end(tmq_t *tmq, const char *function) {
  if (tmq->channel != NULL) channel_close(tmq->channel);
  if (tmq->connection != NULL) connection_close(tmq->connection, function);
  conf_clear(&tmq->conf);
  guard_end(tmq, GUARD_CONSUMER, function);
}

static int32_t open_consumer(tmq_t *tmq, const char *function) {
  if (conf_value(&tmq->conf, "group.id") == NULL) return invalid();
  struct login login = login_of(&tmq->conf);
  tmq->connection = connection_open(&login, function);
  if (tmq->connection == NULL) return error_code();
  tmq->connection->is_consumers = true;
  char *host;
  uint16_t port;
  login_address(&login, &host, &port);
  tmq->channel = channel_open(host, port, "/rest/tmq", NULL);
  free(host);
  if (tmq->channel != NULL) return 0;
  return error_set(CODE_CANNOT_CONNECT, code_message(CODE_CANNOT_CONNECT));
}

tmq_t *tmq_consumer_new(tmq_conf_t *conf, char *errstr, int32_t errlen) {
  guard_check(conf, GUARD_CONF, __func__);
  tmq_t *tmq = guard_new(GUARD_CONSUMER, sizeof *tmq);
  conf_copy(&tmq->conf, conf);
  if (open_consumer(tmq, __func__) == 0) return tmq;
  if (errstr != NULL && errlen > 0) snprintf(errstr, (size_t)errlen, "%s", error_message());
  end(tmq, __func__);
  return NULL;
}

static void put_member(struct bytes *to, const char *name, const char *value) {
  if (value == NULL) return;
  bytes_format(to, ",\"%s\":", name);
  bytes_json(to, value);
}

/* Keys that `subscribe` has arguments for, and those that are not passed on. */
static const struct { const char *key, *argument; } own[] = {
    {"group.id", "group_id"}, {"client.id", "client_id"}, {"auto.offset.reset", "offset_reset"},
    {"enable.auto.commit", "auto_commit"}, {"auto.commit.interval.ms", "auto_commit_interval_ms"},
    {"td.connect.user", NULL}, {"td.connect.pass", NULL}, {"td.connect.ip", NULL}, {"td.connect.port", NULL},
    {"td.connect.db", NULL},
};

static bool put_own(struct bytes *to, const struct tmq_setting *setting) {
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (strcmp(own[i].key, setting->key) != 0) continue;
    if (own[i].argument != NULL) put_member(to, own[i].argument, setting->value);
    return true;
  }
  return false;
}

static void put_configuration(struct bytes *to, const tmq_conf_t *conf) {
  struct bytes rest = {0};
  const char *user = conf_value(conf, "td.connect.user"), *pass = conf_value(conf, "td.connect.pass");
  put_member(to, "user", user != NULL ? user : "root");
  put_member(to, "password", pass != NULL ? pass : "taosdata");
  for (const struct tmq_setting *setting = conf->settings; setting != NULL; setting = setting->next) {
    if (conf_value(conf, setting->key) == setting->value && !put_own(to, setting)) {
      put_member(&rest, setting->key, setting->value);
    }
  }
  // libtaos commits by itself unless it is told not to, the server the other way round.
  if (conf_value(conf, "enable.auto.commit") == NULL) put_member(to, "auto_commit", "true");
  if (rest.length > 0) {
    bytes_format(to, ",\"config\":{");
    bytes_put(to, rest.data + 1, rest.length - 1);
    bytes_put(to, "}", 1);
  }
  bytes_free(&rest);
}

/* A consumer that takes part in a call that no other thread may make meanwhile; not 0 when the call is to fail. */
static int32_t enter(tmq_t *tmq, const char *function) {
  guard_enter(tmq, GUARD_CONSUMER, function);
  int32_t code = faults_enter(function);
  return code == 0 ? 0 : error_set(code, code_message(code));
}

static int32_t leave(tmq_t *tmq, int32_t code) {
  guard_leave(tmq);
  return code;
}

static int32_t subscribe(tmq_t *tmq, const tmq_list_t *topics) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = tmq_begin(tmq, &request, "subscribe");
  put_configuration(&request, &tmq->conf);
  bytes_format(&request, ",\"topics\":[");
  for (int i = 0; i < topics->count; i++) {
    if (i > 0) bytes_put(&request, ",", 1);
    bytes_json(&request, topics->items[i]);
  }
  bytes_put(&request, "]", 1);
  int32_t code = tmq_ask(tmq, id, &request, &reply);
  reply_free(&reply);
  tmq->is_subscribed = code == 0;
  return code;
}

int32_t tmq_subscribe(tmq_t *tmq, const tmq_list_t *topics) {
  int32_t code = enter(tmq, __func__);
  guard_check(topics, GUARD_LIST, __func__);
  if (code == 0) code = topics->count == 0 ? invalid() : subscribe(tmq, topics);
  return leave(tmq, code);
}

static int32_t unsubscribe(tmq_t *tmq) {
  struct bytes request = {0};
  struct reply reply = {0};
  if (!tmq->is_subscribed) return 0;
  uint64_t id = tmq_begin(tmq, &request, "unsubscribe");
  int32_t code = tmq_ask(tmq, id, &request, &reply);
  reply_free(&reply);
  if (code == 0) tmq->is_subscribed = false;
  return code;
}

int32_t tmq_unsubscribe(tmq_t *tmq) {
  int32_t code = enter(tmq, __func__);
  return leave(tmq, code == 0 ? unsubscribe(tmq) : code);
}

int32_t tmq_subscription(tmq_t *tmq, tmq_list_t **topics) {
  int32_t code = enter(tmq, __func__);
  struct bytes request = {0};
  struct reply reply = {0};
  if (topics == NULL) breach(__func__, "topics is NULL");
  // A list that was given is filled.
  if (*topics == NULL) *topics = tmq_list_new();
  if (code == 0 && tmq->is_subscribed) {
    uint64_t id = tmq_begin(tmq, &request, "list_topics");
    code = tmq_ask(tmq, id, &request, &reply);
    const struct json *list = json_member(reply.json, "topics");
    for (const struct json *item = list == NULL ? NULL : list->child; item != NULL; item = item->next) {
      tmq_list_append(*topics, item->text);
    }
    reply_free(&reply);
  }
  return leave(tmq, code);
}

TAOS_RES *tmq_consumer_poll(tmq_t *tmq, int64_t timeout_ms) {
  int32_t code = enter(tmq, __func__);
  struct bytes request = {0};
  struct reply reply = {0};
  TAOS_RES *message = NULL;
  if (timeout_ms < 0) breach(__func__, "timeout is %lld", (long long)timeout_ms);
  if (code == 0) error_set(0, "");
  // The server answers no poll of a consumer that has not subscribed.
  if (code == 0 && tmq->is_subscribed) {
    uint64_t id = tmq_begin(tmq, &request, "poll");
    bytes_format(&request, ",\"blocking_time\":%lld,\"message_id\":%lld", (long long)timeout_ms,
                 (long long)tmq->message_id);
    code = tmq_ask(tmq, id, &request, &reply);
  }
  if (code == 0 && json_number(reply.json, "have_message") != 0) message = message_fetch(tmq, reply.json);
  reply_free(&reply);
  guard_leave(tmq);
  return message;
}

int32_t tmq_consumer_close(tmq_t *tmq) {
  int32_t code = enter(tmq, __func__);
  if (code == 0) code = unsubscribe(tmq);
  // What could not leave its group goes on living.
  if (code != 0) return leave(tmq, code);
  end(tmq, __func__);
  return 0;
}

TAOS *tmq_get_connect(tmq_t *tmq) {
  guard_check(tmq, GUARD_CONSUMER, __func__);
  return tmq->connection;
}

const char *tmq_err2str(int32_t code) {
  if (code == -1) return "fail";
  return code != 0 && code == error_code() ? error_message() : code_message(code);
}
