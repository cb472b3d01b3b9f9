import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider, Result, TransactionReceipt } from "ethers";
import { checkBatch } from "../../src/ecosystem/devnet/proofs/check-batch.ts";
import { fromHex, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { packageError, revertDataOf } from "../../src/chain/settlement-layer/errors/contract-error.ts";
import { hyperchainInterface, registryInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { ALICE, clientOf, type FlowDevnet } from "./support/devnet.ts";
import { LinkedCounters, startLinkedPair } from "./support/linked.ts";

const AMOUNT = 5n;

/** Batches of a link, the sender's first, and the transactions of L1 that prove and execute them. */
interface LinkOnL1 {
  readonly batches: readonly SettledBatch[];
  readonly proofs: readonly TransactionReceipt[];
  readonly execution: TransactionReceipt;
  /** Calldata of `execution`, with an item for each batch. */
  readonly together: readonly Result[];
}

/*
 * Chains whose quorum signs and whose published changes are proven, which is the least that L1 checks by a proof. The proofs are the
 * package's, with at least 100 proven bits. Decisions of L1 are repeated on its states between the transactions.
 */
describe("a link between two chains with real proofs", () => {
  let devnet: FlowDevnet;
  let l1: JsonRpcProvider;
  let link: LinkOnL1;
  before(async () => {
    devnet = await startLinkedPair({ fundedAccounts: [ALICE], prover: { workers: 1 } });
    l1 = clientOf(devnet.l1);
    const counters = await LinkedCounters.of(devnet);
    const { batchNumber, peerBatchNumber } = await counters.send(AMOUNT);
    const batches = await Promise.all(
      [batchNumber, peerBatchNumber].map((number, i) => devnet.chains[i]!.pipeline.settled(BigInt(number))),
    );
    assert.deepEqual(await counters.sums(), [AMOUNT, AMOUNT]);
    counters.close();
    const proofs = batches.map(({ receipts }) => receipts.prove ?? assert.fail("L1 has no proof of the batch"));
    const execution = batches.flatMap(({ receipts }) => receipts.execute ?? [])[0]!;
    const { data } = (await execution.getTransaction())!;
    const [together] = registryInterface.decodeFunctionData("executeTogether", data) as unknown as [readonly Result[]];
    link = { batches, proofs, execution, together };
  });
  after(async () => {
    l1.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Error with which L1 refuses a call on its state after a block; undefined if it accepts the call. */
  async function refusal(block: number, to: string, data: string): Promise<string | undefined> {
    try {
      await l1.send("eth_call", [{ to, data, gas: "0x1000000" }, `0x${block.toString(16)}`]);
      return undefined;
    } catch (error) {
      const reverted = revertDataOf(error);
      return (reverted && packageError(reverted)?.name) ?? assert.fail(`L1 names no error: ${reverted}`);
    }
  }

  test("one transaction executes both batches after the package's contract has checked a proof of each", async (context) => {
    const { batches, proofs, execution } = link;
    assert.equal(execution.to?.toLowerCase(), devnet.ecosystem.addresses.roots);
    const events = execution.logs.flatMap((log) => hyperchainInterface.parseLog(log) ?? []);
    const executed = events.filter(({ name }) => name === "BlockExecution").map(({ args }) => args["commitment"] as string);
    assert.deepEqual(executed.toSorted(), batches.map(({ stored }) => stored.commitment as string).toSorted());
    for (const [i, { chainId, pipeline }] of devnet.chains.entries()) {
      const { hyperchain, fromBlock } = pipeline.created;
      const { batchNumber, newStateRoot } = batches[i]!.stored;
      const place = { l1, l1ChainId: devnet.l1.chainId, chainId, hyperchain, fromBlock };
      const checked = await checkBatch(place, batchNumber);
      assert.deepEqual([checked.kind, checked.stage, checked.newStateRoot], ["changes", "executed", newStateRoot]);
      assert.equal(checked.transactionHash, proofs[i]!.hash);
      const event = proofs[i]!.logs.flatMap((log) => hyperchainInterface.parseLog(log) ?? []).find(
        ({ name }) => name === "BatchProven",
      );
      assert.equal(String(event?.args["verifier"]).toLowerCase(), devnet.ecosystem.addresses.verifier);
      context.diagnostic(`${checked.bytes} bytes of proof, ${proofs[i]!.gasUsed} gas`);
    }
    context.diagnostic(`gas of the execution of both: ${execution.gasUsed}`);
  });

  test("attack: a changed proof, or the one of the other side", async () => {
    const { proofs } = link;
    const calls = await Promise.all(
      proofs.map(async (receipt) => {
        const { data } = (await receipt.getTransaction())!;
        const [stored, proof] = hyperchainInterface.decodeFunctionData("proveBatch", data) as unknown as [Result, Hex];
        return { to: receipt.to!, before: receipt.blockNumber - 1, stored, proof };
      }),
    );
    for (const [i, { to, before, stored, proof }] of calls.entries()) {
      const refusalOf = (shown: Hex): Promise<string | undefined> =>
        refusal(before, to, hyperchainInterface.encodeFunctionData("proveBatch", [stored, shown]));
      const changed = fromHex(proof);
      changed[changed.length >> 1]! ^= 1;
      assert.match((await refusalOf(toHex(changed))) ?? "accepted", /^(MerkleMismatch|MalformedProof)$/);
      assert.equal(await refusalOf(calls[1 - i]!.proof), "ConstraintMismatch");
    }
  });

  test("one proof of two executes neither side, and two proofs no side alone", async () => {
    const { proofs, execution, together } = link;
    const both = registryInterface.encodeFunctionData("executeTogether", [together]);
    const roots = devnet.ecosystem.addresses.roots;
    const [first, second] = proofs.map(({ blockNumber }) => blockNumber).toSorted((one, other) => one - other) as [
      number,
      number,
    ];
    assert.ok(first < second && second < execution.blockNumber);
    assert.equal(await refusal(first, roots, both), "BatchNotProven");
    assert.equal(await refusal(second, roots, both), undefined);
    for (const [i, { pipeline }] of devnet.chains.entries()) {
      const item = together[i]!;
      const [, ...alone] = item.toArray();
      const expected = ["NotLinked", "ImportedRootUnknown"][i];
      const { hyperchain } = pipeline.created;
      const data = hyperchainInterface.encodeFunctionData("executeBatches", [[alone]]);
      assert.equal(await refusal(second, hyperchain, data), expected);
      const single = registryInterface.encodeFunctionData("executeTogether", [[item]]);
      assert.equal(await refusal(second, roots, single), expected);
    }
  });
});
