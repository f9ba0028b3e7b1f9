/* Prepared statements (protocol.md §2.7.1, §4). */
#ifndef STATEMENT_H
#define STATEMENT_H

#include "result.h"

/* Roles of placeholders. */
enum { ROLE_COLUMN = 1, ROLE_TAG = 2, ROLE_QUERY = 3, ROLE_TABLE = 4 };

struct statement {
  struct connection *connection;
  /* The server's id. */
  uint64_t id;
  bool is_prepared;
  bool is_insert;
  /* Placeholders in their order; NULL for a query, and where they cannot be told. */
  TAOS_FIELD_ALL *fields;
  int field_count;
  /* What taos_stmt2_get_fields answers instead. */
  int32_t fields_code;
  char *fields_text;
  /* Placeholders of each role that a bind must give. */
  int column_count, tag_count;
  bool binds_table;
  int32_t code;
  char *text;
  /* Flags of taos_stmt2_init. */
  bool single_stable, single_bind;
  /* The connection's count of kills when the request was made that the next execution runs under. */
  int kills;
  bool has_run;
  /* Rows that were bound and dropped (standin_drop_rows). */
  int dropped;
  /* The last result, where the library owns it. */
  struct result *result;
};

/* A statement that takes part in a call; until statement_leave, which gives the code back. */
struct statement *statement_enter(TAOS_STMT2 *stmt, const char *function);
int32_t statement_leave(struct statement *statement, int32_t code);
/* Sets the statement's error, and the thread's. */
int32_t statement_fail(struct statement *statement, int32_t code, const char *text);
/* It was called out of turn. */
int32_t statement_misuse(struct statement *statement);
/* Not 0 when this call is to fail (faults.h). */
int32_t statement_fault(struct statement *statement, const char *function);
/* Asks the server for something; the members in `more`, each behind a comma, go along. The caller frees the reply. */
int32_t statement_ask(struct statement *statement, const char *action, const struct bytes *more, struct reply *reply);
int32_t statement_open(struct statement *statement);
void statement_close(struct statement *statement);
void fields_forget(struct statement *statement);

/* Writes what is bound as the payload of action 9 (protocol.md §4.1); ends the process when it cannot be right. */
void bind_write(struct bytes *to, const struct statement *statement, const TAOS_STMT2_BINDV *bindv,
                const char *function);

#endif
