/**
 * Sends recorded statements to a server, in their order, and judges its answers.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isError, isRefusal, judge, type Recorded, type Verdict } from "./answers.ts";

/** The corpus of this repository. */
export const goldenCorpus: string = fileURLToPath(
  new URL("../golden/sql.json", import.meta.url),
);

/** How one statement came out. */
export interface Outcome {
  /** Its number in the corpus, from 0. */
  number: number;
  sql: string;
  /** True when the recorded answer is an error. */
  isError: boolean;
  verdict: Verdict;
  /** True when the server said that it does not support the statement. */
  isRefused: boolean;
}

/** Time an answer may take, in milliseconds. */
const limitMs = 30_000;

/** Reads a corpus: an array of statements with the real server's answers. */
export function readCorpus(file: string): Recorded[] {
  return JSON.parse(readFileSync(file, "utf8")) as Recorded[];
}

/**
 * Replays a corpus over `/rest/sql`.
 *
 * @param url HTTP URL of the server, such as `http://127.0.0.1:6041`.
 * @param corpus The statements.
 * @returns One outcome a statement.
 */
export async function replay(url: string, corpus: readonly Recorded[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [number, recorded] of corpus.entries()) {
    const about = { number, sql: recorded.sql, isError: isError(recorded) };
    try {
      const { status, text } = await send(url, recorded);
      const verdict = judge(recorded, status, text);
      outcomes.push({ ...about, verdict, isRefused: isRefusal(text) });
    } catch (error) {
      const verdict: Verdict = { kind: "different", difference: `no answer: ${error}` };
      outcomes.push({ ...about, verdict, isRefused: false });
    }
  }
  return outcomes;
}

async function send(
  url: string,
  { sql, db }: Recorded,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/rest/sql${db ? `/${encodeURIComponent(db)}` : ""}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: sql,
    signal: AbortSignal.timeout(limitMs),
  });
  return { status: response.status, text: await response.text() };
}
