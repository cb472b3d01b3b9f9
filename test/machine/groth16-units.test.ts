import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { fromHex } from "../../src/ground/protocol/hex.ts";
import { gasOfUnits } from "../../src/ground/protocol/native-budget.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { byNight } from "../support/nightly.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { callOf, worldOf } from "./support/contract-call.ts";
import { compileGroth16Verifier, GROTH16_PROOF, groth16Call, type Groth16Proof } from "./support/groth16.ts";
import { comparedMeters } from "./support/meters.ts";
import { runReference } from "./support/reference.ts";

const [CALLER, VERIFIER] = [0xc0de01n, 0xc0de02n];
const [STATICCALL, SSTORE, STOP, GAS, MLOAD, ADD] = [0xfa, 0x55, 0x00, 0x5a, 0x51, 0x01];
/** Calls the verifier with its call data, and stores 1 + its answer, or 0 if it fails. */
const CALLER_CODE: Code = [
  ...[0x36, 0x5f, 0x5f, 0x37, ...push(32), 0x5f, 0x36, 0x5f, ...push(VERIFIER), GAS, STATICCALL],
  ...[0x5f, MLOAD, ADD, 0x5f, SSTORE, STOP],
];
/** Without the optimizer, and with it. */
const UNITS = [587_407, 586_675];
const PRIME = bn254.fields.Fp.ORDER;
const ORDER = bn254.fields.Fr.ORDER;

describe("a Groth16 verification with three public inputs on a proven chain", () => {
  let codes: { readonly plain: readonly number[]; readonly optimized: readonly number[] };
  before(() => {
    const [plain, optimized] = [false, true].map((is) => [...fromHex(compileGroth16Verifier(is).runtime)]);
    codes = { plain: plain!, optimized: optimized! };
  });
  const send = async (code: readonly number[], gasLimit: bigint) => {
    const world = worldOf(new Map([[VERIFIER, { code }]]));
    const transaction = callOf(VERIFIER, { gasLimit, data: new Uint8Array(groth16Call(GROTH16_PROOF)) });
    const compared = await comparedMeters(world, transaction);
    assert.ok(compared.kind === "ran", compared.kind === "refused" ? compared.reason : "");
    return { world, transaction, ...compared.receipt };
  };

  /** True if the verifier accepts, by the caller's slot; undefined if it fails. */
  const accepts = async (changed: Partial<Groth16Proof>): Promise<boolean | undefined> => {
    const world = worldOf(
      new Map([
        [CALLER, { code: CALLER_CODE }],
        [VERIFIER, { code: codes.optimized }],
      ]),
    );
    const data = new Uint8Array(groth16Call({ ...GROTH16_PROOF, ...changed }));
    const compared = await comparedMeters(world, callOf(CALLER, { gasLimit: 2n ** 24n, data }));
    assert.ok(compared.kind === "ran" && compared.receipt.success);
    const stored = compared.leaves.find(({ account, slot, leafKind }) => leafKind === 0 && account === CALLER && slot === 0n);
    return stored === undefined ? undefined : stored.after === 2n;
  };

  it("takes 0.59 of the 1.3 million units of a transaction, its signature, call data and the verifier's code included", async () => {
    const [plain, optimized] = [await send(codes.plain, 300_000n), await send(codes.optimized, 300_000n)];
    assert.deepEqual([plain.native.units, optimized.native.units], UNITS);
    assert.ok(Math.max(...UNITS) <= 600_000);
    const { precompiles, parts } = NATIVE_WEIGHTS;
    const contracts = precompiles[8] + 3 * (parts.pairOfPoints + precompiles[7] + precompiles[6]);
    assert.equal(contracts, 560_031);
  });

  it("costs its gas alone: the gas of another engine, with another price of three sums", async () => {
    const { world, transaction, gasUsed, native } = await send(codes.plain, 300_000n);
    const reference = await runReference(world, ENVIRONMENT, transaction);
    assert.ok(reference.refused === undefined && reference.success);
    // EIP-1108's price of a sum is 150; its units are worth more.
    assert.equal(gasUsed, reference.gasUsed + 3n * (gasOfUnits(SERVED_WEIGHTS.pointSum) - 150n));
    assert.ok(gasOfUnits(native.units) < gasUsed / 2n);
    assert.equal(gasUsed, 231_933n);
    assert.equal((await send(codes.plain, gasUsed)).success, true);
  });

  it("accepts the proof alone", async () => {
    const { a, b, c } = GROTH16_PROOF;
    assert.equal(await accepts({}), true);
    const others: readonly (readonly [string, Partial<Groth16Proof>])[] = [
      ["another input", { inputs: [101n, 202n, 304n] }],
      ["an input with the group's order added", { inputs: [101n + ORDER, 202n, 303n] }],
      ["a coordinate with the prime added", { a: [a[0], a[1] + PRIME] }],
      ["inputs in another order", { inputs: [202n, 101n, 303n] }],
      ["other points", { a: c, c: a }],
      ["the opposite point", { a: [a[0], PRIME - a[1]] }],
      ["a point off the curve", { a: [a[0], a[1] + 1n] }],
      ["infinity", { a: [0n, 0n], c: [0n, 0n] }],
      ["a second point whose parts are exchanged", { b: [[b[0][1], b[0][0]], b[1]] }],
    ];
    for (const [name, changed] of byNight(others, others.slice(0, 3))) assert.equal(await accepts(changed), false, name);
  });
});
