/**
 * An npm registry on localhost that has the given packages and no others. Writes its URL as the first line, ends when its
 * input ends.
 *
 *     node registry.mjs <tarball> …
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import process from "node:process";

const packages = new Map(
  process.argv.slice(2).map((tarball) => {
    const text = execFileSync("tar", ["xzOf", tarball, "package/package.json"], {
      encoding: "utf8",
    });
    const manifest = JSON.parse(text);
    return [manifest.name, { manifest, tarball, bytes: readFileSync(tarball) }];
  }),
);

const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

/** What a registry tells about a package. */
function describe({ manifest, tarball, bytes }, origin) {
  const { name, version } = manifest;
  const dist = {
    tarball: `${origin}/${name}/-/${basename(tarball)}`,
    shasum: digest("sha1", bytes, "hex"),
    integrity: `sha512-${digest("sha512", bytes, "base64")}`,
  };
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
  };
}

const server = createServer((request, response) => {
  const [, name, isFile] = /^\/([^/]+)(\/-\/)?/.exec(decodeURIComponent(request.url)) ?? [];
  const found = packages.get(name);
  if (found === undefined) response.writeHead(404).end("{}");
  else if (isFile) response.end(found.bytes);
  else response.end(JSON.stringify(describe(found, `http://${request.headers.host}`)));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
