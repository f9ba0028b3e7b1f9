/**
 * Functions of geometries.
 *
 * @module
 */
import { unsupported } from "./errors.ts";
import { numberArgument, type SqlFunction, textArgument, wrongArgument } from "./function_types.ts";
import { callSql, type Script, script } from "./script.ts";
import { asDouble, asText, isNull, typed } from "./typed.ts";
import { sizedType, Type } from "./types.ts";
import { decodeWkb, encodeWkt } from "./wkt.ts";

const ofText = script("geometry", ["VARCHAR"], "BLOB", (text) => {
  const bytes = encodeWkt(text);
  if (bytes === null) throw new Error(`no geometry: ${text}`);
  return bytes;
});
const toText = script("wkt", ["BLOB"], "VARCHAR", (bytes) => decodeWkb(bytes));

const pointBytes = 21;

const relation: SqlFunction = {
  arguments: [2, 2],
  compile(call) {
    if (call.args.some((value) => value.type.code !== Type.geometry && !isNull(value))) {
      throw wrongArgument(call.name);
    }
    throw unsupported(call.name.toUpperCase());
  },
};

/** The functions by name. */
export const geometry: Record<string, SqlFunction> = {
  st_geomfromtext: {
    arguments: [1, 1],
    compile(call) {
      const value = textArgument(call);
      if (value.type.code !== Type.varchar) throw wrongArgument(call.name);
      return typed(
        callSql(ofText, asText(value)),
        sizedType(Type.geometry, value.type.length),
        call.args,
      );
    },
  },
  st_astext: {
    arguments: [1, 1],
    compile(call) {
      const value = call.args[0]!;
      if (value.type.code !== Type.geometry && !isNull(value)) throw wrongArgument(call.name);
      return typed(
        callSql(toText, value.sql),
        sizedType(Type.varchar, value.type.length),
        [{ ...value, constant: false }],
      );
    },
  },
  st_makepoint: {
    arguments: [2, 2],
    compile(call) {
      const [x, y] = [0, 1].map((index) => asDouble(numberArgument(call, index)));
      return typed(
        callSql(ofText, `('POINT(' || ${x} || ' ' || ${y} || ')')`),
        sizedType(Type.geometry, pointBytes),
        call.args,
      );
    },
  },
  st_intersects: relation,
  st_equals: relation,
  st_touches: relation,
  st_covers: relation,
  st_contains: relation,
  st_containsproperly: relation,
};

/** What DuckDB calls for them. */
export const geometryScripts: readonly Script[] = [ofText, toText];
