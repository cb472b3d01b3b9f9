import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { contractsInSources } from "../../scripts/package/artifacts.ts";
import { packDeclarations } from "../../scripts/package/declarations.ts";
import { superchainAccounts } from "../../src/chain/predeploys/superchain.ts";
import { bundledArtifact } from "../../src/tool/plugin/contract-artifacts.ts";
import { packageGenesis } from "../../src/tool/plugin/protocol-genesis.ts";
import { buildPackage, isBuilt } from "../support/built-package.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DIST = join(ROOT, "dist/");

test("a build is stale once a source of it is newer, or was removed, and not for the page that is bundled into the sources", (context) => {
  const root = mkdtempSync(join(tmpdir(), "hyperchain-checkout-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const touch = (path: string, seconds: number): void => utimesSync(join(root, path), seconds, seconds);
  const [before, built, after] = [1_000, 2_000, 3_000];
  for (const folder of ["src/tool/page-server/assets", "contracts", "dist"]) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ["src/index.ts", "dist/artifacts.br"]) writeFileSync(join(root, file), "");
  for (const path of ["src/index.ts", "src/tool/page-server/assets", "src/tool/page-server", "src/tool", "src", "contracts"])
    touch(path, before);
  touch("dist/artifacts.br", built);
  assert.equal(isBuilt(root), true);
  touch("src/tool/page-server/assets", after);
  assert.equal(isBuilt(root), true);
  touch("src/index.ts", after);
  assert.equal(isBuilt(root), false);
  touch("src/index.ts", before);
  touch("contracts", after);
  assert.equal(isBuilt(root), false);
  touch("contracts", before);
  rmSync(join(root, "dist"), { recursive: true });
  assert.equal(isBuilt(root), false);
});

test("chains of the package begin with the state of the sources' chains", async () => {
  buildPackage();
  const built = async <Part>(path: string): Promise<Part> => (await import(join(DIST, path))) as Part;
  const genesis = await built<{ packageGenesis: typeof packageGenesis }>("tool-plugin-protocol-genesis.js");
  const [expected, actual] = [await packageGenesis(), await genesis.packageGenesis()];
  assert.deepEqual(actual, expected);
  const artifacts = await built<{ bundledArtifact: typeof bundledArtifact }>("tool-plugin-contract-artifacts.js");
  assert.deepEqual(await superchainAccounts(artifacts.bundledArtifact), await superchainAccounts(bundledArtifact));
});

test("a contract without runtime code ends the start of a chain, by name", async () => {
  await assert.rejects(
    superchainAccounts(() => Promise.resolve({})),
    /artifact of CrossL2Inbox has no runtime code/,
  );
});

test("the package has each contract that its code reads by name, and no code twice", async () => {
  buildPackage();
  const { bundledArtifact: read } = (await import(join(DIST, "tool-plugin-contract-artifacts.js"))) as {
    readonly bundledArtifact: typeof bundledArtifact;
  };
  const sources = globSync("src/**/*.ts", { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"));
  // A deployment with `compiled` has its code, and reads none.
  const names = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/\b(?:artifacts|code)\("([A-Z]\w+)"\)|artifact: "(\w+)"(?!,\s*compiled:)/g)].map(
        ([, a, b]) => a ?? b ?? "",
      ),
    ),
  );
  assert.ok(names.has("CcipRamps") && names.has("StateTree") && names.size > 25, [...names].join());
  for (const name of names) assert.ok((await read(name)).bytecode.length > 2, name);
  for (const name of contractsInSources(ROOT)) await assert.rejects(read(name), /no compiled contract/, name);
  await assert.rejects(read("IInteropCenter"), /no compiled contract/);
});

test("a trace of the package's code names functions, and no line of it is long", () => {
  buildPackage();
  const code = codeFiles().map((file) => readFileSync(join(DIST, file), "utf8"));
  const sources = globSync("src/ecosystem/relayer/*.ts", { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"));
  // Functions that a module does not export.
  const names = sources.flatMap((text) => [...text.matchAll(/^(?:async )?function (\w+)\(/gm)].map(([, name]) => name ?? ""));
  assert.ok(names.length > 20, names.join());
  const missing = names.filter((name) => !code.some((text) => new RegExp(`\\bfunction ${name}\\(`).test(text)));
  assert.deepEqual(missing, []);
  const prover = code.find((text) => text.includes("function createProver(")) ?? "";
  const lengths = prover.split("\n").map(({ length }) => length);
  assert.ok(lengths.length > 10 && Math.max(...lengths) < 1_000, `${Math.max(...lengths)} characters`);
});

test("the package's files do not import one another in a circle, so that each finds its imports evaluated", () => {
  buildPackage();
  const importsOf = new Map(codeFiles().map((file) => [file, staticImports(file)]));
  assert.ok([...importsOf.values()].flat().length > 1000);
  const done = new Set<string>();
  while (done.size < importsOf.size) {
    const next = [...importsOf].filter(([file, imports]) => !done.has(file) && imports.every((each) => done.has(each)));
    assert.notEqual(next.length, 0, `a circle is among ${[...importsOf.keys()].filter((file) => !done.has(file)).join()}`);
    for (const [file] of next) done.add(file);
  }
});

test("the package has the declarations that its exports name, and of a file no other ones", (context) => {
  const root = mkdtempSync(join(tmpdir(), "hyperchain-declarations-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const written = {
    "package.json": JSON.stringify({ exports: { ".": "./dist/index.js", "./shop": "./dist/shop.js" } }),
    "dist/index.d.ts": 'import plugin from "./plugin.js";\nexport * from "./item.js";\nexport default plugin;\n',
    "dist/plugin.d.ts": 'import type * as base from "other";\ndeclare const plugin: base.Plugin;\nexport default plugin;\n',
    "dist/shop.d.ts": 'import { type Item, priceOf } from "./item.js";\nexport declare const items: Item[];\n',
    "dist/item.d.ts": [
      'import { schema, type Price } from "./schema.js";',
      "/** Thing of a shop. */",
      "export interface Item {",
      '    price: Price; maker?: import("./maker.js").Maker;',
      "}",
      "declare const hidden: typeof schema;",
      "export {};",
    ].join("\n"),
    "dist/schema.d.ts": "export declare const schema: { long: true };\nexport type Price = bigint;\n",
    "dist/maker.d.ts": "export interface Maker {\n    name: string;\n}\nexport interface Other {}\n",
    "dist/unused.d.ts": "export type Unused = 1;\n",
  };
  mkdirSync(join(root, "dist"));
  for (const [file, text] of Object.entries(written)) writeFileSync(join(root, file), text);
  const declarations = (): readonly string[] => globSync("dist/*.d.ts", { cwd: root }).sort();
  packDeclarations({ root, files: declarations().map((file) => join(root, file)) });
  assert.deepEqual(
    declarations(),
    ["index", "item", "maker", "plugin", "schema", "shop"].map((name) => join("dist", `${name}.d.ts`)),
  );
  const textOf = (name: string): string => readFileSync(join(root, "dist", `${name}.d.ts`), "utf8");
  assert.equal(textOf("schema"), "export type Price = bigint;\n");
  assert.equal(textOf("maker"), "export interface Maker {\n\tname: string;\n}\n");
  assert.match(textOf("shop"), /^import \{ type Item \} from "\.\/item\.js";\nexport declare const items: Item\[\];\n$/);
  assert.match(
    textOf("item"),
    /^import \{ type Price \} from "\.\/schema\.js";\n\/\*\* Thing of a shop\. \*\/\nexport interface Item/,
  );
  assert.doesNotMatch(textOf("item"), /hidden/);
  assert.equal(textOf("plugin"), written["dist/plugin.d.ts"]);
});

/** JavaScript files of `dist`. */
function codeFiles(): readonly string[] {
  return globSync("**/*.js", { cwd: DIST }).map((file) => file.replaceAll("\\", "/"));
}

/** Files that a file of `dist` imports statically. */
function staticImports(file: string): readonly string[] {
  const statements = readFileSync(join(DIST, file), "utf8").matchAll(/(?:^|[;}\n])(?:import|export)\b[^"`'();]*"(\.[^"]+)"/g);
  return [...statements].map(([, target = ""]) => join(dirname(file), target).replaceAll("\\", "/"));
}
