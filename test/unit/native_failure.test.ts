import { expect, test } from "vitest";
import { requestError, RequestFailure } from "../../src/transports/native/failure.ts";

test("requestError() of a library that is nowhere tells each reason once, and what to do", () => {
  const missing = "cannot open shared object file: No such file or directory";
  const tried = [
    { path: "libtaos.so", reason: `libtaos.so: ${missing}` },
    { path: "/usr/lib/libtaos.so", reason: missing },
    { path: "/opt/libtaos.so", reason: "/opt/libtaos.so has no taos_init" },
  ];
  const error = requestError(new RequestFailure({ kind: "load", tried }));
  expect(error).toMatchObject({
    name: "InterfaceError",
    message: `libtaos cannot be loaded: libtaos.so, /usr/lib/libtaos.so: ${missing}; ` +
      "/opt/libtaos.so has no taos_init",
    hint: expect.stringContaining("TDENGINE_LIBRARY"),
  });
});
