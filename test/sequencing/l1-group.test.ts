import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import type { PriorityOperation } from "../../src/ground/protocol/system-transactions.ts";
import { openGroup, type RunningNode, type Workshop } from "../../src/chain/consensus/group.ts";
import { VoteStore } from "../../src/chain/consensus/vote-store.ts";
import { keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ChainWorkshop } from "../../src/ecosystem/sequencing/chain-workshop.ts";
import { checkedChain, NO_INPUTS, type CheckedChain } from "../../src/ecosystem/sequencing/checked-chain.ts";
import { decodeDecision } from "../../src/ecosystem/sequencing/decision.ts";
import { ExecutedInputs } from "../../src/ecosystem/sequencing/executed-inputs.ts";
import { LateDecisions } from "../../src/ecosystem/sequencing/late-decisions.ts";
import { QueuePatience } from "../../src/ecosystem/sequencing/queue-patience.ts";
import { ask } from "../chain/support/ask.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { configuration, extensions, realGenesis } from "../chain/support/predeploys.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { TestKeys } from "../consensus/support/test-keys.ts";
import { Wires } from "../consensus/support/wires.ts";
import { until } from "../support/until.ts";
import { operationTo } from "./support/operations.ts";

const ROOT = { id: keccak(), view: 0, parent: keccak() };
const SINK: Hex = `0x${"ee".repeat(20)}`;
const COUNT = 4;
const LAGS = 2;
const LIES = 3;
/** Seconds after which a decision must take an operation that a node has seen. */
const WAIT_SECONDS = 100n;
const keys = new TestKeys(COUNT);

/** Node with a view of L1. */
interface Member {
  readonly test: TestChain;
  readonly checked: CheckedChain;
  readonly workshop: ChainWorkshop;
  readonly executed: ExecutedInputs;
  /** Operations that its L1 shows, each with the second since then. */
  readonly seen: { readonly operation: PriorityOperation; readonly seenAt: bigint }[];
  isL1Fresh: boolean;
  onWork(): void;
  node: RunningNode | undefined;
}

describe("chains of four nodes that read L1: one lags, and one lies", () => {
  const wires = new Wires();
  const members: Member[] = [];
  const wallet = new TestWallet(203);
  const failures: unknown[] = [];
  /** The ecosystem's clock. */
  let now = 1_000n;
  let nonce = 0n;
  let paid = 0n;
  let folder: string;

  async function startMember(): Promise<Member> {
    const own: { member?: Member } = {};
    const onWork = (): void => own.member?.onWork();
    const test = await startTestChain({
      predeploys: await realGenesis(),
      initialState: [...configuration, { address: wallet.address, balanceWei: 10n ** 20n }],
      extensions,
      system: predeployTransactions,
      sequencer: { firstBatch: 0n, blocks: { type: "instant", maxTransactions: 100 } },
      limits: { gas: 4_000_000n },
      leaders: { onWork, onReturned: () => assert.fail("no chain returns to an earlier state") },
    });
    const executed = new ExecutedInputs();
    test.chain.spine.attach(executed);
    const patience = new QueuePatience({ waitSeconds: WAIT_SECONDS, leaders: COUNT, nowSeconds: () => now });
    const seen: Member["seen"] = [];
    const seenAt = (index: bigint): bigint => seen[Number(index)]?.seenAt ?? 0n;
    const inputs = () => ({
      ...NO_INPUTS,
      isL1Fresh: own.member?.isL1Fresh ?? true,
      operation: (index: bigint) => seen[Number(index)]?.operation,
      mayTake: (index: bigint, failedViews: number) => patience.mayTake(index, seenAt(index), failedViews),
      mustTake: (index: bigint, view: number) => patience.mustTake(index, seenAt(index), view),
    });
    const checked = checkedChain(test.chain, inputs, executed);
    const workshop = new ChainWorkshop({
      root: ROOT,
      chain: checked,
      signal: new AbortController().signal,
      onWork,
      moreInputs: () => pause(5),
    });
    const late = new LateDecisions(systemClock, onWork);
    own.member = {
      ...{ test, checked, workshop, executed, seen, isL1Fresh: true, node: undefined },
      onWork() {
        late.watch(workshop.isPending);
        own.member?.node?.work(checked.hasWork || late.isLate);
      },
    };
    return own.member;
  }

  /** A liar executes proposals of others, but votes for no operation. */
  const lying = ({ workshop }: Member): Workshop => ({
    build: (...call) => workshop.build(...call),
    async execute(header, content, options) {
      const takes = decodeDecision(content)?.commands.some(({ type }) => type === "operation") === true;
      return takes && !options.isNotarized ? "later" : workshop.execute(header, content, options);
    },
    decide: (...call) => workshop.decide(...call),
  });

  async function open(index: number): Promise<void> {
    const member = members[index]!;
    member.node = openGroup({
      ...{ voters: keys.voters, self: index, root: ROOT, firstView: 1, proposalMs: 400, viewMs: 1_000 },
      store: await VoteStore.open(join(folder, String(index))),
      net: wires.of(index),
      workshop: index === LIES ? lying(member) : member.workshop,
      clock: systemClock,
      sign: (vote) => keys.sign(index, vote),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: () => assert.fail("no node votes twice"),
      onFailure: (error) => failures.push(error),
    });
    member.onWork();
  }

  /** Shows a new operation to these nodes. The liar leaves it out. */
  function queue(to: readonly number[], gasLimit?: bigint): PriorityOperation {
    const operation = operationTo(SINK, nonce++, gasLimit);
    members[LIES]!.test.chain.sequencer.censor({ senders: new Set(), operations: new Set([operation.canonicalTxHash]) });
    for (const index of to) show(index, operation);
    return operation;
  }

  function show(index: number, operation: PriorityOperation): void {
    const member = members[index]!;
    member.seen.push({ operation, seenAt: now });
    member.onWork();
  }

  /** Sends a payment to all nodes. Resolves when all have decided it. */
  async function pay(): Promise<void> {
    const raw = await wallet.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n });
    await Promise.all(members.map(({ test }) => test.chain.submit(raw)));
    paid++;
    for (const { test } of members)
      assert.equal(await ask(test.chain, "eth_getBalance", [SINK, "latest"]), `0x${paid.toString(16)}`);
  }

  const taken = (): readonly bigint[] => members.map(({ executed }) => executed.next.operation);
  const allTook = (count: bigint): boolean =>
    taken().every((next) => next === count) &&
    members.every(({ test: { chain } }) => chain.spine.decided === chain.spine.executed);
  /** The operation's receipt on each node's decided chain; null if it is not there. */
  const receipts = (operation: PriorityOperation): Promise<readonly unknown[]> =>
    Promise.all(members.map(({ test }) => ask(test.chain, "eth_getTransactionReceipt", [operation.canonicalTxHash])));
  const view = (): number => Math.max(...members.map(({ node }) => node?.state.view ?? 0));

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
    assert.deepEqual([members.flatMap(({ test }) => test.faults), failures], [[], []]);
  });

  it("an L1 that none has read of late: no batch opens, and the nodes rest until it is read", async () => {
    for (const member of members) member.isL1Fresh = false;
    const paying = pay();
    await until(() => members.every(({ test }) => test.chain.mempool.size > 0));
    await pause(100);
    const before = view();
    await pause(300);
    assert.ok(view() - before <= 2, `${view() - before} views in 300 ms without work`);
    for (const member of members) member.isL1Fresh = true;
    for (const member of members) member.onWork();
    await paying;
  });

  it("fresh operations, one lagging L1, f liars: payments are decided, and the operation when the last node sees it", async () => {
    const operation = queue([0, 1, LIES]);
    for (let i = 0; i < 2; i++) await pay();
    assert.deepEqual(await receipts(operation), [null, null, null, null]);
    show(LAGS, operation);
    await until(() => allTook(nonce));
    await pay();
  });

  it("omitted operation: no decision without it gets a vote, for a view of each leader; then the chain continues", async () => {
    const operation = queue([0, 1, LIES]);
    now += WAIT_SECONDS;
    let isDecided = false;
    const before = view();
    const paying = pay().then(() => (isDecided = true));
    // The views of the lagging leader and of the liar pass without a vote of the others.
    await until(() => view() >= before + 2);
    assert.equal(isDecided, false);
    await paying;
    assert.ok(view() >= before + COUNT, `${view() - before} views`);
    assert.deepEqual(await receipts(operation), [null, null, null, null]);
    show(LAGS, operation);
    await until(() => allTook(nonce));
  });

  it("operation that does not fit: a leader ends a batch that has room for others, and the next one has it", async () => {
    const { length } = members[0]!.test.batches;
    // The batch has room for a transaction of 1,000,000 gas, so its limits alone do not end it.
    await pay();
    const operation = queue([0, 1, LAGS, LIES], 3_950_000n);
    await until(() => allTook(nonce));
    const statuses = await receipts(operation);
    assert.ok(statuses.every((receipt) => receipt !== null));
    assert.equal(new Set(members.map(({ test }) => test.batches[length]?.commitment)).size, 1);
    assert.ok(members.every(({ test }) => test.batches.length > length));
  });
});
