/**
 * What the runners of native cases share.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { connect, subscribe } from "../../mod.ts";
import { testUrl } from "../conformance/env.ts";
import { nativeUrl, standIn } from "../conformance/native_env.ts";
import type { NativeCase, StandIn } from "./case.ts";
import { nativeCases } from "./cases.ts";

/** The stand-in's exports, as a runtime's FFI gives them. Texts are ended by NUL. */
export interface StandInExports {
  standin_live(kind: Uint8Array<ArrayBuffer> | null): bigint;
  standin_fail(functionName: Uint8Array<ArrayBuffer>, nth: number, code: number): void;
  standin_delay(functionName: Uint8Array<ArrayBuffer>, milliseconds: number): void;
  standin_calls(functionName: Uint8Array<ArrayBuffer>): bigint;
  standin_last_bind(to: Uint8Array<ArrayBuffer>, room: bigint): bigint;
}

/** Opens the stand-in's exports. */
export type OpenStandIn = (path: string) => StandInExports;

/** Room for a bind, in bytes. */
const bindRoom = 65_536;
const encoder = new TextEncoder();
const text = (value: string) => encoder.encode(`${value}\0`);

function standInOf(library: StandInExports): StandIn {
  return {
    live: (kind) => Number(library.standin_live(kind === undefined ? null : text(kind))),
    fail: (name, nth, code) => library.standin_fail(text(name), nth, code | 0),
    delay: (name, milliseconds) => library.standin_delay(text(name), milliseconds),
    calls: (name) => Number(library.standin_calls(text(name))),
    lastBind() {
      const room = new Uint8Array(bindRoom);
      return room.subarray(0, Number(library.standin_last_bind(room, BigInt(bindRoom))));
    },
  };
}

/** Runs a case in a database of its own; afterwards nothing may be alive in the library. */
async function runCase(subject: NativeCase, database: string, standIn: StandIn): Promise<void> {
  await using admin = await connect(testUrl);
  await admin.exec(`drop topic if exists ${database}_topic`);
  await admin.exec(`drop database if exists ${database}`);
  await admin.exec(`create database ${database}`);
  await admin.use(database);
  try {
    await subject.run({ url: nativeUrl(), standIn, database, admin, subscribe });
    equal(standIn.live(), 0, "objects of libtaos that are still alive");
  } finally {
    await admin.exec(`drop database if exists ${database}`);
  }
}

/** Opens the stand-in's exports once the client has opened the library, which must be the first to do so (DEEPBIND). */
async function load(path: string, open: OpenStandIn): Promise<StandIn> {
  const connection = await connect(nativeUrl());
  await connection.close();
  return standInOf(open(path));
}

/** The cases, each ready to run; none when another library than the stand-in is under test. */
export function runnableCases(
  runtime: string,
  open: OpenStandIn,
): readonly { name: string; run(): Promise<void> }[] {
  const path = standIn();
  if (path === undefined) return [];
  let loading: Promise<StandIn> | undefined;
  return nativeCases.map((subject, i) => ({
    name: subject.name,
    async run() {
      loading ??= load(path, open);
      await runCase(subject, `native_${runtime}_${i}`, await loading);
    },
  }));
}
