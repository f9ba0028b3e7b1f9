import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

interface Import {
  from: string;
  to: string;
  isType: boolean;
  isDynamic: boolean;
}

/**
 * Who may import whom: a file may import files of a lower rank and of its own group. The first pattern that matches a
 * file decides; what no pattern names is the connection's layer.
 */
const layers: readonly [pattern: RegExp, rank: number, group: string][] = [
  [/^mod\.ts$|^src\/(edge|edge_light|api)\.ts$|^src\/\w+_entry\.ts$/, 6, "entry"],
  [/^src\/cli\//, 7, "cli"],
  [/^src\/arrow\//, 6, "arrow"],
  [/^src\/component\//, 6, "component"],
  [/^src\/runtime\.ts$/, 0, "runtime"],
  [
    /^src\/(errors|error_codes|types|data_type|timestamp|dsn|dsn_options|options|events|redact|value_modes)\.ts$/,
    0,
    "base",
  ],
  [/^src\/(errors|internal|sql)\//, 0, "base"],
  [/^src\/codec\/generated\//, 1, "codec"],
  [/^src\/(codec|columns)\//, 1, "codec"],
  [/^src\/(column|batch|join_batches|row_builder|result)\.ts$/, 1, "codec"],
  [/^src\/transports\/(transport|consumer_port)\.ts$/, 2, "ports"],
  [/^src\/query\.ts$/, 3, "query"],
  [/^src\/transports\/native\//, 3, "native"],
  [/^src\/transports\/deno_ffi\//, 4, "deno_ffi"],
  [/^src\/transports\/bun_ffi\//, 4, "bun_ffi"],
  [/^src\/transports\/(websocket|fetch)\//, 4, "transport"],
  [/^src\/(statements|schemaless|tmq)\//, 4, "feature"],
  [/^src\//, 5, "connection"],
];

function layerOf(file: string): { rank: number; group: string } {
  const [, rank, group] = layers.find(([pattern]) => pattern.test(file))!;
  const folder = /^src\/(?:transports\/)?(\w+)\//.exec(file)?.[1];
  return { rank, group: group === "transport" || group === "feature" ? folder! : group };
}

const files = [
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => `src/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts")),
  ...["mod.ts"].filter((file) => existsSync(join(root, file))),
];
const sources = new Map(files.map((file) => [file, parse(file)]));

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(
    file,
    readFileSync(join(root, file), "utf8"),
    ts.ScriptTarget.ESNext,
    true,
  );
}

function resolve(from: string, specifier: string): string {
  const path = specifier.replace(/\?.*$/, "");
  return path.startsWith(".") ? posix.join(posix.dirname(from), path) : specifier;
}

function importsOf(from: string, source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const { moduleSpecifier } = node;
      const isType = ts.isImportDeclaration(node) ? areTypes(node.importClause) : node.isTypeOnly;
      if (moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)) {
        found.push({ from, to: resolve(from, moduleSpecifier.text), isType, isDynamic: false });
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteral(specifier)) {
        found.push({ from, to: resolve(from, specifier.text), isType: false, isDynamic: true });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function areTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  return name === undefined && namedBindings !== undefined && ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly);
}

const allImports = [...sources].flatMap(([file, source]) => importsOf(file, source));
const isServer = (file: string) => file.startsWith("src/devserver/");
const isCommand = (file: string) => file.startsWith("src/cli/");
const show = ({ from, to }: Import) => `${from} → ${to}`;

function isAllowed({ from, to, isType, isDynamic }: Import): boolean {
  const [own, other] = [layerOf(from), layerOf(to)];
  if (own.group === other.group || other.rank < own.rank) {
    return other.group !== "runtime" || isType || mayProbe(from);
  }
  if (isDynamic && from === "src/transports/select.ts") return true;
  return isType && other.rank <= 2;
}

function mayProbe(file: string): boolean {
  return /^src\/(transports\/(select|\w+\/(socket|library))|codec\/load|connect|subscribe)\.ts$/
    .test(file);
}

describe("imports", () => {
  it("are found", () => {
    expect(allImports.length).toBeGreaterThan(50);
  });

  it("go to lower layers only", () => {
    const inside = allImports.filter(({ from, to }) =>
      !isServer(from) && !isCommand(from) && /^(src\/|mod\.ts$)/.test(to)
    );
    expect(inside.filter((edge) => !isAllowed(edge)).map(show)).toEqual([]);
  });

  it("lead to files that exist", () => {
    const missing = allImports.filter(({ to }) =>
      /^(src\/|mod\.ts$)/.test(to) && !existsSync(join(root, to))
    );
    expect(missing.map(show)).toEqual([]);
  });

  it("of the client name no runtime module and no package", () => {
    const foreign = allImports.filter(({ from, to }) =>
      !isServer(from) && !isCommand(from) && !/^(src\/|mod\.ts$)/.test(to) &&
      !(from.startsWith("src/arrow/") && to === "apache-arrow")
    );
    expect(foreign.map(show)).toEqual([]);
  });

  it("of the embedded server stay within it, so that a mistake cannot hide in both", () => {
    const crossing = allImports.filter(({ from, to }) =>
      isServer(from) !== isServer(to) && /^src\//.test(to)
    );
    expect(crossing.filter(({ from }) => !isCommand(from)).map(show)).toEqual([]);
  });

  it("have no cycles", () => {
    const edges = new Map<string, string[]>(files.map((file) => [file, []]));
    for (const { from, to, isType } of allImports) if (!isType) edges.get(from)?.push(to);
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        return void cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      }
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(cycles).toEqual([]);
  });
});

describe("portable code", () => {
  const portable = [...sources].filter(([file]) => !isServer(file) && !isCommand(file));

  it("looks at no runtime's globals outside of runtime.ts and the library files", () => {
    const names = new Set(["Deno", "Bun", "process", "require", "Buffer", "__dirname"]);
    const found: string[] = [];
    for (const [file, source] of portable) {
      if (/^src\/(runtime\.ts|transports\/\w+\/library\.ts|codec\/generated\/)/.test(file)) {
        continue;
      }
      const visit = (node: ts.Node): void => {
        if (ts.isIdentifier(node) && names.has(node.text)) found.push(`${file}: ${node.text}`);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    expect(found).toEqual([]);
  });

  it("does not wait at import time", () => {
    const waiting = portable.filter(([, source]) =>
      source.statements.some((statement) =>
        ts.isExpressionStatement(statement) && ts.isAwaitExpression(statement.expression)
      )
    );
    expect(waiting.map(([file]) => file)).toEqual([]);
  });
});
