/** What the `tdwire` command makes of its command line. */

import { describe, expect, it } from "vitest";
import { connect, param } from "../../mod.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { formatOfFile } from "../../src/cli/formats/file_format.ts";
import { readParameter } from "../../src/cli/parameters.ts";
import { formatProgress, Progress } from "../../src/cli/progress.ts";
import { shortened, splitStatements } from "../../src/cli/sql_statements.ts";
import { styleOf } from "../../src/cli/terminal.ts";
import { readArguments, requireChoice, requirePositionals } from "../../src/cli/usage.ts";
import { run, start } from "./cli_process.ts";

describe("readArguments()", () => {
  const options = {
    format: { type: "string" },
    param: { type: "string", multiple: true },
    database: { type: "string", short: "d" },
  } as const;

  it("readArguments() gives values, repeated values and arguments", () => {
    const { values, positionals } = readArguments(
      ["--format=csv", "-d", "power", "--param", "1", "--param=-2", "select 1", "-"],
      options,
    );
    expect(values).toEqual({ format: "csv", database: "power", param: ["1", "-2"] });
    expect(positionals).toEqual(["select 1", "-"]);
  });

  it("readArguments() names the option that was probably meant", () => {
    expect(() => readArguments(["--formta", "csv"], options)).toThrow(/unknown option --formta/);
    expect(() => readArguments(["--formt", "csv"], options)).toThrow(/did you mean --format\?/);
    expect(() => readArguments(["-x"], options)).toThrow(/unknown option -x$/);
  });

  it("readArguments() refuses an option without its value", () => {
    expect(() => readArguments(["--format"], options)).toThrow(/format/);
  });

  it("readArguments() refuses a second value of an option that has one", () => {
    expect(() => readArguments(["-d", "a", "--database=b"], options))
      .toThrow("--database is given twice");
  });

  it("requirePositionals() names what is missing and what is too much", () => {
    expect(() => requirePositionals([], "the file")).toThrow("the file is missing");
    expect(() => requirePositionals(["select", "1"], "[sql]")).toThrow(/"1": .*quotes/);
    expect(requirePositionals([], "[sql]")).toEqual([]);
  });

  it("requirePositionals() answers a URL, and quotes no part of one", () => {
    const url = "ws://root:s3cret@db:6041";
    for (const positionals of [[url], ["select 1", url], ["power", ` ${url}`]]) {
      expect(() => requirePositionals(positionals, "[sql]")).toThrow("a URL stands behind --url");
    }
    expect(() => requirePositionals(["a", `x=${url}`], "[sql]")).toThrow(/^unexpected argument: /);
    expect(requirePositionals(["select 'http://x'"], "[sql]")).toHaveLength(1);
  });

  it("formatOfFile() knows the formats by the file's extension, and no other word", () => {
    const known = ["csv", "jsonl", "arrow", "line"] as const;
    const paths = ["a.csv", "b/c.NDJSON", "d.feather", "e.lp"];
    expect(paths.map((path) => formatOfFile(path, known))).toEqual(known);
    for (const path of ["a.txt", "a.constructor", "csv", "a"]) {
      expect(() => formatOfFile(path, known)).toThrow(/^--format is missing/);
    }
  });

  it("formatOfFile() names the extension that it does not know", () => {
    expect(() => formatOfFile("a.xlsx", ["csv"])).toThrow(/extension \.xlsx/);
  });

  it("formatOfFile() takes a format in the place of a file for a slip", () => {
    expect(() => formatOfFile("csv", ["csv"])).toThrow(/did you mean --format csv\?/);
    expect(() => formatOfFile("constructor", ["csv"])).toThrow(/csv$/);
  });

  it("requireChoice() lists the choices and the nearest one", () => {
    expect(() => requireChoice("format", "cvs2", ["table", "csv"])).toThrow(/one of table, csv/);
    expect(() => requireChoice("format", "tabl", ["table", "csv"])).toThrow(/did you mean table/);
  });
});

describe("splitStatements()", () => {
  it("splitStatements() keeps semicolons in strings, names and comments", () => {
    const first = "select ';', \"a;b\" from `c;d`";
    const second = "/* not; here */ show databases";
    expect(splitStatements(`${first}; ${second} ;-- nor; here`)).toEqual([first, second]);
  });

  it("shortened() leaves out strings, line breaks and what is too long", () => {
    expect(shortened("create user u\n  pass 's3cret'")).toBe("create user u pass '…'");
    expect(shortened(`select ${"a, ".repeat(50)}`)).toHaveLength(60);
  });

  it("splitStatements() leaves out what is only space and comments", () => {
    expect(splitStatements(" ;; -- nothing\n")).toEqual([]);
  });
});

describe("readParameter()", () => {
  it("readParameter() reads JSON's literals, and takes everything else as text", () => {
    const texts = ["null", "true", "1.5", '"12"', "north", "007", "1e3", "'x'", '"', "2024-01-01"];
    expect(texts.map(readParameter)).toEqual([
      null,
      true,
      1.5,
      "12",
      "north",
      "007",
      1000,
      "'x'",
      '"',
      "2024-01-01",
    ]);
  });

  it("readParameter() keeps all digits of an integer", () => {
    expect(readParameter("-9223372036854775808")).toBe(-9223372036854775808n);
  });

  it("readParameter() keeps all digits of other numbers, as DECIMAL where DOUBLE would round", () => {
    for (const text of ["12345678901234567.89", "0.1000000000000000055511151231257827"]) {
      expect(readParameter(text)).toEqual(param.decimal(text));
    }
    const texts = ["1.50", "-0.00", "0.1", "1.7976931348623157e308", "5E-324", "120e-1", "100.0"];
    expect(texts.map(readParameter)).toEqual(texts.map(Number));
    for (const text of ["1e400", "12345678901234567891e3"]) {
      expect(() => readParameter(text)).toThrow(/more than DOUBLE holds/);
    }
  });
});

describe("styleOf()", () => {
  it("styleOf() colours a terminal only, and none when NO_COLOR is set", () => {
    const { NO_COLOR, TERM } = process.env;
    try {
      delete process.env["NO_COLOR"];
      process.env["TERM"] = "xterm";
      expect(styleOf({ isTTY: true }).red("x")).toBe("\x1b[31mx\x1b[39m");
      expect(styleOf({ isTTY: false }).red("x")).toBe("x");
      process.env["NO_COLOR"] = "1";
      expect(styleOf({ isTTY: true }).red("x")).toBe("x");
    } finally {
      restore({ NO_COLOR, TERM });
    }
  });
});

describe("Progress", () => {
  it("Progress counts, and writes nothing where nobody sees it", () => {
    const written: string[] = [];
    using progress = new Progress(true, { isTTY: false, write: (text) => written.push(text) });
    for (let i = 0; i < 100; i++) progress.add(10);
    expect(progress.rows).toBe(1000);
    expect(written).toEqual([]);
  });

  it("Progress tells on a terminal after a second, five times a second, and clears its line", () => {
    const written: string[] = [];
    let nowMs = 0;
    const stream = { isTTY: true, write: (text: string) => written.push(text) };
    const progress = new Progress(true, stream, () => nowMs);
    for (nowMs = 0; nowMs <= 1_500; nowMs += 50) progress.add(50, nowMs / 3_000);
    progress[Symbol.dispose]();
    expect(written.filter((text) => text !== "\r\x1b[K")).toEqual([
      "1,050 rows, 1,050 rows/s, 33 %",
      "1,250 rows, 1,042 rows/s, 40 %",
      "1,450 rows, 1,036 rows/s, 46 %",
    ]);
    expect(written.at(-1)).toBe("\r\x1b[K");
  });

  it("formatProgress() tells rows, their rate, and the part done where it is known", () => {
    expect(formatProgress(1_200_000, 3, 0.618)).toBe("1,200,000 rows, 400,000 rows/s, 61 %");
    expect(formatProgress(5, 2, undefined)).toBe("5 rows, 3 rows/s");
  });
});

describe("tdwire", () => {
  it("tdwire teaches each command: usage, examples and exit codes", () => {
    for (const { name, help } of COMMANDS) {
      expect(help, name).toMatch(new RegExp(`^Usage: tdwire ${name} `));
      // Terminals are 80 to 100 columns wide.
      expect(Math.max(...help.split("\n").map((line) => line.length)), name).toBeLessThan(106);
      expect(help, name).toMatch(new RegExp(`Examples:[^]*\\n  tdwire ${name}`));
      expect(help, name).toContain("Exit codes:");
    }
  });

  it("tdwire exits with 2 and a hint for a command line that is wrong", async () => {
    const [command, option, value, lone] = await Promise.all([
      run(["querry", "select 1"]),
      run(["query", "--formt", "csv", "select 1"]),
      run(["query", "--format", "cvs", "select 1"]),
      run(["write", "rows.txt"]),
    ]);
    expect(command).toMatchObject({ code: 2, stdout: "" });
    expect(command!.stderr).toContain("did you mean query?");
    expect(option).toMatchObject({ code: 2, stdout: "" });
    expect(option!.stderr).toContain('did you mean --format?\nTry "tdwire query --help"');
    expect(value!.stderr).toContain("must be one of table, csv, jsonl, arrow");
    expect(lone).toMatchObject({ code: 2 });
    expect(lone!.stderr).toContain("--format is missing");
  });

  it("tdwire dev says the version that it is asked to", async () => {
    const version = "3.3.2.0";
    const { child, ended } = start(["dev", "--port", "0", "--server-version", version], {
      onOutput: (stdout, stop) =>
        stdout.includes("Try:") && void ask(stdout).finally(() => stop("SIGTERM")),
    });
    let answer: unknown;
    const ask = async (stdout: string) => {
      await using db = await connect(/ws:\/\/\S+/.exec(stdout)![0]);
      answer = await db.query("select server_version()").value();
    };
    expect((await ended).code).toBe(0);
    expect(answer).toBe(version);
    expect(child.killed).toBe(true);
  });

  it("tdwire quotes no URL that stands where none belongs", async () => {
    const url = "ws://root:s3cret@localhost:1";
    const lines = [[url], ["query", url], ["write", url], ["types", url], ["doctor", url]];
    for (const outcome of await Promise.all(lines.map((args) => run(args)))) {
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      expect(outcome.stderr).toContain("a URL stands behind --url");
      expect(outcome.stderr).not.toContain("s3cret");
    }
  });

  it.each(["node", "deno"] as const)("tdwire shows help and version in %s", async (runtime) => {
    const [help, version] = await Promise.all([
      run(["query", "--help"], { runtime }),
      run(["--version"], { runtime }),
    ]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("Usage: tdwire query");
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

function restore(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
