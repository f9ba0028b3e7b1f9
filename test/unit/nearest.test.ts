import { expect, it } from "vitest";
import { nearest } from "../../src/internal/nearest.ts";

const options = ["port", "host", "file", "connectTimeoutMs"];

it.each([
  ["prot", "port"],
  ["prt", "port"],
  ["porrt", "port"],
  ["p0rt", "port"],
  ["hots", "host"],
  ["connect_timeout_ms", "connectTimeoutMs"],
  ["conectTimeuotMs", "connectTimeoutMs"],
  ["colour", undefined],
  ["", undefined],
])("nearest() of %j is %j", (name, expected) => {
  expect(nearest(name, options)).toBe(expected);
});
