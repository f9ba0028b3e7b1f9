/* Places in the logs of topics: what is assigned, committed, read (protocol.md §5.4). */
#include "faults.h"
#include "tmq.h"

static uint64_t begin_place(tmq_t *tmq, struct bytes *request, const char *action, const char *topic, int32_t vgroup,
                            int64_t offset) {
  uint64_t id = tmq_begin(tmq, request, action);
  bytes_format(request, ",\"topic\":");
  bytes_json(request, topic);
  bytes_format(request, ",\"vgroup_id\":%d,\"offset\":%lld", vgroup, (long long)offset);
  return id;
}

static int32_t ask_place(tmq_t *tmq, const char *action, const char *topic, int32_t vgroup, int64_t offset) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = begin_place(tmq, &request, action, topic, vgroup, offset);
  int32_t code = tmq_ask(tmq, id, &request, &reply);
  reply_free(&reply);
  return code;
}

static int32_t fault(const char *function) {
  int32_t code = faults_enter(function);
  return code == 0 ? 0 : error_set(code, code_message(code));
}

static int32_t commit_all(tmq_t *tmq) {
  struct bytes request = {0};
  struct reply reply = {0};
  uint64_t id = tmq_begin(tmq, &request, "commit");
  bytes_format(&request, ",\"message_id\":%lld", (long long)tmq->message_id);
  int32_t code = tmq_ask(tmq, id, &request, &reply);
  reply_free(&reply);
  return code;
}

/* Commits may come from another thread than the poll's (protocol.md §6.3). */
int32_t tmq_commit_sync(tmq_t *tmq, const TAOS_RES *message) {
  guard_check(tmq, GUARD_CONSUMER, __func__);
  int32_t code = fault(__func__);
  if (code != 0 || message == NULL) return code != 0 ? code : commit_all(tmq);
  const char *topic;
  int32_t vgroup;
  int64_t offset;
  if (!message_end(message, &topic, &vgroup, &offset, __func__)) return commit_all(tmq);
  return ask_place(tmq, "commit_offset", topic, vgroup, offset);
}

int32_t tmq_commit_offset_sync(tmq_t *tmq, const char *topic, int32_t vgroup, int64_t offset) {
  guard_check(tmq, GUARD_CONSUMER, __func__);
  int32_t code = fault(__func__);
  return code == 0 ? ask_place(tmq, "commit_offset", topic, vgroup, offset) : code;
}

int32_t tmq_offset_seek(tmq_t *tmq, const char *topic, int32_t vgroup, int64_t offset) {
  guard_enter(tmq, GUARD_CONSUMER, __func__);
  int32_t code = fault(__func__);
  if (code == 0) code = ask_place(tmq, "seek", topic, vgroup, offset);
  guard_leave(tmq);
  return code;
}

/* An offset, or a negative code. */
static int64_t ask_offset(tmq_t *tmq, const char *action, const char *topic, int32_t vgroup, const char *function) {
  struct bytes request = {0};
  struct reply reply = {0};
  guard_enter(tmq, GUARD_CONSUMER, function);
  int64_t offset = fault(function);
  if (offset == 0) {
    uint64_t id = tmq_begin(tmq, &request, action);
    bytes_format(&request, ",\"topic_vgroup_ids\":[{\"topic\":");
    bytes_json(&request, topic);
    bytes_format(&request, ",\"vgroup_id\":%d}]", vgroup);
    offset = tmq_ask(tmq, id, &request, &reply);
  }
  const struct json *list = json_member(reply.json, action);
  if (offset == 0 && list != NULL && list->child != NULL) offset = list->child->number;
  reply_free(&reply);
  guard_leave(tmq);
  return offset;
}

int64_t tmq_position(tmq_t *tmq, const char *topic, int32_t vgroup) {
  return ask_offset(tmq, "position", topic, vgroup, __func__);
}

int64_t tmq_committed(tmq_t *tmq, const char *topic, int32_t vgroup) {
  return ask_offset(tmq, "committed", topic, vgroup, __func__);
}

static void take_assignment(const struct json *list, tmq_topic_assignment **assignment, int32_t *count) {
  *count = json_count(list);
  if (*count == 0) return;
  *assignment = guard_new(GUARD_ASSIGNMENT, (size_t)*count * sizeof **assignment);
  tmq_topic_assignment *next = *assignment;
  for (const struct json *item = list->child; item != NULL; item = item->next) {
    *next++ = (tmq_topic_assignment){
        .vgId = (int32_t)json_number(item, "vgroup_id"),
        .currentOffset = json_number(item, "offset"),
        .begin = json_number(item, "begin"),
        .end = json_number(item, "end"),
    };
  }
}

int32_t tmq_get_topic_assignment(tmq_t *tmq, const char *topic, tmq_topic_assignment **assignment, int32_t *count) {
  struct bytes request = {0};
  struct reply reply = {0};
  guard_enter(tmq, GUARD_CONSUMER, __func__);
  *assignment = NULL;
  *count = 0;
  int32_t code = fault(__func__);
  if (code == 0) {
    uint64_t id = tmq_begin(tmq, &request, "assignment");
    bytes_format(&request, ",\"topic\":");
    bytes_json(&request, topic);
    code = tmq_ask(tmq, id, &request, &reply);
  }
  if (code == 0) take_assignment(json_member(reply.json, "assignment"), assignment, count);
  reply_free(&reply);
  guard_leave(tmq);
  return code;
}

void tmq_free_assignment(tmq_topic_assignment *assignment) {
  if (assignment != NULL) guard_end(assignment, GUARD_ASSIGNMENT, __func__);
}
