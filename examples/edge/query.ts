/**
 * An edge worker that queries and writes. Its connection lives as long as the request: runtimes for edge workers let
 * no request use the socket of another one.
 *
 * `GET /?site=north` gives rows, `POST /` writes the rows of its JSON body: `[{"tbname":"d1","site":"north","ts":"2026-01-01T00:00:00Z","voltage":220}]`.
 */
import { connect } from "tdwire/edge";

interface Environment {
  /** Such as `wss://user:password@host:6041/power`. */
  readonly TDENGINE_URL: string;
}

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

async function read(url: string, site: string): Promise<Response> {
  const db = await connect(url, { values: { bigint: "number" } });
  try {
    const { rows } = await db
      .sql`select ts, voltage from meters where site = ${site} order by ts desc limit 100`;
    return Response.json(rows);
  } finally {
    await db.close();
  }
}

/** Answers when the writer has taken the rows; they are sent behind the response. */
async function write(url: string, request: Request, context: Context): Promise<Response> {
  const db = await connect(url);
  const writer = db.writer({ table: "meters" });
  try {
    await writer.write(await request.json());
    return new Response(null, { status: 202 });
  } finally {
    context.waitUntil(writer.flush().finally(() => db.close()));
  }
}

const worker = {
  fetch(request: Request, { TDENGINE_URL }: Environment, context: Context): Promise<Response> {
    if (request.method === "POST") return write(TDENGINE_URL, request, context);
    const site = new URL(request.url).searchParams.get("site") ?? "";
    return read(TDENGINE_URL, site);
  },
};
export default worker;
