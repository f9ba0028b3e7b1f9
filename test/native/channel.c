#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "faults.h"

/* Where the reply of a binary frame of results or messages has its request id (protocol.md §2.9, §5.5). */
enum { BINARY_REQUEST_ID_AT = 26, BINARY_LEAST_BYTES = 34 };

/* A call that waits. */
struct waiting {
  struct waiting *next;
  uint64_t request_id;
  bool is_cancelled;
  bool is_answered;
  struct reply reply;
  pthread_cond_t wake;
};

struct channel {
  struct websocket socket;
  pthread_t reader;
  pthread_mutex_t lock;
  struct waiting *waiting;
  uint64_t last_id;
  bool is_broken;
  void (*late)(struct channel *, const struct reply *);
};

void reply_free(struct reply *reply) {
  json_free(reply->json);
  bytes_free(&reply->message);
  *reply = (struct reply){0};
}

int32_t native_code(int64_t wire_code) {
  return wire_code == 0 ? 0 : (int32_t)(0x80000000u | (uint32_t)(wire_code & 0xffff));
}

int32_t reply_code(const struct reply *reply) { return native_code(json_number(reply->json, "code")); }

static uint64_t request_id_of(const struct reply *reply) {
  if (reply->json != NULL) return (uint64_t)json_number(reply->json, "req_id");
  if (reply->message.length < BINARY_LEAST_BYTES) return 0;
  return read_u64(reply->message.data + BINARY_REQUEST_ID_AT);
}

static struct waiting **find(struct channel *channel, uint64_t request_id) {
  struct waiting **link = &channel->waiting;
  while (*link != NULL && (*link)->request_id != request_id) link = &(*link)->next;
  return link;
}

static void deliver(struct channel *channel, struct reply *reply) {
  pthread_mutex_lock(&channel->lock);
  struct waiting *waiting = *find(channel, request_id_of(reply));
  bool is_wanted = waiting != NULL && !waiting->is_answered;
  if (is_wanted) {
    waiting->reply = *reply;
    waiting->is_answered = true;
    pthread_cond_signal(&waiting->wake);
  }
  pthread_mutex_unlock(&channel->lock);
  if (is_wanted) return;
  if (channel->late != NULL) channel->late(channel, reply);
  reply_free(reply);
}

static void *read_replies(void *argument) {
  struct channel *channel = argument;
  enum message_kind kind;
  struct reply reply = {0};
  while (websocket_receive(&channel->socket, &kind, &reply.message)) {
    reply.json = kind == MESSAGE_TEXT ? json_read((const char *)reply.message.data, reply.message.length) : NULL;
    deliver(channel, &reply);
    reply = (struct reply){0};
  }
  pthread_mutex_lock(&channel->lock);
  channel->is_broken = true;
  for (struct waiting *waiting = channel->waiting; waiting != NULL; waiting = waiting->next) {
    pthread_cond_signal(&waiting->wake);
  }
  pthread_mutex_unlock(&channel->lock);
  return NULL;
}

struct channel *channel_open(const char *host, uint16_t port, const char *path,
                             void (*late)(struct channel *, const struct reply *)) {
  struct channel *channel = allocate(sizeof *channel);
  channel->late = late;
  if (!websocket_open(&channel->socket, host, port, path)) {
    free(channel);
    return NULL;
  }
  pthread_mutex_init(&channel->lock, NULL);
  if (pthread_create(&channel->reader, NULL, read_replies, channel) != 0) abort();
  return channel;
}

void channel_close(struct channel *channel) {
  websocket_shut(&channel->socket);
  pthread_join(channel->reader, NULL);
  websocket_free(&channel->socket);
  pthread_mutex_destroy(&channel->lock);
  free(channel);
}

uint64_t channel_request_id(struct channel *channel, int64_t wanted) {
  pthread_mutex_lock(&channel->lock);
  uint64_t id = (uint64_t)wanted;
  while (id == 0 || wanted < 0 || *find(channel, id) != NULL) {
    id = ++channel->last_id;
    wanted = 0;
  }
  pthread_mutex_unlock(&channel->lock);
  return id;
}

void channel_begin(struct bytes *request, const char *action, uint64_t request_id) {
  bytes_format(request, "{\"action\":\"%s\",\"args\":{\"req_id\":%llu", action, (unsigned long long)request_id);
}

void channel_head(struct bytes *request, uint64_t request_id, uint64_t resource, uint64_t action) {
  bytes_u64(request, request_id);
  bytes_u64(request, resource);
  bytes_u64(request, action);
}

static int32_t await(struct channel *channel, struct waiting *own) {
  while (!own->is_answered && !own->is_cancelled && !channel->is_broken) {
    pthread_cond_wait(&own->wake, &channel->lock);
  }
  *find(channel, own->request_id) = own->next;
  return own->is_answered ? 0 : own->is_cancelled ? CODE_QUERY_KILLED : CODE_BROKEN;
}

static int32_t exchange(struct channel *channel, uint64_t request_id, enum message_kind kind, struct bytes *request,
                        struct reply *reply) {
  struct waiting own = {.request_id = request_id};
  pthread_cond_init(&own.wake, NULL);
  pthread_mutex_lock(&channel->lock);
  own.next = channel->waiting;
  channel->waiting = &own;
  pthread_mutex_unlock(&channel->lock);
  // A socket that cannot be written to ends the reader too.
  websocket_send(&channel->socket, kind, request->data, request->length);
  bytes_free(request);
  pthread_mutex_lock(&channel->lock);
  int32_t code = await(channel, &own);
  pthread_mutex_unlock(&channel->lock);
  pthread_cond_destroy(&own.wake);
  *reply = own.reply;
  return code;
}

int32_t channel_ask(struct channel *channel, uint64_t request_id, struct bytes *request, struct reply *reply) {
  bytes_put(request, "}}", 2);
  return exchange(channel, request_id, MESSAGE_TEXT, request, reply);
}

int32_t channel_ask_binary(struct channel *channel, uint64_t request_id, struct bytes *request, struct reply *reply) {
  return exchange(channel, request_id, MESSAGE_BINARY, request, reply);
}

void channel_tell(struct channel *channel, struct bytes *request) {
  bytes_put(request, "}}", 2);
  websocket_send(&channel->socket, MESSAGE_TEXT, request->data, request->length);
  bytes_free(request);
}

void channel_cancel(struct channel *channel, uint64_t request_id) {
  pthread_mutex_lock(&channel->lock);
  for (struct waiting *waiting = channel->waiting; waiting != NULL; waiting = waiting->next) {
    if (request_id != 0 && waiting->request_id != request_id) continue;
    waiting->is_cancelled = true;
    pthread_cond_signal(&waiting->wake);
  }
  pthread_mutex_unlock(&channel->lock);
}
