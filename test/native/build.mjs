/**
 * Compiles the stand-in for libtaos with the machine's `cc` into .cache/native, unless it is there already:
 *
 *     node test/native/build.mjs            libtaos.so and libtaosnative.so; prints the path of the first
 *     node test/native/build.mjs driver     the C program that replays call sequences under AddressSanitizer
 *     node test/native/build.mjs sanitized  libtaos.so that checks itself in a runtime; prints the environment that loads it
 *
 * The sanitisers must come first into a process, and before RTLD_DEEPBIND, so this one is loaded with them and without its
 * libuv:
 *
 *     env $(node test/native/build.mjs sanitized) TDENGINE_TEST_URL=ws://HOST:PORT TDENGINE_TEST_NATIVE_HOST=HOST:PORT \
 *       bun test --timeout 60000 ./test/bun/ffi.test.ts
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(folder));
const golden = join(root, "test/golden");
const output = join(root, ".cache/native");

const flags = [
  "-std=c11",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-g",
  "-pthread",
  `-I${folder}`,
  `-DGOLDEN_BLOCKS="${join(golden, "blocks")}"`,
];
const shared = ["-O2", "-fPIC", "-shared", "-fvisibility=hidden"];

const filesIn = (path) =>
  readdirSync(path).filter((name) => /\.[ch]$/.test(name)).map((name) => join(path, name));
const files = filesIn(folder);
const sourcesOf = (names) => names.filter((name) => name.endsWith(".c"));

/** What libtaos was and will be: of one piece, without some functions; in two parts. */
const variants = {
  current: { version: "3.3.7.5", without: [] },
  older: {
    version: "3.3.4.8",
    isOnePiece: true,
    without: [
      "taos_connect_totp",
      "taos_connect_token",
      "taos_options_connection",
      "taos_fetch_fields_e",
      "taos_stmt2_*",
    ],
  },
  later: { version: "3.4.0.1", without: [] },
  sanitized: { version: "3.3.7.5", without: [], isOnePiece: true, isSanitized: true },
};

/** libuv, and the check that nobody else's is called. */
const uvFiles = ["uv.h", "uv.c", "runtime_symbols.h", "runtime_symbols.c"]
  .map((name) => join(folder, name));
const nativePart = {
  file: "libtaosnative.so",
  flags: shared,
  files: [...filesIn(join(folder, "taosnative")), ...uvFiles, join(folder, "breach.c")],
};
const library = { file: "libtaos.so", flags: shared, files };
const sanitizers = [
  "-O1",
  "-fsanitize=address,undefined",
  "-fno-omit-frame-pointer",
  "-Wno-format-truncation",
];
const driver = {
  file: "driver",
  flags: sanitizers,
  files: [...files, ...filesIn(join(folder, "driver"))],
};

/** Whether there is a C compiler here. */
export const hasCompiler = () => spawnSync("cc", ["--version"]).status === 0;

/** Every size and offset of the recorded ABI, as a C file that does not compile where one differs. */
function abiAssertions() {
  const { structs } = JSON.parse(readFileSync(join(golden, "abi.json"), "utf8"));
  const lines = structs.flatMap(({ struct, size, align, fields }) => [
    `_Static_assert(sizeof(${struct}) == ${size}, "size of ${struct}");`,
    `_Static_assert(_Alignof(${struct}) == ${align}, "alignment of ${struct}");`,
    ...Object.entries(fields).flatMap(([name, [offset, bytes]]) => [
      `_Static_assert(offsetof(${struct}, ${name}) == ${offset}, "offset of ${struct}.${name}");`,
      `_Static_assert(sizeof(((${struct} *)0)->${name}) == ${bytes}, "size of ${struct}.${name}");`,
    ]),
  ]);
  return ["#include <stddef.h>", '#include "taos.h"', ...lines, ""].join("\n");
}

function isStale(target, files) {
  const built = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = [...files, fileURLToPath(import.meta.url), join(golden, "abi.json")];
  return inputs.some((input) => statSync(input).mtimeMs > built);
}

function compile({ file, flags: own, files }, variant) {
  const { version, without, isOnePiece = false, isSanitized = false } = variants[variant];
  const hasUv = !isSanitized && (isOnePiece || file === nativePart.file);
  const compiled = sourcesOf(files).filter((source) => hasUv || !uvFiles.includes(source));
  const target = join(output, variant, file);
  if (!isStale(target, files)) return target;
  mkdirSync(dirname(target), { recursive: true });
  // Several processes may build at once, and none may read half a file.
  const part = `${target}.${process.pid}`;
  const [abi, hidden] = [`${part}.c`, `${part}.map`];
  writeFileSync(abi, abiAssertions());
  writeFileSync(hidden, `{ local: ${["none", ...without].join("; ")}; };`);
  const defines = [
    `-DVERSION="${version}"`,
    ...isOnePiece ? [] : [`-DNATIVE_PART="${join(output, variant, nativePart.file)}"`],
    ...isSanitized ? ["-DWITHOUT_UV", ...sanitizers] : [],
    `-Wl,--version-script=${hidden}`,
  ];
  const { status, stderr, error } = spawnSync(
    "cc",
    [...flags, ...own, ...defines, ...compiled, abi, "-o", part, "-ldl"],
    { encoding: "utf8" },
  );
  rmSync(abi);
  rmSync(hidden);
  if (error) throw new Error("the stand-in for libtaos needs a C compiler (cc)", { cause: error });
  if (status !== 0) throw new Error(`cc: the stand-in does not compile:\n${stderr}`);
  renameSync(part, target);
  return target;
}

/** Compiles both parts of a variant of the library when they are stale; the path of libtaos.so. */
export function buildLibrary(variant = "current") {
  if (!variants[variant].isOnePiece) compile(nativePart, variant);
  return compile(library, variant);
}

/** Compiles the driver when it is stale; its path. */
export function buildDriver() {
  compile(nativePart, "current");
  return compile(driver, "current");
}

/** The environment of a runtime whose libtaos.so is checked by sanitisers; both engines handle SIGSEGV themselves. */
function sanitizedEnvironment() {
  const path = buildLibrary("sanitized");
  const { stdout } = spawnSync("cc", ["-print-file-name=libasan.so"], { encoding: "utf8" });
  return [
    `LD_PRELOAD=${realpathSync(stdout.trim())}:${path}`,
    `TDENGINE_TEST_LIBTAOS=${path}`,
    "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:allow_user_segv_handler=1:abort_on_error=1",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const builds = { driver: buildDriver, sanitized: sanitizedEnvironment };
  console.log((builds[process.argv[2]] ?? buildLibrary)());
}
