import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { nextGeneration } from "../../src/ground/protocol/protocol-version.ts";
import { settleNow } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";
import { ProcessGroup } from "./support/process-group.ts";
import { Upgrades } from "./support/upgrades.ts";

/** These transactions in the order of their blocks. */
async function inOrder(ecosystem: Kept, hashes: readonly string[]): Promise<readonly string[]> {
  const receipts = await Promise.all(hashes.map((hash) => ecosystem.client().getTransactionReceipt(hash)));
  const found = receipts.map((receipt) => receipt ?? assert.fail("a transaction is lost"));
  return found.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index).map(({ hash }) => hash);
}

/** Seals a batch that L1 does not get, puts an operation into L1's queue, and makes the batch again with it. */
async function resealWithOperation(ecosystem: Kept): Promise<bigint> {
  const paid: string[] = [];
  for (let i = 0; i < 3; i++) paid.push(await ecosystem.pay(1n));
  const { pipeline } = ecosystem.chain();
  await pipeline.pause();
  const batch = (await pipeline.seal()) ?? assert.fail("no batch");
  await ecosystem.deposit();
  const { firstBatch, lost } = await pipeline.reseal();
  assert.deepEqual([firstBatch, lost], [batch.outputs.batchNumber, []]);
  // The same transactions, in the same order.
  assert.deepEqual(await inOrder(ecosystem, paid), paid);
  const { batch: again } = await pipeline.settled(firstBatch);
  assert.notEqual(again.commitment, batch.commitment);
  return firstBatch;
}

/** Schedules the next version, and settles a batch after its notice. Resolves with the batch's version and the scheduled one. */
async function upgrade(ecosystem: Kept): Promise<readonly [version: bigint, next: bigint]> {
  // A batch that is open has the version of its first second.
  await ecosystem.pay(1n);
  await settleNow(ecosystem.chain());
  const upgrades = new Upgrades(ecosystem.devnet);
  const { version } = await upgrades.read();
  const next = await upgrades.addNext();
  assert.equal(next, nextGeneration(version));
  await upgrades.pass(await upgrades.schedule(next));
  await ecosystem.pay(1n);
  const { batch } = await settleNow(ecosystem.chain());
  return [batch.protocolVersion, next];
}

describe("E2: a chain that four nodes of one process decide makes batches again, and is upgraded", () => {
  const kept = new Kept([{ chainId: 271n, sequencing: { by: "bft", nodes: 4 } }]);
  before(() => kept.start());
  after(() => kept.end());

  test("reseal retains the order: its nodes begin another life above all views, also with one that is dead", async () => {
    await kept.pay(1n);
    const { nodes } = kept.chain().pipeline;
    assert.ok(nodes !== undefined);
    await kept.request("hyperchain_setFault", { type: "node", chainId: 271, node: 1, condition: "crashed" });
    const { view } = nodes.status;
    await resealWithOperation(kept);
    await kept.request("hyperchain_setFault", { type: "clear" });
    await kept.pay(1n);
    assert.ok(nodes.status.view > view);
    assert.deepEqual(nodes.status.evidence, []);
  });

  test("has the next version from its second onwards, and decides blocks after it", async () => {
    const [version, next] = await upgrade(kept);
    assert.equal(version, next);
    await kept.pay(1n);
  });
});

describe("E2: a chain that four nodes decide in processes makes batches again, and is upgraded", () => {
  const group = new ProcessGroup(4);
  before(() => group.start());
  after(() => group.end());

  test("reseal retains the order: each node compares the new order with its decisions, executes it, and forms the batch", async () => {
    await group.payDecided(1n);
    const batchNumber = await resealWithOperation(group);
    const batch = group.chain().pipeline.chain.archive.batch(batchNumber);
    assert.ok(batch !== undefined);
    for (const index of [0, 1, 2, 3]) assert.equal(await group.nodes.commitmentOf(index, batchNumber), batch.commitment);
    await group.payDecided(1n);
    await group.agree();
    await group.assertNothingLost();
    assert.ok(group.nodes.status.members.every(({ fault }) => fault === undefined));
  });

  test("makes batches again while a node is dead, which follows when it runs", async () => {
    await group.setFault({ type: "node", node: 2, condition: "crashed" });
    await resealWithOperation(group);
    await group.endFaults();
    await group.payDecided(1n);
    await group.agree();
  });

  test("each node has the next version from its second onwards, by its view of L1", async () => {
    const [version, next] = await upgrade(group);
    assert.equal(version, next);
    await group.agree();
    await group.payDecided(1n);
    await group.assertNothingLost();
  });
});
