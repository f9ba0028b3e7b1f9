/* A buffer that grows, and reading and writing little-endian numbers. */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
  uint8_t *data;
  size_t length;
  size_t capacity;
};

void bytes_put(struct bytes *to, const void *data, size_t length);
void bytes_u16(struct bytes *to, uint16_t value);
void bytes_u32(struct bytes *to, uint32_t value);
void bytes_u64(struct bytes *to, uint64_t value);
void bytes_format(struct bytes *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string, or null for NULL. */
void bytes_json(struct bytes *to, const char *text);
void bytes_json_n(struct bytes *to, const char *text, size_t length);
void bytes_free(struct bytes *bytes);

/* Overwrites four bytes that were written before. */
void patch_u32(struct bytes *in, size_t at, uint32_t value);

uint16_t read_u16(const uint8_t *at);
uint32_t read_u32(const uint8_t *at);
uint64_t read_u64(const uint8_t *at);

/* Memory, or the end of the process. */
void *allocate(size_t size);

#endif
