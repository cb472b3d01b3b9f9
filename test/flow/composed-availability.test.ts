import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Interface } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import type { BatchInfo } from "../../src/devnet/view/batch-on-l1.ts";
import { reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import { hashPubdata } from "../../src/protocol/pubdata.ts";
import { fromHex } from "../../src/protocol/hex.ts";
import { SettlementError } from "../../src/settlement/errors/settlement-error.ts";
import { ALICE, BOB, clientOf, startFlowDevnet } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { Kept } from "./support/kept.ts";

const [ALL, ANY] = [271n, 272n];
const hyperchain = new Interface(hyperchainAbi);
const coder = AbiCoder.defaultAbiCoder();

interface Commit {
  readonly pubdata: string;
  readonly withheld: { readonly pubdataHash: string };
  readonly policyData: string;
}

describe("F6: policies made of policies, with proofs", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([
      { chainId: ALL, dataAvailability: { allOf: ["rollup", { committee: { members: 2, threshold: 2 } }] } },
      {
        chainId: ANY,
        dataAvailability: { anyOf: [{ committee: { members: 1, threshold: 1 } }, "rollup"], afterMs: 20_000 },
        quorum: { members: 1, threshold: 1 },
      },
    ]);
  });
  after(async () => {
    await devnet?.close();
  });

  const chain = (chainId: bigint) => devnet.chains.find((each) => each.chainId === chainId)!;
  /** Each deploys a contract of one byte too, STOP: PUSH1 1, PUSH1 0, RETURN. L1 wants its code in what was published before. */
  const pay = async (chainId: bigint): Promise<void> => {
    const client = clientOf(chain(chainId));
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    await (await alice.sendTransaction({ data: "0x60016000f3" })).wait();
    client.destroy();
  };
  /** Settles what the payment led to; what L1's transaction brought, read by hand. */
  const settled = async (chainId: bigint): Promise<Commit & { readonly proofBytes: number }> => {
    await pay(chainId);
    const batch = (await devnet.settle(chainId)).at(-1)!;
    const transaction = await devnet.l1.provider.getTransaction(batch.l1Transactions.commit!);
    const { batch: commit } = hyperchain.parseTransaction(transaction!)!.args.toObject() as unknown as { readonly batch: Commit };
    return Object.assign((commit as unknown as { toObject(): Commit }).toObject(), { proofBytes: batch.proof?.bytes ?? 0 });
  };
  const rebuilt = async (chainId: bigint) =>
    reconstruct({ l1: devnet.l1.provider, hyperchain: chain(chainId).pipeline.created.hyperchain, genesis: await genesisOf() });
  const batchOf = (chainId: bigint, number: number): Promise<BatchInfo> =>
    chain(chainId).provider.request({ method: "hyperchain_batch", params: [`chain-${chainId}`, number] }) as Promise<BatchInfo>;

  test("all of L1's calldata and a committee: both have the data, and the chain is rebuilt from L1", async () => {
    const { pubdata, policyData, proofBytes } = await settled(ALL);
    assert.ok(proofBytes > 40_000);
    assert.ok(pubdata.length > 2);
    const [parts] = coder.decode(["bytes[]"], policyData) as unknown as [readonly string[]];
    assert.equal(parts[0], "0x");
    const [signatures] = coder.decode(["bytes[]"], parts[1]!) as unknown as [readonly string[]];
    assert.equal(signatures.length, 2);
    const { stateRoot, batches, onL1 } = await rebuilt(ALL);
    assert.equal(stateRoot, onL1.executedStateRoot);
    assert.equal(batches[0]!.pubdataBytes, fromHex(pubdata).length);
    const info = devnet.info().chains[0]!;
    assert.equal(info.dataAvailability, "rollup");
    assert.equal((await batchOf(ALL, 0)).signers?.committee?.length, 2);
  });

  test("with one of all missing nothing is committed, whatever the others say", async () => {
    process.kill(chain(ALL).pipeline.signers.committeePids[1]!, "SIGKILL");
    await pay(ALL);
    await assert.rejects(
      devnet.settle(ALL),
      (error) => error instanceof SettlementError && error.code === "QuorumUnreachable" && /MemberDied/.test(error.message),
    );
    assert.equal((await devnet.status()).chains[0]!.batches.executed, 1);
  });

  test("any of a committee and L1's calldata: withheld while the committee signs, published once it is gone", async () => {
    const withheld = await settled(ANY);
    assert.equal(withheld.pubdata, "0x");
    assert.equal(coder.decode(["uint256", "bytes"], withheld.policyData)[0], 0n);
    assert.ok(withheld.proofBytes > 40_000);
    // A second one stands on the first one's choice, which the keeper was not shown with it.
    assert.equal((await settled(ANY)).pubdata, "0x");

    process.kill(chain(ANY).pipeline.signers.committeePids[0]!, "SIGKILL");
    const published = await settled(ANY);
    assert.equal(published.policyData, coder.encode(["uint256", "bytes"], [1n, "0x"]));
    assert.ok(published.proofBytes > 40_000);
    const batch = await chain(ANY).pipeline.settled(2n);
    assert.equal(hashPubdata(fromHex(published.pubdata)), hashPubdata(batch.batch.pubdata));
    assert.equal((await batchOf(ANY, 2)).signers?.committee, undefined);
    assert.equal((await devnet.status()).chains[1]!.batches.executed, 3);
  });
});

test("a chain that is started again between a choice and its commit forms the batch with that choice", async () => {
  const committee = { members: 1, threshold: 1 };
  const kept = new Kept([{ chainId: ANY, dataAvailability: { anyOf: [{ committee }, "rollup"], afterMs: 20_000 } }]);
  await kept.start();
  try {
    process.kill(kept.chain().pipeline.signers.committeePids[0]!, "SIGKILL");
    await kept.pay(1n);
    const sealed = await kept.chain().pipeline.chain.seal();
    assert.deepEqual(sealed!.data.path, [1]);
    await kept.restart();
    // Its committee is there again, and would have been chosen.
    const { batch } = await kept.chain().pipeline.settled(0n);
    assert.equal(batch.commitment, sealed!.commitment);
    await kept.pay(2n);
    assert.deepEqual((await kept.chain().pipeline.chain.seal())!.data.path, [0]);
    await kept.chain().pipeline.settled(1n);
  } finally {
    await kept.end();
  }
});
