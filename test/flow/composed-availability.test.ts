import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder } from "ethers";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { createDataKeeper } from "../../src/ecosystem/devnet/chains/data-keeper.ts";
import { dataRequestToSign } from "../../src/ecosystem/devnet/quorum-member/data-request.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import { HeldData, type DataHolder } from "../../src/ecosystem/devnet/held-data/held-data.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { Kept } from "./support/kept.ts";

const [ALL, ANY] = [271n, 272n];
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
    const { pubdata, withheld, policyData } = commitInCall(transaction, batch.batchNumber).batch;
    return { pubdata, withheld, policyData, proofBytes: batch.proof?.bytes ?? 0 };
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

  test("any of a committee and L1's calldata: withheld while the committee signs, published after it ends", async () => {
    const withheld = await settled(ANY);
    assert.equal(withheld.pubdata, "0x");
    assert.equal(coder.decode(["uint256", "bytes"], withheld.policyData)[0], 0n);
    assert.ok(withheld.proofBytes > 40_000);
    // A second one builds on the first one's choice, which the keeper did not receive with it.
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

describe("F3, A7: a chain whose data L1 does not have, without its operator", () => {
  const READER = 3;
  let devnet: FlowDevnet;
  const pubdata: Uint8Array[] = [];
  let stateRoot: Hex;
  let hyperchainAddress: Hex;
  let keeper: ReturnType<typeof createDataKeeper>;
  let contract: { readonly settlementChainId: bigint; readonly hyperchain: Hex };

  before(async () => {
    devnet = await startFlowDevnet(
      [{ chainId: ANY, dataAvailability: { anyOf: ["validium", "rollup"] }, openReads: true }],
      UNPROVEN,
    );
    const [chain] = devnet.chains;
    const { pipeline } = chain!;
    hyperchainAddress = pipeline.created.hyperchain;
    contract = { settlementChainId: devnet.l1.chainId, hyperchain: hyperchainAddress };
    keeper = createDataKeeper(contract, [lowerCaseAddress(devnet.accounts.wallet(READER).address)]);
    const client = clientOf(chain!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    for (const value of [1n, 2n]) {
      await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value })).wait();
      await (await alice.sendTransaction({ data: "0x60016000f3" })).wait();
      await devnet.settle();
    }
    for (const number of [0n, 1n]) {
      const { batch } = await pipeline.settled(number);
      assert.equal(batch.data.publishes, false);
      await keeper.keep(batch);
      pubdata.push(batch.pubdata);
    }
    stateRoot = digestToHex(pipeline.chain.tree.root);
    client.destroy();
    // From here on there is L1, and what the keeper has.
    await pipeline.close();
  });
  after(async () => {
    await devnet?.close();
  });

  /** One that asks the keeper as a reader with this account. */
  const holder = (account: number): DataHolder => ({
    name: `keeper asked by ${account}`,
    async read({ batchNumber }) {
      const { domain, types, value } = dataRequestToSign(contract, batchNumber);
      const signature = (await devnet.accounts.wallet(account).signTypedData(domain, types, value)) as Hex;
      return keeper.read({ batchNumber, signature });
    },
  });
  const giving = (name: string, read: DataHolder["read"]): DataHolder => ({ name, read });
  const rebuild = async (holders?: readonly DataHolder[]) =>
    reconstruct({
      l1: devnet.l1.provider,
      hyperchain: hyperchainAddress,
      genesis: await genesisOf(),
      ...(holders && { holders }),
    });

  test("it is rebuilt from L1 and a keeper, whatever other holders say", async () => {
    const liars = [
      giving("empty", () => Promise.resolve(new Uint8Array())),
      giving("other", ({ batchNumber }) => Promise.resolve(pubdata[Number(1n - batchNumber)]!)),
      giving("cut", ({ batchNumber }) => Promise.resolve(pubdata[Number(batchNumber)]!.slice(0, -1))),
      holder(ALICE),
    ];
    const rebuilt = await rebuild([...liars, holder(READER)]);
    assert.equal(rebuilt.stateRoot, stateRoot);
    assert.equal(rebuilt.batches.length, 2);
    assert.deepEqual(
      rebuilt.batches.map(({ pubdataBytes }) => pubdataBytes),
      pubdata.map(({ length }) => length),
    );
  });

  test("holders that lie, refuse or have nothing are named, each with what it did", async () => {
    const liars = [giving("other", () => Promise.resolve(pubdata[1]!)), holder(ALICE)];
    await assert.rejects(rebuild(liars), (error: Error & { readonly code?: string; readonly batchNumber?: bigint }) => {
      assert.deepEqual([error.code, error.batchNumber], ["DataWithheld", 0n]);
      assert.match(error.message, /other gave other data, with hash 0x[0-9a-f]{64}; keeper asked by 1: ReaderUnknown/);
      return true;
    });
    await assert.rejects(rebuild(), { code: "NotARollup", batchNumber: 0n });
  });

  test("one that is silent is not waited for beyond its time", async () => {
    const silent = giving("silent", () => new Promise(() => undefined));
    await assert.rejects(new HeldData([silent], 1).read(0n, hashPubdata(pubdata[0]!)), /silent was silent for 1 ms/);
    assert.equal(await new HeldData([silent, holder(READER)], 500).read(0n, hashPubdata(pubdata[0]!)), pubdata[0]);
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
    // Its committee is available again, and would have been chosen.
    const { batch } = await kept.chain().pipeline.settled(0n);
    assert.equal(batch.commitment, sealed!.commitment);
    await kept.pay(2n);
    assert.deepEqual((await kept.chain().pipeline.chain.seal())!.data.path, [0]);
    await kept.chain().pipeline.settled(1n);
  } finally {
    await kept.end();
  }
});
