/**
 * The packed package, installed into projects of their own.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export const root: string = join(import.meta.dirname, "../..");
const bin = join(root, "node_modules/.bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1" };

/** A folder that has the package as its users have it. */
export class Project {
  readonly folder: string;
  /** Path of the packed package. */
  readonly tarball: string;

  private constructor(folder: string, tarball: string) {
    this.folder = folder;
    this.tarball = tarball;
  }

  /**
   * Packs what stands in dist/ and installs it by npm.
   *
   * @param name Name of the folder in .cache/package.
   * @param peers Packages of this repository that the project has too.
   */
  static install(name: string, peers: readonly string[] = []): Project {
    const folder = join(root, ".cache/package", name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const packing = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const packed = run(root, "npm", ...packing);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    const project = new Project(folder, join(folder, filename));
    project.write("package.json", JSON.stringify({ name: "user", type: "module" }));
    const quiet = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
    project.run("npm", "install", ...quiet, `./${filename}`);
    for (const peer of peers) {
      symlinkSync(join(root, "node_modules", peer), join(folder, "node_modules", peer));
    }
    return project;
  }

  /** Path of a file of the project. */
  path(file: string): string {
    return join(this.folder, file);
  }

  write(file: string, text: string): void {
    writeFileSync(this.path(file), text);
  }

  /** What a program prints. */
  run(program: string, ...args: string[]): string {
    return run(this.folder, program, ...args);
  }
}

/** What a program prints that has this repository's programs; throws, with all that it has printed, when it fails. */
export function run(folder: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  const command = [program, ...args].join(" ");
  throw new Error(`${command}: ${error?.message ?? `exit code ${status}`}\n${stdout}${stderr}`);
}
