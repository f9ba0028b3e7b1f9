/**
 * A tokenizer of TDengine's SQL, written after the server's own rules; it shares nothing with the client's scanner.
 *
 * @module
 */

/** A token. */
export interface Token {
  kind: "string" | "name" | "word" | "number" | "mark";
  text: string;
}

/** TDengine's tokens; comments and white space are none. Throws where a quote stays open. */
export function tokenize(sql: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const take = (kind: Token["kind"], end: number) => {
    found.push({ kind, text: sql.slice(at, end) });
    at = end;
  };
  while (at < sql.length) {
    const char = sql[at]!;
    if (char === "-" && sql[at + 1] === "-") {
      while (at < sql.length && sql[at] !== "\n") at++;
    } else if (char === "/" && sql[at + 1] === "*") {
      at += 2;
      while (at < sql.length && !(sql[at] === "*" && sql[at + 1] === "/")) at++;
      at += 2;
    } else if (char === "'" || char === '"') {
      take("string", stringEnd(sql, at));
    } else if (char === "`") {
      const close = sql.indexOf("`", at + 1);
      if (close < 0) throw new Error("a name stays open");
      take("name", close + 1);
    } else {
      const rest = sql.slice(at, at + 200);
      const [word] = /^[A-Za-z_]\w*/.exec(rest) ?? [];
      const [number] = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w*/.exec(rest) ?? [];
      if (word !== undefined) take("word", at + word.length);
      else if (number !== undefined) take("number", at + number.length);
      else if (/\s/.test(char)) at++;
      else take("mark", at + 1);
    }
  }
  return found;
}

function stringEnd(sql: string, start: number): number {
  const quote = sql[start]!;
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === "\0") throw new Error("the server ends the statement at NUL");
    if (sql[at] === "\\") at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  throw new Error("a string stays open");
}

/** What a string token says; `\x` keeps its backslash, as the server keeps it for the bytes of VARBINARY. */
export function unquote({ text }: Token): string {
  return text.slice(1, -1).replace(/\\([^])/g, (all, char: string) => char === "x" ? all : char);
}
