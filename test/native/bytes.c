#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the stand-in copies numbers as they are in memory"
#endif

void *allocate(size_t size) {
  void *memory = calloc(1, size > 0 ? size : 1);
  if (memory == NULL) abort();
  return memory;
}

static void reserve(struct bytes *to, size_t more) {
  if (to->length + more <= to->capacity) return;
  size_t capacity = to->capacity * 2 > to->length + more ? to->capacity * 2 : to->length + more;
  to->data = realloc(to->data, capacity);
  if (to->data == NULL) abort();
  to->capacity = capacity;
}

void bytes_put(struct bytes *to, const void *data, size_t length) {
  if (length == 0) return;
  reserve(to, length);
  memcpy(to->data + to->length, data, length);
  to->length += length;
}

void bytes_u16(struct bytes *to, uint16_t value) { bytes_put(to, &value, sizeof value); }
void bytes_u32(struct bytes *to, uint32_t value) { bytes_put(to, &value, sizeof value); }
void bytes_u64(struct bytes *to, uint64_t value) { bytes_put(to, &value, sizeof value); }

void bytes_format(struct bytes *to, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  reserve(to, (size_t)length + 1);
  va_start(arguments, format);
  vsnprintf((char *)to->data + to->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  to->length += (size_t)length;
}

void bytes_json_n(struct bytes *to, const char *text, size_t length) {
  bytes_put(to, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\') bytes_format(to, "\\%c", c);
    else if (c < 0x20) bytes_format(to, "\\u%04x", c);
    else bytes_put(to, &text[i], 1);
  }
  bytes_put(to, "\"", 1);
}

void bytes_json(struct bytes *to, const char *text) {
  if (text == NULL) bytes_put(to, "null", 4);
  else bytes_json_n(to, text, strlen(text));
}

void bytes_free(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}

void patch_u32(struct bytes *in, size_t at, uint32_t value) { memcpy(in->data + at, &value, sizeof value); }

uint16_t read_u16(const uint8_t *at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

uint32_t read_u32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

uint64_t read_u64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}
