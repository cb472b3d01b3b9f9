import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { checkBatch } from "../../src/ecosystem/devnet/proofs/check-batch.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";

/** Arguments of `proveBatch`: the record and the proof. */
type Proving = [record: string[], proof: string];

describe("the check of a batch's proof by L1's data", () => {
  let devnet: FlowDevnet;
  let l1: JsonRpcProvider;

  before(async () => {
    devnet = await startFlowDevnet([271n], OWN_BATCHES);
    l1 = clientOf({ chainId: devnet.l1.chainId, url: devnet.l1.url });
    for (let i = 0; i < 2; i++) {
      await sealOne(devnet);
      await devnet.settle();
    }
  });
  after(async () => {
    l1.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const check = (provider: Parameters<typeof checkBatch>[0]["l1"], batch = 0n) => {
    const { chainId, hyperchain, fromBlock } = { ...devnet.chains[0]!.pipeline.created, chainId: 271n };
    return checkBatch({ l1: provider, l1ChainId: devnet.l1.chainId, chainId, hyperchain, fromBlock }, batch);
  };
  /** L1's node, which shows another input of transactions that prove. */
  const lying = (change: (input: Proving) => Proving): Parameters<typeof checkBatch>[0]["l1"] => {
    const send = async (method: string, params: unknown) => {
      const answer: unknown = await l1.send(method, params as unknown[]);
      if (method !== "eth_getTransactionByHash") return answer;
      const transaction = answer as { input: string };
      const call = hyperchainInterface.parseTransaction({ data: transaction.input })!;
      const [record, proof] = call.args.toArray(true) as Proving;
      return { ...transaction, input: hyperchainInterface.encodeFunctionData(call.name, change([record, proof])) };
    };
    return {
      send,
      call: (asked) => l1.call(asked),
      getBlock: (...asked) => l1.getBlock(...asked),
      getLogs: (asked) => l1.getLogs(asked),
    };
  };

  test("says which states the published changes lead from and to", async () => {
    const [first, second] = [await check(l1), await check(l1, 1n)];
    assert.deepEqual([first.kind, first.stage, first.batches], ["changes", "executed", 1]);
    assert.equal(first.newStateRoot, second.oldStateRoot);
  });

  test("attack: a proof of which a byte is another, or of another batch, is refused by its verifier", async () => {
    const other = lying(([record, proof]) => [record, `${proof.slice(0, -1)}${proof.endsWith("0") ? "1" : "0"}`]);
    await assert.rejects(check(other), { name: "BatchCheckError", code: "ProofRejected" });
    const transaction = await l1.getTransaction((await check(l1, 1n)).transactionHash);
    const [, ofOther] = hyperchainInterface.parseTransaction({ data: transaction!.data })!.args.toArray(true) as Proving;
    await assert.rejects(check(lying(([record]) => [record, ofOther])), { code: "ProofRejected" });
  });

  test("attack: a record that is not the one of L1's contract is refused", async () => {
    const transaction = await l1.getTransaction((await check(l1, 1n)).transactionHash);
    const other = hyperchainInterface.parseTransaction({ data: transaction!.data })!.args.toArray(true) as Proving;
    await assert.rejects(check(lying(() => other)), { code: "RecordDiffers" });
    // The same commitment with another state root.
    const forged = lying(([record, proof]) => [record.map((word, i) => (i === 11 ? `0x${"11".repeat(32)}` : word)), proof]);
    await assert.rejects(check(forged), { code: "RecordDiffers" });
  });

  test("is refused for a batch without a proof, and for markers", async () => {
    await assert.rejects(check(l1, 2n), { code: "NotCommitted" });
    const marked = await startFlowDevnet([271n], { ...OWN_BATCHES, proofs: "none" });
    const client = clientOf({ chainId: marked.l1.chainId, url: marked.l1.url });
    await sealOne(marked);
    await marked.settle();
    const { hyperchain, fromBlock } = marked.chains[0]!.pipeline.created;
    const place = { l1: client, l1ChainId: marked.l1.chainId, chainId: 271n, hyperchain, fromBlock };
    await assert.rejects(checkBatch(place, 0n), { code: "NothingProven" });
    client.destroy();
    await marked.close();
  });
});
