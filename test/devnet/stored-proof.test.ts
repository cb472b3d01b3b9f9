import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { readStoredProof } from "../../src/devnet/view/batches/stored-proof.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import type { StoredBatch } from "../../src/protocol/stored-batch.ts";
import { Interface } from "ethers";
import { storedBatchOfReceipt } from "../../src/settlement/l1-sender/chain-reader.ts";
import { addProvingVersion, SettlingChain } from "../flow/support/settling-chain.ts";
import { startSettledL1, type SettledL1 } from "../settlement/support/settled-l1.ts";

const CHAIN_ID = 700n;

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
    return { digest, proof, logs, hashes, item: { chainId: nextId - 1n, batch: stored } };
  }

  it("is read from the transaction that stored it", async () => {
    const { digest, proof, logs, hashes, item } = await settledAfter(["direct"]);
    assert.deepEqual(await readStoredProof(l1(), logs, { item, digest }), { proof, proofTransactionHash: hashes[0] });
  });

  it("is read from the first of them, and is unknown of another digest", async () => {
    const { digest, proof, logs, hashes, item } = await settledAfter(["direct", "direct"]);
    assert.deepEqual(await readStoredProof(l1(), logs, { item, digest }), { proof, proofTransactionHash: hashes[0] });
    const other: Hex = `0x${"0".repeat(63)}9`;
    assert.equal(await readStoredProof(l1(), logs, { item, digest: other }), undefined);
    assert.equal(await readStoredProof(l1(), [], { item, digest }), undefined);
  });

  it("is not read where a contract passed it on", async () => {
    const { digest, logs, item } = await settledAfter(["forwarded"]);
    assert.equal(await readStoredProof(l1(), logs, { item, digest }), undefined);
  });
});
