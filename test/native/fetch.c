/* Blocks of a result, as they come from the server (protocol.md §2.9, §3). */
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "result.h"

/* Offsets in a fetch_raw_block reply and in a block. */
enum { CODE_AT = 34, MESSAGE_LENGTH_AT = 38, MESSAGE_AT = 42, ROWS_AT = 8, BLOCK_HEAD_BYTES = 28 };

static int32_t fail(struct result *result, int32_t code, const char *text) {
  result_fail(result, code, text);
  return code;
}

/* Where the block begins in a good reply; 0 at the end of the rows. */
static int32_t read_frame(struct result *result, const struct bytes *frame, size_t *block_at) {
  *block_at = 0;
  uint32_t length = read_u32(frame->data + MESSAGE_LENGTH_AT);
  int32_t code = native_code(read_u32(frame->data + CODE_AT));
  const uint8_t *behind = frame->data + MESSAGE_AT + length;
  bool is_finished = behind[8] == 1;
  if (is_finished) result->id = 0;
  if (code != 0) {
    char *text = allocate((size_t)length + 1);
    memcpy(text, frame->data + MESSAGE_AT, length);
    fail(result, code, text);
    free(text);
  } else if (!is_finished) {
    *block_at = (size_t)(behind + 13 - frame->data);
  }
  return code;
}

static int32_t ask(struct result *result, struct reply *reply) {
  struct channel *channel = result->connection->channel;
  struct bytes request = {0};
  uint64_t id = channel_request_id(channel, 0);
  channel_head(&request, id, result->id, ACTION_FETCH_RAW_BLOCK);
  bytes_u16(&request, 1);
  result->request_id = id;
  int32_t code = channel_ask_binary(channel, id, &request, reply);
  result->request_id = 0;
  if (code != 0) return fail(result, code, code_message(code));
  return reply->json == NULL ? 0 : fail(result, reply_code(reply), json_text(reply->json, "message"));
}

static int32_t fetch_from_server(struct result *result, size_t *block_at) {
  struct reply reply = {0};
  if (result->id == 0) return 0;
  int32_t code = ask(result, &reply);
  if (code == 0) code = read_frame(result, &reply.message, block_at);
  if (*block_at == 0) reply_free(&reply);
  else result->frame = reply.message;
  return code;
}

static int32_t fetch(struct result *result, size_t *block_at) {
  int32_t code = faults_enter_stoppable("taos_fetch_raw_block", result_is_stopped, result);
  if (code == 0 && result_is_stopped(result)) code = CODE_QUERY_KILLED;
  if (code != 0) return fail(result, code, code_message(code));
  if (result->recording == NULL) return fetch_from_server(result, block_at);
  golden_next(result->recording, &result->frame);
  return 0;
}

int taos_fetch_raw_block(TAOS_RES *res, int *rows, void **block) {
  guard_enter(res, GUARD_RESULT, __func__);
  struct result *result = res;
  if (rows == NULL || block == NULL) breach(__func__, "rows or block is NULL");
  if (result->message != NULL) breach(__func__, "the stand-in gives messages by tmq_get_raw");
  *rows = 0;
  *block = NULL;
  // The block that was given before is gone now.
  guard_retire(result->frame.data, result->frame.length);
  result->frame = (struct bytes){0};
  size_t block_at = 0;
  int32_t code = result->code != 0 ? result->code : fetch(result, &block_at);
  if (code == 0 && result->frame.length >= BLOCK_HEAD_BYTES) {
    *block = result->frame.data + block_at;
    *rows = (int)read_u32(result->frame.data + block_at + ROWS_AT);
  }
  guard_leave(res);
  return code;
}
