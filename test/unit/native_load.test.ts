import { describe, expect, it } from "vitest";
import { NotFound } from "../../src/transports/native/failure.ts";
import { LoadFailure, type NativeLibrary } from "../../src/transports/native/library.ts";
import { candidates, loadLibrary } from "../../src/transports/native/load.ts";
import { preload } from "../../src/transports/native/preload.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, -1));

/** A library that tells which options were set. */
function fakeLibrary(
  options: [number, string][],
  wasLoaded = false,
  refused?: number,
  code = 0x118,
): NativeLibrary {
  const functions = {
    taos_options(option: number, value: Uint8Array) {
      options.push([option, decode(value)]);
      return option === refused ? -1 : 0;
    },
    taos_errno: () => code | 1 << 31,
    taos_errstr: () => 1,
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

  /** What a load that fails tells of the paths. */
  function triedBy(load: () => unknown): unknown {
    try {
      load();
    } catch (error) {
      expect(error).toBeInstanceOf(NotFound);
      return (error as NotFound).tried;
    }
    throw new Error("it loads");
  }

  it("takes the first path that opens", () => {
    const openLibrary = (path: string) => path === "/a" ? refuse(path) : fakeLibrary([]);
    expect(loadLibrary({ openLibrary }, request).loaded).toEqual({
      path: "/b",
      version: "3.3.7.5",
    });
  });

  it("tells every path and its reason when none opens", () => {
    expect(triedBy(() => loadLibrary({ openLibrary: refuse }, request))).toEqual([
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
  });

  it("names no configuration where another realm of the process has had it read", () => {
    const options: [number, string][] = [];
    loadLibrary({ openLibrary: () => fakeLibrary(options, true) }, request);
    expect(options).toEqual([[1, "UTF-8"]]);
  });

  it("tells that the library cannot be set up, as where its log cannot be written", () => {
    const openLibrary = () => fakeLibrary([], false, 1);
    expect(triedBy(() => loadLibrary({ openLibrary }, request))).toEqual([
      { path: "/a", reason: expect.stringMatching(/^it cannot be set up: 3\.3\.7\.5 .*logDir/) },
    ]);
  });

  it("tells that the library does not find its driver", () => {
    const openLibrary = () => fakeLibrary([], false, 3, 0x010c);
    expect(triedBy(() => loadLibrary({ openLibrary }, request))).toEqual([
      { path: "/a", reason: expect.stringMatching(/libtaosnative, as by LD_LIBRARY_PATH/) },
    ]);
  });
});

describe("preload()", () => {
  /** Loads with the libraries that there are; what was asked for, without the flag and with it. */
  function preloaded(path: string, ...present: string[]) {
    const asked: [string, number][] = [];
    let isClosed = false;
    const functions = {
      dlopen(file: unknown, flags: unknown) {
        const name = decode(file as Uint8Array);
        asked.push([name, flags as number]);
        return flags === 6 || !present.includes(name) ? 0 : 1;
      },
      dlerror: () => 1,
    };
    const open = () => ({ functions, close: () => void (isClosed = true) });
    const load = () => preload(path, "linux", { open, text: () => "no such file" });
    return { load, asked, isClosed: () => isClosed };
  }

  it("loads the driver beside the library before it, with RTLD_DEEPBIND", () => {
    const { load, asked, isClosed } = preloaded(
      "/a/libtaos.so",
      "/a/libtaosnative.so",
      "/a/libtaos.so",
    );
    expect(load()).toBe(false);
    expect(asked.slice(1)).toEqual([["/a/libtaosnative.so", 10], ["/a/libtaos.so", 10]]);
    expect(isClosed()).toBe(true);
  });

  it("leaves the driver to the loader where there is none beside the library", () => {
    const { load, asked } = preloaded("/a/libtaos.so", "libtaosnative.so", "/a/libtaos.so");
    load();
    expect(asked.map(([name]) => name)).toContain("libtaosnative.so");
  });

  it("tells the loader's reason, and lets go of libc all the same", () => {
    const { load, isClosed } = preloaded("/a/libtaos.so");
    expect(load).toThrow("no such file");
    expect(isClosed()).toBe(true);
  });
});
