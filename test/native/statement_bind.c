#include <pthread.h>
#include <string.h>

#include "standin.h"
#include "statement.h"

enum { TYPES = 22, IS_NONE = 2 };

/* Bytes of a value by type code (protocol.md §3.3); 0 = of variable length, -1 = cannot be bound. */
static const int sizes[TYPES] = {-1, 1, 1, 2, 4, 8, 4, 8, 0, 8, 0, 1, 2, 4, 8, 0, 0, 16, 0, 0, 0, 8};
enum { TYPE_DECIMAL = 17, TYPE_DECIMAL64 = 21 };

/* A bind, and where it stands, for messages. */
struct place {
  const TAOS_STMT2_BIND *bind;
  const char *function;
  const char *what;
  int table, index;
};

#define BREACH(place, format, ...)                                                                             \
  breach((place)->function, "table %d, %s %d: " format, (place)->table, (place)->what, (place)->index, \
              __VA_ARGS__)

static bool is_value(const TAOS_STMT2_BIND *bind, int row) { return bind->is_null == NULL || bind->is_null[row] == 0; }

/* Values of variable length stand one behind the other; rows without a value take no bytes. */
static void write_texts(struct bytes *to, const struct place *place) {
  const TAOS_STMT2_BIND *bind = place->bind;
  size_t size = 0;
  for (int row = 0; row < bind->num; row++) {
    if (!is_value(bind, row)) continue;
    int32_t length = (int32_t)read_u32((const uint8_t *)bind->length + 4 * (size_t)row);
    if (length < 0) BREACH(place, "row %d has the length %d", row, length);
    size += (size_t)length;
  }
  guard_readable(bind->buffer, size, place->function, "buffer");
  bytes_put(to, bind->buffer, size);
}

/* Every row has a place, but the library looks at those with values only: without any there may be no buffer. */
static void write_numbers(struct bytes *to, const struct place *place, size_t size) {
  static const uint8_t zeros[16];
  const TAOS_STMT2_BIND *bind = place->bind;
  const uint8_t *values = bind->buffer;
  int first = 0, last = bind->num - 1;
  while (first <= last && !is_value(bind, first)) first++;
  while (last >= first && !is_value(bind, last)) last--;
  if (first > last) return;
  guard_readable(values, (size_t)(last + 1) * size, place->function, "buffer");
  for (int row = 0; row < bind->num; row++) {
    bytes_put(to, is_value(bind, row) ? values + (size_t)row * size : zeros, size);
  }
}

static void check(const struct place *place) {
  const TAOS_STMT2_BIND *bind = place->bind;
  guard_readable(bind, sizeof *bind, place->function, "a TAOS_STMT2_BIND");
  int type = bind->buffer_type;
  if (type < 0 || type >= TYPES || sizes[type] < 0) BREACH(place, "buffer_type is %d", type);
  if (bind->num < 0) BREACH(place, "num is %d", bind->num);
  if (bind->is_null == NULL) return;
  guard_readable(bind->is_null, (size_t)bind->num, place->function, "is_null");
  for (int row = 0; row < bind->num; row++) {
    if ((unsigned char)bind->is_null[row] > IS_NONE) BREACH(place, "is_null of row %d is %d", row, bind->is_null[row]);
  }
}

static void write_nulls(struct bytes *to, const TAOS_STMT2_BIND *bind) {
  static const char none[1024];
  if (bind->is_null != NULL) {
    bytes_put(to, bind->is_null, (size_t)bind->num);
    return;
  }
  for (int rest = bind->num; rest > 0; rest -= (int)sizeof none) {
    bytes_put(to, none, rest < (int)sizeof none ? (size_t)rest : sizeof none);
  }
}

static void write_bind(struct bytes *to, const struct place *place) {
  const TAOS_STMT2_BIND *bind = place->bind;
  size_t begin = to->length;
  check(place);
  int size = sizes[bind->buffer_type];
  bool is_text = bind->length != NULL && (bind->buffer_type == TYPE_DECIMAL || bind->buffer_type == TYPE_DECIMAL64);
  bool has_lengths = size == 0 || is_text;
  bytes_u32(to, 0);
  bytes_u32(to, (uint32_t)bind->buffer_type);
  bytes_u32(to, (uint32_t)bind->num);
  write_nulls(to, bind);
  bytes_put(to, &(uint8_t){has_lengths}, 1);
  if (has_lengths) {
    guard_readable(bind->length, 4 * (size_t)bind->num, place->function, "length");
    bytes_put(to, bind->length, 4 * (size_t)bind->num);
  }
  size_t length_at = to->length;
  bytes_u32(to, 0);
  if (has_lengths) write_texts(to, place);
  else write_numbers(to, place, (size_t)size);
  patch_u32(to, length_at, (uint32_t)(to->length - length_at - 4));
  patch_u32(to, begin, (uint32_t)(to->length - begin));
}

static void write_names(struct bytes *to, const TAOS_STMT2_BINDV *bindv, const char *function) {
  guard_readable(bindv->tbnames, (size_t)bindv->count * sizeof *bindv->tbnames, function, "tbnames");
  for (int table = 0; table < bindv->count; table++) {
    if (bindv->tbnames[table] == NULL) breach(function, "tbnames[%d] is NULL", table);
    bytes_u16(to, (uint16_t)(strlen(bindv->tbnames[table]) + 1));
  }
  for (int table = 0; table < bindv->count; table++) {
    bytes_put(to, bindv->tbnames[table], strlen(bindv->tbnames[table]) + 1);
  }
}

/* One table's binds. All columns of a table have the same number of rows; the library looks at the first one's only. */
static void write_table(struct bytes *to, TAOS_STMT2_BIND *binds, int count, struct place place) {
  if (binds == NULL) breach(place.function, "the %ss of table %d are NULL", place.what, place.table);
  for (place.index = 0; place.index < count; place.index++) {
    place.bind = &binds[place.index];
    write_bind(to, &place);
    if (place.bind->num != binds[0].num) BREACH(&place, "num is %d, the first's is %d", place.bind->num, binds[0].num);
  }
}

static void write_section(struct bytes *to, TAOS_STMT2_BIND **tables, int table_count, int count, struct place place) {
  size_t lengths = to->length;
  guard_readable(tables, (size_t)table_count * sizeof *tables, place.function, place.what);
  for (int table = 0; table < table_count; table++) bytes_u32(to, 0);
  for (place.table = 0; place.table < table_count; place.table++) {
    size_t begin = to->length;
    write_table(to, tables[place.table], count, place);
    patch_u32(to, lengths + 4 * (size_t)place.table, (uint32_t)(to->length - begin));
  }
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bytes last;

static void remember(const uint8_t *payload, size_t length) {
  pthread_mutex_lock(&lock);
  last.length = 0;
  bytes_put(&last, payload, length);
  pthread_mutex_unlock(&lock);
}

int64_t standin_last_bind(uint8_t *to, int64_t room) {
  pthread_mutex_lock(&lock);
  int64_t length = (int64_t)last.length;
  if (length > 0) memcpy(to, last.data, (size_t)(length < room ? length : room));
  pthread_mutex_unlock(&lock);
  return length;
}

void bind_write(struct bytes *to, const struct statement *statement, const TAOS_STMT2_BINDV *bindv,
                const char *function) {
  enum { TOTAL = 0, COUNT = 4, TAG_COUNT = 8, COLUMN_COUNT = 12, NAMES = 16, TAGS = 20, COLUMNS = 24, HEAD = 28 };
  size_t begin = to->length;
  guard_readable(bindv, sizeof *bindv, function, "a TAOS_STMT2_BINDV");
  if (bindv->count < 1) breach(function, "count is %d", bindv->count);
  if (!statement->is_insert && bindv->count != 1) breach(function, "a query with count %d", bindv->count);
  static const uint8_t head[HEAD];
  bytes_put(to, head, sizeof head);
  patch_u32(to, begin + COUNT, (uint32_t)bindv->count);
  if (statement->binds_table) {
    patch_u32(to, begin + NAMES, (uint32_t)(to->length - begin));
    write_names(to, bindv, function);
  }
  if (statement->tag_count > 0 && bindv->tags != NULL) {
    patch_u32(to, begin + TAG_COUNT, (uint32_t)statement->tag_count);
    patch_u32(to, begin + TAGS, (uint32_t)(to->length - begin));
    struct place place = {.function = function, .what = "tag"};
    write_section(to, bindv->tags, bindv->count, statement->tag_count, place);
  }
  if (statement->column_count > 0) {
    patch_u32(to, begin + COLUMN_COUNT, (uint32_t)statement->column_count);
    patch_u32(to, begin + COLUMNS, (uint32_t)(to->length - begin));
    struct place place = {.function = function, .what = "column"};
    write_section(to, bindv->bind_cols, bindv->count, statement->column_count, place);
  }
  patch_u32(to, begin + TOTAL, (uint32_t)(to->length - begin));
  remember(to->data + begin, to->length - begin);
}
