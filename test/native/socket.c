#define _GNU_SOURCE
#include "socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int socket_open(const char *host, uint16_t port) {
  char service[8];
  snprintf(service, sizeof service, "%u", port);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, service, &hints, &found) != 0) return -1;
  int descriptor = -1;
  for (struct addrinfo *address = found; address != NULL && descriptor < 0; address = address->ai_next) {
    descriptor = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (descriptor >= 0 && connect(descriptor, address->ai_addr, address->ai_addrlen) != 0) {
      close(descriptor);
      descriptor = -1;
    }
  }
  freeaddrinfo(found);
  int on = 1;
  if (descriptor >= 0) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

bool socket_read(int descriptor, void *to, size_t length) {
  for (char *at = to; length > 0;) {
    ssize_t count = recv(descriptor, at, length, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    length -= (size_t)count;
  }
  return true;
}

bool socket_write(int descriptor, const void *from, size_t length) {
  for (const char *at = from; length > 0;) {
    ssize_t count = send(descriptor, at, length, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    length -= (size_t)count;
  }
  return true;
}
