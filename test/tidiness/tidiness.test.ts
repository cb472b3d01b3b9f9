import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { entryPoints } from "../../scripts/api-report/entry-points.ts";
import { CHAIN_OPTIONS } from "../../src/ecosystem/options/chain.ts";
import { ECOSYSTEM_OPTIONS } from "../../src/ecosystem/options/ecosystem.ts";
import type { ChainOption } from "../../src/ecosystem/options/fields/field.ts";
import { strayErrors } from "./error-rules.ts";
import { deadExports, repeatedTypeNames } from "./export-rules.ts";
import { folderCircles } from "./folder-rules.ts";
import { fileCircles, floorViolations, importViolations, mapFaults } from "./import-rules.ts";
import { sharedVerifierCode } from "./independence-rules.ts";
import { ONE_WAYS, secondWays, VERSION_FILES, versionNumbers } from "./one-way.ts";
import { GRANTED_OPTIONS } from "./option-grants.ts";
import { widespreadOptions } from "./option-rules.ts";
import { FLOORS, ROOMS } from "./rooms.ts";
import { CROWDED_FUNCTIONS, CROWDED_INTERFACES, LONG_FUNCTIONS } from "./size-grants.ts";
import { crowdedFunctions, crowdedInterfaces, longCommentLines, longFunctions } from "./size-rules.ts";
import { readSourceTree } from "./source-tree.ts";
import { readSpreadCounts, spreadViolations } from "./spread-rules.ts";

const source = readSourceTree(["src/**/*.ts"]);
/** Files outside the source that import it. */
const readers = readSourceTree(["{test,bench,scripts,page,fixtures}/**/*.{ts,js,mts}", "*.ts"]);
/** Exports of the package, and files that a generator writes as a whole. */
const ENTRIES = [
  ...entryPoints(fileURLToPath(new URL("../..", import.meta.url))).map(({ source }) => source),
  "src/types.ts",
  "src/type-extensions.ts",
  "src/proofs/machine/kernel/generated/kernel-code.ts",
];
/** Each option, with its name in the plan where that is another. */
const options = new Map<string, readonly string[]>([
  ...Object.keys(ECOSYSTEM_OPTIONS).map((name) => [name, [name]] as const),
  ...Object.entries<ChainOption>(CHAIN_OPTIONS).map(([name, { key = name }]) => [name, [name, key]] as const),
]);
const verifiers = readSourceTree(["contracts/verifier/**/*.sol", "scripts/{system-description,verifier-generator}/**/*.ts"]);
const contracts = readSourceTree(["contracts/**/*.sol"]);
const written = readSourceTree(["{src,scripts,bench}/**/*.ts"]);

describe("the source", () => {
  test("has more than a few files, or nothing below would be checked", () => assert.ok(source.size > 500, `${source.size}`));
  test("follows a map of rooms without circles", () => assert.deepEqual(mapFaults(ROOMS), []));
  test("imports only what the map allows", () => assert.deepEqual(importViolations(source, ROOMS), []));
  test("has five floors, and imports nothing from a floor above", () => assert.deepEqual(floorViolations(source, FLOORS), []));
  test("has no files that import each other", () => assert.deepEqual(fileCircles(source), []));
  test("has no folders that import each other", () => assert.deepEqual(folderCircles(source), []));
  test("has one type of a name", () => assert.deepEqual(repeatedTypeNames(source), []));
  test("has no export that no file imports", () => assert.deepEqual(deadExports(source, { readers, entries: ENTRIES }), []));
  test("has no class of errors that does not come from NamedError, under its own name", () =>
    assert.deepEqual(strayErrors(source), []));
  test("has one of each thing that a protocol can have twice, and one format of batches", () =>
    assert.deepEqual(secondWays(new Map([...source, ...contracts]), ONE_WAYS), []));
  test("names the numbers of protocol versions in the listed files only", () =>
    assert.deepEqual(versionNumbers(source, VERSION_FILES), []));
  test("has short functions, except for named ones", () => assert.deepEqual(longFunctions(written, LONG_FUNCTIONS), []));
  test("has functions of few statements, except for named ones", () =>
    assert.deepEqual(crowdedFunctions(written, CROWDED_FUNCTIONS), []));
  test("has interfaces of few parameters, except for named ones", () =>
    assert.deepEqual(crowdedInterfaces(written, CROWDED_INTERFACES), []));
  test("spreads a literal in no room more often than recorded", () =>
    assert.deepEqual(spreadViolations(source, readSpreadCounts()), []));
  test("has options that few files name, with named exceptions", () =>
    assert.deepEqual(widespreadOptions(source, options, GRANTED_OPTIONS), []));
  test("has two verifiers of state transitions without code in common", () => {
    for (const path of ["contracts/verifier/second/SecondStark.sol", "scripts/system-description/describe.ts"])
      assert.ok(verifiers.has(path), path);
    assert.deepEqual(sharedVerifierCode(verifiers), []);
  });
  test("has comments that fit a line", () => assert.deepEqual(longCommentLines(source), []));
});
