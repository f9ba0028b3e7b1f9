/* A reader of JSON that keeps integers exact and remembers where in the text a value stands. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
  enum json_kind kind;
  /* Name of a member; NULL for elements. */
  char *key;
  /* Text of a string. */
  char *text;
  /* Value of an integer or a boolean; unsigned numbers beyond 2^63 are kept by their bits. */
  int64_t number;
  /* Where it stands in the text that was read. */
  const char *start;
  size_t length;
  struct json *child;
  struct json *next;
};

/* NULL when the text is not JSON. */
struct json *json_read(const char *text, size_t length);
void json_free(struct json *value);

/* A member; NULL when there is none or it is null. */
const struct json *json_member(const struct json *object, const char *key);
int64_t json_number(const struct json *object, const char *key);
/* The member's text, or "". It lives as long as the object. */
const char *json_text(const struct json *object, const char *key);
int json_count(const struct json *array);

#endif
