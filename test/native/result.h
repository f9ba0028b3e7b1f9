/* Results of queries and of prepared statements, and messages: all are a TAOS_RES. */
#ifndef RESULT_H
#define RESULT_H

#include "connection.h"
#include "golden.h"

struct message;

struct result {
  /* NULL when it has nothing more to ask of a connection. */
  struct connection *connection;
  /* The server's id of rows that are not finished; 0 without any. */
  uint64_t id;
  int32_t code;
  char *text;
  int field_count;
  TAOS_FIELD *fields;
  TAOS_FIELD_E *fields_e;
  int precision;
  int64_t affected_rows;
  /* What the block that was given last stands in. */
  struct bytes frame;
  /* The request under way, which taos_stop_query calls off. */
  _Atomic uint64_t request_id;
  atomic_bool is_stopped;
  /* How often the connection's queries had been killed before this one began. */
  int kills;
  /* NULL for what comes from the server. */
  struct recording *recording;
  /* How often the recording begins again. */
  int rounds_left;
  /* Comes from a statement. */
  bool is_statements;
  /* Belongs to that statement, which frees it. */
  bool is_borrowed;
  struct message *message;
};

/* Whether it, or every query of its connection, was stopped. */
bool result_is_stopped(const void *result);
/* An empty result that the caller must free. */
struct result *result_new(struct connection *connection);
void result_fail(struct result *result, int32_t code, const char *text);
/* Takes over what a reply says of rows or of an update; or the reply's error. */
void result_describe(struct result *result, const struct json *reply);
/* Ends it; the server frees its rows. */
void result_end(struct result *result, const char *function);

#endif
