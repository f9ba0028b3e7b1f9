import { describe, expect, it } from "vitest";
import { InterfaceError } from "../../src/errors.ts";
import { id } from "../../src/sql/template.ts";
import { scanSql } from "../../src/sql/scan.ts";
import { type InsertShape, insertSql } from "../../src/statements/insert_sql.ts";

const shape = (given: Partial<InsertShape>): InsertShape => ({
  table: "d1",
  using: undefined,
  tags: undefined,
  columns: ["ts", "v"],
  ...given,
});

describe("insertSql()", () => {
  it("writes each form of INSERT, with all names quoted", () => {
    expect(insertSql(shape({}))).toBe("insert into `d1` (`ts`, `v`) values (?, ?)");
    expect(insertSql(shape({ table: "we.ird NAME" }))).toBe(
      "insert into `we.ird NAME` (`ts`, `v`) values (?, ?)",
    );
    expect(insertSql(shape({ table: id("db", "t") }))).toBe(
      "insert into `db`.`t` (`ts`, `v`) values (?, ?)",
    );
    expect(insertSql(shape({ columns: ["tbname", "ts"] }))).toBe(
      "insert into `d1` (tbname, `ts`) values (?, ?)",
    );
    expect(insertSql(shape({ using: "st" }))).toBe(
      "insert into `st` (tbname, `ts`, `v`) values (?, ?, ?)",
    );
    expect(insertSql(shape({ using: id("db", "st"), tags: ["t 1"] }))).toBe(
      "insert into ? using `db`.`st` (`t 1`) tags (?) (`ts`, `v`) values (?, ?)",
    );
    expect(insertSql(shape({ using: "st", tags: 2 }))).toBe(
      "insert into ? using `st` tags (?, ?) (`ts`, `v`) values (?, ?)",
    );
  });

  it("has one placeholder for each value, whatever the names hold", () => {
    const columns = ["a?", "b'", 'c"', "--", "/*", "select", "tbname"];
    expect(scanSql(insertSql(shape({ columns }))).placeholders.length).toBe(columns.length);
  });

  it("refuses no columns, and names that cannot be quoted", () => {
    for (
      const given of [{ columns: [] }, { columns: ["a`b"] }, { columns: [""] }, { table: "" }, {
        using: "a`",
      }]
    ) {
      expect(() => insertSql(shape(given))).toThrow(InterfaceError);
    }
  });
});
