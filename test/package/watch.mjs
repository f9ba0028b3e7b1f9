/**
 * Imports the package and prints, as JSON, what that has done besides.
 *
 * @module
 */
import { createHook } from "node:async_hooks";
import dns from "node:dns";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import process from "node:process";

const found = [];
const entries = ["tdwire", "tdwire/codec"];
const urls = entries.map((name) => import.meta.resolve(name));

/** Module loading itself reads files in promises of its own: what counts is calls from the package's modules. */
const isFromPackage = () => new Error().stack.includes("node_modules/tdwire/dist/");
for (const [name, holder] of Object.entries({ fs, net, dns, globalThis })) {
  for (const key of Object.getOwnPropertyNames(holder)) {
    const plain = holder[key];
    const isCall = typeof plain === "function" && !/^[A-Z]/.test(key);
    if (!isCall || name === "globalThis" && !/^(fetch|set|queue)/.test(key)) continue;
    holder[key] = function (...args) {
      if (isFromPackage()) found.push(`${name}.${key}()`);
      return plain.apply(this, args);
    };
  }
}
for (const key of ["compile", "instantiate", "Module", "Instance", "Memory"]) {
  const plain = WebAssembly[key];
  WebAssembly[key] = function (...args) {
    if (isFromPackage()) found.push(`WebAssembly.${key}()`);
    return new.target ? new plain(...args) : plain.apply(this, args);
  };
}
globalThis.WebSocket = class {
  constructor() {
    found.push("new WebSocket()");
  }
};
syncBuiltinESMExports();

const resources = [];
createHook({
  init(_id, type) {
    if (
      /^(Timeout|Immediate|Worker|MESSAGEPORT|PROCESSWRAP|FSEVENT|TCP|TLS|PIPE|UDP|GETADDR|DNS)/i
        .test(type)
    ) resources.push(type);
  },
}).enable();
const globalsBefore = new Set(Reflect.ownKeys(globalThis));
const handlers = () =>
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
const handlersBefore = handlers();
const environment = process.env;
process.env = new Proxy(environment, {
  get(target, key) {
    if (isFromPackage()) found.push(`process.env.${String(key)}`);
    return target[key];
  },
});

for (const url of urls) await import(url);

for (const key of Reflect.ownKeys(globalThis)) {
  if (!globalsBefore.has(key)) found.push(`global ${String(key)}`);
}
if (handlers() !== handlersBefore) found.push("a handler on process");
console.log(JSON.stringify([...found, ...resources]));
