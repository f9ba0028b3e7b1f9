import { describe, expect, it } from "vitest";
import { encodeWkt } from "../../src/devserver/sql/wkt.ts";
import { formatGeometry } from "../../src/replication/geometry.ts";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

describe("formatGeometry()", () => {
  it("reads what a server sends (test/golden/sql.json)", () => {
    expect(formatGeometry(bytesOf("0101000000000000000000f03f000000000000f03f"))).toBe(
      "POINT (1 1)",
    );
  });

  it("reads big endian, too (OGC 06-103r4, 8.2)", () => {
    expect(formatGeometry(bytesOf("00000000013ff00000000000004000000000000000"))).toBe(
      "POINT (1 2)",
    );
  });

  it("is read back as the same bytes by another reader", () => {
    const texts = [
      "POINT (-1.25 1e-7)",
      "LINESTRING (0 0, 1.1 2.2, 3 3)",
      "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))",
    ];
    for (const text of texts) {
      const bytes = encodeWkt(text)!;
      expect(encodeWkt(formatGeometry(bytes))).toEqual(bytes);
    }
  });

  it("refuses every prefix, and unknown types, with CodecError", () => {
    const bytes = encodeWkt("POLYGON ((0 0, 4 0, 4 4, 0 0))")!;
    for (let length = 0; length < bytes.length; length++) {
      expect(() => formatGeometry(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ name: "CodecError", message: expect.stringMatching(/cut/) }),
      );
    }
    // A point's coordinates begin behind the byte order and the type.
    expect(() => formatGeometry(bytesOf("0101000000000000000000f03f"))).toThrow(
      expect.objectContaining({ offset: 5, needed: 16, available: 8 }),
    );
    expect(() => formatGeometry(bytesOf("0109000000"))).toThrow(/unknown type 9/);
  });

  it("says of no other failure that bytes are cut", () => {
    expect(() => formatGeometry("POINT (1 1)" as never)).toThrow(TypeError);
  });
});
