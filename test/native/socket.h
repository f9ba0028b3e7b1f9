/* A blocking TCP socket. */
#ifndef SOCKET_H
#define SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The descriptor, or -1. */
int socket_open(const char *host, uint16_t port);
bool socket_read(int descriptor, void *to, size_t length);
bool socket_write(int descriptor, const void *from, size_t length);

#endif
