import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type BrowserProvider } from "ethers";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { bridge } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { until } from "../support/until.ts";
import { ALICE, ETHER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const CAROL = "0x00000000000000000000000000000000000ca201";
const baseToken = new Interface(l2BaseTokenAbi);
const refusal = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code;

async function chainBalances(devnet: FlowDevnet): Promise<bigint[]> {
  const ask = async (chainId: bigint): Promise<bigint> => {
    const data = bridge.encodeFunctionData("chainBalance", [chainId, assetId(devnet.l1.chainId, ETH)]);
    const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data });
    return bridge.decodeFunctionResult("chainBalance", answer)[0] as bigint;
  };
  return Promise.all(devnet.chains.map(({ chainId }) => ask(chainId)));
}

describe("B4: a snapshot holds the whole ecosystem, at every point of a message's life", () => {
  let devnet: FlowDevnet;
  let clients: BrowserProvider[];
  before(async () => {
    devnet = await startFlowDevnet([A, B], { relayer: true, proofs: "none" });
    clients = devnet.chains.map(({ chainId, provider }) => connectInProcess(chainId, provider));
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** The steps of a transfer from A to B, each of which does only what has not been done. */
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      "before it is deposited",
      async () => {
        const signer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
        await requestFromL1(
          devnet.ecosystem.addresses.factory,
          { chainId: A, to: lowerCaseAddress(signer.address), valueWei: ETHER },
          signer,
        );
      },
    ],
    ["before A looks at L1", () => devnet.relay()],
    [
      "before it is sent",
      async () => {
        const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
        await (await alice.sendTransaction(transferOf(B, 2n * ETHER, CAROL))).wait();
      },
    ],
    ["in an open batch", () => devnet.chains[0]!.pipeline.seal()],
    ["in a sealed batch", () => devnet.settle(A)],
    ["after its batch is executed", () => devnet.chains[1]!.pipeline.pollL1()],
    ["after its root is imported", () => devnet.relay()],
    ["after its delivery", () => devnet.settle(B)],
    ["after its import is settled", () => devnet.relay()],
  ];
  const finish = async (from: number): Promise<void> => {
    for (const [, step] of steps.slice(from)) await step();
  };
  const outcome = async () => ({
    carol: await clients[1]!.getBalance(CAROL),
    onL1: await chainBalances(devnet),
    steps: (await devnet.messages()).map((message) => message.steps.length),
    batches: devnet.chains.map(({ pipeline }) => pipeline.progress()),
    heights: await Promise.all([devnet.l1.provider, ...clients].map((provider) => provider.getBlockNumber())),
    alice: await clients[0]!.getTransactionCount(devnet.accounts.wallet(ALICE).address),
  });

  test("the flow runs to the same end from each of them", async () => {
    const marks: { readonly id: Hex; readonly seen: Awaited<ReturnType<typeof outcome>> }[] = [];
    for (const [name, step] of steps) {
      const member = [devnet.l1.eip1193, ...devnet.chains.map(({ provider }) => provider)][marks.length % 3];
      const seen = await outcome();
      marks.push({ seen, id: (await member!.request({ method: "evm_snapshot" })) as Hex });
      await step().catch((error: unknown) => assert.fail(`${name}: ${String(error)}`));
    }
    const end = await outcome();
    assert.equal(end.carol, 2n * ETHER);
    assert.deepEqual(end.steps, [7]);
    for (const [place, { id, seen }] of [...marks.entries()].reverse()) {
      const name = steps[place]![0];
      const member = [devnet.chains[1]!.provider, devnet.l1.eip1193, devnet.chains[0]!.provider][place % 3];
      assert.equal(await member!.request({ method: "evm_revert", params: [id] }), true, name);
      // A sealed batch advances immediately, so that its progress cannot be compared.
      if (name !== "in a sealed batch") assert.deepEqual(await outcome(), seen, name);
      await finish(place);
      assert.deepEqual(await outcome(), end, name);
      assert.equal(await devnet.revert(id), false, "an id can be used once");
    }
  });

  test("an older mark ends the younger ones, and an unknown id is refused", async () => {
    const [older, younger] = [await devnet.snapshot(), await devnet.snapshot()];
    assert.equal(await devnet.revert("0xffff"), false);
    assert.equal(await devnet.revert(older), true);
    assert.equal(await devnet.revert(younger), false);
  });

  test("with batches in every stage of settlement", async () => {
    const [a] = devnet.chains;
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const before = await outcome();
    const clean = await devnet.snapshot();
    const inFlight: Hex[] = [];
    const waiting: Promise<unknown>[] = [];
    for (let i = 0; i < 3; i++) {
      await (await alice.sendTransaction({ to: CAROL, value: 1n })).wait();
      const batch = await a!.pipeline.seal();
      waiting.push(a!.pipeline.settled(batch!.outputs.batchNumber));
      inFlight.push(await devnet.snapshot());
    }
    const unseen = a!.pipeline.settled(BigInt(before.batches[0]!.sealed + 2));
    await Promise.all(waiting);
    assert.equal(await devnet.revert(inFlight[1]!), true);
    // Settled before the return, so these stay; the promise of the batch that was sealed at the mark resolves again.
    await unseen;
    await devnet.settle(A);
    assert.equal(a!.pipeline.progress().executed, before.batches[0]!.sealed + 2);
    assert.equal(await devnet.revert(clean), true);
    assert.deepEqual(await outcome(), before);
  });

  test("a return while batches are sealed and sent: waiting callers are notified, and nothing hangs", async () => {
    const [a] = devnet.chains;
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const before = await outcome();
    const id = await devnet.snapshot();
    const nonce = await alice.getNonce();
    const sent = Array.from({ length: 10 }, (_, i) =>
      alice.sendTransaction({ to: CAROL, value: 1n, nonce: nonce + i, gasLimit: 21_000n }).then(
        () => "sent",
        () => "refused",
      ),
    );
    await sent[0];
    const settling = devnet.settle(A).then(
      () => "settled",
      (error: unknown) => (error as { code: string }).code,
    );
    const polling = devnet.relay().then(
      () => "looked",
      () => "failed",
    );
    assert.equal(await devnet.revert(id), true);
    assert.ok(["settled", "StateReverted"].includes(await settling));
    await Promise.all([...sent, polling]);
    await devnet.chains[0]!.provider.request({ method: "evm_mine" });
    assert.equal(a!.pipeline.fault(), undefined);
    const again = await devnet.snapshot();
    await (await alice.sendTransaction({ to: CAROL, value: 1n })).wait();
    await devnet.settle(A);
    assert.equal(await devnet.revert(again), true);
    assert.equal((await outcome()).carol, before.carol);
  });
});

describe("B4: a snapshot while a batch is being proven", () => {
  test("reuses a finished proof; rejects a deleted batch with StateReverted", async () => {
    const devnet = await startFlowDevnet([A]);
    const [chain] = devnet.chains;
    const client = connectInProcess(A, chain!.provider);
    try {
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      const beforeAll = await devnet.snapshot();
      const data = baseToken.encodeFunctionData("withdraw", [CAROL]);
      await (await alice.sendTransaction({ to: PREDEPLOYS.L2BaseToken, data, value: ETHER })).wait();
      const batch = await chain!.pipeline.seal();
      const number = batch!.outputs.batchNumber;
      const settled = chain!.pipeline.settled(number);
      const proving = await devnet.snapshot();
      assert.equal(chain!.pipeline.progress().proven, Number(number));
      // During its proof: a caller that waited before the return still gets the batch.
      assert.equal(await devnet.revert(proving), true);
      await until(() => chain!.pipeline.progress().committed > Number(number));
      const again = await devnet.snapshot();
      const first = await settled;
      assert.equal(first.receipts.prove?.status, 1);
      const [afterwards] = await chainBalances(devnet);

      assert.equal(await devnet.revert(again), true);
      const second = await chain!.pipeline.settled(number);
      assert.equal(second.proof.metrics, first.proof.metrics);
      assert.deepEqual(await chainBalances(devnet), [afterwards]);

      assert.equal(await devnet.revert(beforeAll), true);
      assert.deepEqual(await chainBalances(devnet), [afterwards! + ETHER]);
      await assert.rejects(chain!.pipeline.settled(number), RangeError);
      // A real proof of a batch with a state cheat.
      await chain!.provider.request({ method: "hardhat_setBalance", params: [CAROL, "0x2a"] });
      await (await alice.sendTransaction({ to: CAROL, value: 1n })).wait();
      const empty = await devnet.snapshot();
      const other = await chain!.pipeline.seal();
      const gone = chain!.pipeline.settled(other!.outputs.batchNumber);
      const rejected = assert.rejects(gone, refusal("StateReverted"));
      assert.equal(await devnet.revert(empty), true);
      await rejected;
      assert.equal((await devnet.settle()).length, 1);
      assert.equal(await client.getBalance(CAROL), 43n);
    } finally {
      client.destroy();
      await devnet.close();
    }
    assert.deepEqual(devnet.faults, []);
  });
});

describe("B4: validators in separate processes", () => {
  test("follow a return, and sign what comes instead", async () => {
    const devnet = await startFlowDevnet([{ chainId: A, quorum: { members: 2, threshold: 2 } }], { proofs: "none" });
    const [chain] = devnet.chains;
    const client = connectInProcess(A, chain!.provider);
    try {
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      const pay = async (value: bigint) => (await alice.sendTransaction({ to: CAROL, value })).wait();
      await pay(1n);
      const open = await devnet.snapshot();
      await pay(2n);
      assert.equal((await devnet.settle()).length, 1);
      await pay(4n);
      assert.equal((await devnet.settle()).length, 1);
      assert.equal(await devnet.revert(open), true);
      await pay(8n);
      assert.equal((await devnet.settle()).length, 1);
      await pay(16n);
      assert.equal((await devnet.settle()).length, 1);
      assert.equal(await client.getBalance(CAROL), 25n);
      // They know a batch by its transactions, so what no transaction did is refused.
      await assert.rejects(
        chain!.provider.request({ method: "hardhat_setBalance", params: [CAROL, "0x1"] }),
        /takes no state cheats/,
      );
    } finally {
      client.destroy();
      await devnet.close();
    }
    assert.deepEqual(devnet.faults, []);
  });
});
