import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getBytes, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { BatchChanges } from "../../src/chain/index/batch-archive.ts";
import { chainsAmong } from "../../src/ecosystem/devnet/view/batches/chains-among.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { PagedMessages } from "../../src/ecosystem/devnet/view/books/paged-messages.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";
/** Deploys a contract that returns 271 for any call: PUSH2 271, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN. */
const RETURNS_271 = "0x6861010f5f5260205ff35f5260096017f3";
/** Deploys a contract of one byte, STOP: PUSH1 1, PUSH1 0, RETURN. */
const STOPS = "0x60016000f3";

describe("I3: what a batch changed, which signatures L1 was shown of it, and what it took there", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  const ask = async <T>(method: string, ...params: unknown[]): Promise<T> => (await client.send(method, params)) as T;
  const alice = () => devnet.accounts.wallet(ALICE).connect(client);

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "gamma", dataAvailability: "validium", openReads: true },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
    client = clientOf(devnet.chains[0]!);
    await (await alice().sendTransaction({ data: STOPS })).wait();
    await (await alice().sendTransaction({ to: BOB, value: 5n })).wait();
    await devnet.settle();
  });
  after(async () => {
    client?.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  /** Data of L1's transaction, read by hand: protocol page §3. */
  async function committed(chain: string, { l1 }: BatchInfo) {
    const { abi } = await hre.artifacts.readArtifact("IHyperchain");
    const { data, to } = (await devnet.l1.provider.getTransaction(l1.commit!.transactionHash))!;
    assert.equal(to!.toLowerCase(), devnet.info().chains.find(({ name }) => name === chain)!.hyperchain);
    const [, [{ batch }]] = new Interface(abi).decodeFunctionData("commitBatches", data);
    const pubdata = getBytes(batch.pubdata as string);
    const count = (at: number): number => (pubdata[at] ?? 0) * 256 + (pubdata[at + 1] ?? 0);
    return { bytes: pubdata.length, updates: count(5), insertions: count(7) };
  }
  const sum = (changes: BatchChanges, of: "inserted" | "updated"): number =>
    Object.values(changes).reduce((all, each) => all + each[of], 0);

  test("its changes are listed by kinds, as many as L1's pubdata counts", async () => {
    const batch = await ask<BatchInfo>("hyperchain_batch", "alpha", 0);
    const onL1 = await committed("alpha", batch);
    assert.equal(batch.pubdataBytes, onL1.bytes);
    const { changes } = batch;
    assert.deepEqual([sum(changes, "inserted"), sum(changes, "updated")], [onL1.insertions, onL1.updates]);
    // The first batch also brings the singletons that every chain has: later ones tell apart what a transaction does.
    await (await alice().sendTransaction({ data: STOPS })).wait();
    await (await alice().sendTransaction({ to: BOB, value: 5n })).wait();
    await devnet.settle();
    const { changes: second } = await ask<BatchInfo>("hyperchain_batch", "alpha", 1);
    // A new contract has the header of its account, the hash of its code, and the digest of it; Bob's account existed.
    assert.deepEqual(second.account.inserted, 1);
    for (const kind of ["codeHash", "codeDigest"] as const) assert.deepEqual(second[kind], { inserted: 1, updated: 0 }, kind);
    assert.ok(second.account.updated >= 2 && second.storage.updated > 0);
  });

  test("the signers are the chain's validators, and the committee of a validium", async () => {
    const [alpha, gamma] = devnet.info().chains;
    const { signers } = await ask<BatchInfo>("hyperchain_batch", "alpha", 0);
    assert.deepEqual(signers, { validators: alpha!.quorum.members });
    const hidden = await ask<BatchInfo>("hyperchain_batch", "gamma", 0);
    assert.deepEqual(hidden.signers, { validators: gamma!.quorum.members, committee: [gamma!.operator] });
    assert.equal((await committed("gamma", hidden)).bytes, 0);
    assert.ok(hidden.pubdataBytes > 9);
  });

  test("events by a contract that belongs to no chain, although it may return a chain's id, lower no batch's share of gas", async () => {
    const [alpha, gamma] = devnet.info().chains;
    const { provider } = devnet.l1;
    const deployer = devnet.accounts.wallet(ALICE).connect(provider);
    const liar = await (await deployer.sendTransaction({ data: RETURNS_271 })).wait();
    const liarAddress = liar!.contractAddress!.toLowerCase() as Hex;
    assert.equal(BigInt(await provider.call({ to: liarAddress })), 271n);
    const { addresses } = devnet.ecosystem;
    const asked = [liarAddress, alpha!.hyperchain, BOB, addresses.factory, gamma!.hyperchain] as const;
    const found = await chainsAmong(asked, { provider, ecosystem: devnet.ecosystem });
    assert.deepEqual([...found], [alpha!.hyperchain, gamma!.hyperchain]);
    const many = Array.from({ length: 64 }, () => liarAddress);
    assert.deepEqual([...(await chainsAmong([...many, alpha!.hyperchain], { provider, ecosystem: devnet.ecosystem }))], []);
  });

  test("a batch that L1 does not have yet has changes, but no signers and no gas", async () => {
    await (await alice().sendTransaction({ to: BOB, value: 5n })).wait();
    const sealed = await devnet.chains[0]!.pipeline.seal();
    const number = Number(sealed!.outputs.batchNumber);
    const [{ signers, l1Gas, changes }, { committed: onL1 }] = [
      await ask<BatchInfo>("hyperchain_batch", "alpha", number),
      devnet.chains[0]!.pipeline.progress(),
    ];
    // L1 may have it already, because it is committed directly after its sealing.
    if (onL1 <= number) assert.deepEqual([signers, l1Gas], [undefined, {}]);
    assert.equal(changes.account.inserted, 0);
    await devnet.settle();
  });

  test("a new message never comes between those that a page has counted", async () => {
    const info = devnet.info();
    const paged = (before: number, limit: number) => ask<PagedMessages>("hyperchain_messages", { before, limit });
    await send(info, { chain: 271n, to: { chain: 272n, account: BOB }, amount: 1n }, alice());
    await withdraw(info, { chain: 271n, amount: 2n }, alice());
    const first = await paged(2, 2);
    assert.deepEqual(
      first.messages.map(({ type }) => type),
      ["withdrawal", "transfer"],
    );
    await send(info, { chain: 271n, to: { chain: 272n, account: BOB }, amount: 3n }, alice());
    assert.deepEqual(
      (await paged(2, 2)).messages.map(({ messageHash }) => messageHash),
      first.messages.map(({ messageHash }) => messageHash),
    );
    const { messages, total } = await ask<PagedMessages>("hyperchain_messages", { limit: 1 });
    assert.deepEqual([messages[0]?.type, total], ["transfer", 3]);
    await devnet.settle();
    await devnet.relay();
  });
});
