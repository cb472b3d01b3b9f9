import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openGroup, type RunningNode, type Workshop } from "../../src/chain/consensus/group.ts";
import { VoteStore } from "../../src/chain/consensus/vote-store.ts";
import { keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ChainWorkshop } from "../../src/ecosystem/sequencing/chain-workshop.ts";
import { checkedChain, NO_INPUTS, type CheckedChain } from "../../src/ecosystem/sequencing/checked-chain.ts";
import { encodeDecision } from "../../src/ecosystem/sequencing/decision.ts";
import { ExecutedInputs } from "../../src/ecosystem/sequencing/executed-inputs.ts";
import { ask } from "../chain/support/ask.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { TestKeys } from "../consensus/support/test-keys.ts";
import { Wires } from "../consensus/support/wires.ts";
import { until } from "../support/until.ts";

const ROOT = { id: keccak(), view: 0, parent: keccak() };
const COUNT = 4;
const SINK: Hex = `0x${"ee".repeat(20)}`;
const PAYMENT = { to: SINK, value: 1n, gasLimit: 21_000n };
const keys = new TestKeys(COUNT);

interface GroupMember {
  readonly test: TestChain;
  readonly checked: CheckedChain;
  readonly workshop: ChainWorkshop;
  node: RunningNode | undefined;
}

describe("chains of four nodes that agree", () => {
  const wires = new Wires();
  const members: GroupMember[] = [];
  const wallets = [new TestWallet(201), new TestWallet(202)] as const;
  const failures: unknown[] = [];
  /** Proposal of a node that lies. */
  let forged: Uint8Array | undefined;
  /** True while this node proposes decisions without commands. */
  let omits = false;
  let folder: string;

  async function startMember(): Promise<GroupMember> {
    const own: { member?: GroupMember } = {};
    const onWork = (): void => own.member?.node?.work(own.member.checked.hasWork);
    const test = await startTestChain({
      genesis: wallets.map(({ address }) => ({ address, balanceWei: 10n ** 20n })),
      sequencer: { blocks: { type: "instant", maxTransactions: 100 } },
      maxInstructions: 2_000_000,
      leaders: { onWork, onReturned: () => assert.fail("no chain returns to an earlier state") },
    });
    const executed = new ExecutedInputs();
    test.chain.spine.attach(executed);
    const chain = checkedChain(test.chain, () => NO_INPUTS, executed);
    const workshop = new ChainWorkshop({ root: ROOT, chain, signal: new AbortController().signal, onWork });
    own.member = { test, checked: chain, workshop, node: undefined };
    return own.member;
  }

  /** Workshop whose proposals are forged while `forged` is set, and empty while the node omits everything. */
  const lying = ({ workshop, checked }: GroupMember): Workshop => ({
    build(...call) {
      if (omits) return Promise.resolve(encodeDecision({ outcome: checked.executedHead.hash, commands: [] }));
      return forged === undefined ? workshop.build(...call) : Promise.resolve(forged);
    },
    execute: (...call) => workshop.execute(...call),
    decide: (...call) => workshop.decide(...call),
  });

  async function open(index: number): Promise<void> {
    const member = members[index]!;
    member.node = openGroup({
      ...{ voters: keys.voters, self: index, root: ROOT, firstView: 1, proposalMs: 1_000, viewMs: 2_500 },
      store: await VoteStore.open(join(folder, String(index))),
      net: wires.of(index),
      workshop: index === 3 ? lying(member) : member.workshop,
      clock: systemClock,
      sign: (vote) => keys.sign(index, vote),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: () => assert.fail("no node votes twice"),
      onFailure: (error) => failures.push(error),
    });
    member.node.work(member.checked.hasWork);
  }

  /** Sends to some nodes, as a host does; resolves when all have decided. */
  const send = async (to: readonly GroupMember[], wallet: TestWallet): Promise<void> => {
    const raw = await wallet.signRaw(PAYMENT);
    await Promise.all(to.map(({ test }) => test.chain.submit(raw)));
  };
  const seen = (): Promise<readonly unknown[]> =>
    Promise.all(members.map(({ test }) => ask(test.chain, "eth_getBalance", [SINK, "latest"])));
  const digests = (): Set<string> => new Set(members.map(({ test }) => JSON.stringify([...test.chain.spine.digests()])));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "chains-"));
    for (let index = 0; index < COUNT; index++) members.push(await startMember());
    for (let index = 0; index < COUNT; index++) await open(index);
  });
  after(async () => {
    for (const { node, test } of members) {
      await node?.close();
      await test.chain.close();
    }
    await rm(folder, { recursive: true });
    assert.deepEqual(
      members.flatMap(({ test }) => test.faults),
      [],
    );
  });

  it("answer a caller when its transaction is decided, and have the same blocks", async () => {
    for (let i = 0; i < 3; i++) await send(members, wallets[i % 2]!);
    assert.deepEqual(await seen(), ["0x3", "0x3", "0x3", "0x3"]);
    assert.deepEqual([digests().size, failures], [1, []]);
    assert.ok(members.every(({ test }) => test.chain.mempool.size === 0));
  });

  it("decide payments with much gas, which have together more work than a decision may have", async () => {
    // A payment of 150,000 gas counts 2,000 + (150,000 − 21,000) · 16 units: six have less than 12,500,000, and seven more.
    const raws: Hex[] = [];
    for (let i = 0; i < 8; i++) raws.push(await wallets[0].signRaw({ ...PAYMENT, value: 0n, gasLimit: 150_000n }));
    const submitted = members.map(({ test }) => Promise.all(raws.map((raw) => test.chain.submit(raw))));
    await Promise.all(submitted);
    assert.deepEqual([digests().size, failures], [1, []]);
    assert.ok(members.every(({ test }) => test.chain.mempool.size === 0));
  });

  it("end a batch together, and form the same batch", async () => {
    for (const { test } of members) test.chain.sequencer.wantEnd();
    await until(() => members.every(({ test }) => test.batches.length === 1));
    await send(members, wallets[0]);
    assert.equal(new Set(members.map(({ test }) => test.batches[0]?.commitment)).size, 1);
    assert.deepEqual([await seen(), digests().size], [["0x4", "0x4", "0x4", "0x4"], 1]);
  });

  it("decide without a dead node, which receives the decisions when it is back", async () => {
    const dead = members[2]!;
    await dead.node?.close();
    dead.node = undefined;
    const others = members.filter((member) => member !== dead);
    for (let i = 0; i < 3; i++) await send(others, wallets[i % 2]!);
    assert.deepEqual(await seen(), ["0x7", "0x7", "0x4", "0x7"]);
    await open(2);
    await until(() => new Set(members.map(({ test }) => test.chain.sequencer.head.number)).size === 1);
    assert.deepEqual(await seen(), ["0x7", "0x7", "0x7", "0x7"]);
    assert.deepEqual([digests().size, failures], [1, []]);
  });

  it("decide though a leader's proposals lie", async () => {
    const cheat = [`0x${"11".repeat(32)}`, ["cheat", "0x1", { type: "balance", address: SINK, balanceWei: "0xff" }]];
    forged = new TextEncoder().encode(JSON.stringify(cheat));
    for (let i = 0; i < 4; i++) await send(members, wallets[i % 2]!);
    forged = undefined;
    assert.deepEqual(await seen(), ["0xb", "0xb", "0xb", "0xb"]);
    assert.deepEqual([digests().size, failures], [1, []]);
  });

  it("never-sealing leader that omits transactions: the next leader decides these, and ends the batch", async () => {
    omits = true;
    const { length } = members[0]!.test.batches;
    for (let i = 1; i <= 4; i++) {
      await send(members, wallets[i % 2]!);
      for (const { test } of members) test.chain.sequencer.wantEnd();
      await until(() => members.every(({ test }) => test.batches.length === length + i));
    }
    omits = false;
    assert.deepEqual(await seen(), ["0xf", "0xf", "0xf", "0xf"]);
    assert.deepEqual([digests().size, failures], [1, []]);
  });
});
