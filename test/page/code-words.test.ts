import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { codeWords } from "../../page/contract/code-words.ts";

describe("I11: contracts of one name, and whether their code is equal", () => {
  const token = { bytes: "0x6001", fullName: "contracts/Token.sol:Token" };

  test("one alone is compared with nothing", () => assert.deepEqual(codeWords([token]), [""]));

  test("equal code is equal", () => assert.deepEqual(codeWords([token, token]), ["equal on all", "equal on all"]));

  test("distinguishes a contract with other immutable values from other code", () => {
    const other = { ...token, bytes: "0x6002" };
    const words = (letter: string): string => `equal except values set at its deployment (${letter})`;
    assert.deepEqual(codeWords([token, other, token]), [words("A"), words("B"), words("A")]);
    const stranger = { bytes: "0x6002", fullName: "npm/other/Token.sol:Token" };
    assert.deepEqual(codeWords([token, stranger]), ["code A", "code B"]);
    assert.deepEqual(
      codeWords([
        { ...token, fullName: undefined },
        { ...stranger, fullName: undefined },
      ]),
      ["code A", "code B"],
    );
  });
});
