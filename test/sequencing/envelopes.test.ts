import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openedTransaction } from "../../src/ground/transaction/opened-transaction.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { checkedChain, NO_INPUTS, type CheckedChain } from "../../src/ecosystem/sequencing/checked-chain.ts";
import { checkDecision, type CheckResult } from "../../src/ecosystem/sequencing/decision-check.ts";
import { encodeDecision, type LeaderCommand } from "../../src/ecosystem/sequencing/decision.ts";
import { OwedEnvelopes } from "../../src/ecosystem/sequencing/encrypted/owed-envelopes.ts";
import { ExecutedInputs } from "../../src/ecosystem/sequencing/executed-inputs.ts";
import { leadTurn } from "../../src/ecosystem/sequencing/leaders-turn.ts";
import { DecidedByHand } from "../core/support/proposals.ts";
import { ask } from "../chain/support/ask.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { post, seal, TEST_CHAIN, type Sealed } from "./support/envelopes.ts";

const SINK: Hex = `0x${"ee".repeat(20)}`;
const NOTHING: Hex = `0x${"00".repeat(32)}`;
const [FIRST_LIFE, SECOND_LIFE] = [wordToHex(1n), wordToHex(2n)];
/** Jumps to itself. */
const HEAVY: Hex = `0x${"be".repeat(20)}`;
const HEAVY_CODE = "0x5b5f56";
/** Bytes instead of a ciphertext: these tests open envelopes by hand. */
const CIPHERTEXT = Uint8Array.of(3, 1, 2);

interface Node extends TestChain {
  readonly checked: CheckedChain;
  readonly envelopes: OwedEnvelopes;
  readonly alice: TestWallet;
  readonly bob: TestWallet;
}

/** Runs a test on a node that checks a leader's decisions about envelopes, and whose chain has no fault at the end. */
function withNode(run: (node: Node) => Promise<void>): Promise<void> {
  // Transactions of dropped decisions wait in the pool.
  return withChain({ deciders: new DecidedByHand(), sequencer: { startsPaused: true } }, run);
}

async function withChain(options: Parameters<typeof startTestChain>[0], run: (node: Node) => Promise<void>): Promise<void> {
  const [alice, bob] = [new TestWallet(231), new TestWallet(232)];
  const rich = [alice, bob].map(({ address }) => ({ address, balanceWei: 10n ** 18n }));
  const test = await startTestChain({ genesis: [...rich, { address: HEAVY, code: HEAVY_CODE, nonce: 1n }], ...options });
  const executed = new ExecutedInputs();
  const lives = [FIRST_LIFE, SECOND_LIFE].values();
  const envelopes = new OwedEnvelopes({ chainId: TEST_CHAIN, newLife: () => lives.next().value ?? NOTHING });
  test.chain.spine.attach(executed);
  test.chain.spine.attach(envelopes);
  const checked = checkedChain(test.chain, () => NO_INPUTS, executed, envelopes);
  try {
    await run({ ...test, checked, envelopes, alice, bob });
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

function check(node: Node, commands: readonly LeaderCommand[], outcome = NOTHING): Promise<CheckResult> {
  const signal = new AbortController().signal;
  return checkDecision(encodeDecision({ outcome, commands }), node.checked, { isNotarized: false, signal });
}

/** Checks a decision that must be valid, and decides it. */
async function decide(node: Node, commands: readonly LeaderCommand[]): Promise<void> {
  const found = await check(node, commands);
  assert.ok(found.verdict === "invalid");
  const [outcome] = /0x[0-9a-f]{64}(?=, and not)/.exec(found.reason) ?? [];
  assert.ok(outcome !== undefined, found.reason);
  const valid = await check(node, commands, outcome as Hex);
  assert.ok(valid.verdict === "valid");
  await valid.decision.settle("decided");
}

async function refused(
  node: Node,
  commands: readonly LeaderCommand[],
  verdict: "invalid" | "later",
  reason: RegExp,
): Promise<void> {
  const { owed } = node.envelopes;
  const found = await check(node, commands);
  assert.ok(found.verdict !== "valid");
  assert.equal(found.verdict, verdict, found.reason);
  assert.match(found.reason, reason);
  assert.deepEqual(node.envelopes.owed, owed);
}

const now = ({ chain }: Node): bigint => chain.sequencer.nextEnvironment.timestamp;
const begin = (node: Node): LeaderCommand => ({ type: "open", timestamp: now(node) });
const block = (node: Node, ...transactions: readonly Hex[]): LeaderCommand => ({
  type: "block",
  timestamp: now(node),
  transactions,
});
const opened = (node: Node, runs: boolean): LeaderCommand => ({ type: "opened", timestamp: now(node), runs });
const balanceOf = (node: Node, account: Hex): Promise<unknown> => ask(node.chain, "eth_getBalance", [account, "latest"]);

function openByHand({ envelopes }: Node, { identity, message }: Sealed): void {
  envelopes.open({ identity, transaction: openedTransaction(message, { identity, chainId: TEST_CHAIN }) });
}

/** Alice's sealed transaction, in an envelope that Bob or Alice pays. */
const sealed = (node: Node, salt: bigint, payer = node.bob, transaction: Parameters<typeof seal>[1] = {}): Promise<Sealed> =>
  seal(node.alice, transaction, { life: node.envelopes.life, payer: payer.address, salt });

const posted = (payer: TestWallet, { salt }: Pick<Sealed, "salt">): Promise<Hex> => post(payer, { salt, ciphertext: CIPHERTEXT });

describe("a chain that owes envelopes", () => {
  it("begins the next decision with their transactions, in their order, while one is owed", () =>
    withNode(async (node) => {
      const both = [await sealed(node, 1n), await sealed(node, 2n, node.bob, { valueWei: 7n })] as const;
      const [first, second] = both;
      await decide(node, [begin(node), block(node, await posted(node.bob, first), await posted(node.bob, second))]);
      assert.deepEqual(
        node.envelopes.owed.map(({ identity }) => identity),
        both.map(({ identity }) => identity),
      );
      const payment = await node.alice.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n });
      await refused(node, [block(node, payment)], "invalid", /block before 2 envelopes that are owed/);
      await refused(node, [opened(node, true)], "later", /has not opened the envelope/);
      openByHand(node, first);
      await refused(node, [opened(node, true), opened(node, true)], "later", /has not opened the envelope/);
      await refused(node, [opened(node, true), block(node, payment)], "invalid", /block before 1 envelopes that are owed/);
      await decide(node, [opened(node, true)]);
      assert.equal(await balanceOf(node, SINK), "0x5");
      openByHand(node, second);
      // Alice's first transaction used nonce 0, and the second one gets nonce 1.
      const later = await node.alice.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n, nonce: 2 });
      await decide(node, [opened(node, true), block(node, later)]);
      assert.equal(await balanceOf(node, SINK), "0xd");
      assert.deepEqual(node.envelopes.owed, []);
      await refused(node, [opened(node, true)], "invalid", /the chain owes none/);
    }));

  it("first of three cannot pay: the others are executed", () =>
    withNode(async (node) => {
      const three = [await sealed(node, 1n, node.bob, { valueWei: 10n ** 30n }), await sealed(node, 2n), await sealed(node, 3n)];
      const raws: Hex[] = [];
      for (const each of three) raws.push(await posted(node.bob, each));
      await decide(node, [begin(node), block(node, ...raws)]);
      for (const each of three) openByHand(node, each);
      await refused(node, [opened(node, true)], "invalid", /cannot run/);
      await refused(node, [opened(node, false), opened(node, false)], "invalid", /is skipped, though it can run/);
      await decide(node, [opened(node, false), opened(node, true), opened(node, true)]);
      assert.equal(await balanceOf(node, SINK), "0xa");
    }));

  it("skipped one submitted later, envelope copied: never executed", () =>
    withNode(async (node) => {
      const { alice, bob } = node;
      const poor = await sealed(node, 1n, bob, { valueWei: 2n * 10n ** 18n });
      await decide(node, [begin(node), block(node, await posted(bob, poor))]);
      openByHand(node, poor);
      await decide(node, [opened(node, false)]);
      // Bob sends the same envelope again.
      await decide(node, [block(node, await posted(bob, poor))]);
      assert.equal(node.envelopes.owed.length, 0);
      // Alice sends a copy, whose identity has her as payer. The message names the other identity.
      await decide(node, [block(node, await posted(alice, poor))]);
      const [copy] = node.envelopes.owed;
      assert.ok(copy !== undefined && copy.identity !== poor.identity);
      assert.equal(openedTransaction(poor.message, { identity: copy.identity, chainId: TEST_CHAIN }), undefined);
      openByHand(node, { ...poor, identity: copy.identity });
      await refused(node, [opened(node, true)], "invalid", /contains no transaction/);
      await decide(node, [opened(node, false)]);
      // No leader and no account can submit the opened form.
      const [transaction] = [openedTransaction(poor.message, { identity: poor.identity, chainId: TEST_CHAIN })];
      assert.ok(transaction !== undefined);
      await refused(node, [block(node, transaction.raw)], "invalid", /valid only in an envelope/);
      await assert.rejects(node.chain.submit(transaction.raw), { code: "TypeNotSupported" });
    }));

  it("takes at most 32 envelopes in a decision, and opens none of the same decision", () =>
    withNode(async (node) => {
      const salts = Array.from({ length: 33 }, (_, i) => ({ salt: wordToHex(BigInt(i)) }));
      const raws: Hex[] = [];
      for (const each of salts) raws.push(await posted(node.bob, each));
      await refused(node, [begin(node), block(node, ...raws)], "invalid", /33 envelopes, at most 32/);
      const blocks = [block(node, ...raws.slice(0, 20)), block(node, ...raws.slice(20))];
      await refused(node, [begin(node), ...blocks], "invalid", /33 envelopes, at most 32/);
      const early = await sealed(node, 0n);
      openByHand(node, early);
      await refused(node, [begin(node), block(node, ...raws.slice(0, 1)), opened(node, true)], "invalid", /same decision/);
      await decide(node, [begin(node), block(node, ...raws.slice(0, 32))]);
      assert.equal(node.envelopes.owed.length, 32);
    }));

  it("takes data without a ciphertext as an ordinary payment", () =>
    withNode(async (node) => {
      const garbage = await post(node.bob, { salt: wordToHex(1n), ciphertext: new Uint8Array() });
      const long = await node.bob.signRaw({ to: node.alice.address, data: "0x01", gasLimit: 30_000n });
      await decide(node, [begin(node), block(node, garbage, long)]);
      assert.deepEqual(node.envelopes.owed, []);
    }));

  it("second test after a revert, envelope replayed: is not opened after a return to a snapshot", () =>
    withNode(async (node) => {
      const first = await sealed(node, 1n);
      await decide(node, [begin(node), block(node, await node.alice.signRaw({ to: SINK, gasLimit: 21_000n }))]);
      const mark = await node.chain.snapshot();
      const raw = await posted(node.bob, first);
      await decide(node, [block(node, raw)]);
      openByHand(node, first);
      await decide(node, [opened(node, true)]);
      await node.chain.revert(mark);
      assert.equal(node.envelopes.life, SECOND_LIFE);
      assert.equal(node.envelopes.owed.length, 0);
      await decide(node, [block(node, raw)]);
      const [again] = node.envelopes.owed;
      assert.ok(again !== undefined && again.identity !== first.identity && !node.envelopes.isOpen(again.identity));
      await refused(node, [opened(node, true)], "later", /has not opened the envelope/);
    }));

  it("attack: transactions that are broken off, in sequence: a leader opens one in a turn, which its view has time for", () => {
    const leaders = { onWork: () => undefined, onReturned: () => undefined };
    return withChain({ leaders, sequencer: { blocks: { type: "instant" } } }, async (node) => {
      const lead = async (): Promise<number> => {
        const { signal } = new AbortController();
        const { decision } = await leadTurn(node.checked, { maxTransactions: 100, signal, failedViews: 0 });
        await decision.settle("decided");
        return decision.commands.filter((command) => command.type === "block" && command.opens !== undefined).length;
      };
      const heavy: Sealed[] = [];
      for (const salt of [1n, 2n, 3n]) heavy.push(await sealed(node, salt, node.bob, { to: HEAVY, gasLimit: 2n ** 24n }));
      node.chain.sequencer.setAutomatic(false);
      for (const each of heavy) await node.chain.submit(await posted(node.bob, each));
      const mined = node.chain.sequencer.mine();
      await lead();
      await mined;
      assert.equal(node.envelopes.owed.length, 3);
      for (const each of heavy) openByHand(node, each);
      assert.deepEqual([await lead(), await lead(), await lead()], [1, 1, 1]);
      assert.equal(node.envelopes.owed.length, 0);
    });
  });
});
