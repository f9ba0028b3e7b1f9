/**
 * Checks what `deno doc --lint` does not: every parameter has its `@param`, every result its `@returns` (or a summary
 * that names it: "The fields …"), and every exported function and every class that callers construct an `@example`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

/** Methods whose meaning the language fixes. */
const wellKnown = new Set(["then", "catch", "finally"]);

const tagsOf = ({ jsDoc }, kind) => (jsDoc?.tags ?? []).filter((tag) => tag.kind === kind);
const nameOf = (param) => param.name ?? param.left?.name ?? param.arg?.name;

/** Whether a caller gets something worth a word. */
function givesSomething(type) {
  if (type === undefined || type.kind === "this" || type.typePredicate !== undefined) return false;
  if (type.kind === "keyword") return !["void", "never"].includes(type.value);
  if (type.value?.typeName === "Promise") return givesSomething(type.value.typeParams?.[0]);
  return true;
}

/** "Use connect() instead." says that a constructor is not for callers. */
const isForCallers = ({ accessibility, jsDoc }) =>
  accessibility === undefined && !/^Use /.test(jsDoc?.doc ?? "");

function* problemsOf(name, documented, { params, returnType }) {
  const described = tagsOf(documented, "param").map((tag) => tag.name);
  for (const param of params) {
    const paramName = nameOf(param);
    // A destructured parameter has no name to describe it by.
    if (paramName !== undefined && !described.includes(paramName)) {
      yield `${name}: no @param ${paramName}`;
    }
  }
  const namesResult = /^(The|A|An|All|Whether|What|How|One|Number|Name) /i.test(
    documented.jsDoc?.doc ?? "",
  );
  const isDescribed = namesResult || tagsOf(documented, "return").length > 0;
  if (givesSomething(returnType) && !isDescribed) yield `${name}: no @returns`;
}

function* problemsOfClass(name, { constructors = [], methods = [] }) {
  for (const constructor of constructors) {
    if (isForCallers(constructor)) {
      yield* problemsOf(`${name} constructor`, constructor, constructor);
    }
  }
  for (const method of methods) {
    const isOpen = method.kind === "method" && method.accessibility === undefined;
    if (!isOpen || method.name.startsWith("[") || wellKnown.has(method.name)) continue;
    yield* problemsOf(`${name}.${method.name}()`, method, method.functionDef);
  }
}

function* problemsOfSymbol({ name, declarations }) {
  for (const declaration of declarations) {
    const { kind, def, location } = declaration;
    if (kind !== "function" && kind !== "class") continue;
    const place = `${
      location.filename.replace(/^.*?\/(?=src\/|mod\.ts)/, "")
    }:${location.line} ${name}`;
    const isMade = kind === "function" ||
      !def.isAbstract && (def.constructors ?? []).every(isForCallers);
    if (isMade && tagsOf(declaration, "example").length === 0) yield `${place}: no @example`;
    yield* kind === "function" ? problemsOf(place, declaration, def) : problemsOfClass(place, def);
  }
}

const entries = Object.values(JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).exports);
const { ok, stdout } = await run(`deno doc --json ${entries.join(" ")}`, { quiet: true });
if (!ok) process.exit(1);
const symbols = Object.values(JSON.parse(stdout).nodes).flatMap((module) => module.symbols);
const problems = [...new Set(symbols.flatMap((symbol) => [...problemsOfSymbol(symbol)]))].sort();
for (const problem of problems) console.log(problem);
console.log(`${symbols.length} exported symbols, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
