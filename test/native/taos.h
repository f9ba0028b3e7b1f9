/*
 * The part of libtaos's C interface that tdwire uses (protocol.md §6.2, §6.4), and no more: prototypes and structs of
 * TDengine 3.3.7. test/unit/native_symbols.test.ts compares src/transports/native/symbols.ts with the prototypes below;
 * the compiler compares the structs with test/golden/abi.json (see build.mjs).
 */
#ifndef TAOS_H
#define TAOS_H

#include <stdbool.h>
#include <stdint.h>

#define TAOS_EXPORT __attribute__((visibility("default")))

typedef void TAOS;
typedef void TAOS_RES;
typedef void TAOS_STMT2;
typedef struct tmq_t tmq_t;
typedef struct tmq_conf_t tmq_conf_t;
typedef struct tmq_list_t tmq_list_t;

typedef struct {
  char name[65];
  int8_t type;
  int32_t bytes;
} TAOS_FIELD;

typedef struct {
  char name[65];
  int8_t type;
  uint8_t precision;
  uint8_t scale;
  int32_t bytes;
} TAOS_FIELD_E;

typedef struct {
  char name[65];
  int8_t type;
  uint8_t precision;
  uint8_t scale;
  int32_t bytes;
  uint8_t field_type;
} TAOS_FIELD_ALL;

typedef struct {
  int buffer_type;
  void *buffer;
  uintptr_t buffer_length;
  int32_t *length;
  char *is_null;
  int num;
} TAOS_MULTI_BIND;

typedef struct {
  int64_t reqid;
  bool singleStbInsert;
  bool singleTableBindOnce;
  void (*asyncExecFn)(void *userdata, TAOS_RES *res, int code);
  void *userdata;
} TAOS_STMT2_OPTION;

typedef struct {
  int buffer_type;
  void *buffer;
  int32_t *length;
  char *is_null;
  int num;
} TAOS_STMT2_BIND;

typedef struct {
  int count;
  char **tbnames;
  TAOS_STMT2_BIND **tags;
  TAOS_STMT2_BIND **bind_cols;
} TAOS_STMT2_BINDV;

typedef struct {
  int32_t vgId;
  int64_t currentOffset;
  int64_t begin;
  int64_t end;
} tmq_topic_assignment;

typedef struct {
  void *raw;
  uint32_t raw_len;
  uint16_t raw_type;
} tmq_raw_data;

/* Connection */
TAOS_EXPORT int taos_options(int option, const void *arg, ...);
TAOS_EXPORT int taos_options_connection(TAOS *taos, int option, const void *arg, ...);
TAOS_EXPORT TAOS *taos_connect(const char *ip, const char *user, const char *pass, const char *db, uint16_t port);
TAOS_EXPORT TAOS *taos_connect_totp(const char *ip, const char *user, const char *pass, const char *totp,
                                    const char *db, uint16_t port);
TAOS_EXPORT TAOS *taos_connect_token(const char *ip, const char *token, const char *db, uint16_t port);
TAOS_EXPORT void taos_close(TAOS *taos);
TAOS_EXPORT const char *taos_get_server_info(TAOS *taos);
TAOS_EXPORT const char *taos_get_client_info(void);

/* Query */
TAOS_EXPORT TAOS_RES *taos_query_with_reqid(TAOS *taos, const char *sql, int64_t reqid);
TAOS_EXPORT int taos_errno(TAOS_RES *res);
TAOS_EXPORT const char *taos_errstr(TAOS_RES *res);
TAOS_EXPORT int taos_num_fields(TAOS_RES *res);
TAOS_EXPORT int taos_affected_rows(TAOS_RES *res);
TAOS_EXPORT int64_t taos_affected_rows64(TAOS_RES *res);
TAOS_EXPORT int taos_result_precision(TAOS_RES *res);
TAOS_EXPORT TAOS_FIELD *taos_fetch_fields(TAOS_RES *res);
TAOS_EXPORT TAOS_FIELD_E *taos_fetch_fields_e(TAOS_RES *res);
TAOS_EXPORT int taos_fetch_raw_block(TAOS_RES *res, int *rows, void **block);
TAOS_EXPORT void taos_stop_query(TAOS_RES *res);
TAOS_EXPORT void taos_kill_query(TAOS *taos);
TAOS_EXPORT void taos_free_result(TAOS_RES *res);

/* Prepared statements */
TAOS_EXPORT TAOS_STMT2 *taos_stmt2_init(TAOS *taos, TAOS_STMT2_OPTION *option);
TAOS_EXPORT int taos_stmt2_prepare(TAOS_STMT2 *stmt, const char *sql, unsigned long length);
TAOS_EXPORT int taos_stmt2_bind_param(TAOS_STMT2 *stmt, TAOS_STMT2_BINDV *bindv, int32_t col_idx);
TAOS_EXPORT int taos_stmt2_exec(TAOS_STMT2 *stmt, int *affected_rows);
TAOS_EXPORT int taos_stmt2_close(TAOS_STMT2 *stmt);
TAOS_EXPORT int taos_stmt2_is_insert(TAOS_STMT2 *stmt, int *insert);
TAOS_EXPORT int taos_stmt2_get_fields(TAOS_STMT2 *stmt, int *count, TAOS_FIELD_ALL **fields);
TAOS_EXPORT void taos_stmt2_free_fields(TAOS_STMT2 *stmt, TAOS_FIELD_ALL *fields);
TAOS_EXPORT TAOS_RES *taos_stmt2_result(TAOS_STMT2 *stmt);
TAOS_EXPORT char *taos_stmt2_error(TAOS_STMT2 *stmt);

/* Schemaless writing */
TAOS_EXPORT TAOS_RES *taos_schemaless_insert_raw_ttl_with_reqid_tbname_key(TAOS *taos, char *lines, int len,
                                                                           int32_t *totalRows, int protocol,
                                                                           int precision, int32_t ttl, int64_t reqid,
                                                                           char *tbnameKey);
TAOS_EXPORT TAOS_RES *taos_schemaless_insert_raw_ttl_with_reqid(TAOS *taos, char *lines, int len, int32_t *totalRows,
                                                                int protocol, int precision, int32_t ttl,
                                                                int64_t reqid);

/* Subscriptions */
TAOS_EXPORT tmq_conf_t *tmq_conf_new(void);
TAOS_EXPORT int tmq_conf_set(tmq_conf_t *conf, const char *key, const char *value);
TAOS_EXPORT void tmq_conf_destroy(tmq_conf_t *conf);
TAOS_EXPORT tmq_list_t *tmq_list_new(void);
TAOS_EXPORT int32_t tmq_list_append(tmq_list_t *list, const char *text);
TAOS_EXPORT void tmq_list_destroy(tmq_list_t *list);
TAOS_EXPORT int32_t tmq_list_get_size(const tmq_list_t *list);
TAOS_EXPORT char **tmq_list_to_c_array(const tmq_list_t *list);
TAOS_EXPORT tmq_t *tmq_consumer_new(tmq_conf_t *conf, char *errstr, int32_t errlen);
TAOS_EXPORT int32_t tmq_subscribe(tmq_t *tmq, const tmq_list_t *topics);
TAOS_EXPORT int32_t tmq_unsubscribe(tmq_t *tmq);
TAOS_EXPORT int32_t tmq_subscription(tmq_t *tmq, tmq_list_t **topics);
TAOS_EXPORT TAOS_RES *tmq_consumer_poll(tmq_t *tmq, int64_t timeout_ms);
TAOS_EXPORT int32_t tmq_consumer_close(tmq_t *tmq);
TAOS_EXPORT int32_t tmq_commit_sync(tmq_t *tmq, const TAOS_RES *message);
TAOS_EXPORT int32_t tmq_commit_offset_sync(tmq_t *tmq, const char *topic, int32_t vgroup, int64_t offset);
TAOS_EXPORT int32_t tmq_get_topic_assignment(tmq_t *tmq, const char *topic, tmq_topic_assignment **assignment,
                                             int32_t *count);
TAOS_EXPORT void tmq_free_assignment(tmq_topic_assignment *assignment);
TAOS_EXPORT int32_t tmq_offset_seek(tmq_t *tmq, const char *topic, int32_t vgroup, int64_t offset);
TAOS_EXPORT int64_t tmq_position(tmq_t *tmq, const char *topic, int32_t vgroup);
TAOS_EXPORT int64_t tmq_committed(tmq_t *tmq, const char *topic, int32_t vgroup);
TAOS_EXPORT TAOS *tmq_get_connect(tmq_t *tmq);
TAOS_EXPORT int tmq_get_res_type(TAOS_RES *message);
TAOS_EXPORT const char *tmq_get_topic_name(TAOS_RES *message);
TAOS_EXPORT const char *tmq_get_db_name(TAOS_RES *message);
TAOS_EXPORT int32_t tmq_get_vgroup_id(TAOS_RES *message);
TAOS_EXPORT int64_t tmq_get_vgroup_offset(TAOS_RES *message);
TAOS_EXPORT const char *tmq_err2str(int32_t code);
TAOS_EXPORT int32_t tmq_get_raw(TAOS_RES *message, tmq_raw_data *raw);
TAOS_EXPORT void tmq_free_raw(tmq_raw_data raw);
TAOS_EXPORT char *tmq_get_json_meta(TAOS_RES *message);
TAOS_EXPORT void tmq_free_json_meta(char *json);

#endif
