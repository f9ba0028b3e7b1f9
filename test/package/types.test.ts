import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, it } from "vitest";
import { Project } from "./project.ts";

let project: Project;

beforeAll(() => {
  project = Project.install("types", ["@types", "apache-arrow", "flatbuffers"]);
  project.write("types.ts", readFileSync(join(import.meta.dirname, "user/types.ts"), "utf8"));
}, 120_000);

describe("the types of the packed package", () => {
  it.each([
    ["node16", "node16"],
    ["esnext", "bundler"],
  ])("hold for module %s, resolution %s", (module, resolution) => {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      target: "es2022",
      lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
      types: ["node"],
      module,
      moduleResolution: resolution,
    };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["types.ts"] }));
    project.run("tsc", "-p", ".");
  });
});
