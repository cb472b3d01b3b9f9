import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { decodeCommand, encodeCommand } from "../../../src/chain/node/keeping/kept-command.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain, type TestChainOptions } from "../support/chain.ts";
import { CHAIN_ID, COINBASE } from "../support/engine.ts";
import { KeptInMemory } from "../support/kept-in-memory.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

/** More than are made in one go, and than BLOCKHASH can name. */
const MANY = 600;
const SINK: Hex = `0x${"c4".repeat(20)}`;
/** Stores BLOCKHASH(n) in slot n, for input word n. */
const HASH_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;

async function withChain(options: TestChainOptions, use: (test: TestChain) => Promise<void>): Promise<void> {
  const test = await startTestChain(options);
  try {
    await use(test);
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

/** Mines blocks separately, as the expected result of a range. */
async function mineEach({ chain: { sequencer } }: TestChain, count: number, interval: bigint): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (i > 0 && interval > 0n) await sequencer.setNextTimestamp(sequencer.head.timestamp + interval);
    await sequencer.mine();
  }
}

const blocksOf = ({ chain: { blocks, sequencer } }: TestChain): Promise<readonly unknown[]> =>
  Promise.all(Array.from({ length: Number(sequencer.head.number) + 1 }, (_, number) => blocks.block(BigInt(number))));

/** The clock, as the next block's time tells it. */
const nextTime = ({ chain: { sequencer } }: TestChain): bigint => sequencer.nextEnvironment.timestamp;

describe("A1: many blocks at once", () => {
  for (const [what, options, interval] of [
    ["at the time that it is", {}, 0n],
    ["12 seconds apart", {}, 12n],
    ["with a second each", { distinctTimestamps: true }, 0n],
    ["with a second each, 12 seconds apart", { distinctTimestamps: true }, 12n],
  ] as const)
    it(`are what they are one by one, ${what}: blocks, clock and sealed batch`, () =>
      withChain(options, (together) =>
        withChain(options, async (each) => {
          await together.chain.sequencer.mineMany(MANY, interval);
          await mineEach(each, MANY, interval);
          const blocks = await blocksOf(together);
          // The first batch's opening is a separate block.
          assert.equal(blocks.length, 1 + 1 + MANY);
          assert.deepEqual(blocks, await blocksOf(each));
          assert.equal(nextTime(together), nextTime(each));
          assert.deepEqual(together.blocks, each.blocks);
          assert.deepEqual(await together.chain.seal(), await each.chain.seal());
          assert.deepEqual(together.chain.index.digest(), each.chain.index.digest());
        }),
      ));

  it("have hashes that contracts, the witness and a validator find, and the chain of hashes has them all", async () => {
    const wallet = new TestWallet(231);
    const test = await startVerifiedChain({ accounts: [{ address: wallet.address, balanceWei: 10n ** 20n }, HASH_STORE] });
    const { chain } = test;
    try {
      await chain.sequencer.mineMany(MANY, 1n);
      const next = chain.sequencer.head.number + 1n;
      const asked = [next - 1n, next - 255n, next - 256n];
      for (const [i, number] of asked.entries())
        await chain.submit(await wallet.signRaw({ to: HASH_STORE.address, data: wordToHex(number + BigInt(i)) }));
      for (const [i, number] of asked.entries()) {
        const named = await ask(chain, "eth_getBlockByNumber", [`0x${(number + BigInt(i)).toString(16)}`, false]);
        const stored = await ask(chain, "eth_getStorageAt", [HASH_STORE.address, wordToHex(number + BigInt(i)), "latest"]);
        assert.equal(stored, (named as { readonly hash: Hex }).hash);
      }
      const batch = await chain.seal();
      assert.ok(batch !== undefined);
      const verified = await test.verifier.verify(test.inputs(batch.outputs.batchNumber));
      assert.equal(verified.commitment, batch.commitment);
      assert.deepEqual(test.faults, []);
    } finally {
      await chain.close();
    }
  });

  it("are removed by a return to a mark, and repeated exactly", () =>
    withChain({}, async (test) => {
      const { chain } = test;
      await chain.sequencer.mineMany(3, 5n);
      const before = await blocksOf(test);
      const mark = await chain.snapshot();
      await chain.sequencer.mineMany(MANY, 5n);
      const after = await blocksOf(test);
      await chain.revert(mark);
      assert.deepEqual(await blocksOf(test), before);
      await chain.sequencer.mineMany(MANY, 5n);
      assert.deepEqual(await blocksOf(test), after);
    }));

  it("are a command for each 500 of them, by which a later process makes the same", async () => {
    const kept = new KeptInMemory([]);
    await withChain({ keeping: kept.keeping }, async (test) => {
      await test.chain.sequencer.mine();
      await test.chain.sequencer.mineMany(MANY, 2n);
      assert.deepEqual(
        kept.commands.map((command) => [command.type, command.type === "empty" ? command.count : 1]),
        [
          ["open", 1],
          ["block", 1],
          ["block", 1],
          ["empty", 500],
          ["empty", 99],
        ],
      );
      const context = { coinbase: COINBASE, rules: chainRules(CHAIN_ID, ETHEREUM_CODE_LIMITS) };
      const [range] = kept.commands.slice(-1);
      assert.deepEqual(decodeCommand(encodeCommand(range!), context), range);
      const blocks = await blocksOf(test);
      await withChain({ keeping: new KeptInMemory(kept.commands).keeping }, async (later) => {
        assert.deepEqual(await blocksOf(later), blocks);
      });
    });
  });

  it("are as many after a rebuild of their batch, and yield to transactions in the pool", () => {
    const wallet = new TestWallet(232);
    return withChain(
      { rewindable: true, genesis: [{ address: wallet.address, balanceWei: 10n ** 20n }] },
      async ({ chain, blocks }) => {
        const { sequencer } = chain;
        sequencer.setAutomatic(false);
        for (let i = 0; i < 2; i++) await chain.submit(await wallet.signRaw({ to: SINK, value: 1n }));
        await sequencer.mineMany(4, 1n);
        assert.deepEqual(
          blocks.slice(1).map(({ transactions }) => transactions.length),
          [2, 0, 0, 0],
        );
        const { number } = sequencer.head;
        assert.deepEqual(await chain.rewind(1n, [], () => undefined), []);
        assert.ok(sequencer.head.number >= number);
        assert.equal(await ask(chain, "eth_getBalance", [SINK, "latest"]), "0x2");
      },
    );
  });

  for (const [what, distinctTimestamps, most] of [
    ["no later than the clock", false, 0n],
    ["no later than the clock by more than a second each", true, BigInt(MANY) + 10n],
  ] as const)
    it(`are ${what} after a rebuild of their batch, however far apart they were`, () =>
      withChain({ rewindable: true, distinctTimestamps }, async (test) => {
        const { sequencer } = test.chain;
        await sequencer.mineMany(MANY, 86_400n);
        const { timestamp } = sequencer.head;
        assert.deepEqual(await test.chain.rewind(1n, [], () => undefined), []);
        // L1 takes no batch that is later than itself, and its time is the clock's.
        assert.ok(sequencer.head.timestamp - timestamp <= most, `${sequencer.head.timestamp - timestamp} s later`);
      }));

  it("attack: with a second each, a block or a range that would end after the clock's last second changes nothing", () =>
    withChain({ distinctTimestamps: true }, async (test) => {
      const { blocks, sequencer } = test.chain;
      const last = 2n ** 40n;
      await sequencer.setNextTimestamp(last - 3n);
      await sequencer.mine();
      const { number } = sequencer.head;
      await assert.rejects(sequencer.mineMany(9, 1n), { code: "TimeOutOfRange" });
      // The first of them has the time that it is.
      assert.equal(sequencer.head.number, number + 1n);
      await sequencer.setNextTimestamp(last);
      await sequencer.mine();
      await assert.rejects(sequencer.mine(), { code: "TimeOutOfRange" });
      assert.equal(sequencer.head.number, number + 2n);
      assert.equal(blocks.newest, sequencer.head.number);
    }));
});
