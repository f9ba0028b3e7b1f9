import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixture, useDatabase } from "./devserver_sql_session.ts";
import { parseScript, runScript } from "./devserver_sql_scripts.ts";

const folder = join(import.meta.dirname, "devserver_sql_scripts");

useDatabase();

for (const name of readdirSync(folder).sort()) {
  const text = readFileSync(join(folder, name), "utf8");
  test(text.slice(2, text.indexOf("\n")), async () => {
    await runScript(text, fixture.session);
  });
}

test("runScript() fails where a row, a type or a code differs", async () => {
  for (
    const wrong of [
      "query\nselect 1 + 1\n----\n3",
      "query x:INT\nselect 1 as x\n----\n1",
      "query\nselect 1\n----\n1\n1",
      "statement error 0x2603 Table does not exist\nselect nosuch",
    ]
  ) {
    expect(parseScript(wrong)).toHaveLength(1);
    await expect(runScript(wrong, fixture.session)).rejects.toThrow();
  }
});
