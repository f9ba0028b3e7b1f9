#define _GNU_SOURCE
#include <string.h>

#include "bytes.h"
#include "sequences.h"

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

void subscription(TAOS *taos, const char *host, uint16_t port) {
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
