import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type FakeAnswer, open } from "./rest_fake.ts";

interface Exchange {
  request: { path: string; body: string; headers: Record<string, string> };
  response: { status: number; headers: Record<string, string>; body: string };
}

const exchanges = JSON.parse(
  readFileSync(new URL("../golden/rest.json", import.meta.url), "utf8"),
) as Exchange[];
const sqlExchanges = exchanges.filter(({ request }) =>
  /^\/rest\/sql(\/\w+)?(\?|$)/.test(request.path)
);

describe("recorded exchanges", () => {
  const answerOf = ({ response }: Exchange): FakeAnswer => ({
    status: response.status,
    body: response.body,
    pieceBytes: 7,
  });

  it("that succeed give their rows", async () => {
    const good = sqlExchanges.filter(({ request, response }) =>
      response.body.startsWith('{"code":0') && !request.path.includes("row_with_meta")
    );
    expect(good.length).toBeGreaterThan(5);
    for (const exchange of good) {
      const { connection } = await open((sql) =>
        sql === exchange.request.body ? answerOf(exchange) : undefined
      );
      const result = await connection.query(exchange.request.body, [], {
        values: { timestamp: "string" },
      });
      const plain = JSON.parse(exchange.response.body) as { data: unknown[][]; timing?: number };
      if (exchange.request.body.startsWith("insert")) {
        expect([result.affectedRows, result.rowCount, result.fields]).toEqual([
          plain.data[0]![0],
          0,
          [],
        ]);
      } else {
        expect([result.affectedRows, result.rowCount]).toEqual([0, plain.data.length]);
      }
      expect(result.durationNs).toBe(BigInt(plain.timing ?? 0));
    }
  });

  it("that fail give errors of the right class", async () => {
    const bad = sqlExchanges.filter(({ response }) => !response.body.startsWith('{"code":0'));
    const expected: Record<number, object> = {
      9728: { name: "ProgrammingError", kind: "server", outcome: "rejected" },
      9750: { name: "ProgrammingError", kind: "server" },
      4358: { name: "ProgrammingError", kind: "server" },
      4357: { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
      855: { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
      4388: { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
      65535: { name: "DatabaseError", kind: "server" },
    };
    expect(bad.length).toBeGreaterThan(6);
    for (const exchange of bad) {
      const { connection } = await open((sql) =>
        sql === "select 5" ? answerOf(exchange) : undefined
      );
      const { code } = JSON.parse(exchange.response.body) as { code: number };
      await expect(connection.query("select 5").value()).rejects.toMatchObject({
        code,
        ...expected[code],
      });
    }
  });
});
