import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comparedPlan } from "../../src/proofs/execution-proof/batch/compared-plan.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { unitBudget } from "../../src/ground/protocol/native-budget.ts";
import type { VersionOf } from "../../src/ground/protocol/upgrade.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ask } from "../chain/support/ask.ts";
import { L2_GAS_PRICE } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { planningTools, startFollowedChain } from "./support/followed-chain.ts";

/** Hashes 20,000 bytes as often as its call data says, then keeps the value that it was called with. */
const HASHER = { address: `0x${"4a".repeat(20)}`, nonce: 1n, code: "0x5f355b614e205f20506001900380600257345f5500" } as const;
/** Nine times 148 permutations: 813,852 units and more on a proven chain (docs/native.md). */
const NINE = wordToHex(9n);
const VALUE = 5n;
const NOTICE = 1_000n;

/** A trusted chain, on which an upgrade to the proven version can be announced, and what is sent to the contract through L1's queue. */
async function startOverUpgrade(walletNumber: number) {
  const { address: from } = new TestWallet(walletNumber);
  let effectiveAt: bigint | undefined;
  const versionOf: VersionOf = (timestamp) =>
    effectiveAt !== undefined && timestamp >= effectiveAt ? PROVEN_VERSION : TRUSTED_VERSION;
  const { test, seal } = await startFollowedChain({
    accounts: [{ address: from, balanceWei: 0n }, HASHER],
    versionOf,
  });
  const asked = { from, to: HASHER.address, data: NINE, value: "0x5" };
  return {
    test,
    seal,
    from,
    announce: () => void (effectiveAt = test.chain.sequencer.nextEnvironment.timestamp + NOTICE),
    withdraw: () => void (effectiveAt = undefined),
    pass: () => test.clock.advance(Number(NOTICE + 1n) * 1000),
    estimated: async () => BigInt((await ask(test.chain, "zks_estimateGasL1ToL2", [asked])) as Hex),
    request: (gasLimit: bigint) => test.request({ from, to: HASHER.address, data: NINE, valueWei: VALUE, gasLimit }),
    kept: async () => BigInt((await ask(test.chain, "eth_getStorageAt", [HASHER.address, "0x0", "latest"])) as Hex),
    balance: async () => BigInt((await ask(test.chain, "eth_getBalance", [from, "latest"])) as Hex),
  };
}

describe("estimate of an operation while the proven version is announced", () => {
  it("is by the coming version's meter where that is more, and the operation runs before the upgrade and behind it", async () => {
    const { test, seal, announce, withdraw, pass, estimated, request, kept } = await startOverUpgrade(621);
    try {
      const before = await estimated();
      announce();
      const announced = await estimated();
      // Nine times 148 hashes alone are 813,852 units, six a gas.
      assert.ok(announced > before && unitBudget(announced) >= 9 * 148 * 611, `${before} before, ${announced} then`);
      withdraw();
      assert.equal(await estimated(), before, "an upgrade that was withdrawn charges no sender");
      announce();
      assert.equal((await request(announced)).success, true, "while the chain is trusted");
      assert.equal(await kept(), VALUE);
      await test.sealAndVerify();
      pass();
      assert.equal((await request(announced)).success, true, "on the proven chain");
      assert.ok((await estimated()) <= announced);
      const { batch, witness, claim } = await seal();
      assert.equal(batch.protocolVersion, PROVEN_VERSION);
      assert.ok(comparedPlan(witness, claim, planningTools()).weights.length > 2);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("is as before where the EVM's gas pays for the units", async () => {
    const { test, announce } = await startOverUpgrade(622);
    try {
      const plain = { from: HASHER.address, to: new TestWallet(623).address, data: "0x" };
      const estimated = async (): Promise<unknown> => ask(test.chain, "zks_estimateGasL1ToL2", [plain]);
      const before = await estimated();
      announce();
      assert.equal(await estimated(), before);
    } finally {
      await test.chain.close();
    }
  });
});

describe("attack: an operation priced on a trusted chain and run on a proven one", () => {
  it("does not run with gas for the EVM alone: its value comes back, its gas is paid, and its batch has a proof's plan", async () => {
    const { test, seal, announce, pass, estimated, request, kept, balance } = await startOverUpgrade(620);
    try {
      const gasLimit = await estimated();
      assert.ok(unitBudget(gasLimit) < 9 * 148 * 611, "it pays for fewer units than its hashes alone take");
      assert.equal((await request(gasLimit)).success, true, "on the trusted chain");
      assert.equal(await kept(), VALUE);
      await test.sealAndVerify();
      const [before, prior] = [await balance(), await kept()];
      announce();
      pass();
      const { success, notRun } = await request(gasLimit);
      assert.deepEqual([success, notRun], [false, "budget"]);
      assert.deepEqual([await kept(), await balance()], [prior, before + VALUE + 60_000n * L2_GAS_PRICE]);
      const { batch, witness, claim } = await seal();
      assert.equal(batch.protocolVersion, PROVEN_VERSION);
      assert.ok(comparedPlan(witness, claim, planningTools()).weights.length > 2);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });
});
