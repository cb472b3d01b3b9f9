import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BatchCommand } from "../../../src/chain/ordering/command.ts";
import type { PeerProposal } from "../../../src/chain/sequencer/peer-commands.ts";
import type { OfferVerdict } from "../../../src/chain/core/source.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { DecidedByHand } from "../../core/support/proposals.ts";
import { ask } from "../support/ask.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"ee".repeat(20)}`;
/** Returns the balance of SINK. */
const READER: Hex = `0x${"ad".repeat(20)}`;
const READER_CODE: Hex = `0x73${SINK.slice(2)}315f5260205ff3`;
const PAYMENT = { to: SINK, value: 5n, gasLimit: 21_000n };

interface Following extends TestChain {
  readonly deciders: DecidedByHand;
  readonly wallets: readonly [TestWallet, TestWallet, TestWallet];
  /** Executes a command as another sequencer's proposal. */
  propose(command: BatchCommand): Promise<PeerProposal & { tell(verdict: OfferVerdict): void }>;
  /** Command that makes a block with these transactions. */
  block(...transactions: readonly Awaited<ReturnType<TestWallet["sign"]>>[]): BatchCommand;
}

/** Runs a test on a chain with an open batch, whose sequencer makes blocks on demand only. */
async function following(run: (test: Following) => Promise<void>): Promise<void> {
  const deciders = new DecidedByHand();
  const wallets = [new TestWallet(181), new TestWallet(182), new TestWallet(183)] as const;
  const test = await startTestChain({
    genesis: [
      ...wallets.map(({ address }) => ({ address, balanceWei: ETHER })),
      { address: READER, code: READER_CODE, nonce: 1n },
    ],
    sequencer: { blocks: { type: "instant", maxTransactions: 100 } },
    deciders,
  });
  const { sequencer } = test.chain;
  const { peers } = sequencer;
  assert.ok(peers !== undefined);
  const mined = sequencer.mine();
  (await deciders.next("block")).tell("decided");
  await mined;
  sequencer.setAutomatic(false);
  try {
    await run({
      ...test,
      deciders,
      wallets,
      async propose(command) {
        const { promise, resolve: tell } = Promise.withResolvers<OfferVerdict>();
        return { ...(await peers.propose(command, { verdict: promise, maxWork: Infinity })), tell };
      },
      block: (...transactions) => ({ type: "block", transactions, timestamp: sequencer.nextEnvironment.timestamp }),
    });
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

/** Number of the newest block, and the balance of SINK, as readers of a tag see them. */
async function seen({ chain }: TestChain, tag: "latest" | "pending"): Promise<readonly unknown[]> {
  const newest = await ask(chain, "eth_blockNumber");
  const balance = await ask(chain, "eth_getBalance", [SINK, tag]);
  const read = await ask(chain, "eth_call", [{ to: READER, data: "0x" }, tag]);
  return [chain.sequencer.head.number, newest, balance, Number(read)];
}

/** Sends a transaction that this chain's sequencer does not take for a block. */
function submitHeld({ chain }: TestChain, raw: Hex): Promise<Hex> {
  chain.mempool.hold({ any: true, holds: () => true });
  chain.sequencer.setAutomatic(true);
  return chain.submit(raw);
}

describe("a block that another sequencer proposes", () => {
  it("undecided block at `latest`: it is in pending when it is executed, and in latest when it is decided", () =>
    following(async (test) => {
      const [alice] = test.wallets;
      const { tell, settled } = await test.propose(test.block(await alice.sign(PAYMENT)));
      assert.equal(test.chain.sequencer.nextEnvironment.number, 4n, "the block is executed");
      assert.deepEqual(await seen(test, "latest"), [2n, "0x2", "0x0", 0]);
      assert.deepEqual(await seen(test, "pending"), [2n, "0x2", "0x5", 5]);
      tell("decided");
      assert.equal(await settled, "decided");
      assert.deepEqual(await seen(test, "latest"), [3n, "0x3", "0x5", 5]);
    }));

  it("is not in latest while it is being executed", () =>
    following(async (test) => {
      const [alice] = test.wallets;
      const heads: bigint[] = [];
      const detach = test.chain.spine.attach({
        ...{ name: "look", sees: "executed", mark: () => undefined, returnTo: () => undefined },
        on: () => void heads.push(test.chain.sequencer.head.number),
      });
      const { tell, settled } = await test.propose(test.block(await alice.sign(PAYMENT)));
      assert.deepEqual(heads, [2n]);
      tell("dropped");
      assert.equal(await settled, "dropped");
      detach();
      assert.equal(test.chain.sequencer.head.number, 2n);
    }));

  it("dead transactions of peers' blocks: its transactions leave the pool, and the next ones are ready", () =>
    following(async (test) => {
      const { chain, wallets } = test;
      const [alice, bob] = wallets;
      const first = await alice.sign(PAYMENT);
      const second = await alice.sign(PAYMENT);
      const third = await alice.sign(PAYMENT);
      const raws = [first.raw, third.raw, await bob.signRaw(PAYMENT)];
      for (const raw of raws) await chain.submit(raw);
      const { tell, settled } = await test.propose(test.block(first, second));
      const ready = (): readonly Hex[] => chain.mempool.line.map(({ hash }) => hash);
      assert.deepEqual([chain.mempool.size, ready().length, chain.mempool.holds(third)], [2, 2, true]);
      assert.equal(chain.mempool.nextNonce(alice.address), 3n);
      tell("decided");
      await settled;
      const mined = chain.sequencer.mine();
      const proposed = await test.deciders.next("block");
      assert.deepEqual(proposed.command.type === "block" && proposed.command.transactions.map(({ from }) => from), [
        bob.address,
        alice.address,
      ]);
      proposed.tell("decided");
      await mined;
      assert.deepEqual([chain.mempool.size, await ask(chain, "eth_getBalance", [SINK, "latest"])], [0, "0x14"]);
    }));

  it("answers the caller of its transaction when it is decided", () =>
    following(async (test) => {
      const transaction = await test.wallets[0].sign(PAYMENT);
      let isAnswered = false;
      const sent = submitHeld(test, transaction.raw).then(() => (isAnswered = true));
      const { tell, settled } = await test.propose(test.block(transaction));
      assert.deepEqual([test.chain.mempool.size, isAnswered], [0, false]);
      tell("decided");
      await Promise.all([settled, sent]);
    }));

  it("gives its transactions to the pool again if it is dropped, before what waits there", () =>
    following(async (test) => {
      const { chain, wallets } = test;
      const [alice, bob] = wallets;
      const transactions = [await alice.sign(PAYMENT), await alice.sign(PAYMENT)] as const;
      await chain.submit(await bob.signRaw(PAYMENT));
      const below = await test.propose(test.block(transactions[0]));
      const above = await test.propose(test.block(transactions[1]));
      assert.equal(chain.mempool.size, 1);
      below.tell("dropped");
      assert.deepEqual(await Promise.all([below.settled, above.settled]), ["dropped", "dropped"]);
      assert.deepEqual(
        chain.mempool.line.map(({ from, nonce }) => [from, nonce]),
        [...[0n, 1n].map((nonce) => [alice.address, nonce]), [bob.address, 0n]],
      );
      assert.equal(chain.sequencer.nextEnvironment.number, 3n);
    }));

  it("refuses a waiting transaction whose nonce it uses for another", () =>
    following(async (test) => {
      const [alice] = test.wallets;
      const refused = assert.rejects(submitHeld(test, await alice.signRaw(PAYMENT)), { code: "Replaced" });
      const { tell, settled } = await test.propose(test.block(await alice.sign({ ...PAYMENT, nonce: 0, value: 7n })));
      await refused;
      tell("decided");
      await settled;
      assert.equal(test.chain.mempool.size, 0);
    }));

  it("is refused without harm if the rules do not allow it", () =>
    following(async (test) => {
      const { chain, wallets } = test;
      const early: BatchCommand = { type: "block", transactions: [], timestamp: 0n };
      await assert.rejects(test.propose(early), { code: "TimeRunsBackwards" });
      const { tell, settled } = await test.propose(test.block(await wallets[0].sign(PAYMENT)));
      tell("decided");
      assert.equal(await settled, "decided");
      assert.equal(chain.sequencer.head.number, 3n);
    }));
});

describe("a sequencer that proposes", () => {
  it("shows the deciders a block without the transactions that the engine refused", () =>
    following(async (test) => {
      const { chain, deciders, wallets } = test;
      const [other, owner, third] = wallets;
      // Uses the owner's nonce in the previous block.
      const authorization = { type: 4, to: SINK, authorizationList: [owner.authorize(SINK, 0)] };
      for (const raw of [await other.signRaw(authorization), await owner.signRaw(PAYMENT), await third.signRaw(PAYMENT)])
        await chain.submit(raw);
      const mined = chain.sequencer.mine();
      const senders: (readonly Hex[])[] = [];
      for (let i = 0; i < 3; i++) {
        const { command, tell } = await deciders.next("block");
        assert.ok(command.type === "block");
        senders.push(command.transactions.map(({ from }) => from));
        tell("decided");
      }
      await mined;
      assert.deepEqual(senders, [[other.address], [], [third.address]]);
    }));

  it("proposes the end of a batch without waiting for the verdict, which the next batch awaits", () =>
    following(async (test) => {
      const { chain, deciders } = test;
      const sealed = chain.seal();
      const seal = await deciders.next("seal");
      // A piece of work after the seal runs though the seal is undecided.
      assert.equal(await chain.sequencer.skipTime(0n), 0n);
      const mined = chain.sequencer.mine();
      assert.equal(test.batches.length, 0);
      seal.tell("decided");
      assert.equal((await sealed)?.outputs.batchNumber, 1n);
      (await deciders.next("block")).tell("decided");
      await mined;
      assert.deepEqual([test.batches.length, chain.sequencer.batchNumber], [1, 2n]);
    }));
});
