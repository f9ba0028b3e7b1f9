/*
 * Requests and replies over one WebSocket (protocol.md §2.2, §2.8): many threads may wait at once, each for the reply
 * with its request id. A thread of the channel's own reads.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "json.h"
#include "websocket.h"

enum {
  HEAD_BYTES = 24,
  ACTION_QUERY = 6,
  ACTION_FETCH_RAW_BLOCK = 7,
  ACTION_STMT2_BIND = 9,
};

/* A reply: a text and what it says, or a binary frame. */
struct reply {
  struct bytes message;
  /* NULL for a binary frame. */
  struct json *json;
};

struct channel;

/*
 * NULL when the server does not answer. A reply that comes after its wait was called off goes to `late`, if that is
 * given.
 */
struct channel *channel_open(const char *host, uint16_t port, const char *path,
                             void (*late)(struct channel *, const struct reply *));
/* Waiting calls fail with CODE_BROKEN. */
void channel_close(struct channel *channel);

/* A request id that no request in flight has: the wanted one, or one of the channel's own. */
uint64_t channel_request_id(struct channel *channel, int64_t wanted);
/* Begins a text request; the caller appends members, each behind a comma. channel_ask ends it. */
void channel_begin(struct bytes *request, const char *action, uint64_t request_id);
/* Head of a binary request. */
void channel_head(struct bytes *request, uint64_t request_id, uint64_t resource, uint64_t action);

/*
 * Sends a request and waits for its reply, which the caller frees. 0, or CODE_BROKEN, or CODE_QUERY_KILLED when
 * channel_cancel called it off. The request is freed.
 */
int32_t channel_ask(struct channel *channel, uint64_t request_id, struct bytes *request, struct reply *reply);
int32_t channel_ask_binary(struct channel *channel, uint64_t request_id, struct bytes *request, struct reply *reply);
/* Sends a text request that has no reply. The request is freed. */
void channel_tell(struct channel *channel, struct bytes *request);
/* Calls off one wait, or (0) all of them. */
void channel_cancel(struct channel *channel, uint64_t request_id);

void reply_free(struct reply *reply);
/* The reply's code as libtaos has it: 0, or negative. */
int32_t reply_code(const struct reply *reply);
int32_t native_code(int64_t wire_code);

#endif
