/**
 * Turns what DuckDB says of a query into a failure of the server. DuckDB's own text speaks of SQL the caller never
 * wrote, so it stays the `cause`.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { wrongValue } from "./function_types.ts";
import { Code, decimalOverflow, regularExpressionError, unsupported } from "./errors.ts";

const failures: [RegExp, () => ServerError][] = [
  [/Could not cast value .* to DECIMAL/, decimalOverflow],
  [
    /Could not convert string .* to DECIMAL/,
    () => new ServerError(Code.dataFormat, "Invalid data format"),
  ],
  [/no geometry: /, () => wrongValue("st_geomfromtext")],
  [
    /missing [)\]]:|repetition|escape sequence|character class|invalid perl operator/,
    regularExpressionError,
  ],
  [/^Out of Memory Error/, () => new ServerError(Code.outOfMemory, "Out of Memory")],
  [/invalid UTF8|Invalid unicode/i, () => unsupported("text that is not UTF-8")],
  [
    /^(Out of Range|Conversion) Error/,
    () => unsupported("a value out of the range of this query's types"),
  ],
];

/** Returns the failure the server answers; failures of the server itself stay as they are. */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const [text] = (error instanceof Error ? error.message : String(error)).split("\n", 1) as [
    string,
  ];
  const known = failures.find(([pattern]) => pattern.test(text));
  const failure = known === undefined ? unsupported("this query") : known[1]();
  failure.cause = error;
  return failure;
}
