import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DIGEST_WORDS_FIELDS,
  digestWordsAir,
  type DigestWordsCells,
  TOP_LIMB,
} from "../../../src/proofs/circuits/digest-words/digest-words-air.ts";
import {
  DigestWordRequests,
  digestWordsColumns,
  resultCells,
  rightCells,
} from "../../../src/proofs/circuits/digest-words/digest-words-trace.ts";
import { LIMBS } from "../../../src/proofs/circuits/shapes/word.ts";
import { add, P } from "../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { fieldElements } from "../../../src/proofs/stark/constraints/fields.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { messagesOf } from "../../execution-proof/support/judge.ts";
import { createRowChecker } from "../support/row-checker.ts";

const air = digestWordsAir();
const check = createRowChecker(air);
const TAG = 7;
/** To find rows; what they hold is compared with the reference. */
const compressor = createCompressor();

type Word = readonly number[];
const randomWord = (random: Random): number[] => Array.from({ length: LIMBS }, () => random.below(2 ** 16));
/** A digest's elements by its word: 32 bits each, the first highest, modulo p. */
const elementsOf = (word: Word): number[] =>
  Array.from({ length: 8 }, (_, i) => (word[15 - 2 * i]! * 2 ** 16 + word[14 - 2 * i]!) % P);
/** The elements in a word's upper 24 bytes. */
const partsOf = (word: Word): number[] => {
  const digits = word.map((limb) => limb.toString(16).padStart(4, "0")).reverse();
  return Array.from({ length: 8 }, (_, i) => Number.parseInt(digits.join("").slice(6 * i, 6 * i + 6), 16));
};
const wordOf = (elements: readonly number[]): number[] =>
  Array.from({ length: LIMBS }, (_, k) => {
    const value = elements[7 - (k >> 1)]!;
    return k % 2 === 0 ? value % 2 ** 16 : Math.floor(value / 2 ** 16);
  });

function rowOf(left: Word, right: Word, packed = 0): DigestWordsCells {
  const requests = new DigestWordRequests(compress);
  requests.ask(TAG, packed, left, right);
  return requests.list()[0]!;
}

/** Refusals of a row: constraints, and false messages. */
function refusalsOf(row: DigestWordsCells): string[] {
  const columns = fieldElements("digestWords", DIGEST_WORDS_FIELDS, row).map((value) => Uint32Array.of(((value % P) + P) % P));
  const asked = messagesOf(air, columns, [], Uint32Array.of(0)).filter(({ interaction, multiplicity }) => {
    return interaction.direction === "send" && multiplicity !== 0;
  });
  const isTrue = (bus: string, message: readonly number[]): boolean => {
    if (bus === "range16") return message[0]! < 2 ** 16;
    if (bus === "bytes") return message.every((byte) => byte < 256);
    const [tag = 0, ...digests] = message;
    return compress(tag, digests.slice(0, 8), digests.slice(8, 16)).join() === digests.slice(16).join();
  };
  const untrue = asked.filter(({ interaction, message }) => !isTrue(interaction.bus.name, message)).map(({ name }) => name);
  return [...new Set([...check(columns, [], 0), ...untrue])].sort();
}

/** The row with an element of the result written by other limbs. */
function rewritten(row: DigestWordsCells, i: number, low: number, high: number): DigestWordsCells {
  const result = row.result.map((limb, k) => (k === 14 - 2 * i ? low : k === 15 - 2 * i ? high : limb));
  return { ...row, ...resultCells(result) };
}

/** A row whose element i is so small that p more of it has the upper limb of p − 1. */
function smallElement(i: number, random: Random): DigestWordsCells {
  for (;;) {
    const [left, right] = [randomWord(random), randomWord(random)];
    if (compressor.compress(TAG, elementsOf(left), elementsOf(right))[i]! < 2 ** 16 - 1) return rowOf(left, right);
  }
}

/** Rows that compress other elements than the right side's, by what alone refuses them. */
function* otherRightSides(random: Random): Generator<readonly [string, DigestWordsCells]> {
  const [left, right] = [randomWord(random), randomWord(random)];
  const withElements = (row: DigestWordsCells, elements: readonly number[]): DigestWordsCells => {
    return { ...row, elements, ...resultCells(wordOf(compress(TAG, elementsOf(left), elements))) };
  };
  for (const packed of [0, 1]) {
    const row = rowOf(left, right, packed);
    for (let i = 0; i < 8; i++) {
      const elements = row.elements.map((value, k) => (k === i ? add(value, 1) : value));
      yield [`element ${i}`, withElements(row, elements)];
    }
  }
  // 256 more below are 1 less above.
  const row = rowOf(
    left,
    right.map((limb) => limb | 0x100),
    1,
  );
  for (let i = 0; i < 4; i++) {
    const upper = row.upper.map((byte, k) => (k === i ? byte - 1 : byte));
    const elements = row.elements.map((value, k) => (k === 2 * i ? value - 1 : k === 2 * i + 1 ? value + 2 ** 24 : value));
    yield [`bytes[${i}]`, { ...withElements(row, elements), upper }];
  }
  // Halfway between the two ways to write it.
  const [plain, parts] = [rightCells(0, right), rightCells(1, right)];
  const half = (P + 1) / 2;
  const middle = plain.elements.map((value, i) => Number((BigInt(add(value, parts.elements[i]!)) * BigInt(half)) % BigInt(P)));
  yield ["packed is boolean", { ...withElements(rowOf(left, right), middle), packed: half }];
}

describe("the table digestWords", () => {
  it("answers with the reference's compression, for every request", () => {
    const random = new Random(1);
    const compressed: string[] = [];
    const requests = new DigestWordRequests((...request) => {
      compressed.push(request.join());
      return compress(...request);
    });
    const most = new Array<number>(LIMBS).fill(0xffff);
    const words = [most, new Array<number>(LIMBS).fill(0), randomWord(random)];
    const asked = words.flatMap((left) =>
      words.flatMap((right) => [0, 1].map((packed) => ({ tag: random.below(30), packed, left, right }))),
    );
    for (const { tag, packed, left, right } of [...asked, asked[0]!]) requests.ask(tag, packed, left, right);
    assert.equal(compressed.length, asked.length);
    const columns = digestWordsColumns(requests.list(), 5);
    columns[0]!.forEach((_, row) => assert.deepEqual(check(columns, [], row), []));
    const said = messagesOf(air, columns, []).filter(({ interaction, multiplicity }) => {
      return interaction.bus.name === "digestWords" && multiplicity !== 0;
    });
    const expected = asked.map(({ tag, packed, left, right }, i) => {
      const elements = (packed === 1 ? partsOf : elementsOf)(right);
      return [i === 0 ? 2 : 1, tag, packed, ...left, ...right, ...wordOf(compress(tag, elementsOf(left), elements))];
    });
    assert.deepEqual(
      said.map(({ multiplicity, message }) => [multiplicity, ...message]),
      expected,
    );
  });

  it("needs every constraint and look-up: each alone refuses a row that is otherwise right", () => {
    const random = new Random(2);
    const needed = new Set<string>(["real is boolean"]);
    const isRefusedBy = (name: string, row: DigestWordsCells): void => {
      assert.deepEqual(refusalsOf(row), [name]);
      needed.add(name);
    };
    const row = rowOf(randomWord(random), randomWord(random));
    assert.deepEqual(refusalsOf(row), []);
    const other = { ...row, ...resultCells(randomWord(random).map((limb) => limb % 2 ** 14)) };
    isRefusedBy("compression[0]", other);
    isRefusedBy("only a compression is used", { ...other, real: 0 });
    elementsOf(row.result).forEach((value, i) => {
      const [low, high] = [row.result[14 - 2 * i]!, row.result[15 - 2 * i]!];
      // Limbs in the order of the lookups: the result's, then the differences of upper limbs from the largest.
      isRefusedBy(`range16[${14 - 2 * i}]`, rewritten(row, i, low + 2 ** 16, high - 1));
      const steps = Math.ceil((P - value) / 2 ** 16);
      isRefusedBy(`range16[${15 - 2 * i}]`, rewritten(row, i, value - P + 2 ** 16 * steps, -steps));
      const larger = value + P;
      isRefusedBy(`range16[${LIMBS + i}]`, rewritten(row, i, larger % 2 ** 16, Math.floor(larger / 2 ** 16)));
      const small = smallElement(i, random);
      const written = rewritten(small, i, add(1, elementsOf(small.result)[i]!), TOP_LIMB);
      isRefusedBy(`top ${i}: is p − 1`, written);
      const isTop = written.isTop.map((flag, k) => (k === i ? 0 : flag));
      isRefusedBy(`top ${i}: if its upper limb is that of p − 1`, { ...written, isTop });
    });
    for (const [name, other] of otherRightSides(random)) isRefusedBy(name, other);
    const lookups = Array.from({ length: LIMBS + 8 }, (_, k) => `range16[${k}]`);
    const parts = Array.from({ length: 4 }, (_, i) => `bytes[${i}]`);
    const names = [...air.constraints.map(({ name }) => name), ...lookups, ...parts, "compression[0]"];
    assert.deepEqual([...needed].sort(), names.sort());
  });

  it("counts what it sends: without the constraint that says so it may ask any number of times", () => {
    const interactions = air.interactions.filter(({ bus }) => bus.name === "compression");
    const counts = (constraints: typeof air.constraints): number | undefined => {
      try {
        return countedSides([{ ...air, interactions, constraints }]).get("compression")?.length;
      } catch {
        return undefined;
      }
    };
    const without = air.constraints.filter(({ name }) => name !== "real is boolean");
    assert.equal(counts(air.constraints), 1);
    assert.equal(counts(without), undefined);
  });
});
