/* A message of a subscription. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>

struct message;

bool message_has_rows(const struct message *message);
void message_free(struct message *message, const char *function);

#endif
