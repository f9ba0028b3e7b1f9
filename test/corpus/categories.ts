/**
 * What a statement is about, told from its text.
 *
 * @module
 */

/** Name and pattern of each category of queries; the first that fits counts. */
const queries: readonly (readonly [string, RegExp])[] = [
  ["system tables", /\b(information|performance)_schema\b/i],
  ["INTERP", /\binterp\s*\(/i],
  ["FILL", /\bfill\s*\(/i],
  ["windows", /\b(interval|session|state_window|event_window|count_window)\s*\(/i],
  ["joins", /\bjoin\b|\bfrom\s+\w+\s+\w+\s*,/i],
  ["unions and sub-queries", /\bunion\b|\(\s*select\b/i],
  ["JSON tags", /->|\bcontains\b/i],
  [
    "selection and series functions",
    new RegExp(
      `\\b(${
        [
          "first|last|last_row|top|bottom|mode|sample|unique|tail|diff|derivative|csum|mavg|lag|lead",
          "statecount|stateduration|irate",
        ].join("|")
      })\\s*\\(`,
      "i",
    ),
  ],
  [
    "aggregates",
    new RegExp(
      `\\b(${
        [
          "count|sum|avg|min|max|spread|stddev\\w*|var\\w*|percentile|apercentile|hyperloglog|twa|elapsed",
          "leastsquares|histogram|group_concat",
        ].join("|")
      })\\s*\\(`,
      "i",
    ),
  ],
  [
    "time functions",
    new RegExp(
      `\\b(${
        [
          "timetruncate|timediff|to_iso8601|to_unixtimestamp|to_char|to_timestamp|dayofweek|weekday|week",
          "weekofyear|now|today|timezone",
        ].join("|")
      })\\s*\\(`,
      "i",
    ),
  ],
  [
    "text functions",
    new RegExp(
      `\\b(${
        [
          "lower|upper|length|char_length|concat\\w*|substr\\w*|trim|ltrim|rtrim|replace|repeat|ascii|char",
          "position|find_in_set",
        ].join("|")
      })\\s*\\(`,
      "i",
    ),
  ],
  [
    "numeric functions",
    new RegExp(
      `\\b(${
        [
          "abs|ceil|floor|round|sqrt|pow|log|ln|exp|sin|cos|tan|asin|acos|atan|sign|mod|truncate|degrees",
          "radians|rand|pi|greatest|least|crc32|bit_count",
        ].join("|")
      })\\s*\\(`,
      "i",
    ),
  ],
  ["CAST and CASE", /\bcast\s*\(|\bcase\b/i],
  [
    "server functions",
    /\b(database|server_status|server_version|client_version|user|current_user)\s*\(/i,
  ],
];

/** Returns the category of a statement. */
export function categoryOf(sql: string): string {
  const verb = /^\s*([a-z]*)/i.exec(sql)![1]!.toUpperCase();
  if (verb !== "SELECT") return verb === "DESC" ? "DESCRIBE" : verb === "" ? "(empty)" : verb;
  return `SELECT: ${
    queries.find(([, pattern]) => pattern.test(sql))?.[0] ?? "rows and conditions"
  }`;
}
