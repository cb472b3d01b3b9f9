import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import { verifierRegistryAbi } from "../../src/ground/abi/verifier-registry.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { DESTINATION, IDLE, IdleChains, IDS } from "./support/idle-chains.ts";
import { answers } from "./support/kept.ts";
import { Upgrades } from "./support/upgrades.ts";

describe("chains that wait with imported roots", () => {
  const chains = new IdleChains();
  const { kept } = chains;
  before(async () => {
    await chains.start();
    await chains.transfer(DESTINATION);
    await chains.passAge();
    await kept.devnet.relay();
    await chains.passAge();
  });
  after(() => kept.end());

  test("have the same blocks after a restart, without a run of all blocks", async () => {
    await kept.devnet.relay();
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(chains.idle(), [true, true, true]);
    assert.deepEqual(await answers(kept.devnet), had);
    for (const place of IDLE) assert.ok(kept.chain(place).pipeline.chain.blocks.first > 1n, `chain ${IDS[place]}`);
    await chains.passAge();
    assert.deepEqual(chains.idle(), [true, true, true]);
  });

  test("seal the batch with the transaction that uses a root, at that transaction's age", async () => {
    const before = chains.sealed();
    await chains.transfer(0);
    await chains.passAge();
    await kept.devnet.relay();
    assert.deepEqual(chains.idle(), [false, true, true]);
    await chains.passAge();
    assert.equal(await chains.balance(0), 7n);
    assert.deepEqual(
      IDLE.map((place) => chains.sealed()[place]! - before[place]!),
      [1, 0, 0],
    );
  });

  test("exit while only importing: an operation of L1's queue ends the wait, so that no exit opens", async () => {
    const before = chains.sealed()[1]!;
    await kept.deposit(1);
    await kept.chain(1).pipeline.pollL1();
    await chains.passAge();
    assert.equal(chains.sealed()[1], before + 1);
    // A root for each of the three.
    await chains.transfer(DESTINATION);
    await chains.passAge();
    await kept.devnet.relay();
    await chains.passAge();
    assert.deepEqual(chains.idle(), [true, true, true]);
  });

  test("upgrade, terms: seal at the first poll after the rules of their first second have changed", async () => {
    const before = chains.sealed();
    const upgrades = new Upgrades(kept.devnet);
    const { settings, version: first } = await upgrades.read();
    const second = await upgrades.addNext();
    const notice = await upgrades.schedule(second);
    const contract = chains.contractOnL1(settings, chainSettingsAbi, ACCOUNT_NUMBERS.firstOperator + 1);
    const { current } = (await contract.getFunction("epochsOf")(IDS[1])) as { readonly current: bigint };
    const terms = [...((await contract.getFunction("termsOf")(IDS[1], current)) as Iterable<unknown>)].map(plain);
    await (await contract.getFunction("scheduleTerms")(IDS[1], terms)).wait();
    await kept.pollL1();
    assert.deepEqual(chains.idle(), [true, true, true]);
    await upgrades.pass(notice);
    await chains.leadChains(100);
    await kept.pollL1();
    await chains.settleAll();
    assert.deepEqual(
      IDLE.map((place) => chains.sealed()[place]! - before[place]!),
      [1, 1, 0],
    );
    const { archive } = kept.chain(0).pipeline.chain;
    assert.equal(archive.last?.protocolVersion, first, "the batch that waited is of the first version");
    assert.equal(kept.chain(0).pipeline.chain.protocolVersion(), second);
  });

  test("retirement: seal from its announcement on, so that L1 takes their batch before the version ends", async () => {
    const before = chains.sealed()[2]!;
    const { verifiers, version } = await new Upgrades(kept.devnet).read();
    const registry = chains.contractOnL1(verifiers, verifierRegistryAbi, ACCOUNT_NUMBERS.deployer);
    await (await registry.getFunction("scheduleRetirement")(version)).wait();
    await kept.pollL1();
    await chains.settleAll();
    assert.deepEqual([chains.sealed()[2]! - before, chains.sequencer(2).hasOpenBatch], [1, false]);
  });

  test("are removed without a settlement of unused roots", async () => {
    await chains.transfer(DESTINATION);
    await chains.passAge();
    await kept.chain(2).pipeline.pollL1();
    assert.equal(chains.sequencer(2).hasOpenBatch, true);
    const { leftOpen } = await kept.devnet.removeChain(IDS[2]!);
    assert.equal(leftOpen.batches, 0);
  });
});

/** Decoded tuple as plain lists, which an encoder takes. */
function plain(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as readonly unknown[])].map(plain) : value;
}
