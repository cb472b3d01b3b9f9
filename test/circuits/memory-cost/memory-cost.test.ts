import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MEMORY_COST_FIELDS,
  memoryCostAir,
  type MemoryCostCells,
} from "../../../src/proofs/circuits/memory-cost/memory-cost-air.ts";
import { memoryCostRow } from "../../../src/proofs/circuits/memory-cost/memory-cost-trace.ts";
import { inv, mul } from "../../../src/proofs/field/koala-bear.ts";
import { fieldElements } from "../../../src/proofs/stark/constraints/fields.ts";
import { isTrue, messagesOf } from "../../execution-proof/support/judge.ts";
import { canonical } from "../arithmetic/support/judge.ts";
import { checkConstraints } from "../../stark/check-traces.ts";

const AIR = memoryCostAir();

/** Refusals of a row, and its answers. */
function judged(row: MemoryCostCells) {
  const elements = fieldElements<typeof MEMORY_COST_FIELDS, number>("memoryCost", MEMORY_COST_FIELDS, row);
  const main = elements.map((value) => Uint32Array.of(canonical(value), canonical(value)));
  const broken = checkConstraints(AIR, { preprocessed: [], main }, [], { limit: 9 }).map(({ constraint }) => constraint);
  const said = messagesOf(AIR, main, [], Uint32Array.of(0));
  const untrue = said.filter(
    ({ interaction: { bus, direction }, message }) => direction === "send" && !isTrue(bus.name, message, new Set()),
  );
  const answer = said.find(({ interaction: { direction } }) => direction === "receive")!;
  return { refusals: [...new Set(broken), ...untrue.map(({ name }) => name)], answer: answer.message };
}

/** 2^10 times this is (p − 1) / 64. */
const WRAP = 2 ** 15 - 2 ** 8;

/** A lower part that is 1/64 too large, and an upper one that makes up for it; with a square that has a quotient and a rest. */
function fractionalLower(): Partial<MemoryCostCells> {
  for (let i = 0; i < 2 ** 10; i++) {
    const lower = i + inv(64);
    const square = mul(lower, lower);
    for (let rest = 0; rest < 512; rest++) {
      const quotient = mul(canonical(square - rest), inv(512));
      if (quotient < 2 ** 16) return { lower, upper: WRAP, quotient, rest };
    }
  }
  throw new Error("no lower part has such a square");
}

describe("the table memoryCost", () => {
  it("answers what the yellow paper's C_mem says", () => {
    for (const words of [0, 1, 22, 23, 511, 512, 1023, 1024, 1025, 92_681, 2 ** 19 - 1]) {
      const { refusals, answer } = judged(memoryCostRow(words, 1));
      assert.deepEqual([refusals, answer], [[], [words, Number((3n * 512n * BigInt(words) + BigInt(words) ** 2n) / 512n)]]);
    }
  });

  it("needs every constraint and look-up: each alone refuses a false answer", () => {
    const row = memoryCostRow(1000, 1);
    // A square that wraps round the field.
    let lower = 2 ** 16 - 1;
    while (mul(lower, lower) >= 2 ** 25) lower--;
    const square = mul(lower, lower);
    const forgeries: Readonly<Record<string, Partial<MemoryCostCells>>> = {
      square: { quotient: 0, rest: 0 },
      "range16[0]": fractionalLower(),
      "range16[1]": { lower, upper: 0, quotient: Math.floor(square / 512), rest: square % 512 },
      // 128 times this rest is 1 more than that of the true one, and the cost is 32,512 more.
      "range16[2]": { quotient: row.quotient + WRAP, rest: row.rest - 512 * WRAP },
      "range16[3]": { quotient: row.quotient - 1, rest: row.rest + 512 },
      "range16[4]": { lower: 0, upper: inv(64), quotient: 0, rest: 0 },
      "range16[5]": { rest: 0, quotient: mul(1_000_000, inv(512)) },
    };
    for (const [refusedBy, change] of Object.entries(forgeries)) {
      const { refusals, answer } = judged({ ...row, ...change });
      assert.deepEqual(refusals, [refusedBy]);
      assert.ok(answer[0]! < 2 ** 19 && !isTrue("memoryCost", answer, new Set()), refusedBy);
    }
    const looked = AIR.interactions.filter(({ direction }) => direction === "send").map((_, i) => `range16[${i}]`);
    assert.deepEqual(Object.keys(forgeries).sort(), [...AIR.constraints.map(({ name }) => name), ...looked].sort());
  });
});
