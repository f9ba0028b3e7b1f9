#include "json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct reader {
  const char *at;
  const char *end;
};

static void skip_space(struct reader *in) {
  while (in->at < in->end && isspace((unsigned char)*in->at)) in->at++;
}

static bool take(struct reader *in, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(in->end - in->at) < length || memcmp(in->at, word, length) != 0) return false;
  in->at += length;
  return true;
}

static void put_code_point(struct bytes *to, uint32_t code) {
  uint8_t utf8[4];
  size_t length;
  if (code < 0x80) {
    utf8[0] = (uint8_t)code;
    length = 1;
  } else if (code < 0x800) {
    utf8[0] = (uint8_t)(0xc0 | code >> 6);
    length = 2;
  } else if (code < 0x10000) {
    utf8[0] = (uint8_t)(0xe0 | code >> 12);
    length = 3;
  } else {
    utf8[0] = (uint8_t)(0xf0 | code >> 18);
    length = 4;
  }
  for (size_t i = 1; i < length; i++) utf8[i] = (uint8_t)(0x80 | (code >> (6 * (length - 1 - i)) & 0x3f));
  bytes_put(to, utf8, length);
}

static bool read_hex(struct reader *in, uint32_t *code) {
  if (in->end - in->at < 4) return false;
  char digits[5] = {in->at[0], in->at[1], in->at[2], in->at[3], 0};
  char *end;
  *code = (uint32_t)strtoul(digits, &end, 16);
  in->at += 4;
  return *end == 0;
}

static bool read_escape(struct reader *in, struct bytes *to) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  char c = *in->at++;
  const char *name = c != 0 ? strchr(names, c) : NULL;
  if (name != NULL) {
    bytes_put(to, &values[name - names], 1);
    return true;
  }
  uint32_t code, low;
  if (c != 'u' || !read_hex(in, &code)) return false;
  if (code >= 0xd800 && code < 0xdc00 && take(in, "\\u") && read_hex(in, &low)) {
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  put_code_point(to, code);
  return true;
}

static char *read_string(struct reader *in) {
  struct bytes text = {0};
  if (!take(in, "\"")) return NULL;
  while (in->at < in->end && *in->at != '"') {
    if (*in->at != '\\') {
      bytes_put(&text, in->at++, 1);
    } else if (in->end - ++in->at < 1 || !read_escape(in, &text)) {
      break;
    }
  }
  if (!take(in, "\"")) {
    bytes_free(&text);
    return NULL;
  }
  bytes_put(&text, "", 1);
  return (char *)text.data;
}

static struct json *read_value(struct reader *in);

/* Members or elements up to the closing bracket. */
static bool read_children(struct reader *in, struct json *parent, const char *close) {
  struct json **last = &parent->child;
  skip_space(in);
  if (take(in, close)) return true;
  do {
    char *key = NULL;
    skip_space(in);
    if (parent->kind == JSON_OBJECT) {
      key = read_string(in);
      skip_space(in);
      if (key == NULL || !take(in, ":")) {
        free(key);
        return false;
      }
    }
    *last = read_value(in);
    if (*last == NULL) {
      free(key);
      return false;
    }
    (*last)->key = key;
    last = &(*last)->next;
    skip_space(in);
  } while (take(in, ","));
  return take(in, close);
}

static bool read_number(struct reader *in, struct json *value) {
  value->kind = JSON_NUMBER;
  bool is_negative = take(in, "-");
  const char *first = in->at;
  uint64_t number = 0;
  while (in->at < in->end && isdigit((unsigned char)*in->at)) number = number * 10 + (uint64_t)(*in->at++ - '0');
  if (in->at == first) return false;
  while (in->at < in->end && strchr("0123456789.eE+-", *in->at) != NULL) in->at++;
  value->number = (int64_t)(is_negative ? 0 - number : number);
  return true;
}

static bool read_into(struct reader *in, struct json *value) {
  if (in->at >= in->end) return false;
  if (*in->at == '"') {
    value->kind = JSON_STRING;
    value->text = read_string(in);
    return value->text != NULL;
  }
  if (take(in, "{")) {
    value->kind = JSON_OBJECT;
    return read_children(in, value, "}");
  }
  if (take(in, "[")) {
    value->kind = JSON_ARRAY;
    return read_children(in, value, "]");
  }
  if (take(in, "null")) return true;
  bool is_true = take(in, "true");
  if (is_true || take(in, "false")) {
    value->kind = JSON_BOOL;
    value->number = is_true;
    return true;
  }
  return read_number(in, value);
}

static struct json *read_value(struct reader *in) {
  struct json *value = allocate(sizeof *value);
  skip_space(in);
  value->start = in->at;
  if (!read_into(in, value)) {
    json_free(value);
    return NULL;
  }
  value->length = (size_t)(in->at - value->start);
  return value;
}

struct json *json_read(const char *text, size_t length) {
  struct reader in = {text, text + length};
  struct json *value = read_value(&in);
  skip_space(&in);
  if (in.at == in.end) return value;
  json_free(value);
  return NULL;
}

void json_free(struct json *value) {
  while (value != NULL) {
    struct json *next = value->next;
    json_free(value->child);
    free(value->key);
    free(value->text);
    free(value);
    value = next;
  }
}

const struct json *json_member(const struct json *object, const char *key) {
  if (object == NULL || object->kind != JSON_OBJECT) return NULL;
  for (const struct json *member = object->child; member != NULL; member = member->next) {
    if (strcmp(member->key, key) == 0) return member->kind == JSON_NULL ? NULL : member;
  }
  return NULL;
}

int64_t json_number(const struct json *object, const char *key) {
  const struct json *member = json_member(object, key);
  return member == NULL ? 0 : member->number;
}

const char *json_text(const struct json *object, const char *key) {
  const struct json *member = json_member(object, key);
  return member == NULL || member->text == NULL ? "" : member->text;
}

int json_count(const struct json *array) {
  int count = 0;
  if (array != NULL) for (const struct json *item = array->child; item != NULL; item = item->next) count++;
  return count;
}
