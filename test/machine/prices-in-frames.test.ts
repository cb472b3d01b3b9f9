import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gasOfUnits, USER_WEIGHTS } from "../../src/ground/protocol/native-budget.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { callOf, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";

const { opcodes, parts } = NATIVE_WEIGHTS;
const [OWN, OTHER] = [0xc0de01n, 0xc0de02n];
const [POP, CALL, GAS, STOP, BLOCKHASH, NUMBER, SUB, KECCAK256, JUMPDEST] = [
  0x50, 0xf1, 0x5a, 0x00, 0x40, 0x43, 0x03, 0x20, 0x5b,
];
const hashOf = (back: number): Code => [...push(back), NUMBER, SUB, BLOCKHASH, POP];

/** Outcome of a call of the first contract; the witness's meter and the kernel's must agree. */
async function run(own: Code, callee: Code = [STOP], gasLimit = 1_000_000n) {
  const world = worldOf(
    new Map([
      [OWN, { code: own, balance: 10n ** 18n }],
      [OTHER, { code: callee }],
    ]),
  );
  const compared = await comparedMeters(world, callOf(OWN, { gasLimit }));
  assert.ok(compared.kind === "ran");
  return compared.receipt;
}

describe("a step that is dear to prove is paid for in its own frame", () => {
  it("BLOCKHASH takes gas for its units, and fails alone where that is not there", async () => {
    const price = (links: number): bigint => gasOfUnits((opcodes[BLOCKHASH] ?? 0) + links * parts.link);
    const gas = async (code: Code): Promise<bigint> => {
      // Its own gas, as GAS tells it, is as many words as memory is paid for: the receipts differ by what is stored.
      const kept: Code = [GAS, ...code, GAS, 0x90, SUB, ...push(2), 0x90, SUB];
      const equals = (word: bigint): Code => [
        ...kept,
        0x7f,
        ...[...Array(32).keys()].map((i) => Number((word >> BigInt(8 * (31 - i))) & 0xffn)),
        0x14,
        ...push(kept.length + 38),
        0x57,
        0xfe,
        JUMPDEST,
      ];
      for (const expected of [price(9) + 10n, price(9) + price(0) * 2n + 30n, price(256) + 10n])
        if ((await run(equals(expected))).success) return expected;
      return 0n;
    };
    assert.equal(await gas(hashOf(9)), price(9) + 10n);
    assert.equal(await gas([...hashOf(9), ...hashOf(9), ...hashOf(4)]), price(9) + price(0) * 2n + 30n);
    assert.equal(await gas(hashOf(256)), price(256) + 10n);
    const call: Code = [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, ...push(OTHER), ...push(price(256)), CALL, POP];
    const [dies, stops] = [await run(call, [...hashOf(256), STOP]), await run(call, [STOP, ...hashOf(256)])];
    assert.ok(dies.success && dies.native.units - stops.native.units < 100, "what is not paid for weighs nothing");
  });

  it("a hash of up to 135 bytes weighs what was measured, and each 136 more a permutation", async () => {
    const { instructions, hashedBlock } = USER_WEIGHTS;
    assert.equal((instructions[KECCAK256] ?? 0) + hashedBlock, opcodes[KECCAK256]);
    const units = async (bytes: number) => (await run([0x61, bytes >> 8, bytes & 0xff, 0x5f, KECCAK256, POP])).native.units;
    assert.equal((await units(136)) - (await units(135)), hashedBlock);
    assert.equal(await units(135), await units(0));
  });
});
