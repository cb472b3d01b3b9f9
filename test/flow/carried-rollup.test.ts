import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { concat, hexlify, Interface, solidityPacked, type JsonRpcProvider, type Signer } from "ethers";
import { l1MessengerAbi } from "../../src/ground/abi/l1-messenger.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { reconstructCarried } from "../../src/ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import { messagesOf } from "../../src/ecosystem/devnet/reconstruction/proofs.ts";
import { carriedBatches } from "../../src/ground/protocol/carried-pubdata.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { hashStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import {
  ALICE,
  BOB,
  clientOf,
  dependencies,
  RELAYER,
  settleNow,
  startFlowDevnet,
  UNPROVEN,
  type FlowDevnet,
} from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const [A, X, V] = [271n, 271n + (1n << 32n), 271n + (2n << 32n)];
/** On x. */
const Y = X + (1n << 44n);
const CAROL = "0x00000000000000000000000000000000000ca201";
/** Stores 7 as slot 1, and returns a code of one byte: PUSH1 7, PUSH1 1, SSTORE, PUSH1 1, PUSH1 0, RETURN. */
const CREATING = "0x600760015560016000f3";
const messenger = new Interface(l1MessengerAbi);

describe("D3: a chain on a chain whose data are carried is rebuilt from L1 alone", () => {
  let devnet: FlowDevnet;
  let alpha: JsonRpcProvider;
  let x: JsonRpcProvider;
  let y: JsonRpcProvider;
  let contract: Hex;
  let withdrawal: Hex;
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const rootOf = (id: bigint): Hex => digestToHex(chainOf(id).pipeline.chain.tree.root);
  const contractOf = (id: bigint): Hex => chainOf(id).pipeline.created.hyperchain;
  const deps = { connect: dependencies.connectChain, clock: systemClock };
  const ofAlpha = async (): Promise<Reconstruction> =>
    reconstruct({ l1: devnet.l1.url, hyperchain: contractOf(A), genesis: await genesisOf() });
  const on = async (base: Reconstruction, id: bigint, upTo?: "committed"): Promise<Reconstruction> =>
    reconstructCarried(
      { base, hyperchain: contractOf(id), genesis: await genesisOf(), ...(upTo === undefined ? {} : { upTo }) },
      deps,
    );
  const sendMessage = async (from: Signer, bytes: string): Promise<void> => {
    const data = messenger.encodeFunctionData("sendToL1", [bytes]);
    await (await from.sendTransaction({ to: PREDEPLOYS.L1Messenger, data })).wait();
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: X, name: "x", settlesOn: "alpha" },
        { chainId: V, name: "v", settlesOn: "alpha", dataAvailability: "chain" },
        { chainId: Y, name: "y", settlesOn: "x" },
      ],
      { ...UNPROVEN, fundedAccounts: [ALICE, BOB, RELAYER] },
    );
    [alpha, x, y] = [clientOf(chainOf(A)), clientOf(chainOf(X)), clientOf(chainOf(Y))];
    const alice = devnet.accounts.wallet(ALICE);
    await deposit(devnet.info(), { chain: X, amount: 3n, to: CAROL }, alice.connect(alpha));
    await devnet.relay();
    const created = await (await alice.connect(x).sendTransaction({ data: CREATING })).wait();
    contract = created?.contractAddress?.toLowerCase() as Hex;
    withdrawal = (await withdraw(devnet.info(), { chain: X, amount: 5n, to: CAROL }, alice.connect(x))).messageHash;
    await (await alice.connect(y).sendTransaction({ to: CAROL, value: 9n })).wait();
    // A stranger's messages that look like x's first batches, with other bytes.
    for (const number of [0n, 1n]) {
      const like = solidityPacked(
        ["uint8", "address", "uint64", "uint8", "bytes"],
        [7, contractOf(X), number, 0, new Uint8Array(200)],
      );
      await sendMessage(devnet.accounts.wallet(BOB).connect(alpha), like);
    }
    await sendMessage(devnet.accounts.wallet(BOB).connect(alpha), concat(["0x07", contractOf(X)]));
    await devnet.settle();
  });
  after(async () => {
    for (const client of [alpha, x, y]) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("the ecosystem calls it a rollup, and a chain that publishes below alone by another name", () => {
    assert.deepEqual(
      devnet.info().chains.map(({ name, dataAvailability }) => [name, dataAvailability]),
      [
        ["alpha", "rollup"],
        ["x", "rollup"],
        ["v", "chain"],
        ["y", "rollup"],
      ],
    );
  });

  test("its state, codes and messages, compared with the root in the rebuilt state of the chain below", async () => {
    const base = await ofAlpha();
    const rebuilt = await on(base, X);
    assert.equal(rebuilt.stateRoot, rootOf(X));
    assert.equal(rebuilt.onL1.executedStateRoot, rootOf(X));
    const accounts = new Map([...rebuilt.state.accounts()].map((account) => [account.address, account]));
    assert.equal(accounts.get(CAROL)?.balanceWei, 3n);
    assert.deepEqual(accounts.get(contract)?.storage, [{ slot: 1n, value: 7n }]);
    assert.equal(accounts.get(contract)?.code, "0x00");
    assert.ok(messagesOf(rebuilt).some(({ hash, isExecuted }) => hash === withdrawal && isExecuted));
    // A node of the chain below leads to the same.
    const direct = await reconstruct({ l1: chainOf(A).url, hyperchain: contractOf(X), genesis: await genesisOf() });
    assert.deepEqual(
      rebuilt.batches.map(({ stored }) => stored),
      direct.batches.map(({ stored }) => stored),
    );
  });

  test("so is a chain on it, by its messages within the messages", async () => {
    const rebuilt = await on(await on(await ofAlpha(), X), Y);
    assert.equal(rebuilt.stateRoot, rootOf(Y));
    assert.equal([...rebuilt.state.accounts()].find(({ address }) => address === CAROL)?.balanceWei, 9n);
  });

  test("where data stay on the chain below, that is said by name", async () => {
    const base = await ofAlpha();
    await assert.rejects(on(base, V), {
      code: "NotARollup",
      message: `what chain ${V} publishes stays on chain 271: its data are at nodes of that chain alone`,
    });
  });

  test("commits that reach the chain below but not L1 have no effect; operations are identified by their hashes", async () => {
    const [before, alice] = [rootOf(X), devnet.accounts.wallet(ALICE)];
    await deposit(devnet.info(), { chain: X, amount: 4n, to: CAROL }, alice.connect(alpha));
    // The deposit reaches L1, but the batch that includes it does not.
    const sealed = await chainOf(A).pipeline.seal();
    await chainOf(A).pipeline.settled(sealed!.outputs.batchNumber);
    await chainOf(X).pipeline.pollL1();
    await settleNow(chainOf(X));
    const rebuilt = await on(await ofAlpha(), X);
    assert.equal(rebuilt.stateRoot, before);
    assert.deepEqual([rebuilt.pendingHashes.length, rebuilt.pendingOperations.length], [1, 0]);
    await devnet.settle();
    const later = await on(await ofAlpha(), X);
    assert.deepEqual([later.stateRoot, later.pendingHashes.length], [rootOf(X), 0]);
  });

  test("batches are cut to what can be carried, and a batch of the chain below is sealed when it is full", async () => {
    const sealed = (id: bigint): number => chainOf(id).pipeline.progress().sealed;
    const before = { alpha: sealed(A), x: sealed(X) };
    const alice = devnet.accounts.wallet(ALICE).connect(x);
    // Three would fit what L1 takes of a chain that settles there, 100,000 bytes.
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 3; i++) await sendMessage(alice, hexlify(new Uint8Array(32_500).fill(i + 1)));
      await settleNow(chainOf(X));
    }
    assert.ok(sealed(X) - before.x >= 4, `${sealed(X) - before.x}`);
    assert.ok(sealed(A) > before.alpha);
    await devnet.settle();
    const rebuilt = await on(await ofAlpha(), X);
    assert.equal(rebuilt.stateRoot, rootOf(X));
    assert.ok(rebuilt.batches.some(({ pubdataBytes }) => pubdataBytes > 60_000 && pubdataBytes <= 95_000));
  });

  test("a missing or changed message is refused by name", async () => {
    const base = await ofAlpha();
    const carrier = (await on(base, X)).contract.configuration.dataAvailabilityPolicy;
    const without = (change: (body: Uint8Array) => Uint8Array | undefined): Reconstruction => ({
      ...base,
      batches: base.batches.map((batch) => ({
        ...batch,
        logs: batch.logs.flatMap((log) => {
          if (log.type !== "message" || log.sender !== carrier) return [log];
          const body = change(log.body);
          return body === undefined ? [] : [{ ...log, body }];
        }),
      })),
    });
    await assert.rejects(
      on(
        without(() => undefined),
        X,
      ),
      { code: "PubdataMissing", batchNumber: 0n },
    );
    const flip = (at: number) => (body: Uint8Array) => body.with(at, body[at]! ^ 1);
    // Of the contract, the number, the part, the record's fields and the pubdata.
    for (const at of [5, 28, 29, 37, 45, 60, 90, 120, 160]) {
      await assert.rejects(on(without(flip(at)), X), { code: "PubdataMissing" }, `byte ${at}`);
    }
  });
});

test("D3: of a batch that was reverted and rebuilt, two messages are carried, and the one whose record remains is used", async () => {
  const devnet = await startFlowDevnet(
    [
      { chainId: A, name: "alpha" },
      { chainId: X, name: "x", settlesOn: "alpha", executionDelaySeconds: 3_600 },
    ],
    { ...UNPROVEN, fundedAccounts: [ALICE, RELAYER] },
  );
  const [alpha, chain] = [A, X].map((id) => devnet.chains.find(({ chainId }) => chainId === id)!);
  const x = clientOf(chain!);
  try {
    const committed = async (): Promise<void> => {
      while (chain!.pipeline.progress().committed === 0) await chain!.pipeline.pollL1();
    };
    await (await devnet.accounts.wallet(ALICE).connect(x).sendTransaction({ to: CAROL, value: 1n })).wait();
    await chain!.pipeline.seal();
    await committed();
    await devnet.reseal(X, 0n);
    await (await devnet.accounts.wallet(ALICE).connect(x).sendTransaction({ to: CAROL, value: 1n })).wait();
    await chain!.pipeline.seal();
    await committed();
    const sealed = await alpha!.pipeline.seal();
    await alpha!.pipeline.settled(sealed!.outputs.batchNumber);
    const genesis = await genesisOf();
    const base = await reconstruct({ l1: devnet.l1.url, hyperchain: alpha!.pipeline.created.hyperchain, genesis });
    const { hyperchain, configuration } = chain!.pipeline.created;
    const messages = base.batches.flatMap(({ logs }) => logs.flatMap((log) => (log.type === "message" ? [log] : [])));
    const carried = carriedBatches(messages, { carrier: configuration.dataAvailabilityPolicy, hyperchain });
    assert.ok(carried.filter(({ batchNumber }) => batchNumber === 0n).length >= 2);
    const rebuilt = await reconstructCarried(
      { base, hyperchain, genesis, upTo: "committed" },
      { connect: dependencies.connectChain, clock: systemClock },
    );
    const [first] = rebuilt.batches;
    const hash = hyperchainInterface.encodeFunctionData("storedBatchHash", [0]);
    const client = clientOf(alpha!);
    assert.equal(hashStoredBatch(first!.stored), await client.call({ to: hyperchain, data: hash }));
    client.destroy();
    assert.equal(rebuilt.onL1.totals.executed, 0n);
  } finally {
    x.destroy();
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
