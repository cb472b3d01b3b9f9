import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HARD_NAMES, SHRINKING_NAMES, vagueNames } from "./name-rules.ts";
import { FINISHED_ROOMS, foundIn, readCounts, readProseTree } from "./plain-english.ts";
import { HARD_PATTERNS, SHRINKING_PATTERNS } from "./prose-patterns.ts";
import { countsOf, lowered, proseRoomOf, proseViolations, roomsWithoutHardWords, wordsIn } from "./prose-rules.ts";

/** Planted words, which the check of this file's own text must not count. */
const planted = (...parts: readonly string[]): string => parts.join("");
const wordsOf = (path: string, text: string): readonly string[] =>
  wordsIn(new Map([[path, text]])).map(({ line, word }) => `${line} ${word}`);

describe("the sources and the documentation", () => {
  const tree = readProseTree();
  const words = foundIn(tree);

  test("have more than a few files and words, or nothing below would be checked", () =>
    assert.ok(tree.size > 2_000 && words.length > 100, `${tree.size}, ${words.length}`));

  test("have no hard word in a finished room, and at most the recorded number of vague words in a room", () =>
    assert.deepEqual(proseViolations(words, readCounts(), FINISHED_ROOMS), []));

  test("name as finished only rooms that exist", () => {
    const rooms = new Set([...tree.keys()].map(proseRoomOf));
    assert.deepEqual(
      FINISHED_ROOMS.filter((room) => !rooms.has(room)),
      [],
    );
  });
});

describe("the check of words", () => {
  test("reads comments, NatSpec, strings with a space, titles and pages, and no code", () => {
    const anew = planted("an", "ew");
    const text = [
      `// made ${anew}`,
      `const ${anew} = "${anew}";`,
      `test("is ${anew}", () => \`x ${anew}\`);`,
      `/* a\n ${anew} */`,
    ];
    assert.deepEqual(wordsOf("src/a/a.ts", text.join("\n")), [`1 ${anew}`, `3 ${anew}`, `3 ${anew}`, `5 ${anew}`]);
    assert.deepEqual(wordsOf("contracts/l1/A.sol", `/// @notice Sent ${anew}.\ncontract A {}`), [`1 ${anew}`]);
    const page = `# ${anew}\n\n| a | ${anew} |\n\n\`\`\`sh\n${anew}\n\`\`\`\n\n\`${anew}\` [x](${anew})\n`;
    assert.deepEqual(wordsOf("docs/a.md", page), [`1 ${anew}`, `3 ${anew}`]);
  });

  test("knows the start of a doc comment, and takes one of a boolean", () => {
    const whether = planted("Whe", "ther");
    const of = planted("O", "f");
    assert.deepEqual(wordsOf("src/a/a.ts", `/** ${of} the call. */\nconst a = 1;\n// ${of} course\n`), [`1 ${of}`]);
    assert.deepEqual(wordsOf("src/a/a.ts", `/** ${whether} it is. */\nreadonly isGood: boolean;\n`), []);
    assert.deepEqual(wordsOf("src/a/a.ts", `/** ${whether} it is. */\nreadonly end: End;\n`), [`1 ${whether}`]);
    assert.deepEqual(wordsOf("src/a/a.ts", `/** Gas limit of the call. */\nconst a = 1;\n`), []);
  });

  test("does not take quotes of a regular expression for a string, and passes exempt lines", () => {
    const hand = planted("at ha", "nd");
    assert.deepEqual(wordsOf("src/a/a.ts", `const a = /["'\`]/g;\n// ${hand}\nconst b = \`\${c("x")} y\`;\n`), [`2 ${hand}`]);
    assert.deepEqual(wordsOf("src/a/a.ts", `// ${hand}, prose-ok: a term of theirs\n`), []);
  });

  test("has a word instead of each", () => {
    for (const { name, instead } of [...HARD_PATTERNS, ...SHRINKING_PATTERNS, ...HARD_NAMES, ...SHRINKING_NAMES])
      assert.ok(instead.length > 1, name);
    assert.ok(HARD_PATTERNS.length >= 40 && SHRINKING_PATTERNS.length >= 25);
  });
});

describe("the check of names", () => {
  test("finds vague names of exports, members, parameters and files, and no local ones", () => {
    const text = [
      "export const toldBlock = 1;",
      "export interface A { readonly kept: number; readonly gas: number; isBackAgain(): void }",
      "export function f(whyLate: string): void { const made = 1; }",
      "export class ToldBlocks { #given = 1; }",
      "const MOST_LOCAL = 1;\nexport const MOST_GAS = 1;",
    ].join("\n");
    const names = vagueNames(new Map([["src/a/behind.ts", text]])).map(({ line, word }) => `${line} ${word}`);
    const found = ["1 behind", "2 kept", "2 isBackAgain", "3 whyLate", "4 ToldBlocks", "4 given", "6 MOST_GAS"];
    assert.deepEqual(names, found);
  });

  test("passes `left` as a side, in a file that also has `right`", () => {
    const wordsOfText = (text: string): readonly string[] => vagueNames(new Map([["src/a/a.ts", text]])).map(({ word }) => word);
    assert.deepEqual(wordsOfText("export interface Node { readonly left: A; readonly right: A }"), []);
    assert.deepEqual(wordsOfText("export interface Budget { readonly left: bigint }"), ["left"]);
  });
});

describe("the counts of a room", () => {
  const once = wordsIn(new Map([["src/a/a.ts", `// ${planted("behi", "nd")} it\n`]]));

  test("may fall and not rise; a finished room has no hard word", () => {
    const name = once[0]!.pattern.name;
    assert.deepEqual(countsOf(once), { "src/a": { [name]: 1 } });
    assert.deepEqual(proseViolations(once, { "src/a": { [name]: 1 } }, ["src/a"]), []);
    assert.match(proseViolations(once, {}, [])[0] ?? "", /^src\/a: 1 times "\w+", at most 0; write after, following$/);
    const hard = wordsIn(new Map([["src/a/a.ts", `// ${planted("an", "ew")}\n`]]));
    assert.match(
      proseViolations(hard, countsOf(hard), ["src/a"]).join(),
      /^src\/a\/a\.ts:1: "\w+" in a finished room; write again/,
    );
    assert.deepEqual(proseViolations(hard, countsOf(hard), []), []);
    assert.deepEqual(roomsWithoutHardWords(new Map([["src/a/a.ts", ""]]), once), ["src/a"]);
  });

  test("are lowered by a command, which raises none", () => {
    assert.deepEqual(lowered({ a: { x: 3, y: 1 }, b: { x: 1 } }, { a: { x: 2, y: 5 }, c: { x: 1 } }), { a: { x: 2, y: 1 } });
  });

  test("are by folder of a floor, of tests and of contracts, and by page", () => {
    const paths = ["src/chain/rpc/a.ts", "src/index.ts", "test/flow/a.test.ts", "page/a.tsx", "docs/a.md", "README.md"];
    assert.deepEqual(paths.map(proseRoomOf), ["src/chain/rpc", "src", "test/flow", "page", "docs", "README.md"]);
  });
});
