/* Configurations and lists of topics (protocol.md §5.2). */
#define _GNU_SOURCE
#include "tmq.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"

enum { CONF_INVALID = -1, CONF_UNKNOWN = -2 };
enum value_kind { ANY, SWITCH, NUMBER };

static const struct { const char *key; enum value_kind kind; } keys[] = {
    {"group.id", ANY}, {"client.id", ANY}, {"enable.auto.commit", SWITCH}, {"auto.commit.interval.ms", NUMBER},
    {"auto.offset.reset", ANY}, {"msg.with.table.name", SWITCH}, {"experimental.snapshot.enable", SWITCH},
    {"enable.replay", SWITCH}, {"session.timeout.ms", NUMBER}, {"heartbeat.interval.ms", NUMBER},
    {"max.poll.interval.ms", NUMBER}, {"fetch.max.wait.ms", NUMBER}, {"min.poll.rows", NUMBER},
    {"msg.consume.excluded", NUMBER}, {"msg.consume.rawdata", NUMBER}, {"msg.enable.batchmeta", NUMBER},
    {"td.connect.ip", ANY}, {"td.connect.user", ANY}, {"td.connect.pass", ANY}, {"td.connect.port", NUMBER},
    {"td.connect.db", ANY}, {"td.connect.token", ANY},
};

tmq_conf_t *tmq_conf_new(void) { return guard_new(GUARD_CONF, sizeof(tmq_conf_t)); }

static bool is_valid(enum value_kind kind, const char *value) {
  if (kind == SWITCH) return strcasecmp(value, "true") == 0 || strcasecmp(value, "false") == 0;
  return kind == ANY || (*value != 0 && value[strspn(value, "0123456789")] == 0);
}

int tmq_conf_set(tmq_conf_t *conf, const char *key, const char *value) {
  guard_check(conf, GUARD_CONF, __func__);
  if (key == NULL || value == NULL) breach(__func__, "key or value is NULL");
  size_t i = 0;
  while (i < sizeof keys / sizeof *keys && strcasecmp(keys[i].key, key) != 0) i++;
  if (i == sizeof keys / sizeof *keys) return CONF_UNKNOWN;
  if (!is_valid(keys[i].kind, value)) return CONF_INVALID;
  if (i == 0 && (*value == 0 || strlen(value) > 192 || strchr(value, ':') != NULL)) return CONF_INVALID;
  struct tmq_setting *setting = allocate(sizeof *setting);
  *setting = (struct tmq_setting){.next = conf->settings, .key = keys[i].key, .value = strdup(value)};
  conf->settings = setting;
  return 0;
}

const char *conf_value(const tmq_conf_t *conf, const char *key) {
  const struct tmq_setting *setting = conf->settings;
  while (setting != NULL && strcmp(setting->key, key) != 0) setting = setting->next;
  return setting == NULL ? NULL : setting->value;
}

void conf_copy(tmq_conf_t *to, const tmq_conf_t *from) {
  for (const struct tmq_setting *setting = from->settings; setting != NULL; setting = setting->next) {
    struct tmq_setting *copy = allocate(sizeof *copy);
    // The one that was set last comes first, and stays so.
    *copy = (struct tmq_setting){.key = setting->key, .value = strdup(setting->value)};
    struct tmq_setting **last = &to->settings;
    while (*last != NULL) last = &(*last)->next;
    *last = copy;
  }
}

void conf_clear(tmq_conf_t *conf) {
  while (conf->settings != NULL) {
    struct tmq_setting *next = conf->settings->next;
    free(conf->settings->value);
    free(conf->settings);
    conf->settings = next;
  }
}

void tmq_conf_destroy(tmq_conf_t *conf) {
  guard_check(conf, GUARD_CONF, __func__);
  conf_clear(conf);
  guard_end(conf, GUARD_CONF, __func__);
}

tmq_list_t *tmq_list_new(void) { return guard_new(GUARD_LIST, sizeof(tmq_list_t)); }

int32_t tmq_list_append(tmq_list_t *list, const char *text) {
  guard_check(list, GUARD_LIST, __func__);
  if (text == NULL || *text == 0) return -1;
  list->items = realloc(list->items, (size_t)(list->count + 1) * sizeof *list->items);
  if (list->items == NULL) abort();
  list->items[list->count++] = strdup(text);
  return 0;
}

int32_t tmq_list_get_size(const tmq_list_t *list) {
  guard_check(list, GUARD_LIST, __func__);
  return list->count;
}

char **tmq_list_to_c_array(const tmq_list_t *list) {
  guard_check(list, GUARD_LIST, __func__);
  return list->items;
}

void tmq_list_destroy(tmq_list_t *list) {
  guard_check(list, GUARD_LIST, __func__);
  for (int i = 0; i < list->count; i++) guard_retire(list->items[i], strlen(list->items[i]));
  guard_retire(list->items, (size_t)list->count * sizeof *list->items);
  guard_end(list, GUARD_LIST, __func__);
}
