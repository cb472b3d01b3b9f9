import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { blockVoteDigests } from "../../src/ground/protocol/block-vote.ts";
import { partRequestDigest, slotDigest, NO_SLOT, type SlotPartRequest } from "../../src/ground/protocol/slot.ts";
import { slotFromJson, slotToJson, type SlotJson } from "../../src/ground/protocol/slot-json.ts";
import { signDigest } from "../../src/ground/transaction/digest-signature.ts";
import type { ExternalOrder } from "../../src/ecosystem/sequencing/external/external-order.ts";
import { SlotPeers } from "../../src/ecosystem/sequencing/external/slot-peers.ts";
import { ask } from "../chain/support/ask.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { until } from "../support/until.ts";
import { KEY, startOrdered, TestSequencer, time, type OrderedTestChain } from "./support/ordered-chains.ts";

const SINK: Hex = `0x${"ee".repeat(20)}`;
const REVERTER: Hex = `0x${"cc".repeat(20)}`;
const LIFE: Hex = `0x${"11".repeat(32)}`;
const PAYMENT = { to: SINK, value: 1n, gasLimit: 60_000n };

interface Vector {
  readonly slot: Omit<SlotJson, "signature">;
  readonly slotDigest: Hex;
  readonly request: Pick<SlotPartRequest, "life" | "transactions"> & { readonly chainId: number; readonly slot: number };
  readonly partRequestDigest: Hex;
}

describe("a slot", () => {
  const slot = { number: 3n, parent: LIFE, parts: [{ chainId: 271n, life: LIFE, id: NO_SLOT }] };

  it("and a request have the EIP-712 digests that ethers has computed", () => {
    const path = new URL("../../fixtures/protocol/slots.json", import.meta.url);
    const vector = JSON.parse(readFileSync(path, "utf8")) as Vector;
    const parts = vector.slot.parts.map((part) => ({ ...part, chainId: BigInt(part.chainId) }));
    assert.equal(slotDigest({ ...vector.slot, number: BigInt(vector.slot.number), parts }), vector.slotDigest);
    const { chainId, slot: number } = vector.request;
    const request = { ...vector.request, chainId: BigInt(chainId), slot: BigInt(number) };
    assert.equal(partRequestDigest(request), vector.partRequestDigest);
  });

  it("slot n and view n of one key: has another digest than a vote", () => {
    const votes = blockVoteDigests({
      ...{ name: "HyperchainSlots", version: "1", chainId: 271n, verifyingContract: `0x${"00".repeat(20)}`, salt: LIFE },
    });
    assert.notEqual(slotDigest(slot), votes({ kind: 1, epoch: 0, view: 3, id: NO_SLOT, signedAt: 0 }));
  });

  it("is read from JSON in its exact form alone", () => {
    const json = slotToJson({ ...slot, signature: `0x${"1b".repeat(65)}` });
    assert.deepEqual(slotFromJson(JSON.parse(JSON.stringify(json))), { ...slot, signature: json.signature });
    const [part] = json.parts;
    for (const other of [
      null,
      { ...json, number: 0 },
      { ...json, number: 1.5 },
      { ...json, parent: "0x" },
      { ...json, signature: "0x" },
      { ...json, more: 1 },
      { ...json, parts: [{ ...part, life: 1 }] },
      { ...json, parts: [{ ...part, more: 1 }] },
      { ...json, parts: {} },
    ])
      assert.equal(slotFromJson(other), undefined);
  });
});

describe("two chains whose order one external key makes", () => {
  const [alice, bob] = [new TestWallet(501), new TestWallet(502)];
  const genesis = [
    { address: alice.address, balanceWei: 10n ** 20n },
    { address: bob.address, balanceWei: 10n ** 20n },
    { address: REVERTER, code: "0x5f5ffd" as const, nonce: 1n },
  ];
  let running: SlotPeers<ExternalOrder>;
  let chains: readonly [OrderedTestChain, OrderedTestChain];
  let sequencer: TestSequencer;

  const start = async (kept?: readonly OrderedTestChain["kept"][]): Promise<void> => {
    running = new SlotPeers();
    chains = [await startOrdered(0, running, genesis, kept?.[0]), await startOrdered(1, running, genesis, kept?.[1])];
    sequencer = new TestSequencer(chains);
  };
  const end = async (): Promise<void> => {
    for (const chain of chains) await chain.end();
    assert.deepEqual(
      chains.map(({ faults }) => faults),
      [[], []],
    );
  };
  const restart = async (kept = chains.map((chain) => chain.kept)): Promise<void> => {
    await end();
    await start(kept);
  };
  const paid = (): Promise<number[]> =>
    Promise.all(chains.map(async ({ chain }) => Number(await ask(chain, "eth_getBalance", [SINK, "latest"]))));
  const sign = async (index: number, wallet: TestWallet, request: object = PAYMENT): Promise<Hex> => {
    const nonce = Number(await ask(chains[index]!.chain, "eth_getTransactionCount", [wallet.address, "latest"]));
    return wallet.signRaw({ ...PAYMENT, ...request, nonce });
  };
  const legs = async (wallet: TestWallet, ...requests: readonly (object | undefined)[]): Promise<Hex[][]> =>
    Promise.all([0, 1].map(async (index) => [await sign(index, wallet, requests[index])]));
  const next = (): number => chains[0].order.status.newestSlot + 1;
  const failsWith = (code: string) => ({ name: "SlotError", code });

  before(() => start());
  after(() => end());
  beforeEach(() =>
    assert.deepEqual(
      chains.map(({ order }) => order.status.inDoubtSince),
      [undefined, undefined],
    ),
  );

  it("order alone before the first slot", async () => {
    await chains[0].chain.submit(await sign(0, alice));
    assert.deepEqual(await paid(), [1, 0]);
    await chains[1].chain.submit(await sign(1, alice));
    assert.deepEqual(await paid(), [1, 1]);
  });

  it("decide both parts of a bundle by one slot", async () => {
    const [a, b] = await paid();
    assert.equal(await sequencer.bundle(next(), await legs(alice)), true);
    assert.deepEqual(await paid(), [a! + 1, b! + 1]);
    assert.deepEqual(
      chains.map(({ order }) => order.status.newestSlot),
      [1, 1],
    );
  });

  it("one leg reverts: neither chain has the bundle, and no leg enters a pool", async () => {
    const before = await paid();
    for (const reverted of [0, 1]) {
      const requests = [0, 1].map((index) => (index === reverted ? { to: REVERTER, value: 0n } : undefined));
      assert.equal(await sequencer.bundle(next(), await legs(alice, ...requests)), false);
    }
    assert.deepEqual(await paid(), before);
    assert.deepEqual(
      chains.map(({ chain }) => chain.mempool.size),
      [0, 0],
    );
  });

  it("hide a held part from `latest`, and decide it with its slot", async () => {
    const before = await paid();
    const number = next();
    const part = await sequencer.propose(0, number, [await sign(0, alice)]);
    assert.deepEqual(await paid(), before);
    assert.equal(chains[0].order.status.inDoubtSince, 77);
    await chains[1].order.publish(sequencer.slot(number, [part.id]));
    assert.deepEqual(await paid(), [before[0]! + 1, before[1]]);
  });

  it("answer callers of waiting transactions when their slot comes, and offer dropped ones again", async () => {
    const raw = await sign(0, bob);
    const submitted = chains[0].chain.submit(raw);
    await until(() => chains[0].order.waiting.transactions.length === 1);
    await sequencer.propose(0, next(), [raw]);
    assert.deepEqual(chains[0].order.waiting.transactions, []);
    await chains[0].order.publish(sequencer.slot(next(), []));
    assert.deepEqual(chains[0].order.waiting.transactions, [raw]);
    const part = await sequencer.propose(0, next(), [raw]);
    await chains[0].order.publish(sequencer.slot(next(), [part.id]));
    await submitted;
    assert.deepEqual(chains[0].order.waiting.transactions, []);
  });

  it("execute requests of their host and ends of batches between parts, and after a held one", async () => {
    const [{ chain, order }] = chains;
    await chain.sequencer.mine();
    assert.ok((await chain.seal()) !== undefined);
    const part = await sequencer.propose(0, next(), [await sign(0, alice)]);
    let isMined = false;
    const mined = chain.sequencer.mine().then(() => (isMined = true));
    await new Promise((resolve) => void setTimeout(resolve, 50));
    assert.equal(isMined, false);
    await order.publish(sequencer.slot(next(), [part.id]));
    await mined;
  });

  it("refuse requests and slots of another key, another life, another number and other chains", async () => {
    const raw = await sign(0, alice);
    const [{ order }, other] = [chains[0], new TestSequencer(chains, `0x${"72".repeat(32)}`)];
    await assert.rejects(other.propose(0, next(), [raw]), failsWith("OtherKey"));
    await assert.rejects(order.publish(other.slot(next(), [])), failsWith("OtherKey"));
    await assert.rejects(order.publish({ ...sequencer.slot(next(), []), signature: "0x00" }), failsWith("OtherKey"));
    await assert.rejects(sequencer.propose(0, next() + 1, [raw]), failsWith("SlotMissing"));
    await assert.rejects(sequencer.propose(0, next() - 1, [raw]), failsWith("SlotTaken"));
    await assert.rejects(order.publish(sequencer.slot(next() + 1, [])), failsWith("SlotMissing"));
    const slot = sequencer.slot(next(), []);
    await assert.rejects(order.publish(sequencer.sign({ ...slot, parts: slot.parts.slice(1) })), failsWith("ChainsMismatch"));
    const old = slot.parts.map((part) => ({ ...part, life: LIFE }));
    await assert.rejects(order.publish(sequencer.sign({ ...slot, parts: old })), failsWith("OldLife"));
    const request = { ...sequencer.request(0, next(), [raw]), life: LIFE };
    await assert.rejects(order.propose(request, signDigest(KEY, partRequestDigest(request))), failsWith("OldLife"));
    await assert.rejects(
      order.propose({ ...request, chainId: 2n }, signDigest(KEY, partRequestDigest({ ...request, chainId: 2n }))),
      failsWith("ChainsMismatch"),
    );
  });

  it("take a slot on all chains or on none: a part that a chain does not hold is refused everywhere", async () => {
    const before = await paid();
    const part = await sequencer.propose(0, next(), [await sign(0, alice)]);
    const lying = sequencer.slot(next(), [part.id, LIFE]);
    for (const { order } of chains) await assert.rejects(order.publish(lying), failsWith("PartUnknown"));
    assert.equal(chains[0].order.status.inDoubtSince, 77);
    await assert.rejects(sequencer.propose(0, next(), [await sign(0, bob)]), failsWith("PartHeld"));
    await chains[0].order.publish(sequencer.slot(next(), []));
    assert.deepEqual(await paid(), before);
  });

  it("refuse transactions that they cannot execute, and hold nothing then", async () => {
    const poor = new TestWallet(599);
    await assert.rejects(sequencer.propose(0, next(), [await sign(0, poor)]), failsWith("PartRefused"));
    await assert.rejects(sequencer.propose(0, next(), ["0x02"]), failsWith("PartRefused"));
    assert.equal(await sequencer.bundle(next(), await legs(alice)), true);
  });

  it("a part with more work than a part may have: is refused, and ends no batch", async () => {
    // A payment of 150,000 gas counts 2,000 + (150,000 − 21,000) · 16 units: eight have more than 12,500,000.
    const nonce = Number(await ask(chains[0].chain, "eth_getTransactionCount", [alice.address, "latest"]));
    const raws = await Promise.all(
      Array.from({ length: 8 }, (_, i) => alice.signRaw({ ...PAYMENT, gasLimit: 150_000n, nonce: nonce + i })),
    );
    const { sequencer: order } = chains[0].chain;
    const { batchNumber } = order;
    assert.ok(order.hasOpenBatch);
    await assert.rejects(sequencer.propose(0, next(), raws), { code: "PartRefused", message: /16528000 units of work/ });
    assert.deepEqual([order.hasOpenBatch, order.batchNumber], [true, batchNumber]);
  });

  it("slot copied by a stranger: does not count as a request of the sequencer", async () => {
    const number = next();
    assert.equal(await sequencer.bundle(number, await legs(alice)), true);
    const copied = chains[0].order.slot(number);
    assert.ok(copied !== undefined);
    time.nowSeconds = 99;
    for (const { order } of chains) await order.publish(copied);
    assert.deepEqual(
      chains.map(({ order }) => order.status.heardAt),
      [77, 77],
    );
    assert.equal(await sequencer.bundle(next(), await legs(alice)), true);
    assert.deepEqual(
      chains.map(({ order }) => order.status.heardAt),
      [99, 99],
    );
    time.nowSeconds = 77;
  });

  it("slot signed twice: is refused, and is evidence", async () => {
    const number = next();
    assert.equal(await sequencer.bundle(number, await legs(alice)), true);
    const stored = chains[0].order.slot(number);
    assert.ok(stored !== undefined);
    await chains[1].order.publish(stored);
    const contrary = sequencer.slot(number, []);
    for (let i = 0; i < 2; i++) await assert.rejects(chains[1].order.publish(contrary), failsWith("ContradictorySlot"));
    const evidence = { number, first: slotDigest(stored), second: slotDigest(contrary) };
    assert.deepEqual(
      chains.flatMap(({ order }) => order.status.evidence),
      [evidence],
    );
  });

  it("snapshot while a part is held: is refused by name, and possible after its slot", async () => {
    const part = await sequencer.propose(0, next(), [await sign(0, alice)]);
    for (const snapshot of [() => running.rest(), () => chains[0].chain.snapshot()])
      await assert.rejects(snapshot(), { name: "SequencerError", code: "PartHeld" });
    await chains[0].order.publish(sequencer.slot(next(), [part.id]));
    (await running.rest())();
    await chains[0].chain.snapshot();
  });

  it("let a begun slot end, and no other begin, while they rest for a snapshot", async () => {
    const number = next();
    const [first, second] = await legs(alice);
    const one = await sequencer.propose(0, number, first!);
    const resting = running.rest();
    const two = await sequencer.propose(1, number, second!);
    await chains[0].order.publish(sequencer.slot(number, [one.id, two.id]));
    const goOn = await resting;
    let isExecuted = false;
    const later = sequencer.propose(0, number + 1, [await sign(0, alice)]).then((part) => {
      isExecuted = true;
      return part;
    });
    await new Promise((resolve) => void setTimeout(resolve, 30));
    assert.equal(isExecuted, false);
    goOn();
    await chains[0].order.publish(sequencer.slot(number + 1, [(await later).id]));
  });

  it("slots from before a rewind: are refused, and the chains continue from the snapshot's slot", async () => {
    const marks = await Promise.all(chains.map(({ chain }) => chain.snapshot()));
    const [number, before] = [next(), await paid()];
    assert.equal(await sequencer.bundle(number, await legs(alice)), true);
    const undone = chains[0].order.slot(number);
    assert.ok(undone !== undefined);
    await sequencer.propose(0, number + 1, [await sign(0, alice)]);
    for (const [i, { chain }] of chains.entries()) await chain.revert(marks[i]!);
    assert.deepEqual([await paid(), next()], [before, number]);
    await assert.rejects(chains[0].order.publish(undone), failsWith("OldLife"));
    assert.equal(await sequencer.bundle(number, await legs(alice)), true);
    assert.deepEqual(
      await paid(),
      before.map((value) => value + 1),
    );
  });

  it("reorg under one leg: a chain makes its batches again, and both retain the bundle and decide the next one", async () => {
    const before = await paid();
    const { batchNumber } = chains[0].chain.sequencer;
    for (let i = 0; i < 2; i++) assert.equal(await sequencer.bundle(next(), await legs(alice)), true);
    // L1 has dropped a block that the chain's batch depended on.
    assert.deepEqual(await chains[0].chain.rewind(batchNumber, [], () => undefined), []);
    assert.deepEqual(
      await paid(),
      before.map((value) => value + 2),
    );
    assert.equal(await sequencer.bundle(next(), await legs(alice)), true);
    assert.deepEqual(
      await paid(),
      before.map((value) => value + 3),
    );
  });

  it("repeat a held part after a restart, and decide it when the slot comes", async () => {
    const before = await paid();
    const parts = [
      await sequencer.propose(0, next(), [await sign(0, alice)]),
      await sequencer.propose(1, next(), [await sign(1, bob)]),
    ];
    const slot = sequencer.slot(
      next(),
      parts.map(({ id }) => id),
    );
    await restart();
    assert.deepEqual(await paid(), before);
    assert.deepEqual(
      chains.map(({ order }) => order.waiting.pending?.id),
      parts.map(({ id }) => id),
    );
    await chains[1].order.publish(slot);
    assert.deepEqual(
      await paid(),
      before.map((value) => value + 1),
    );
  });

  it("node restarts in doubt: requests the slot from its peer", async () => {
    const before = await paid();
    const number = next();
    const bundle = await legs(alice);
    const parts = [await sequencer.propose(0, number, bundle[0]!), await sequencer.propose(1, number, bundle[1]!)];
    // The second chain's process ends before it has stored the slot.
    const [first, second] = chains.map(({ kept }) => kept);
    const held = second!.slots.facts.get("pending");
    const commands = [...second!.commands.commands];
    const slots = second!.slots.slots.length;
    await chains[0].order.publish(
      sequencer.slot(
        number,
        parts.map(({ id }) => id),
      ),
    );
    await end();
    second!.commands.truncate(commands.length);
    second!.slots.slots.truncate(slots);
    second!.slots.facts.set("pending", held!);
    await start([first!, second!]);
    assert.deepEqual(
      await paid(),
      before.map((value) => value + 1),
    );
    assert.deepEqual(
      chains.map(({ order }) => order.status.newestSlot),
      [number, number],
    );
  });

  it("attack: a slot that comes while a chain returns to a snapshot: is not stored after the return", async () => {
    const mark = { length: next() - 1, isCut: false };
    const published = chains[0].order.publish(sequencer.slot(next(), []));
    chains[0].order.returnTo(mark);
    await published;
    assert.equal(chains[0].kept.slots.slots.length, mark.length, "it would take the index of the next slot");
    chains[1].order.returnTo(mark);
    assert.equal(await sequencer.bundle(next(), await legs(alice)), true);
  });

  it("attack: a slot that comes during a cut: is refused, and no chain has a leg", async () => {
    const number = next();
    const parts = await Promise.all((await legs(alice)).map((raw, index) => sequencer.propose(index, number, raw)));
    const slot = sequencer.slot(
      number,
      parts.map(({ id }) => id),
    );
    const balances = await paid();
    const { facts } = chains[0].kept.slots;
    const { set } = facts;
    // The cut of the first chain is stored before that of the second begins.
    let late: Promise<unknown> = Promise.resolve();
    facts.set = (name, text) => {
      if (name === "cut") late = chains[1].order.publish(slot).catch((error: unknown) => error);
      set.call(facts, name, text);
    };
    await chains[1].order.cut();
    facts.set = set;
    assert.equal(((await late) as { code?: string }).code, "Cut");
    assert.deepEqual(await paid(), balances);
    await end();
    await start();
  });

  it("a part of a dead process stays held until the cut, after which the chains order alone and late slots are refused", async () => {
    const before = await paid();
    const number = next();
    const bundle = await legs(alice);
    const parts = [await sequencer.propose(0, number, bundle[0]!), await sequencer.propose(1, number, bundle[1]!)];
    const late = sequencer.slot(
      number,
      parts.map(({ id }) => id),
    );
    const waiting = chains[0].chain.submit(await sign(0, bob));
    await chains[1].order.cut();
    await waiting;
    await chains[1].chain.submit(await sign(1, bob));
    assert.deepEqual(
      await paid(),
      before.map((value) => value + 1),
    );
    for (const { order } of chains) {
      await assert.rejects(order.publish(late), failsWith("Cut"));
      assert.deepEqual([order.status.isCut, order.status.inDoubtSince], [true, undefined]);
    }
    await assert.rejects(sequencer.propose(0, number, bundle[0]!), failsWith("Cut"));
    await restart();
    await chains[0].chain.submit(await sign(0, alice));
    assert.deepEqual(
      chains.map(({ order }) => order.status.isCut),
      [true, true],
    );
  });
});
