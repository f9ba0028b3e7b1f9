import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
const npmOnly = ["./package.json", "./edge"];

const sourceOf = (built: string) => built.replace(/^\.\/dist\//, "./").replace(/\.js$/, ".ts");

describe("the exports", () => {
  it("of package.json and deno.json are the same", () => {
    const entries = Object.entries(npm.exports).filter(([name]) => !npmOnly.includes(name));
    const sources = entries.map((
      [name, target],
    ) => [name, sourceOf((target as Record<string, string>)["default"]!)]);
    expect(Object.fromEntries(sources)).toEqual(jsr.exports);
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
