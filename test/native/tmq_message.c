#define _GNU_SOURCE
#include "message.h"

#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "result.h"
#include "tmq.h"

/* Kinds of messages (protocol.md §5.3). */
enum { DATA = 1, METADATA = 2, DATA_AND_METADATA = 3 };
/* Offsets in a fetch_raw_data reply without a message (protocol.md §5.5). */
enum { CODE_AT = 34, RAW_TYPE_AT = 50, RAW_LENGTH_AT = 52, RAW_AT = 56 };

struct message {
  int type;
  char *topic, *database;
  int32_t vgroup;
  int64_t offset;
  /* JSON; NULL without metadata. */
  char *metadata;
  struct bytes raw;
  uint16_t raw_type;
  /* Copies of the raw form that the caller holds. */
  int raws;
};

/* A copy of a message's raw form: what the caller gets points behind it. */
struct raw {
  struct message *message;
  uint32_t length;
  uint16_t type;
};

bool message_has_rows(const struct message *message) { return message->type != METADATA; }

void message_free(struct message *message, const char *function) {
  if (message->raws > 0) breach(function, "tmq_free_raw comes before the end of the message");
  guard_retire(message->topic, strlen(message->topic));
  guard_retire(message->database, strlen(message->database));
  free(message->metadata);
  bytes_free(&message->raw);
  free(message);
}

static int32_t fetch_metadata(tmq_t *tmq, struct message *message, int64_t message_id) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = tmq_begin(tmq, &request, "fetch_json_meta");
  bytes_format(&request, ",\"message_id\":%lld", (long long)message_id);
  int32_t code = tmq_ask(tmq, id, &request, &reply);
  const struct json *data = json_member(reply.json, "data");
  if (data != NULL) message->metadata = strndup(data->start, data->length);
  reply_free(&reply);
  return code;
}

static int32_t fetch_raw(tmq_t *tmq, struct message *message, int64_t message_id) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = tmq_begin(tmq, &request, "fetch_raw_data");
  bytes_format(&request, ",\"message_id\":%lld", (long long)message_id);
  int32_t code = tmq_ask(tmq, id, &request, &reply);
  const uint8_t *frame = reply.message.data;
  if (code == 0) code = native_code(read_u32(frame + CODE_AT));
  if (code == 0) {
    message->raw_type = read_u16(frame + RAW_TYPE_AT);
    bytes_put(&message->raw, frame + RAW_AT, read_u32(frame + RAW_LENGTH_AT));
  }
  reply_free(&reply);
  return code;
}

TAOS_RES *message_fetch(tmq_t *tmq, const struct json *polled) {
  struct result *result = result_new(NULL);
  struct message *message = result->message = allocate(sizeof *message);
  int64_t message_id = json_number(polled, "message_id");
  message->type = (int)json_number(polled, "message_type");
  message->topic = strdup(json_text(polled, "topic"));
  message->database = strdup(json_text(polled, "database"));
  message->vgroup = (int32_t)json_number(polled, "vgroup_id");
  message->offset = json_number(polled, "offset");
  int32_t code = message->type == DATA ? 0 : fetch_metadata(tmq, message, message_id);
  if (code == 0 && message->type != METADATA) code = fetch_raw(tmq, message, message_id);
  if (code == 0) {
    tmq->message_id = message_id;
    return result;
  }
  error_set(code, code_message(code));
  result_end(result, __func__);
  return NULL;
}

static struct message *message_of(const TAOS_RES *res, const char *function) {
  guard_check(res, GUARD_RESULT, function);
  struct message *message = ((const struct result *)res)->message;
  if (message == NULL) breach(function, "this result is no message");
  return message;
}

/* The second of the two records at the begin of the payload (protocol.md §5.8). */
static bool next_offset(const struct bytes *raw, int64_t *offset) {
  enum { RECORD = 9, LOG = 0x11, FIRST_AT = 5 };
  const uint8_t *second = raw->data + FIRST_AT + RECORD;
  if (raw->length < FIRST_AT + 2 * RECORD || raw->data[0] < 100 || raw->data[FIRST_AT] != LOG || *second != LOG) {
    return false;
  }
  *offset = (int64_t)read_u64(second + 1);
  return true;
}

bool message_end(const TAOS_RES *res, const char **topic, int32_t *vgroup, int64_t *offset, const char *function) {
  const struct message *message = message_of(res, function);
  *topic = message->topic;
  *vgroup = message->vgroup;
  *offset = message->offset;
  return message->type == METADATA ? *offset >= 0 : next_offset(&message->raw, offset);
}

int tmq_get_res_type(TAOS_RES *res) { return message_of(res, __func__)->type; }
const char *tmq_get_topic_name(TAOS_RES *res) { return message_of(res, __func__)->topic; }
const char *tmq_get_db_name(TAOS_RES *res) { return message_of(res, __func__)->database; }
int32_t tmq_get_vgroup_id(TAOS_RES *res) { return message_of(res, __func__)->vgroup; }
int64_t tmq_get_vgroup_offset(TAOS_RES *res) { return message_of(res, __func__)->offset; }

int32_t tmq_get_raw(TAOS_RES *res, tmq_raw_data *raw) {
  struct message *message = message_of(res, __func__);
  guard_readable(raw, sizeof *raw, __func__, "raw");
  int32_t code = faults_enter(__func__);
  if (code != 0) return error_set(code, code_message(code));
  if (message->type == METADATA) breach(__func__, "the stand-in has no raw form of metadata alone");
  struct raw *copy = guard_new(GUARD_RAW, sizeof *copy + message->raw.length);
  *copy = (struct raw){message, (uint32_t)message->raw.length, message->raw_type};
  memcpy(copy + 1, message->raw.data, message->raw.length);
  message->raws++;
  *raw = (tmq_raw_data){.raw = copy + 1, .raw_len = copy->length, .raw_type = copy->type};
  return 0;
}

void tmq_free_raw(tmq_raw_data raw) {
  struct raw *copy = (struct raw *)raw.raw - 1;
  guard_check(copy, GUARD_RAW, __func__);
  if (raw.raw_len != copy->length || raw.raw_type != copy->type) {
    breach(__func__, "length %u and type %u are not those that tmq_get_raw gave", raw.raw_len, raw.raw_type);
  }
  copy->message->raws--;
  guard_end(copy, GUARD_RAW, __func__);
}

char *tmq_get_json_meta(TAOS_RES *res) {
  const struct message *message = message_of(res, __func__);
  int32_t code = faults_enter(__func__);
  if (code != 0) error_set(code, code_message(code));
  if (code != 0 || message->metadata == NULL) return NULL;
  size_t size = strlen(message->metadata) + 1;
  return memcpy(guard_new(GUARD_META, size), message->metadata, size);
}

void tmq_free_json_meta(char *json) {
  if (json != NULL) guard_end(json, GUARD_META, __func__);
}
