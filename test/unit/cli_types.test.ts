/** `tdwire types`: what it writes is compiled by TypeScript, and holds for the rows that a query gives. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection, type Field } from "../../mod.ts";
import { formatRowType, isTypeName, typeNameOf } from "../../src/cli/row_types.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { run } from "./cli_process.ts";
import { fillAllTypes } from "./cli_tables.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, ".cache/cli-types");
let server: DevServer;
let db: Connection;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  server = await createServer({ port: 0, version: "3.4.0.0" });
  db = await connect(server.url);
  await fillAllTypes(db, "power");
  await db.exec("create stable documents (ts timestamp, `odd name` int) tags (doc json)");
});

afterAll(async () => {
  await db.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What TypeScript complains of in a module, under this repository's own strict options. */
function complaints(name: string, text: string): string[] {
  const file = join(folder, name);
  writeFileSync(file, text);
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([file], {
    ...options,
    noEmit: true,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n")
  );
}

/** The type of a cell as TypeScript would have it. */
function typeOf(cell: unknown): string {
  if (cell instanceof Date) return "Date";
  if (cell instanceof Uint8Array) return "Uint8Array";
  return typeof cell;
}

/** The members of the first interface of a module: name and type. */
function membersOf(text: string): Map<string, string> {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ESNext, true);
  const found = source.statements.find(ts.isInterfaceDeclaration)!;
  return new Map(
    found.members.filter(ts.isPropertySignature).map((member) => {
      const { name } = member;
      const key = ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : "";
      return [key, member.type!.getText()];
    }),
  );
}

describe("tdwire types", () => {
  it("tdwire types writes a type that strict TypeScript takes for the rows of query()", async () => {
    const url = `${server.url}/power`;
    const [table, documents] = await Promise.all([
      run(["types", "alltypes"], { url, runtime: "node" }),
      run(["types", "--name", "Doc", "documents"], { url }),
    ]);
    expect([table!.code, table!.stderr, documents!.code]).toEqual([0, "", 0]);
    const use = `
import type { Connection, JsonValue } from "../../dist/mod.js";
export async function use(db: Connection): Promise<void> {
  for await (const row of db.query<Alltypes>("select * from alltypes")) {
    const ts: bigint = row.ts;
    const bi: bigint | null = row.bi;
    const vb: Uint8Array | null = row.vb;
    const de: string | null = row.de;
    // @ts-expect-error it may be NULL
    const it: number = row.it;
    // @ts-expect-error there is no such column
    row.nothing;
  }
  for await (const row of db.query<Doc>("select * from documents")) {
    const doc: JsonValue = row.doc;
    const odd: number | null = row["odd name"];
  }
}
`;
    const text = `${table!.stdout}${documents!.stdout}${use}`;
    expect(complaints("strict.ts", text)).toEqual([]);
  });

  it.each(
    [
      {},
      { bigint: "string", timestamp: "string", binary: "hex", decimal: "number" },
      { bigint: "number", timestamp: "bigint" },
    ] as const,
  )("tdwire types follows the value options %o, as the rows do", async (values) => {
    const columns = "ts, bo, ti, it, fl, vc, nc, tu, vb, ge, de, bl, 12 as bi";
    const sql = `select ${columns} from e1 where bo = true`;
    const flags = Object.entries(values).flatMap(([name, mode]) => [`--${name}`, mode]);
    const outcome = await run(["types", ...flags, "--sql", sql], { url: `${server.url}/power` });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain("export interface Row {");
    const [row] = (await db.query(sql, [], { values })).rows;
    const wanted = Object.entries(row!).map(([name, cell]) => [name, `${typeOf(cell)} | null`]);
    expect([...membersOf(outcome.stdout)]).toEqual(wanted);
  });

  it("tdwire types refuses a wrong mode, and a table together with a query", async () => {
    const [mode, both] = await Promise.all([
      run(["types", "--timestamp", "dates", "t"]),
      run(["types", "--sql", "select 1", "t"]),
    ]);
    expect(mode).toMatchObject({ code: 2, stdout: "" });
    expect(mode!.stderr).toContain("did you mean date?");
    expect(both!.code).toBe(2);
  });
});

describe("tdwire types --sql", () => {
  it("tdwire types runs nothing that may change the server", async () => {
    const url = `${server.url}/power`;
    const texts = [
      "drop table e2",
      "-- x\n DROP table e2",
      "select 1; drop table e2",
      "use power",
      "",
    ];
    for (const sql of texts) {
      const outcome = await run(["types", `--sql=${sql}`], { url });
      expect(outcome, sql).toMatchObject({ code: 2, stdout: "" });
      expect(outcome.stderr, sql).toContain("only reads");
    }
    expect(await db.query("select count(*) from power.e2").value()).toBe(4n);
    for (const sql of ["(select 1)", "/* x */ show databases", "describe alltypes"]) {
      expect(await run(["types", `--sql=${sql}`], { url }), sql).toMatchObject({ code: 0 });
    }
  });
});

describe("isTypeName()", () => {
  const parts = {
    origin: "t",
    fields: [{ name: "ts", type: "TIMESTAMP", typeCode: 9, length: 8 }, {
      name: "doc",
      type: "JSON",
      typeCode: 15,
      length: 8,
    }, { name: "vb", type: "VARBINARY", typeCode: 16, length: 8 }] as Field[],
    precision: "ms",
    values: {},
    timeName: "ts",
  } as const;

  it("isTypeName() refuses names with which the module does not compile, or speaks of itself", () => {
    const names = ["Meters", "$x", "string", "class", "Json", "unknown", "1a"];
    const compiling = names.filter((name) =>
      complaints("name.ts", formatRowType({ ...parts, name })).length === 0
    );
    expect(names.filter(isTypeName)).toEqual(compiling);
    expect(["Date", "Uint8Array"].filter(isTypeName)).toEqual([]);
  });

  it("typeNameOf() gives tables with such names another one", () => {
    const tables = ["date", "json", "uint8array", "array", "power.record", "uint8_array"];
    for (const table of tables) {
      const name = typeNameOf(table);
      expect(isTypeName(name), name).toBe(true);
      expect(complaints("name.ts", formatRowType({ ...parts, name }))).toEqual([]);
    }
    expect(typeNameOf("date")).toBe("DateRow");
  });
});

describe("formatRowType()", () => {
  const field = (name: string, type: Field["type"], typeCode: number): Field => ({
    name,
    type,
    typeCode,
    length: 8,
  });

  it("formatRowType() gives times as the precision of the database asks for", () => {
    const fields = [field("ts", "TIMESTAMP", 9)];
    const parts = { name: "Row", origin: "t", fields, timeName: "ts" };
    const type = (precision: "ms" | "us", values = {}) =>
      membersOf(formatRowType({ ...parts, precision, values })).get("ts");
    expect([type("ms"), type("us"), type("us", { timestamp: "date" })]).toEqual([
      "Date",
      "bigint",
      "Date",
    ]);
    expect(type("ms", { timestamp: "temporal" })).toBe("{ readonly epochNanoseconds: bigint }");
  });

  it("formatRowType() writes a module that compiles whatever the columns are called", () => {
    const names = ["a b", "1st", 'q"q', "naïve", "constructor", "*/", "a", "a"];
    const fields = names.map((name) => field(name, "INT", 4));
    const text = formatRowType({
      name: typeNameOf("power.2nd-floor */ meters"),
      origin: "x */ y",
      fields,
      precision: "ms",
      values: {},
      timeName: undefined,
    });
    expect(complaints("names.ts", text)).toEqual([]);
    expect([...membersOf(text).keys()]).toEqual([...new Set(names)]);
  });

  it("typeNameOf() makes a type's name of a table's", () => {
    expect(["meters", "power.smart_meters", "2nd-floor", "zähler"].map(typeNameOf)).toEqual([
      "Meters",
      "SmartMeters",
      "Table2ndFloor",
      "Zähler",
    ]);
  });
});
