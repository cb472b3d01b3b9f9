import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as plugin from "../../src/index.ts";
import * as abi from "../../src/abi.ts";
import * as client from "../../src/client.ts";
import * as kit from "../../src/kit.ts";
import * as heldAccounts from "../../src/held-accounts.ts";
import * as shielded from "../../src/shielded.ts";
import * as viem from "../../src/viem.ts";
import { entryPoints, publicContracts } from "../../scripts/api-report/entry-points.ts";
import { ApiReader, type PublicApi } from "../../scripts/api-report/public-api.ts";
import { apiReports } from "../../scripts/api-report/report.ts";

interface Compiler {
  compile(input: string, callbacks: { readonly import: (path: string) => { readonly contents: string } }): string;
}

const solc = createRequire(import.meta.url)("solc") as Compiler;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const filesOf = (...patterns: readonly string[]): readonly string[] =>
  globSync(patterns, { cwd: ROOT, exclude: (name) => /(^|[\\/])node_modules$/.test(name) })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => statSync(join(ROOT, file)).isFile());

const LOADED: Readonly<Record<string, object>> = {
  "src/index.ts": plugin,
  "src/client.ts": client,
  "src/kit.ts": kit,
  "src/viem.ts": viem,
  "src/abi.ts": abi,
  "src/shielded.ts": shielded,
  "src/held-accounts.ts": heldAccounts,
};

/** A package with one entry point, as files. */
function planted(context: { after(done: () => void): void }, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "hyperchain-api-"));
  context.after(() => rmSync(root, { recursive: true }));
  const written = { "package.json": JSON.stringify({ exports: { "./shop": "./dist/shop.js" } }), ...files };
  for (const [path, text] of Object.entries(written)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const reader = new ApiReader(root);
  const [api] = entryPoints(root).map((entry) => reader.read(entry));
  assert.ok(api);
  return { root, reader, api };
}

describe("API of the package", () => {
  const reader = new ApiReader(ROOT);
  const apis: readonly PublicApi[] = entryPoints(ROOT).map((entry) => reader.read(entry));

  test("has entry points for the plugin, front-ends, nodes, viem and ABIs", () => {
    assert.deepEqual(
      apis.map(({ entry }) => entry.name),
      ["", "/client", "/kit", "/viem", "/abi", "/shielded", "/held-accounts"].map((subpath) => `hardhat-hyperchain${subpath}`),
    );
  });

  test("equals its reports (npm run generate)", () => {
    const reports = apiReports(ROOT);
    for (const { path, content } of reports) assert.ok(read(path) === content, `${path} is out of date: run npm run generate`);
    assert.deepEqual([...filesOf("api/*")].sort(), reports.map(({ path }) => path).sort());
  });

  for (const api of apis) {
    test(`${api.entry.name} exports every type that its signatures use`, () => assert.deepEqual(reader.forgotten(api), []));
    test(`${api.entry.name} documents every export`, () => assert.deepEqual(reader.undocumented(api), []));
    test(`${api.entry.name} states the type of every function`, () => assert.deepEqual(reader.unwritten(api), []));
    test(`${api.entry.name} has the values of its report when it runs`, () => {
      const values = api.exports.filter(({ isType }) => !isType).map(({ name }) => name);
      assert.deepEqual(Object.keys(LOADED[api.entry.source] ?? {}).sort(), values.sort());
    });
  }

  test("finds a type that is not exported, an export without a comment, and a function without a type", (context) => {
    const { root, reader, api } = planted(context, {
      "src/shop.ts": 'export { buy } from "./buy.ts";\nexport type { Item } from "./item.ts";\n',
      "src/buy.ts": [
        'import type { Coupon as Discount, Item } from "./item.ts";',
        'import { priceOf } from "./item.ts";',
        "export function buy(item: Item, discount?: Discount) {",
        "  return priceOf(item, discount);",
        "}",
      ].join("\n"),
      "src/item.ts": [
        "/** Thing that a shop sells. */",
        "export interface Item { readonly price: Price }",
        "type Price = bigint;",
        "export interface Coupon { readonly percent: number }",
        "export const priceOf = (item: Item, discount?: Coupon): Price => item.price / BigInt(discount?.percent ?? 1);",
      ].join("\n"),
    });
    assert.deepEqual(reader.forgotten(api).sort(), ["Item: Price (src/item.ts)", "buy: Coupon (src/item.ts)"]);
    assert.deepEqual(reader.undocumented(api), ["buy"]);
    assert.match(reader.unwritten(api).join(), /^buy: .*return type/);
    const [report] = apiReports(root);
    assert.equal(report?.path, "api/shop.txt");
    assert.match(report.content, /\/\*\* Thing that a shop sells\. \*\/\ninterface Item \{/);
  });

  test("includes additions to other packages' types, and types of a star export", (context) => {
    const { reader, api } = planted(context, {
      "src/shop.ts": 'export type * from "./more.ts";\n',
      "src/more.ts": [
        'declare module "hardhat/types/config" { interface HardhatConfig { readonly shop: Shop } }',
        "interface Shop { readonly name: string }",
        "/** Opening hours. */",
        "export type Hours = readonly [number, number];",
      ].join("\n"),
    });
    assert.deepEqual(
      api.exports.map(({ name, isType }) => [name, isType]),
      [["Hours", true]],
    );
    assert.deepEqual(reader.forgotten(api), ["module hardhat/types/config: Shop (src/more.ts)"]);
  });

  test("has names in docs and examples that it exports", () => {
    const exported = new Set([
      ...apis.map(({ entry }) => entry.name),
      ...publicContracts(ROOT).map((path) => `hardhat-hyperchain/${path}`),
    ]);
    const files = filesOf("README.md", "docs/**/*.md", "fixtures/**/*.{ts,mts,mjs,sol,md}").filter(
      (file) => !file.startsWith("docs/decisions/"),
    );
    const named = files.flatMap((file) =>
      [...read(file).matchAll(/(?<!\.\.\/)hardhat-hyperchain\/(?:\w[\w-]*\/)*\w[\w-]*(?:\.\w+)?/g)].map(
        ([name]) => `${name} in ${file}`,
      ),
    );
    assert.ok(named.length > 20, `${named.length} names`);
    assert.deepEqual(
      named.filter((each) => !exported.has(each.split(" ")[0] ?? "")),
      [],
    );
  });
});

describe("Solidity of the package", () => {
  const files = publicContracts(ROOT);

  test("is for every compiler from 0.8.20, with all that it imports", () => {
    const all = new Set(files);
    for (const file of all) {
      const text = read(file);
      assert.match(text, /^pragma solidity \^0\.8\.20;$/m, file);
      for (const [, path = ""] of text.matchAll(/^import .*"(\.[^"]+)";$/gm)) all.add(posix.join(posix.dirname(file), path));
    }
    assert.ok(all.size > files.length, `${all.size} files`);
  });

  test("compiles by a bare compiler with one remapping", () => {
    const imports = files.map((file) => `import "hardhat-hyperchain/${file}";`).join("\n");
    const input = {
      language: "Solidity",
      sources: { "All.sol": { content: `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n${imports}\n` } },
      settings: { remappings: ["hardhat-hyperchain/=package/"] },
    };
    const find = (path: string) => ({ contents: read(path.replace(/^package\//, "")) });
    const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as {
      readonly errors?: readonly { readonly formattedMessage: string }[];
    };
    assert.deepEqual(
      errors.map(({ formattedMessage }) => formattedMessage),
      [],
    );
  });
});
