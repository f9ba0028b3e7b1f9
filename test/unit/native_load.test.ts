import { describe, expect, it } from "vitest";
import { NotFound } from "../../src/transports/native/failure.ts";
import { LoadFailure, type NativeLibrary } from "../../src/transports/native/library.ts";
import { candidates, loadLibrary } from "../../src/transports/native/load.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, -1));

/** A library that tells which options were set. */
function fakeLibrary(options: [number, string][], wasLoaded = false): NativeLibrary {
  const functions = {
    taos_options: (option: number, value: Uint8Array) => options.push([option, decode(value)]),
    taos_get_client_info: () => 1,
  };
  return { functions, wasLoaded, text: () => "3.3.7.5" } as unknown as NativeLibrary;
}

function refuse(path: string): never {
  throw new LoadFailure(`${path}: no such file`);
}

describe("candidates()", () => {
  const places = candidates("linux", undefined, () => undefined);

  it("are the given path alone, or the one in the environment", () => {
    expect(candidates("linux", "/a/libtaos.so", () => "/b/libtaos.so")).toEqual(["/a/libtaos.so"]);
    expect(candidates("linux", undefined, () => "/b/libtaos.so")).toEqual(["/b/libtaos.so"]);
  });

  it("leave the first choice to the loader, which knows LD_LIBRARY_PATH", () => {
    expect(places[0]).toBe("libtaos.so");
    expect(places).toContain("/usr/local/taos/driver/libtaos.so");
    expect(candidates("darwin", undefined, () => "")[0]).toBe("libtaos.dylib");
    expect(candidates("windows", undefined, () => undefined)[0]).toBe("taos.dll");
  });
});

describe("loadLibrary()", () => {
  const request = { paths: ["/a", "/b"], isFirst: true, configDir: "/etc/mine" };

  it("takes the first path that opens", () => {
    const openLibrary = (path: string) => path === "/a" ? refuse(path) : fakeLibrary([]);
    expect(loadLibrary({ openLibrary }, request).loaded).toEqual({
      path: "/b",
      version: "3.3.7.5",
    });
  });

  it("tells every path and its reason when none opens", () => {
    let error: unknown;
    try {
      loadLibrary({ openLibrary: refuse }, request);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NotFound);
    expect((error as NotFound).tried).toEqual([
      { path: "/a", reason: "/a: no such file" },
      { path: "/b", reason: "/b: no such file" },
    ]);
  });

  it("names the configuration before anything reads it, in the first thread of the process only", () => {
    const options: [number, string][] = [];
    const openLibrary = () => fakeLibrary(options);
    loadLibrary({ openLibrary }, request);
    expect(options).toEqual([[3, "/etc/mine"], [1, "UTF-8"]]);
    loadLibrary({ openLibrary }, { ...request, isFirst: false });
    expect(options).toHaveLength(2);
    loadLibrary({ openLibrary: () => fakeLibrary(options, true) }, request);
    expect(options).toHaveLength(2);
  });
});
