import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { TRANSACTION_GAS_CAP } from "../../src/ground/transaction/gas-limits.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { RemoteGuardian } from "../../src/ecosystem/devnet/guardian/guardian-client.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { reconstructCarried } from "../../src/ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { ALICE, clientOf, dependencies, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const A = 271n;
const [X, Y, PORTER] = [A + (1n << 32n), A + (2n << 32n), A + (3n << 32n)];
const CAROL = "0x00000000000000000000000000000000000ca201";

describe("chains that settle on a chain, with real proofs", () => {
  let devnet: FlowDevnet;
  let blocks: number;
  const clients = new Map<bigint, JsonRpcProvider>();
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const contractOf = (id: bigint) => chainOf(id).pipeline.created.hyperchain;
  const on = (id: bigint): JsonRpcProvider => clients.get(id)!;
  const stateOf = (id: bigint) => digestToHex(chainOf(id).pipeline.chain.tree.root);
  const pay = (chain: bigint, to: bigint, amount: bigint) =>
    send(devnet.info(), { chain, to: { chain: to, account: CAROL }, amount }, devnet.accounts.wallet(ALICE).connect(on(chain)));

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: X, name: "x", settlesOn: "alpha" },
        { chainId: Y, name: "y", settlesOn: "alpha" },
        { chainId: PORTER, name: "porter", settlesOn: "alpha", dataAvailability: { guardians: "main" } },
      ],
      { relayer: true, stake: { unbondingSeconds: 100_000 }, guardians: { main: { members: 2 } } },
    );
    for (const chain of devnet.chains) clients.set(chain.chainId, clientOf(chain));
    // What the contracts publish would fill a batch of alpha, which it then settles.
    await devnet.settle(A);
    blocks = await devnet.l1.provider.getBlockNumber();
  });

  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("C7: one call takes money to the shard, whose data guardians store, to a sibling chain and back, without a block of L1", async () => {
    const deposited = await pay(A, PORTER, 5n);
    assert.deepEqual([deposited.type, deposited.bridges], ["deposit", ["shard"]]);
    await chainOf(PORTER).pipeline.pollL1();
    assert.equal(await on(PORTER).getBalance(CAROL), 5n);
    const [back, across] = [await pay(PORTER, A, 3n), await pay(PORTER, Y, 2n)];
    assert.deepEqual([back.type, back.bridges, across.type, across.bridges], ["withdrawal", ["shard"], "transfer", ["shard"]]);
    const { receipts } = await settleNow(chainOf(PORTER));
    const commit = await on(A).getTransaction(receipts.commit!.hash);
    assert.equal(commitInCall(commit).batch.pubdata, "0x");
    assert.ok((await on(A).getTransactionReceipt(receipts.prove!.hash))!.gasUsed > 1_000_000n);
    const payer = devnet.accounts.wallet(ALICE).connect(on(A));
    const claim = await finalizeWithdrawal(devnet.info(), { chain: PORTER, messageHash: back.messageHash }, payer);
    assert.deepEqual([claim.state, await on(A).getBalance(CAROL)], ["paid", 3n]);
    await devnet.relay();
    assert.equal(await on(Y).getBalance(CAROL), 2n);
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
  });

  test("C7: the shard is rebuilt from the chain below and one guardian, and not without a guardian", async () => {
    const [network] = devnet.info().guardians!;
    assert.deepEqual(
      network!.onChains?.map(({ chain }) => chain),
      ["alpha"],
    );
    const options = { l1: chainOf(A).url, hyperchain: contractOf(PORTER), genesis: await genesisOf() };
    await assert.rejects(reconstruct({ ...options, holders: [] }), { code: "NotARollup" });
    const holder = new RemoteGuardian(network!.members[0]!.url, contractOf(PORTER));
    const rebuilt = await reconstruct({ ...options, holders: [holder] });
    assert.equal(rebuilt.stateRoot, stateOf(PORTER));
  });

  test("D3: a message between two of them takes its seven steps and no block of L1", async () => {
    const sent = await pay(X, Y, 7n);
    assert.deepEqual(sent.bridges, ["hyperbridge"]);
    const { receipts } = await settleNow(chainOf(X));
    // Solidity on alpha verified the proof, in a transaction as any account could send it.
    const proven = await on(A).getTransactionReceipt(receipts.prove!.hash);
    assert.equal(proven?.status, 1);
    assert.ok(proven.gasUsed > 1_000_000n && proven.gasUsed < TRANSACTION_GAS_CAP / 4n, `${proven.gasUsed}`);
    await devnet.relay();
    assert.equal(await on(Y).getBalance(CAROL), 9n);
    await settleNow(chainOf(Y));
    await devnet.relay();
    const message = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    assert.deepEqual(
      message?.steps.map(({ step, chainId }) => [step, BigInt(chainId)]),
      [
        ["initiated", X],
        ["settled", A],
        ["inTransactionRoot", A],
        ["imported", Y],
        ["delivered", Y],
        ["executed", Y],
        ["importSettled", A],
      ],
    );
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
  });

  test("D3: those whose data alpha carries are rebuilt from L1 alone", async () => {
    // Alpha's own batch, with all of the above in it, is proven on L1.
    const batch = await chainOf(A).pipeline.seal();
    await chainOf(A).pipeline.settled(batch!.outputs.batchNumber);
    const genesis = await genesisOf();
    const base = await reconstruct({ l1: devnet.l1.url, hyperchain: contractOf(A), genesis });
    for (const id of [X, Y]) {
      const rebuilt = await reconstructCarried(
        { base, hyperchain: contractOf(id), genesis },
        { connect: dependencies.connectChain, clock: systemClock },
      );
      assert.equal(rebuilt.stateRoot, stateOf(id));
    }
  });
});
