import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { strayErrors } from "./error-rules.ts";
import { deadExports, repeatedTypeNames } from "./export-rules.ts";
import { folderCircles } from "./folder-rules.ts";
import { fileCircles, floorViolations, importViolations, mapFaults } from "./import-rules.ts";
import { sharedVerifierCode } from "./independence-rules.ts";
import { secondWays, versionNumbers } from "./one-way.ts";
import { widespreadOptions, type GrantedOptions } from "./option-rules.ts";
import { crowdedFunctions, crowdedInterfaces, longCommentLines, longFunctions } from "./size-rules.ts";
import type { SourceTree } from "./source-tree.ts";
import { countSpreads, spreadViolations } from "./spread-rules.ts";

const ROOMS = {
  "src/chain/": ["src/model.ts"],
  "src/chain/rpc/": ["src/chain/"],
  "src/devnet/": ["src/chain/"],
  "src/model.ts": [],
};

function violationsOf(path: string, text: string): string[] {
  return importViolations(new Map([[path, text]]), ROOMS);
}

describe("the check for one of each", () => {
  const reader = { thing: "reader", declaration: /^contract \w*BatchReader\w*/gm, file: "contracts/l1/BatchReader.sol" };
  const declared = ["contracts/l1/BatchReader.sol", "contract BatchReader {}\n"] as const;

  test("takes the one declaration in its file", () => assert.deepEqual(secondWays(new Map([declared]), [reader]), []));

  test("refuses a second one, in another file or in the same", () => {
    const other = ["contracts/l1/OtherBatchReader.sol", "\ncontract OtherBatchReader is X {}\n"] as const;
    assert.deepEqual(secondWays(new Map([other, declared]), [reader]), [
      "contracts/l1/OtherBatchReader.sol declares a second reader: contract OtherBatchReader",
    ]);
    assert.equal(secondWays(new Map([[declared[0], declared[1].repeat(2)]]), [reader]).length, 1);
  });

  test("refuses a file that does not declare its thing", () => {
    assert.match(secondWays(new Map(), [reader])[0] ?? "", /does not declare the reader/);
  });

  test("refuses a word of a second format", () => {
    assert.deepEqual(secondWays(new Map([["src/a.ts", "if (format === 2) return;"]]), []), [
      "src/a.ts names a second format: format ===",
    ]);
  });

  for (const [code, number] of [
    ["const first = PROVEN_VERSION;", "PROVEN_VERSION"],
    ["const isProven = versions.has(515n);", "515n"],
    ["if (version !== 2n) return;", "version !== 2n"],
    ["return { protocolVersion: 2n };", "protocolVersion: 2n"],
  ] as const)
    test(`refuses the number of a version outside its files: ${number}`, () => {
      const source = new Map([["src/a.ts", code]]);
      assert.deepEqual(versionNumbers(source, []), [`src/a.ts names a version's number: ${number}`]);
      assert.deepEqual(versionNumbers(source, ["src/a.ts"]), []);
    });

  test("refuses a listed file without the number of a version, and takes a test whether one is scheduled", () => {
    const source = new Map([["src/a.ts", "if (next.version === 0n) return;"]]);
    assert.deepEqual(versionNumbers(source, []), []);
    assert.match(versionNumbers(source, ["src/a.ts"])[0] ?? "", /names no version's number/);
  });
});

describe("the check of imports", () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ["a static import", 'import { start } from "../devnet/devnet.ts";'],
    ["an import of a type", 'import type { Devnet } from "../devnet/devnet.ts";'],
    ["an export from another room", 'export { start } from "../devnet/devnet.ts";'],
    ["a dynamic import", 'const start = async () => await import("../devnet/devnet.ts");'],
    ["a type that is imported in place", 'let devnet: import("../devnet/devnet.ts").Devnet;'],
    ["a worker's address", 'new Worker(new URL("../devnet/worker.ts", import.meta.url));'],
    [
      "a worker's address with either extension",
      'new Worker(new URL(isSource ? "../devnet/worker.ts" : "../devnet/worker.js", import.meta.url));',
    ],
    ["a worker's address with this file's extension", "new Worker(new URL(`../devnet/worker.${extension}`, import.meta.url));"],
    ["a room above it", 'import { serve } from "./rpc/server.ts";'],
  ];
  for (const [title, line] of REFUSED) {
    test(`refuses ${title} that the map does not allow`, () => {
      const [violation, ...others] = violationsOf("src/chain/chain.ts", `// first\n${line}\n`);
      assert.match(violation ?? "", /^src\/chain\/chain\.ts:2 imports src\/.*: src\/chain\/ may not import src\//);
      assert.deepEqual(others, []);
    });
  }

  test("refuses a dynamic import whose file is computed", () => {
    assert.match(violationsOf("src/chain/chain.ts", "await import(name);")[0] ?? "", /computed/);
  });

  test("refuses a file and an imported file that no room holds", () => {
    assert.match(violationsOf("src/other.ts", "")[0] ?? "", /no room/);
    assert.match(violationsOf("src/chain/chain.ts", 'import "../types.ts";')[0] ?? "", /has no room/);
  });

  test("takes what the map allows, the room itself and packages", () => {
    const text = 'import "../chain.ts"; import "./server.ts"; import "ws"; import data from "../../../package.json";';
    assert.deepEqual(violationsOf("src/chain/rpc/methods.ts", text), []);
  });

  test("refuses an import from a floor above, and a folder other than the floors", () => {
    const tree = new Map([
      ["src/low/room/a.ts", 'import "../../high/room/b.ts";\nimport "./b.ts";\nimport "../../index.ts";'],
      ["src/high/room/b.ts", 'import "../../low/room/a.ts"; import "../../../package.json";'],
      ["src/index.ts", 'import "./high/room/b.ts";'],
      ["src/other/a.ts", 'import "../low/room/a.ts";'],
    ]);
    assert.deepEqual(floorViolations(tree, ["src/low/", "src/high/"]), [
      "src/low/room/a.ts:1 imports src/high/room/b.ts from a floor above",
      "src/low/room/a.ts:3 imports src/index.ts from a floor above",
      "src/other/a.ts is on no floor",
    ]);
  });

  test("refuses a map with a circle or an unknown room", () => {
    assert.deepEqual(mapFaults(ROOMS), []);
    assert.match(mapFaults({ a: ["b"], b: ["c"], c: ["a"] })[0] ?? "", /circle: a, b, c/);
    assert.match(mapFaults({ a: ["z"] })[0] ?? "", /z, which is not a room/);
  });

  test("finds files that import each other, types and lazy imports included", () => {
    const tree = new Map([
      ["src/a.ts", 'import type { B } from "./b.ts";'],
      ["src/b.ts", 'const c = await import("./c.ts");'],
      ["src/c.ts", 'export * from "./a.ts";'],
      ["src/d.ts", 'import "./a.ts";'],
    ]);
    assert.deepEqual(fileCircles(tree), ["circle of imports: src/a.ts, src/b.ts, src/c.ts"]);
  });
});

describe("the check of folders", () => {
  const tree = new Map([
    ["src/a/x.ts", 'import type { Y } from "../b/y.ts";'],
    ["src/b/y.ts", 'import "./inner/z.ts";'],
    ["src/b/inner/z.ts", 'const later = () => import("../../a/w.ts");'],
    ["src/a/w.ts", 'import "./x.ts"; import "viem";'],
  ]);

  test("finds those whose files import each other, though no files do", () => {
    assert.deepEqual(fileCircles(new Map([...tree].filter(([path]) => path !== "src/a/w.ts"))), []);
    assert.deepEqual(folderCircles(tree), ["circle of folders: src/a, src/b, src/b/inner"]);
  });
});

describe("the check of types' names", () => {
  test("finds a type's name in two files, whatever kind of type it is, and no name that is not exported", () => {
    const tree = new Map([
      ["src/a.ts", "export interface One {} interface Two {} export const three = 3;"],
      ["src/b.ts", "export type One = 1; export class Two {} export const three = 3;"],
      ["src/c.ts", 'export type { One } from "./a.ts"; export class Two {}'],
    ]);
    assert.deepEqual(repeatedTypeNames(tree), ["One: src/a.ts, src/b.ts", "Two: src/b.ts, src/c.ts"]);
  });
});

describe("the check of lengths", () => {
  const longBody = `{\n${"  step();\n".repeat(69)}}`;

  test("refuses functions, methods and arrows of more than 70 lines", () => {
    for (const [name, text] of [
      ["run", `function run() ${longBody}`],
      ["run", `class A { run() ${longBody} }`],
      ["run", `const run = () => ${longBody};`],
    ]) {
      assert.deepEqual(longFunctions(new Map([["src/a.ts", text ?? ""]]), {}), [
        `src/a.ts ${name}: 71 lines, at most 70 are allowed`,
      ]);
    }
  });

  test("grants named exceptions up to their length, and refuses those that are not needed", () => {
    const tree = new Map([["src/a.ts", `function run() ${longBody}`]]);
    assert.deepEqual(longFunctions(tree, { "src/a.ts run": 71 }), []);
    assert.match(longFunctions(new Map(), { "src/a.ts run": 71 })[0] ?? "", /not needed/);
  });

  test("refuses comments beyond the line's end, but not addresses", () => {
    const tree = new Map([
      ["src/a.ts", `// ${"x".repeat(128)}\n/* ${"x".repeat(20)} */\n// https://example.org/${"x".repeat(128)}`],
    ]);
    assert.deepEqual(longCommentLines(tree), ["src/a.ts:1: 131 characters"]);
  });
});

describe("the check of sizes", () => {
  const inFile = (text: string): SourceTree => new Map([["src/a.ts", text]]);
  const steps = (count: number): string => "step(); ".repeat(count);
  const interfaceOf = (name: string, count: number): string =>
    `interface ${name} { ${Array.from({ length: count }, (_, index) => `readonly p${index}: number;`).join(" ")} }`;

  test("refuses a function of more than 35 statements, on however few lines", () => {
    assert.deepEqual(crowdedFunctions(inFile(`function run() { ${steps(35)} }`), {}), []);
    for (const text of [
      `function run() { ${steps(36)} }`,
      `const run = () => { ${steps(34)} if (a) { step(); } };`,
      `class A { run() { for (;;) { ${steps(35)} } } }`,
    ])
      assert.deepEqual(crowdedFunctions(inFile(text), {}), ["src/a.ts run: 36 statements, at most 35 are allowed"]);
  });

  test("counts a nested function's statements alone", () => {
    const nested = (count: number): string => `function run() { const inner = () => { ${steps(count)} }; ${steps(34)} }`;
    assert.deepEqual(crowdedFunctions(inFile(nested(35)), {}), []);
    assert.deepEqual(crowdedFunctions(inFile(nested(36)), {}), ["src/a.ts inner: 36 statements, at most 35 are allowed"]);
  });

  test("refuses an interface of more than 15 parameters, and takes one of data", () => {
    for (const name of ["Options", "ChainDependencies", "RunPorts", "ViewParts", "BookSources"]) {
      assert.deepEqual(crowdedInterfaces(inFile(interfaceOf(name, 15)), {}), []);
      const [violation] = crowdedInterfaces(inFile(interfaceOf(name, 16)), {});
      assert.equal(violation, `src/a.ts ${name}: 16 properties, at most 15 are allowed`);
    }
    assert.deepEqual(crowdedInterfaces(inFile(interfaceOf("BatchRecord", 16)), {}), []);
  });

  test("grants named exceptions up to their size, and refuses those that are not needed", () => {
    const tree = inFile(`function run() { ${steps(37)} } ${interfaceOf("Options", 17)}`);
    assert.deepEqual(crowdedFunctions(tree, { "src/a.ts run": 37 }), []);
    assert.deepEqual(crowdedFunctions(tree, { "src/a.ts run": 36 }), ["src/a.ts run: 37 statements, at most 36 are allowed"]);
    assert.deepEqual(crowdedInterfaces(tree, { "src/a.ts Options": 17 }), []);
    const [violation] = crowdedInterfaces(inFile(""), { "src/a.ts Options": 17 });
    assert.equal(violation, "src/a.ts Options: the exception is not needed");
  });
});

describe("the check of spreads", () => {
  const inRoom = (text: string): SourceTree => new Map([["src/chain/rpc/a.ts", text]]);

  test("finds a spread literal, alone and as a branch, and no other spread", () => {
    const found = (text: string) => countSpreads(inRoom(text))["src/chain/rpc"];
    assert.deepEqual(found("f({ ...{ a, b }, c });"), { literal: 1 });
    for (const value of ["(a ? {} : { b })", "(a ? { b } : c)", "(a && { b })", "(a ?? { b })", "(a ? {} : b ? {} : { c })"])
      assert.deepEqual(found(`f({ ...${value} });`), { "conditional literal": 1 }, value);
    for (const text of ["f({ ...a });", "f({ ...(a ?? b) });", "f({ ...g({ a }) });", "f([...(a ? [] : [b])]);"])
      assert.equal(found(text), undefined, text);
  });

  test("lets a room have as many as recorded, and another one none", () => {
    const tree = inRoom("f({ ...{ a } }); f({ ...{ a } });");
    assert.deepEqual(spreadViolations(tree, { "src/chain/rpc": { literal: 2 } }), []);
    assert.deepEqual(spreadViolations(tree, { "src/chain/rpc": { literal: 1 } }), [
      "src/chain/rpc: 2 spreads of a literal, at most 1; write its properties",
    ]);
    assert.equal(spreadViolations(tree, { "src/chain/rpc": { "conditional literal": 2 } }).length, 1);
    assert.deepEqual(spreadViolations(inRoom(""), {}), []);
  });
});

describe("the check of errors", () => {
  const base = "export abstract class NamedError<Code> extends Error { abstract override readonly name: string; }";
  const strayIn = (...lines: string[]) => strayErrors(new Map([["src/a.ts", [base, ...lines].join("\n")]]));

  test("accepts classes that extend NamedError with distinct names, and classes other than errors", () => {
    assert.deepEqual(
      strayIn(
        'class AError extends NamedError<"A"> { override readonly name = "AError"; }',
        "class Below extends AError {}",
        "abstract class Kind<Code> extends NamedError<Code> {}",
        "class Pool extends Map {}",
      ),
      [],
    );
  });

  test("refuses one that extends Error, another error of the language, or a package's", () => {
    for (const other of ["Error", "TypeError", "ethers.EthersError", "DOMException"])
      assert.deepEqual(strayIn(`const f = () => class A extends ${other} {};`), [
        `src/a.ts:2: A extends ${other}, not NamedError or what comes from it`,
      ]);
    assert.match(strayIn("class A extends B {}", "class B extends Error {}").join(), /2: A extends B,.*3: B extends Error/);
  });

  test("refuses another class's name, and none", () => {
    assert.deepEqual(strayIn('class A extends NamedError<"A"> { override readonly name = "B"; }'), [
      "src/a.ts:2: A calls itself B",
    ]);
    assert.deepEqual(strayIn('class A extends NamedError<"A"> {}'), ["src/a.ts:2: A calls itself nothing"]);
  });
});

describe("the check of exports", () => {
  const source = new Map([
    [
      "src/a.ts",
      'export const read = 1;\nexport const [pair] = [2];\nexport interface Shape {}\nexport async function unread() {}\nexport class Told extends HyperchainError<"Told"> {}',
    ],
    [
      "src/b.ts",
      'import { type Shape, read as one } from "./a.ts";\nexport type Unread = typeof one;\nexport * as all from "./c.ts";',
    ],
    ["src/c.ts", "export const held = 1;"],
    ["src/lazy.ts", "export const told = 1;"],
    ["src/worker.ts", "export const posted = 1;"],
    ["src/index.ts", "export const entry = 1;"],
  ]);
  const readers = new Map([
    ["test/a.test.ts", 'await import("../src/lazy.ts"); new Worker(new URL(`../src/worker.${extension}`, import.meta.url));'],
    ["test/b.test.ts", 'export { Gone } from "../src/b.ts";'],
  ]);
  test("refuses a value and a type that no file imports, and takes what is imported by name, as a whole or from outside", () => {
    const found = deadExports(source, { readers, entries: ["src/index.ts"] });
    assert.deepEqual(found, ["src/a.ts: unread", "src/b.ts: Unread"]);
  });
});

describe("the check of options", () => {
  const files = (count: number, text: string): SourceTree =>
    new Map(Array.from({ length: count }, (_, index) => [`src/${index}.ts`, text]));
  const NONE: GrantedOptions = { files: {}, words: {} };
  const OPTIONS = new Map([["pace", ["pace", "paceOfBlocks"]]]);

  test("takes an option that eight files name, and refuses it of nine", () => {
    assert.deepEqual(widespreadOptions(files(8, "plan.pace;"), OPTIONS, NONE), []);
    assert.deepEqual(widespreadOptions(files(9, "plan.pace;"), OPTIONS, NONE), ["pace: 9 files name it, at most 8 may"]);
  });

  test("knows an option by its name in the plan too", () => {
    const tree = new Map([...files(8, "plan.pace;"), ["src/other.ts", "const { paceOfBlocks } = plan.ordering;"]]);
    assert.deepEqual(widespreadOptions(tree, OPTIONS, NONE), ["pace: 9 files name it, at most 8 may"]);
  });

  test("counts neither comments, longer words nor generated files", () => {
    const text = "// pace\n/** The\n pace. */\nconst paces = 1; // at this pace\n";
    const tree = new Map([...files(9, text), ["src/generated/a.ts", "pace;"]]);
    assert.deepEqual(widespreadOptions(tree, OPTIONS, NONE), []);
  });

  test("rejects more than is granted, and a grant that is unnecessary or whose option was removed", () => {
    const granted = { files: { pace: 9 }, words: {} };
    assert.deepEqual(widespreadOptions(files(9, "pace;"), OPTIONS, granted), []);
    assert.deepEqual(widespreadOptions(files(10, "pace;"), OPTIONS, granted), ["pace: 10 files name it, at most 9 may"]);
    assert.deepEqual(widespreadOptions(files(10, "pace;"), OPTIONS, { files: {}, words: { pace: "of a walk" } }), []);
    const unneeded = { files: { pace: 9 }, words: { gone: "of nothing" } };
    const told = ["pace: the exception is not needed", "gone: the exception is not needed"];
    assert.deepEqual(widespreadOptions(files(8, "pace;"), OPTIONS, unneeded), told);
  });
});

describe("the check of independence", () => {
  const SECOND = "contracts/verifier/second/SecondFri.sol";
  const WRITER = "scripts/system-description/describe.ts";

  test("refuses imports between the two verifiers", () => {
    const found = sharedVerifierCode(
      new Map([
        [SECOND, 'import {Quintic} from "../Quintic.sol";'],
        [WRITER, 'import { lanes } from "../verifier-generator/lanes.ts";'],
        ["scripts/verifier-generator/contract.ts", 'import { describe } from "../system-description/describe.ts";'],
        ["contracts/verifier/StateTransitionVerifier.sol", 'import {SecondField} from "./second/SecondField.sol";'],
      ]),
    );
    assert.equal(found.length, 4);
    assert.match(found[0] ?? "", /^contracts\/verifier\/second\/SecondFri\.sol imports contracts\/verifier\/Quintic\.sol$/);
  });

  test("allows interfaces and the system's definition", () => {
    const tree = new Map([
      [
        SECOND,
        'import {IStarkVerifier} from "../../interfaces/IStarkVerifier.sol";\nimport {SecondField} from "./SecondField.sol";',
      ],
      [WRITER, 'import type { System } from "../../src/stark/systems/system.ts";'],
    ]);
    assert.deepEqual(sharedVerifierCode(tree), []);
  });
});
