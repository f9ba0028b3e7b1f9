/**
 * Scripts: functions of single values that are computed in JavaScript, where DuckDB has none of the same meaning.
 *
 * A script is NULL when one of its arguments is. It is called by name in the SQL of an expression, so DuckDB has to know it:
 * `scripts.ts` lists all of them.
 *
 * @module
 */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { DuckDb } from "../store.ts";

/** DuckDB's types that scripts take and give, with the values they are in JavaScript. */
interface ScriptTypes {
  BIGINT: bigint;
  UINTEGER: number;
  DOUBLE: number;
  BOOLEAN: boolean;
  VARCHAR: string;
  BLOB: Uint8Array;
}

type ScriptType = keyof ScriptTypes;
type Values<Parameters extends readonly ScriptType[]> = {
  [Index in keyof Parameters]: ScriptTypes[Parameters[Index]];
};

/** A function DuckDB calls. */
export interface Script {
  /** Its name in DuckDB. */
  name: string;
  parameters: readonly ScriptType[];
  result: ScriptType;
  /** Gives the value, or null. */
  compute(...values: never[]): ScriptTypes[ScriptType] | null;
}

/** Defines a script. */
export function script<const Parameters extends readonly ScriptType[], Result extends ScriptType>(
  name: string,
  parameters: Parameters,
  result: Result,
  compute: (...values: Values<Parameters>) => ScriptTypes[Result] | null,
): Script {
  return { name: `td_${name}`, parameters, result, compute: compute as never };
}

/** Returns the SQL that calls a script with the SQL of its arguments. */
export function callSql({ name, parameters }: Script, ...values: string[]): string {
  return `${name}(${
    values.map((sql, index) => `CAST(${sql} AS ${parameters[index]})`).join(", ")
  })`;
}

/** Makes the scripts known to the database a connection belongs to. */
export function registerScripts(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  scripts: readonly Script[],
): void {
  for (const { name, parameters, result, compute } of scripts) {
    const read = (value: DuckDBValue): unknown =>
      value instanceof duckdb.DuckDBBlobValue ? value.bytes : value;
    const write = (value: unknown): DuckDBValue =>
      value instanceof Uint8Array ? new duckdb.DuckDBBlobValue(value) : value as DuckDBValue;
    connection.registerScalarFunction(duckdb.DuckDBScalarFunction.create({
      name,
      parameterTypes: parameters.map((type) => duckdb[type]),
      returnType: duckdb[result],
      mainFunction(_, input, output) {
        const columns = parameters.map((_, index) => input.getColumnVector(index));
        for (let row = 0; row < input.rowCount; row++) {
          const values = columns.map((column) => read(column.getItem(row)));
          output.setItem(
            row,
            values.includes(null) ? null : write(compute(...values as never[])),
          );
        }
        output.flush();
      },
    }));
  }
}
