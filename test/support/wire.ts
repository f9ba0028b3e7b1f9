/**
 * The conversations in test/golden/wire.
 *
 * @module
 */
import { readFileSync } from "node:fs";

/** One message of a conversation. */
export interface WireMessage {
  readonly dir: "open" | "client" | "server" | "close" | "note";
  readonly path: string;
  readonly text: string | null;
  readonly bytes: Uint8Array | null;
}

const folder = new URL("../golden/wire/", import.meta.url);

/** Reads one conversation, such as `"py_stmt2"`. */
export function conversation(name: string): WireMessage[] {
  let path = "";
  return readFileSync(new URL(`${name}.jsonl`, folder), "utf8").trim().split("\n").map((line) => {
    const { dir, path: opened, text = null, binary } = JSON.parse(line) as {
      dir: WireMessage["dir"];
      path?: string;
      text?: string;
      binary?: string;
    };
    path = opened ?? path;
    return { dir, path, text, bytes: binary === undefined ? null : fromBase64(binary) };
  });
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** Bytes of hexadecimal text; white space does not count. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}
