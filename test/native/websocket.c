#define _GNU_SOURCE
#include "websocket.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket.h"

enum { OPCODE_CONTINUATION = 0, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

static bool shake_hands(int descriptor, const char *host, uint16_t port, const char *path) {
  char text[1024];
  int length = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: %s:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        path, host, port);
  if (length >= (int)sizeof text || !socket_write(descriptor, text, (size_t)length)) return false;
  size_t read = 0;
  while (read < sizeof text - 1 && socket_read(descriptor, text + read, 1)) {
    text[++read] = 0;
    if (read >= 4 && strcmp(text + read - 4, "\r\n\r\n") == 0) return strncmp(text, "HTTP/1.1 101", 12) == 0;
  }
  return false;
}

bool websocket_open(struct websocket *socket, const char *host, uint16_t port, const char *path) {
  socket->descriptor = socket_open(host, port);
  if (socket->descriptor < 0) return false;
  if (!shake_hands(socket->descriptor, host, port, path)) {
    close(socket->descriptor);
    return false;
  }
  pthread_mutex_init(&socket->sending, NULL);
  return true;
}

static bool send_frame(struct websocket *socket, int opcode, const void *data, size_t length) {
  uint8_t head[14] = {(uint8_t)(0x80 | opcode)};
  size_t at = 2;
  int width = length < 126 ? 0 : length < 65536 ? 2 : 8;
  head[1] = (uint8_t)(0x80 | (width == 0 ? length : width == 2 ? 126 : 127));
  for (int i = width - 1; i >= 0; i--) head[at++] = (uint8_t)((uint64_t)length >> (8 * i));
  // A mask of zeros leaves the data as they are.
  at += 4;
  pthread_mutex_lock(&socket->sending);
  bool is_sent = socket_write(socket->descriptor, head, at) && socket_write(socket->descriptor, data, length);
  pthread_mutex_unlock(&socket->sending);
  return is_sent;
}

bool websocket_send(struct websocket *socket, enum message_kind kind, const void *data, size_t length) {
  return send_frame(socket, kind, data, length);
}

struct frame {
  bool is_last;
  int opcode;
  size_t length;
};

static bool read_head(struct websocket *socket, struct frame *frame) {
  uint8_t head[2], more[8];
  if (!socket_read(socket->descriptor, head, 2)) return false;
  *frame = (struct frame){.is_last = (head[0] & 0x80) != 0, .opcode = head[0] & 0x0f, .length = head[1] & 0x7f};
  int width = frame->length == 126 ? 2 : frame->length == 127 ? 8 : 0;
  if (width == 0) return true;
  if (!socket_read(socket->descriptor, more, (size_t)width)) return false;
  frame->length = 0;
  for (int i = 0; i < width; i++) frame->length = frame->length << 8 | more[i];
  return true;
}

static bool answer_control(struct websocket *socket, const struct frame *frame) {
  uint8_t data[125];
  if (frame->length > sizeof data || !socket_read(socket->descriptor, data, frame->length)) return false;
  if (frame->opcode == OPCODE_CLOSE) {
    send_frame(socket, OPCODE_CLOSE, data, frame->length);
    return false;
  }
  return frame->opcode != OPCODE_PING || send_frame(socket, OPCODE_PONG, data, frame->length);
}

bool websocket_receive(struct websocket *socket, enum message_kind *kind, struct bytes *message) {
  struct frame frame;
  *message = (struct bytes){0};
  while (read_head(socket, &frame)) {
    if (frame.opcode >= OPCODE_CLOSE) {
      if (!answer_control(socket, &frame)) break;
      continue;
    }
    if (frame.opcode != OPCODE_CONTINUATION) *kind = (enum message_kind)frame.opcode;
    // One byte more, so that a text can be ended.
    uint8_t *data = allocate(message->length + frame.length + 1);
    if (message->length > 0) memcpy(data, message->data, message->length);
    if (!socket_read(socket->descriptor, data + message->length, frame.length)) {
      bytes_free(&(struct bytes){.data = data});
      break;
    }
    size_t length = message->length + frame.length;
    bytes_free(message);
    *message = (struct bytes){.data = data, .length = length, .capacity = length + 1};
    if (frame.is_last) return true;
  }
  bytes_free(message);
  return false;
}

void websocket_shut(struct websocket *socket) {
  send_frame(socket, OPCODE_CLOSE, "\x03\xe8", 2);
  shutdown(socket->descriptor, SHUT_RDWR);
}

void websocket_free(struct websocket *socket) {
  close(socket->descriptor);
  pthread_mutex_destroy(&socket->sending);
}
