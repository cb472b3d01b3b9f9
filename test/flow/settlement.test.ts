import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const hyperchain = new Interface(hyperchainAbi);
const SINK: Hex = `0x${"c5".repeat(20)}`;
const CHAIN_ID = 271n;

function eventOf(receipt: TransactionReceipt | undefined, name: string) {
  const [event] = (receipt?.logs ?? []).map((log) => hyperchain.parseLog(log)).filter((parsed) => parsed?.name === name);
  assert.ok(event, name);
  return event;
}

describe("A6 D1 settlement: transactions of a chain are committed, proven and executed on L1", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID]);
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("a deposit through the priority queue arrives", async () => {
    assert.equal(await client.getBalance(devnet.accounts.wallet(ALICE).address), 10n * ETHER);
  });

  test("L1 verifies the batch's own proof and executes it", async (t) => {
    const [chain] = devnet.chains;
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const sent = await (await alice.sendTransaction({ to: SINK, value: 5n })).wait();
    assert.equal(sent?.status, 1);

    const { batch, stored, proof, receipts } = await settleNow(chain!);
    const proven = eventOf(receipts.prove, "BatchProven");
    assert.equal(proven.args["batchNumber"], 0n);
    assert.equal(proven.args["commitment"], batch.commitment);
    assert.equal(String(proven.args["verifier"]).toLowerCase(), devnet.ecosystem.addresses.verifier);
    assert.equal(eventOf(receipts.commit, "BlockCommit").args["commitment"], batch.commitment);
    assert.equal(eventOf(receipts.execute, "BlockExecution").args["commitment"], batch.commitment);
    assert.equal(stored.newStateRoot, digestToHex(chain!.pipeline.chain.tree.root));
    const root = await devnet.l1.provider.call({
      to: chain!.pipeline.created.hyperchain,
      data: hyperchain.encodeFunctionData("executedStateRoot"),
    });
    assert.equal(root, stored.newStateRoot);
    t.diagnostic(
      `proof ${proof.bytes} bytes in ${proof.metrics?.seconds.toFixed(1)} s; gas: commit ${receipts.commit?.gasUsed}, prove ${receipts.prove?.gasUsed}, execute ${receipts.execute?.gasUsed}`,
    );
  });

  test("the next batch follows from the first", async () => {
    const [chain] = devnet.chains;
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: SINK, value: 7n })).wait();
    const first = await chain!.pipeline.settled(0n);
    const second = await settleNow(chain!);
    assert.equal(second.stored.oldStateRoot, first.stored.newStateRoot);
    assert.equal(eventOf(second.receipts.prove, "BatchProven").args["batchNumber"], 1n);
    assert.equal(await client.getBalance(SINK), 12n);
  });
});
