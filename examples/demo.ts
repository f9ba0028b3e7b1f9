/**
 * The main job in one program: a real series is written with prepared statements and read back in columns and rows.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import process from "node:process";
import { connect, type Connection } from "tdwire";
import { createServer } from "tdwire/devserver";

const database = "tdwire_demo";

interface Series {
  ts: Date[];
  pressure: number[];
  temperature: number[];
  wind: number[];
}

/** Hourly climate normals of Seattle, one row an hour of a year. */
async function readSeries(): Promise<Series> {
  // The package exports its code only; its data lies beside it.
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  const folder = entry.slice(0, entry.indexOf("vega-datasets") + "vega-datasets".length);
  const path = `${folder}/data/seattle-weather-hourly-normals.csv`;
  const lines = (await readFile(path, "utf8")).trim().split("\n").slice(1);
  const cells = lines.map((line) => line.split(","));
  const numbers = (column: number) => cells.map((row) => Number(row[column]));
  return {
    ts: cells.map((row) => new Date(`${row[0]}Z`)),
    pressure: numbers(1),
    temperature: numbers(2),
    wind: numbers(3),
  };
}

async function write(db: Connection, series: Series): Promise<void> {
  await db.exec(`drop database if exists ${database}`);
  // The series is of 2010, before what a database keeps by default.
  await db.exec(`create database ${database} keep 36500`);
  await db.use(database);
  await db.exec(
    "create stable weather (ts timestamp, pressure float, temperature float, wind float) " +
      "tags (`month` int, city nchar(16))",
  );
  const months = series.ts.map((ts) => ts.getUTCMonth() + 1);
  const start = performance.now();
  const { affectedRows, tables } = await db.insert("weather", {
    tbname: months.map((month) => `seattle_${month}`),
    month: months,
    city: months.map(() => "Seattle"),
    ...series,
  });
  report(`wrote ${affectedRows} rows into ${tables} child tables`, affectedRows, start);
  const count = await db.query("select count(*) from weather").value<bigint>();
  if (count !== BigInt(series.ts.length)) throw new Error(`the server counts ${count} rows`);
}

function report(what: string, rows: number, start: number): void {
  const ms = performance.now() - start;
  console.log(
    `${what} in ${ms.toFixed(0)} ms: ${Math.round(rows / ms * 1000).toLocaleString("en")} rows/s`,
  );
}

interface Window {
  start: Date;
  low: number;
  mean: number;
  high: number;
  wind: number;
}

async function showMonths(db: Connection): Promise<void> {
  const { rows } = await db.query<Window>(
    "select _wstart as `start`, min(temperature) as low, avg(temperature) as mean, max(temperature) as high, " +
      "avg(wind) as wind from weather interval(1n)",
  );
  console.log("\nmonth      low   mean   high   wind   temperature in °C, · every degree");
  for (const { start, low, mean, high, wind } of rows) {
    const cells = [low, mean, high, wind].map((value) => value.toFixed(1).padStart(5)).join("  ");
    const [from, at, to] = [low, mean, high].map((value) => Math.max(0, Math.round(value)));
    const bar = " ".repeat(from!) + "·".repeat(at! - from!) + "●" + "·".repeat(to! - at!);
    console.log(`${start.toISOString().slice(0, 7)}  ${cells}   ${bar}`);
  }
}

async function readBack(db: Connection): Promise<void> {
  let start = performance.now();
  let [rows, sum] = [0, 0];
  for await (const batch of db.query("select ts, temperature, wind from weather").batches()) {
    const temperature = batch.column("temperature");
    if (temperature.kind === "fixed") {
      for (const value of temperature.values) sum += Number(value);
    }
    rows += batch.rowCount;
  }
  report(`\nread ${rows} rows as columns (mean ${(sum / rows).toFixed(2)} °C)`, rows, start);
  start = performance.now();
  const warm = (await db.query("select ts, temperature, wind from weather")).rows
    .filter((row) => Number(row["temperature"]) > 20);
  report(`read them as row objects (${warm.length} hours above 20 °C)`, rows, start);
}

async function main(): Promise<void> {
  const given = process.env["TDENGINE_URL"];
  const server = given === undefined ? await createServer({ port: 0 }) : undefined;
  try {
    await using db = await connect(given ?? server!.url);
    const where = given === undefined
      ? `the embedded server at ${server!.url}`
      : "the server of TDENGINE_URL";
    console.log(`connected to ${where}, version ${db.serverVersion}, over ${db.transport}`);
    await write(db, await readSeries());
    await showMonths(db);
    await readBack(db);
  } finally {
    await server?.close();
  }
  console.log(
    "\nTry next: npx tdwire dev   (a server on port 6041 to connect your own program to)",
  );
}

await main();
