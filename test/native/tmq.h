/* Subscriptions: one WebSocket to the server's `/rest/tmq` each (protocol.md §5). */
#ifndef TMQ_H
#define TMQ_H

#include "connection.h"
#include "taos.h"

struct tmq_setting {
  struct tmq_setting *next;
  /* In lower case. */
  const char *key;
  char *value;
};

struct tmq_conf_t {
  struct tmq_setting *settings;
};

struct tmq_list_t {
  int count;
  char **items;
};

struct tmq_t {
  /* Over it the login was checked; what it tells of the server is asked for. */
  struct connection *connection;
  struct channel *channel;
  tmq_conf_t conf;
  bool is_subscribed;
  /* Id of the last message received, which acknowledges it. */
  int64_t message_id;
};

/* NULL when it was not set. */
const char *conf_value(const tmq_conf_t *conf, const char *key);
void conf_copy(tmq_conf_t *to, const tmq_conf_t *from);
void conf_clear(tmq_conf_t *conf);

/* Begins a request; the caller appends members, each behind a comma. */
uint64_t tmq_begin(tmq_t *tmq, struct bytes *request, const char *action);
/* Sends it; the code of libtaos, with this thread's error set when it is one. The caller frees the reply. */
int32_t tmq_ask(tmq_t *tmq, uint64_t request_id, struct bytes *request, struct reply *reply);

/* The message that a reply to `poll` announces; NULL with this thread's error set. */
TAOS_RES *message_fetch(tmq_t *tmq, const struct json *polled);

/* Where a message of the caller's ends in the log of its vgroup; false for one without a place there. */
bool message_end(const TAOS_RES *res, const char **topic, int32_t *vgroup, int64_t *offset, const char *function);

#endif
