import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { requestFromL1 } from "../../src/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/devnet/accounts/accounts.ts";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import { PREDEPLOYS } from "../../src/protocol/predeploys.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, takenBy } from "../flow/support/devnet.ts";
import { relayerOf, transferOf } from "../flow/support/interop.ts";
import { Kept } from "../flow/support/kept.ts";

/** NOT SECURE, and fast. */
const WEAK = {
  parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0 },
  acceptsWeakParameters: true,
  workers: 1,
};
const [PROVEN, OTHER] = [271n, 272n];
const WINDOW_SECONDS = 600;

describe("B3: a kept chain whose validators sign by proof alone", () => {
  const quorum = { members: 2, threshold: 2, check: "proof" } as const;
  const proven = { chainId: PROVEN, prover: { execution: "proven" }, quorum, priorityOpWindowSeconds: WINDOW_SECONDS } as const;
  const resealed: bigint[] = [];
  const kept = new Kept([proven, OTHER], { prover: { mode: "stark", workers: 2 } }, undefined, {
    executionProving: WEAK,
    onResealed: (_chainId, { firstBatch }) => void resealed.push(firstBatch),
  });

  before(() => kept.start());
  after(() => kept.end());

  const pipeline = () => kept.chain().pipeline;
  /** What became of a batch's proof. */
  const standing = (batch: bigint): string | undefined => pipeline().execution!.standing(batch)?.kind;
  /** An operation with value that fails; its value goes back. */
  const fail = async (): Promise<Hex> => {
    const signer = kept.devnet.accounts.wallet(BOB).connect(kept.devnet.l1.provider);
    const request = { chainId: PROVEN, to: PREDEPLOYS.L1Messenger, valueWei: ETHER, data: "0x12345678" } as const;
    return (await requestFromL1(kept.devnet.ecosystem.addresses.factory, request, signer)).canonicalTxHash;
  };
  const statusOf = async (hash: Hex): Promise<number | null | undefined> =>
    (await kept.client().getTransactionReceipt(hash))?.status;

  test("carries out deposits and an operation that fails, imports a root and delivers by it: signed and executed", async () => {
    const bob = lowerCaseAddress(kept.wallet(BOB).address);
    await (await kept.wallet(ALICE, 1).sendTransaction(transferOf(PROVEN, 2n * ETHER, bob))).wait();
    await settleNow(kept.chain(1));
    const failing = await fail();
    assert.deepEqual(await takenBy(pipeline()), { operations: 1, roots: 1 });
    assert.equal(await statusOf(failing), 0);
    const before = await kept.client().getBalance(bob);
    const clients = [kept.chain(), kept.chain(1)].map(clientOf);
    await relayerOf(kept.devnet, clients).poll();
    for (const client of clients) client.destroy();
    assert.equal((await kept.client().getBalance(bob)) - before, 2n * ETHER);
    const { batch } = await settleNow(kept.chain());
    const { batchNumber, priorityOpCount, importedRootCount } = batch.outputs;
    assert.deepEqual([batchNumber, priorityOpCount, importedRootCount], [0n, 3n, 1n]);
    assert.equal(standing(0n), "proven");
  });

  test("forms a batch again that an operation has become overdue for: signed and executed by the proof of the new one", async () => {
    await kept.pay(5n);
    await pipeline().pause();
    const { batchNumber } = (await pipeline().seal())!.outputs;
    const failing = await fail();
    await kept.devnet.l1.request("evm_increaseTime", [2 * WINDOW_SECONDS + 60]);
    await kept.devnet.l1.request("evm_mine");
    const waiting = pipeline().settled(batchNumber);
    pipeline().resume();
    const { batch } = await waiting;
    assert.deepEqual([batch.outputs.batchNumber, batch.outputs.priorityOpCount], [batchNumber, 1n]);
    assert.deepEqual(resealed, [batchNumber]);
    assert.equal(await statusOf(failing), 0);
    assert.equal(standing(batchNumber), "proven");
  });

  test("goes on after a restart with a batch whose proof was not made, and with proofs and batches of before", async () => {
    const paid = await kept.pay(7n);
    const failing = await fail();
    assert.deepEqual(await takenBy(pipeline()), { operations: 1, roots: 0 });
    const { batchNumber } = (await pipeline().seal())!.outputs;
    await kept.restart();
    assert.deepEqual([standing(0n), standing(1n)], ["proven", "proven"]);
    const { batch } = await pipeline().settled(batchNumber);
    assert.equal(batch.outputs.priorityOpCount, 1n);
    assert.deepEqual([standing(batchNumber), await statusOf(paid), await statusOf(failing)], ["proven", 1, 0]);
    await kept.pay(9n);
    await settleNow(kept.chain());
    assert.equal(standing(batchNumber + 1n), "proven");
    const { provenUpTo, proven: count, labelled } = (await kept.devnet.status()).chains[0]!.execution!;
    assert.deepEqual([provenUpTo, count, labelled], [3, 4, []]);
  });
});
