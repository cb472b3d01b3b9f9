import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { printable } from "../../src/ground/runtime/printable.ts";

/** Text of characters by their numbers in Unicode, because they are invisible in a source. */
const character = (...codes: readonly number[]): string => String.fromCodePoint(...codes);

describe("attack: a stranger's text hides nothing, and covers nothing", () => {
  test("what turns the direction of writing is taken away: overrides, embeddings, isolates and marks", () => {
    for (const code of [0x200e, 0x200f, 0x061c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069])
      assert.equal(printable(`a${character(code)}b`), "ab", code.toString(16));
  });

  test("what is not seen is taken away: of width zero, fillers, selectors, tags and blanks", () => {
    const unseen = [
      0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x00ad, 0x034f, 0x115f, 0x3164, 0xffa0, 0xfe0f, 0xe0041, 0x2800, 0x180e,
    ];
    for (const code of unseen) assert.equal(printable(`0x12${character(code)}34`), "0x1234", code.toString(16));
  });

  test("half of a character is taken away, and a whole one of two halves stands", () => {
    assert.equal(printable("a\ud83db"), "ab");
    assert.equal(printable(character(0x1f600)), character(0x1f600));
  });

  test("of marks upon one letter four stand: more would cover other lines", () => {
    assert.equal(printable(`e${character(0x301).repeat(200)}x`), `e${character(0x301).repeat(4)}x`);
    // Vietnamese, decomposed: two marks upon an e.
    assert.equal(printable(`Vie${character(0x323, 0x302)}t`), `Vie${character(0x323, 0x302)}t`);
  });

  test("letters of all scripts stand", () => {
    for (const text of ["Müller", "שלום", "مرحبا", "हिन्दी", "日本語"]) assert.equal(printable(text), text);
  });
});
