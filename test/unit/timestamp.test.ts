import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { initCodec } from "../../src/codec/load.ts";
import { CodecError, InterfaceError } from "../../src/errors.ts";
import {
  precisionCode,
  precisionName,
  ticksToDate,
  ticksToMilliseconds,
  ticksToNanoseconds,
} from "../../src/timestamp.ts";
import type { Precision } from "../../src/types.ts";
import { ticksOf } from "../support/golden.ts";

const codec = await initCodec();

test("precisionCode() and precisionName() are inverse", () => {
  deepEqual([0, 1, 2].map((code) => precisionCode(precisionName(code)!)), [0, 1, 2]);
  equal(precisionName(3), undefined);
  throws(() => precisionCode("s" as Precision), InterfaceError);
});

test("ticksToDate() is exact or undefined", () => {
  equal(ticksToDate(-1n, "ms")!.getTime(), -1);
  equal(ticksToDate(-1_000n, "us")!.getTime(), -1);
  equal(ticksToDate(-1n, "us"), undefined);
  equal(ticksToDate(1_000_001n, "ns"), undefined);
  equal(Number.isNaN(ticksToDate(8_640_000_000_000_001n, "ms")!.getTime()), true);
});

test("ticksToMilliseconds() floors, ticksToNanoseconds() is exact", () => {
  equal(ticksToMilliseconds(-1n, "ns"), -1);
  equal(ticksToMilliseconds(-1_000n, "us"), -1);
  equal(ticksToMilliseconds(1_999n, "us"), 1);
  equal(ticksToNanoseconds(2n ** 62n, "ms"), 2n ** 62n * 1_000_000n);
});

test("formatTimestamp() writes all digits in UTC", () => {
  equal(codec.formatTimestamp(0n, "ms"), "1970-01-01T00:00:00.000Z");
  equal(codec.formatTimestamp(-1n, "ns"), "1969-12-31T23:59:59.999999999Z");
  equal(codec.formatTimestamp(1_700_000_000_000_001n, "us", "UTC"), "2023-11-14T22:13:20.000001Z");
  for (const ticks of [-(2n ** 63n), 2n ** 63n - 1n]) {
    equal(codec.parseTimestamp(codec.formatTimestamp(ticks, "ns"), "ns"), ticks);
  }
});

test("formatTimestamp() uses the zone's offset at that instant", () => {
  const summer = ticksOf("2023-07-01T12:00:00Z", "us");
  const winter = ticksOf("2023-12-01T12:00:00Z", "us");
  equal(codec.formatTimestamp(summer, "us", "Europe/Berlin"), "2023-07-01T14:00:00.000000+02:00");
  equal(codec.formatTimestamp(winter, "us", "Europe/Berlin"), "2023-12-01T13:00:00.000000+01:00");
  equal(
    codec.formatTimestamp(summer, "us", "America/St_Johns"),
    "2023-07-01T09:30:00.000000-02:30",
  );
  equal(codec.formatTimestamp(0n, "ms", "Asia/Shanghai"), "1970-01-01T08:00:00.000+08:00");
});

test("formatTimestamp() keeps the instant under any offset, the end of summer time and years before zones", () => {
  const zones = [
    "Asia/Kathmandu",
    "Europe/Amsterdam",
    "America/Caracas",
    "Pacific/Apia",
    "Asia/Shanghai",
  ];
  const instants = [
    "1890-01-01T00:00:00Z",
    "1937-06-30T23:59:59Z",
    "2011-12-30T09:59:59Z",
    "2023-10-29T01:00:00Z",
  ];
  for (const zone of zones) {
    for (const instant of instants) {
      const ticks = ticksOf(instant, "ns") + 123_456_789n;
      const text = codec.formatTimestamp(ticks, "ns", zone);
      equal(codec.parseTimestamp(text, "ns"), ticks, `${zone} ${instant}: ${text}`);
    }
  }
});

test("formatTimestamp() refuses unknown zones, wide ticks, and zones beyond a Date's range", () => {
  throws(() => codec.formatTimestamp(0n, "ms", "Europe/Nowhere"), InterfaceError);
  throws(() => codec.formatTimestamp(2n ** 63n, "ms"), RangeError);
  throws(() => codec.formatTimestamp(0 as unknown as bigint, "ms"), InterfaceError);
  throws(() => codec.formatTimestamp(8_640_000_000_000_001n, "ms", "Asia/Tokyo"), /range/);
  equal(codec.formatTimestamp(8_640_000_000_000_001n, "ms").endsWith("00:00:00.001Z"), true);
});

test("formatTimestamps() gives one text a tick, also none", () => {
  deepEqual(codec.formatTimestamps(new BigInt64Array(0), "ms"), []);
  deepEqual(codec.formatTimestamps(BigInt64Array.of(0n, 1n), "ms"), [
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.001Z",
  ]);
});

test("formatTimestamps() takes more values than one portion", () => {
  const texts = codec.formatTimestamps(new BigInt64Array(2 ** 20 + 3).fill(5n), "ms");
  equal(texts.length, 2 ** 20 + 3);
  equal(texts.every((text) => text === "1970-01-01T00:00:00.005Z"), true);
});

test("parseTimestamp() floors digits below the precision and refuses other texts", () => {
  equal(codec.parseTimestamp("1969-12-31T23:59:59.9999999Z", "ms"), -1n);
  equal(codec.parseTimestamp("2023-11-14T22:13:20+00:00", "ms"), 1_700_000_000_000n);
  for (
    const text of [
      "",
      "yesterday",
      "2023-02-30T00:00:00Z",
      "2023-11-14 22:13",
      "9999-12-31T00:00:00Z".repeat(2),
    ]
  ) {
    throws(() => codec.parseTimestamp(text, "ms"), CodecError, text);
  }
  throws(() => codec.parseTimestamp(5 as unknown as string, "ms"), InterfaceError);
});

test("convertTimestamp() floors and refuses overflow", () => {
  equal(codec.convertTimestamp(-1n, "us", "ms"), -1n);
  equal(codec.convertTimestamp(1_999n, "us", "ms"), 1n);
  equal(codec.convertTimestamp(-7n, "ms", "ns"), -7_000_000n);
  throws(() => codec.convertTimestamp(2n ** 62n, "ms", "ns"), CodecError);
  throws(() => codec.convertTimestamp(2n ** 64n, "ns", "ms"), RangeError);
  throws(() => codec.convertTimestamp(0n, "ns", "h" as Precision), InterfaceError);
});

test("parseDecimal() and formatDecimals() are inverse", () => {
  const bytes = codec.parseDecimal("-12.30", 38, 2);
  equal(bytes.length, 16);
  deepEqual(codec.formatDecimals(bytes, 2), ["-12.30"]);
  deepEqual(codec.formatDecimals(new Uint8Array(0), 2), []);
  throws(() => codec.parseDecimal("1.234", 10, 2), CodecError);
});
