import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(root, file), "utf8")) as T;
}

interface NpmPackage {
  version: string;
  license: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
}

interface JsrPackage {
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
}

const npm = readJson<NpmPackage>("package.json");
const jsr = readJson<JsrPackage>("deno.json");

/** npm only: JSR has no conditions, and a default `.wasm` import has no meaning in Deno. */
const npmOnly = ["./package.json", "./edge", "./edge-light", "./codec.wasm", "./component.wasm"];

const sourceOf = (built: string) => built.replace(/^\.\/dist\//, "./").replace(/\.js$/, ".ts");

describe("the exports", () => {
  it("of package.json and deno.json are the same", () => {
    const entries = Object.entries(npm.exports).filter(([name]) => !npmOnly.includes(name));
    const sources = entries.map((
      [name, target],
    ) => [name, sourceOf((target as Record<string, string>)["default"]!)]);
    // The command of the npm package is its bin; JSR has commands as exports.
    const command = ["./cli", sourceOf(`./${npm.bin["tdwire"]}`)];
    expect(Object.fromEntries([...sources, command])).toEqual(jsr.exports);
  });

  it("of package.json that a condition chooses have a name too", () => {
    const named = Object.values(npm.exports).map((target) =>
      typeof target === "string" ? target : target["default"]
    );
    for (const [name, target] of Object.entries(npm.exports)) {
      if (typeof target === "string") continue;
      const { types: _, ...conditions } = target;
      for (const [condition, file] of Object.entries(conditions)) {
        expect(named, `${name} for ${condition}`).toContain(file);
      }
    }
  });

  it("of package.json choose the edge entries where bytes cannot be compiled", () => {
    const [main, edge, edgeLight] = [".", "./edge", "./edge-light"].map((name) =>
      npm.exports[name] as Record<string, string>
    );
    // The first condition that applies is taken.
    expect(Object.entries(main!)).toEqual([
      ["types", "./dist/mod.d.ts"],
      ["workerd", edge!["default"]],
      ["edge-light", edgeLight!["default"]],
      ["default", "./dist/mod.js"],
    ]);
    expect(edge!["edge-light"]).toBe(edgeLight!["default"]);
  });

  it("of the edge entries have the names of the main entry", () => {
    const namesOf = (file: string): string[] => {
      const program = ts.createProgram([join(root, file)], {
        allowImportingTsExtensions: true,
        noLib: true,
      });
      const checker = program.getTypeChecker();
      const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, file))!)!;
      return checker.getExportsOfModule(module).map(({ name }) => name).sort();
    };
    expect(namesOf("src/edge.ts")).toEqual(namesOf("mod.ts"));
    expect(namesOf("src/edge_light.ts")).toEqual(namesOf("mod.ts"));
  });

  it("of package.json have types beside the code", () => {
    for (const [name, target] of Object.entries(npm.exports)) {
      if (typeof target === "string") continue;
      expect(Object.keys(target)[0], name).toBe("types");
      expect(target["types"], name).toBe(target["default"]?.replace(/\.js$/, ".d.ts"));
    }
  });

  it("lead to sources that exist", () => {
    const built = Object.values(npm.bin).map((file) => sourceOf(`./${file}`));
    const missing = [...Object.values(jsr.exports), ...built].filter((file) =>
      !existsSync(join(root, file))
    );
    expect(missing).toEqual([]);
  });

  it("of the two packages have one version and one licence", () => {
    expect([npm.version, npm.license]).toEqual([jsr.version, jsr.license]);
  });

  it("need the same version of ws in both", () => {
    expect(jsr.imports["ws"]).toBe(`npm:ws@${npm.dependencies["ws"]}`);
  });
});
