/**
 * The C functions of libtaos that are used, by name (protocol.md §6.2): the one table that both runtimes' FFI and the
 * tests read. 64-bit ABIs only, where `int` has 32 bits. `unsigned long` has 32 bits on Windows, but arguments travel
 * in whole registers there too.
 *
 * @module
 */

/**
 * Kinds of arguments and results. `buffer` is memory of ours, passed by its address: text ended by NUL, a structure, or
 * room for a result. Variadic functions are called with named arguments only (protocol.md §6.4).
 */
export type CType = "void" | "i32" | "u16" | "i64" | "u64" | "pointer" | "buffer";

/** One C function. */
export interface Prototype {
  readonly parameters: readonly CType[];
  readonly result: CType;
}

/** All functions. */
export const prototypes = {
  // Library and connection
  taos_options: { parameters: ["i32", "buffer"], result: "i32" },
  taos_get_client_info: { parameters: [], result: "pointer" },
  taos_connect: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "u16"],
    result: "pointer",
  },
  taos_connect_totp: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "u16"],
    result: "pointer",
  },
  taos_connect_token: { parameters: ["buffer", "buffer", "buffer", "u16"], result: "pointer" },
  taos_options_connection: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  taos_get_server_info: { parameters: ["pointer"], result: "pointer" },
  taos_kill_query: { parameters: ["pointer"], result: "void" },
  taos_close: { parameters: ["pointer"], result: "void" },

  // Results
  taos_query_with_reqid: { parameters: ["pointer", "buffer", "i64"], result: "pointer" },
  taos_errno: { parameters: ["pointer"], result: "i32" },
  taos_errstr: { parameters: ["pointer"], result: "pointer" },
  taos_num_fields: { parameters: ["pointer"], result: "i32" },
  taos_fetch_fields: { parameters: ["pointer"], result: "pointer" },
  taos_fetch_fields_e: { parameters: ["pointer"], result: "pointer" },
  taos_result_precision: { parameters: ["pointer"], result: "i32" },
  taos_affected_rows: { parameters: ["pointer"], result: "i32" },
  taos_affected_rows64: { parameters: ["pointer"], result: "i64" },
  taos_fetch_raw_block: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  taos_stop_query: { parameters: ["pointer"], result: "void" },
  taos_free_result: { parameters: ["pointer"], result: "void" },

  // Statements
  taos_stmt2_init: { parameters: ["pointer", "buffer"], result: "pointer" },
  taos_stmt2_prepare: { parameters: ["pointer", "buffer", "u64"], result: "i32" },
  taos_stmt2_is_insert: { parameters: ["pointer", "buffer"], result: "i32" },
  taos_stmt2_get_fields: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  taos_stmt2_free_fields: { parameters: ["pointer", "pointer"], result: "void" },
  taos_stmt2_bind_param: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  taos_stmt2_exec: { parameters: ["pointer", "buffer"], result: "i32" },
  taos_stmt2_result: { parameters: ["pointer"], result: "pointer" },
  taos_stmt2_error: { parameters: ["pointer"], result: "pointer" },
  taos_stmt2_close: { parameters: ["pointer"], result: "i32" },

  // Schemaless
  taos_schemaless_insert_raw_ttl_with_reqid: {
    parameters: ["pointer", "buffer", "i32", "buffer", "i32", "i32", "i32", "i64"],
    result: "pointer",
  },
  taos_schemaless_insert_raw_ttl_with_reqid_tbname_key: {
    parameters: ["pointer", "buffer", "i32", "buffer", "i32", "i32", "i32", "i64", "buffer"],
    result: "pointer",
  },

  // Subscriptions. A tmq_raw_data by value is two 64-bit arguments (protocol.md §6.4).
  tmq_conf_new: { parameters: [], result: "pointer" },
  tmq_conf_set: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  tmq_conf_destroy: { parameters: ["pointer"], result: "void" },
  tmq_list_new: { parameters: [], result: "pointer" },
  tmq_list_append: { parameters: ["pointer", "buffer"], result: "i32" },
  tmq_list_get_size: { parameters: ["pointer"], result: "i32" },
  tmq_list_to_c_array: { parameters: ["pointer"], result: "pointer" },
  tmq_list_destroy: { parameters: ["pointer"], result: "void" },
  tmq_consumer_new: { parameters: ["pointer", "buffer", "i32"], result: "pointer" },
  tmq_subscribe: { parameters: ["pointer", "pointer"], result: "i32" },
  tmq_subscription: { parameters: ["pointer", "buffer"], result: "i32" },
  tmq_unsubscribe: { parameters: ["pointer"], result: "i32" },
  tmq_consumer_poll: { parameters: ["pointer", "i64"], result: "pointer" },
  tmq_consumer_close: { parameters: ["pointer"], result: "i32" },
  tmq_commit_sync: { parameters: ["pointer", "pointer"], result: "i32" },
  tmq_commit_offset_sync: { parameters: ["pointer", "buffer", "i32", "i64"], result: "i32" },
  tmq_get_topic_assignment: {
    parameters: ["pointer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  tmq_free_assignment: { parameters: ["pointer"], result: "void" },
  tmq_offset_seek: { parameters: ["pointer", "buffer", "i32", "i64"], result: "i32" },
  tmq_position: { parameters: ["pointer", "buffer", "i32"], result: "i64" },
  tmq_committed: { parameters: ["pointer", "buffer", "i32"], result: "i64" },
  tmq_get_connect: { parameters: ["pointer"], result: "pointer" },
  tmq_get_res_type: { parameters: ["pointer"], result: "i32" },
  tmq_get_topic_name: { parameters: ["pointer"], result: "pointer" },
  tmq_get_db_name: { parameters: ["pointer"], result: "pointer" },
  tmq_get_vgroup_id: { parameters: ["pointer"], result: "i32" },
  tmq_get_vgroup_offset: { parameters: ["pointer"], result: "i64" },
  tmq_get_raw: { parameters: ["pointer", "buffer"], result: "i32" },
  tmq_free_raw: { parameters: ["u64", "u64"], result: "void" },
  tmq_get_json_meta: { parameters: ["pointer"], result: "pointer" },
  tmq_free_json_meta: { parameters: ["pointer"], result: "void" },
  tmq_err2str: { parameters: ["i32"], result: "pointer" },
} as const;

/** Name of a function. */
export type FunctionName = keyof typeof prototypes;
