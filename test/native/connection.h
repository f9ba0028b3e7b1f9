/* Connections: one WebSocket to the server's `/ws` each. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdatomic.h>

#include "channel.h"
#include "guard.h"
#include "taos.h"

struct connection {
  struct channel *channel;
  char *server_info;
  /* Calls under way. */
  int users;
  /* Results and statements that the caller still holds. */
  int objects;
  /* How often all its queries were killed. */
  atomic_int kills;
  /* Belongs to a consumer, which closes it. */
  bool is_consumers;
};

/* Where and as whom; NULL and 0 stand for taos.cfg and the defaults of libtaos. */
struct login {
  const char *ip, *user, *pass, *totp, *token, *db;
  uint16_t port;
};

/* Host and port that a login leads to; the host is the caller's to free. */
void login_address(const struct login *login, char **host, uint16_t *port);
/* NULL with this thread's error set. */
struct connection *connection_open(const struct login *login, const char *function);
void connection_close(struct connection *connection, const char *function);

/* Checks it and notes a call under way; until connection_leave. */
struct connection *connection_enter(TAOS *taos, const char *function);
void connection_leave(struct connection *connection);
/* The process ends: no connection may be in use, or being made. */
void connections_over(void);
void connection_hold(struct connection *connection, int objects);

/* Asks on a connection; the code of libtaos, with this thread's error set when it is one. */
int32_t connection_ask(struct connection *connection, struct bytes *request, uint64_t request_id, struct reply *reply);

/* Comes before the first connection; not 0, with this thread's error set, where the library cannot be set up. */
int32_t library_init(void);
/* Whether the library's version is at least this one. */
bool library_is_at_least(int major, int minor, int patch, int build);

#endif
