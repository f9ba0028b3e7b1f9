/** Tables with every type, for the tests of the `tdwire` command. */

import type { Connection } from "../../mod.ts";

/** A row: SQL literals by column, as the server's manual writes them. */
export const rows: readonly Readonly<Record<string, string>>[] = [
  {
    ts: "'2024-01-01T00:00:00.000000001Z'",
    bo: "true",
    ti: "-128",
    si: "-32768",
    it: "-2147483648",
    bi: "-9223372036854775808",
    fl: "10.3",
    db: "-1.7976931348623157e308",
    vc: "'plain'",
    nc: "'日本語'",
    tu: "255",
    su: "65535",
    iu: "4294967295",
    bu: "18446744073709551615",
    vb: "'\\x0102ff'",
    ge: "'POINT(1 2)'",
    de: "'-1234567890123456789012345678.0123456789'",
    d6: "'0.10'",
    bl: "'\\xdeadbeef'",
  },
  {
    ts: "'2024-01-01T00:00:00.123456789Z'",
    bo: "false",
    ti: "127",
    si: "32767",
    it: "2147483647",
    bi: "9223372036854775807",
    fl: "3.4028235e38",
    db: "0.1",
    vc: "''",
    nc: "'a \"q\", \n x'",
    tu: "0",
    su: "0",
    iu: "0",
    bu: "9007199254740993",
    vb: "'\\x00'",
    ge: "null",
    de: "'0.0000000001'",
    d6: "'-99999999.99'",
    bl: "null",
  },
  { ts: "'1999-12-31T23:59:59.999999999Z'", vc: "'NULL'" },
  { ts: "'2024-01-02T00:00:00Z'" },
];

/** Types of the columns in DuckDB; binary values are read as hexadecimal digits. */
export const duckDbTypes: Readonly<Record<string, string>> = {
  ts: "timestamp_ns",
  bo: "boolean",
  ti: "tinyint",
  si: "smallint",
  it: "integer",
  bi: "bigint",
  fl: "float",
  db: "double",
  vc: "varchar",
  nc: "varchar",
  tu: "utinyint",
  su: "usmallint",
  iu: "uinteger",
  bu: "ubigint",
  vb: "varchar",
  ge: "varchar",
  de: "decimal(38, 10)",
  d6: "decimal(10, 2)",
  bl: "varchar",
};

const columns = `ts timestamp, bo bool, ti tinyint, si smallint, it int, bi bigint, fl float,
  db double, vc varchar(40), nc nchar(20), tu tinyint unsigned, su smallint unsigned,
  iu int unsigned, bu bigint unsigned, vb varbinary(20), ge geometry(100), de decimal(38, 10),
  d6 decimal(10, 2), bl blob`;

/** Makes the database and an empty super table `alltypes`. */
export async function makeAllTypes(db: Connection, database: string): Promise<void> {
  await db.exec(`create database ${database} precision 'ns' keep 36500`);
  await db.use(database);
  await db.exec(`create stable alltypes (${columns}) tags (site nchar(16), n int)`);
}

/** Makes it and fills two child tables. */
export async function fillAllTypes(db: Connection, database: string): Promise<void> {
  await makeAllTypes(db, database);
  for (const [table, tags] of [["e1", "'nörd; ''x''', 7"], ["e2", "null, null"]]) {
    for (const row of rows) {
      const names = Object.keys(row).join(", ");
      await db.exec(
        `insert into ${table} using alltypes tags (${tags}) (${names}) values (${
          Object.values(row).join(", ")
        })`,
      );
    }
  }
}
