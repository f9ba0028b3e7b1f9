#define _GNU_SOURCE
#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

static bool read_file(const char *path, struct bytes *to) {
  FILE *file = fopen(path, "rb");
  uint8_t part[65536];
  size_t count;
  if (file == NULL) return false;
  while ((count = fread(part, 1, sizeof part, file)) > 0) bytes_put(to, part, count);
  fclose(file);
  return true;
}

static struct recording *read_blocks(const char *name, int times) {
  struct recording *recording = allocate(sizeof *recording);
  char path[4096];
  for (;;) {
    struct bytes block = {0};
    snprintf(path, sizeof path, "%s/%s.%d.block", GOLDEN_BLOCKS, name, recording->count);
    if (!read_file(path, &block)) break;
    recording->blocks = realloc(recording->blocks, (size_t)(recording->count + 1) * sizeof block);
    if (recording->blocks == NULL) abort();
    recording->blocks[recording->count++] = block;
  }
  recording->total = recording->count * times;
  return recording;
}

bool golden_open(struct result *result, const char *sql) {
  char name[128], path[4096];
  int times = 1;
  struct bytes text = {0};
  if (sscanf(sql, "golden %127s %d", name, &times) < 1) return false;
  snprintf(path, sizeof path, "%s/%s.json", GOLDEN_BLOCKS, name);
  struct json *recorded = read_file(path, &text) ? json_read((const char *)text.data, text.length) : NULL;
  if (recorded == NULL) result_fail(result, native_code(0xffff), "no such recording");
  else result_describe(result, json_member(recorded, "reply"));
  // The server has forgotten this result.
  result->id = 0;
  result->recording = read_blocks(name, times);
  json_free(recorded);
  bytes_free(&text);
  return true;
}

void golden_next(struct recording *recording, struct bytes *block) {
  if (recording->given == recording->total) return;
  const struct bytes *next = &recording->blocks[recording->given++ % recording->count];
  bytes_put(block, next->data, next->length);
}

void golden_free(struct recording *recording) {
  if (recording == NULL) return;
  for (int i = 0; i < recording->count; i++) bytes_free(&recording->blocks[i]);
  free(recording->blocks);
  free(recording);
}
