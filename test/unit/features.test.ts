import { describe, expect, it } from "vitest";
import { UnsupportedError } from "../../src/errors.ts";
import { isAtLeast } from "../../src/internal/server_version.ts";
import { hasFeature, requireFeature } from "../../src/transports/websocket/features.ts";

describe("isAtLeast()", () => {
  it("compares the first four numbers", () => {
    const rising = [
      "",
      "3",
      "3.0.0.1",
      "3.2.9.9",
      "3.3.2.0",
      "3.3.6.0.alpha",
      "3.3.6.1",
      "3.3.12.0",
      "3.10",
      "4.0.0.0",
    ];
    rising.forEach((low, i) =>
      rising.forEach((high, j) =>
        expect([low, high, isAtLeast(high, low)]).toEqual([low, high, j >= i])
      )
    );
    expect(isAtLeast("3.3.6.0.alpha", "3.3.6.0.9")).toBe(true);
    expect(isAtLeast("v3.3.6.0", "3.0.0.0")).toBe(false);
  });
});

describe("requireFeature()", () => {
  it("names the feature, the version it needs and the version there is", () => {
    expect(hasFeature("3.3.6.0", "statements")).toBe(true);
    expect(() => requireFeature("3.3.6.0", "statements")).not.toThrow();
    expect(() => requireFeature("3.3.5.9", "statements")).toThrow(UnsupportedError);
    expect(() => requireFeature("3.3.5.9", "statements")).toThrow(
      /statements.*3\.3\.6\.0.*3\.3\.5\.9/,
    );
  });
});
