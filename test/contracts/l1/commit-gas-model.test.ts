import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { carriedLimits, commitGas, NO_USAGE, PROTOCOL_LIMITS } from "../../../src/chain/ordering/limits.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { TestChain } from "./support/chain.ts";
import { defaultConfiguration, deployEcosystem, type Ecosystem } from "./support/ecosystem.ts";

/** Of a transaction (EIP-7825). */
const MOST_GAS = 2 ** 24;

let ecosystem: Ecosystem;
before(async () => {
  ecosystem = await deployEcosystem();
});
after(() => ecosystem.l1.close());

/** Gas of the commit of a new chain's batch with so many operations and nothing else. */
async function measure(count: number): Promise<number> {
  const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n + BigInt(count)));
  const canonicalTxHashes: Hex[] = [];
  for (let i = 0; i < count; i++) canonicalTxHashes.push(await chain.request());
  const logs = canonicalTxHashes.map(() => ({ type: "priorityOp", success: true }) as const);
  const { receipt } = await chain.commit(await chain.form({ canonicalTxHashes, logs }));
  return Number(receipt.gasUsed);
}

test("a batch of as many operations as the limits admit can be committed, on a chain that carries its data too", async () => {
  const [one, some, more] = [await measure(1), await measure(128), await measure(256)];
  // Memory costs the square of its length: a parabola through the three.
  const slope = (some - one) / 127;
  const curve = ((more - some) / 128 - slope) / 255;
  const gasOf = (count: number): number => one + slope * (count - 1) + curve * (count - 1) * (count - 128);
  for (const limits of [PROTOCOL_LIMITS, carriedLimits(1)]) {
    const modelled = (priorityOps: number): number => commitGas({ ...NO_USAGE, priorityOps }, limits.carryGasPerByte);
    const most = Math.floor((limits.commitGas - modelled(0)) / (modelled(1) - modelled(0)));
    const gas = gasOf(most) + limits.carryGasPerByte * most;
    assert.ok(most > 3_000 && gas < MOST_GAS, `${most} operations take ${gas} gas`);
  }
});
