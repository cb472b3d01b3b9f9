import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { callsWithin } from "../../src/ecosystem/devnet/view/batches/calls-within.ts";
import { aggregatorIn, readStoredProof } from "../../src/ecosystem/devnet/view/batches/stored-proof.ts";
import { proofInfo } from "../../src/ecosystem/devnet/view/batches/proof-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import type { StoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { Interface } from "ethers";
import { storedBatchOfReceipt } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { addProvingVersion, SettlingChain } from "../flow/support/settling-chain.ts";
import { startSettledL1, type SettledL1 } from "../settlement/support/settled-l1.ts";

const CHAIN_ID = 700n;
const ZERO: Hex = `0x${"00".repeat(32)}`;

describe("the proof of a batch that was settled without one in the same call", () => {
  let settled: SettledL1;
  let settler: HardhatEthersSigner;
  let chain: SettlingChain;
  let nextId = CHAIN_ID;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    await addProvingVersion(settled);
    settler = settled.accounts[6]!;
  });
  after(() => settled.l1.close());

  const l1 = () => ({
    chainId: settled.ecosystem.settlementChainId,
    request: (method: string, params: readonly unknown[]) => settled.l1.ethers.provider.send(method, [...params]),
  });

  /** Settles a batch whose proof is stored by these senders in order, each directly or through a contract. */
  async function settledAfter(senders: readonly ("direct" | "forwarded")[]) {
    chain = await SettlingChain.create(settled, nextId++);
    const batch = await chain.form(settler, { writes: [] });
    const { digest, proof } = chain.shown(batch);
    const { aggregator, data, settle } = await chain.storing(settler, batch);
    const hashes: Hex[] = [];
    for (const sender of senders) {
      const forwarder = await settled.l1.deploy("RequestingContract");
      const call = new Interface(["function call(address, bytes)"]).encodeFunctionData("call", [aggregator, data]);
      const sent =
        sender === "direct"
          ? await settler.sendTransaction({ to: aggregator, data })
          : await settler.sendTransaction({ to: await forwarder.getAddress(), data: call });
      await sent.wait();
      hashes.push(sent.hash as Hex);
    }
    const receipt = (await (await settle()).wait())!;
    const stored: StoredBatch = storedBatchOfReceipt(receipt);
    const logs = receipt.logs
      .filter(({ address }) => address.toLowerCase() === chain.hyperchain)
      .map(({ address, topics, data: bytes }) => ({ address, topics, data: bytes }));
    const usedAt: Hex = `0x${receipt.blockNumber.toString(16)}`;
    const statement = { aggregator: aggregatorIn(logs)!, items: [{ chainId: nextId - 1n, batch: stored }], digest, usedAt };
    return { proof, hashes, statement, settled: receipt.hash as Hex };
  }

  /** The answer of `hyperchain_proof` for batch 0, proven by this transaction. */
  const told = (proveTxHash: Hex) => {
    const archived = { protocolVersion: 514n, firstBlock: 1n, lastBlock: 2n, timestamp: 1n, transactionCount: 1 };
    const more = { priorityOpCount: 0n, importedRoots: [], stateRoot: ZERO, commitment: ZERO };
    const source = {
      chainId: nextId - 1n,
      pipeline: {
        created: { hyperchain: chain.hyperchain },
        chain: { archive: { batch: () => ({ ...archived, ...more }) } },
        progress: () => ({ committed: 1, proven: 1, executed: 1 }),
        proving: () => [],
      },
      answer: () => Promise.resolve({ proveTxHash, provenAt: "2026-01-01T00:00:00Z" }),
      base: l1(),
    };
    return proofInfo(source as never, 0, undefined);
  };

  it("is read from the transaction that stored it", async () => {
    const { proof, hashes, statement } = await settledAfter(["direct"]);
    assert.deepEqual(await readStoredProof(l1(), statement), { proof, proofTransactionHash: hashes[0] });
  });

  it("is read from the first of them, and is unknown of another digest", async () => {
    const { proof, hashes, statement } = await settledAfter(["direct", "direct"]);
    assert.deepEqual(await readStoredProof(l1(), statement), { proof, proofTransactionHash: hashes[0] });
    const digest: Hex = `0x${"0".repeat(63)}9`;
    assert.equal(await readStoredProof(l1(), { ...statement, digest }), undefined);
    assert.equal(aggregatorIn([]), undefined);
  });

  it("is read from a later transaction if a contract passed the first one on", async () => {
    const { proof, hashes, statement } = await settledAfter(["forwarded", "direct"]);
    assert.deepEqual(await readStoredProof(l1(), statement), { proof, proofTransactionHash: hashes[1] });
  });

  it("is not read if contracts passed it on, and the error names the transaction that stored it", async () => {
    const { hashes, statement, settled: settlement } = await settledAfter(["forwarded"]);
    assert.deepEqual(await readStoredProof(l1(), statement), { proof: undefined, proofTransactionHash: hashes[0] });
    await assert.rejects(told(settlement), ({ message, data }: Error & { data: unknown }) => {
      assert.deepEqual(data, { code: "ProofNotReadable", transactionHash: hashes[0] });
      return message.includes(`read the proof from the trace of ${hashes[0]}`);
    });
  });

  it("can be in calls of contracts, which a trace has without those that are reverted", async () => {
    const shaper = await settled.l1.deploy("CallShaper");
    const target = settled.accounts[7]!.address;
    const [PLAIN, MASKED, UNDONE] = [0, 1, 2];
    const steps = [
      { target, data: "0x11", manner: PLAIN },
      { target, data: "0x22", manner: UNDONE },
      { target, data: "0xcc", manner: MASKED },
    ];
    const { hash } = (await shaper.getFunction("run")(steps)) as { readonly hash: Hex };
    const called = target.toLowerCase();
    assert.deepEqual(await callsWithin(hash, l1()), [
      { called, input: "0x11" },
      { called, input: "0x33" },
    ]);
  });

  it("attack: a stranger shows the stored proof by a call with an empty one: the answer has the stored proof", async () => {
    const { proof, hashes, statement } = await settledAfter(["direct"]);
    const { aggregator: to, items, digest } = statement;
    const data = proofAggregatorInterface.encodeFunctionData("proveBatches", [items, digest, "0x"]);
    const shown = await settled.accounts[7]!.sendTransaction({ to, data });
    await shown.wait();
    const answer = await told(shown.hash as Hex);
    assert.equal(answer?.kind, "execution");
    assert.deepEqual([answer.proof, answer.proofTransactionHash], [proof, hashes[0]]);
  });
});
