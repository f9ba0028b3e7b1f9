/* One WebSocket to the server, blocking; sending is safe from several threads. No TLS, no compression. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <pthread.h>
#include <stdbool.h>

#include "bytes.h"

struct websocket {
  int descriptor;
  pthread_mutex_t sending;
};

enum message_kind { MESSAGE_TEXT = 1, MESSAGE_BINARY = 2 };

/* False when nobody answers, or no WebSocket is spoken there. */
bool websocket_open(struct websocket *socket, const char *host, uint16_t port, const char *path);
bool websocket_send(struct websocket *socket, enum message_kind kind, const void *data, size_t length);
/* The next whole message, which the caller frees; false at the end. */
bool websocket_receive(struct websocket *socket, enum message_kind *kind, struct bytes *message);
/* Ends the connection; a receive that waits returns false. */
void websocket_shut(struct websocket *socket);
void websocket_free(struct websocket *socket);

#endif
