import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ChainContractReader } from "../../src/ecosystem/devnet/chain-on-l1/chain-contract.ts";
import { continueChain } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { versionedChain } from "../../src/chain/node/described/chain-on-l1.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { ChainVersions } from "../../src/chain/settlement-layer/reader/chain-versions.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, dependencies } from "./support/devnet.ts";
import { plainTransfer, RebuiltRollup, RUNNING } from "./support/rebuilt-rollup.ts";
import { Upgrades } from "./support/upgrades.ts";
import { ask } from "../chain/support/ask.ts";

const RECIPIENT = `0x${"9c".repeat(20)}`;

describe("A8: a chain that changes its protocol version, with real proofs", () => {
  let rollup: RebuiltRollup;
  let upgrades: Upgrades;
  let [first, second] = [0n, 0n];
  before(async () => {
    rollup = await RebuiltRollup.start(3);
    upgrades = new Upgrades(rollup.devnet);
    ({ version: first } = await upgrades.read());
  });
  after(() => rollup.close());

  /** The version under which L1 executed a batch of one payment. */
  async function versionOfNextBatch(): Promise<bigint> {
    await rollup.send({ to: RECIPIENT, value: 1n });
    const { batch } = await rollup.settle();
    return batch.protocolVersion;
  }

  test("batches before the effect have the first version, a batch behind it the second, and a snapshot leads back across it", async () => {
    assert.equal(await versionOfNextBatch(), first);
    second = await upgrades.addNext();
    const notice = await upgrades.schedule(second);
    assert.equal(await versionOfNextBatch(), first);
    const announced = await rollup.devnet.snapshot();
    await rollup.send({ to: RECIPIENT, value: 1n });
    await upgrades.pass(notice);
    assert.equal((await rollup.settle()).batch.protocolVersion, first, "of a batch that was open at the effect");
    assert.equal(await versionOfNextBatch(), second);
    assert.equal(await rollup.devnet.revert(announced), true);
    assert.equal(await versionOfNextBatch(), first);
    await upgrades.pass(notice);
    assert.equal(await versionOfNextBatch(), second);
  });

  test("L1 alone suffices to rebuild the chain across the upgrade, and to continue it under the second version", async () => {
    const { devnet } = rollup;
    const rebuilt = await rollup.rebuild();
    const versions = rebuilt.batches.map(({ stored }) => stored.protocolVersion);
    assert.equal(versions[0], first);
    assert.equal(versions.at(-1), second);
    // Where no events are known, the settings lead to the same.
    const { contract, l1 } = rebuilt;
    const reader = new ChainContractReader(devnet.l1.provider, contract.hyperchain, l1.blockNumber);
    const stated = new ChainVersions(versionedChain(contract), await reader.upgrades(contract));
    const told = new ChainVersions(versionedChain(contract), rebuilt.upgrades);
    assert.equal(told.changes.length, 1);
    assert.deepEqual(stated.changes, told.changes);
    const prover = createProver({ workers: 2 });
    const others = {
      l1: devnet.l1.provider,
      connect: dependencies.connectChain,
      clock: systemClock,
      prover,
      operator: rollup.operator(),
      onStop: (error: unknown): void => void devnet.faults.push(error),
    };
    const continued = await continueChain(rebuilt, RUNNING, others);
    try {
      const nonce = Number(await ask(continued.chain, "eth_getTransactionCount", [rollup.alice, "latest"]));
      const wallet = devnet.accounts.wallet(ALICE);
      await continued.chain.submit(await wallet.signTransaction({ ...plainTransfer, to: RECIPIENT, value: 1n, nonce }));
      const batch = await continued.seal();
      const settled = await continued.settled(batch!.outputs.batchNumber);
      assert.equal(settled.batch.protocolVersion, second);
      assert.equal((await rollup.rebuild()).stateRoot, digestToHex(settled.batch.newStateRoot));
    } finally {
      await continued.close();
      await prover.close();
    }
  });
});
