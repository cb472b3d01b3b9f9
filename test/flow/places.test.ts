import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, settleNow } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

/** EDR reads numbers with a fraction to the 15 digits that every reader of JSON has. */
function rounded(history: unknown): object {
  const { gasUsedRatio, ...rest } = history as { readonly gasUsedRatio: readonly number[] };
  return { ...rest, gasUsedRatio: gasUsedRatio.map((ratio) => Number(ratio.toPrecision(15))) };
}

const A = 271n;
/** Blocks between checkpoints in these tests. */
const PLACE_BLOCKS = 20;
/** Stores the number of the block before the last as slot 0, and that block's hash as slot 1; logs the number. */
const HASHING = "0x601c600c600039601c6000f36002430380600055804060015560005260206000a000";

describe("B5: a start from a checkpoint, whose earlier blocks are not rebuilt", () => {
  const kept = new Kept([A], { relayer: true }, undefined, { placeBlocks: PLACE_BLOCKS });
  before(() => kept.start());
  after(() => kept.end());
  const mine = (blocks: number) => kept.request("hardhat_mine", `0x${blocks.toString(16)}`);
  const isFromPlace = () => kept.chain().pipeline.chain.blocks.first > 1n;
  const restAndRestart = async (): Promise<void> => {
    await mine(PLACE_BLOCKS);
    // What comes from L1 is in a batch that L1 has executed.
    await kept.pollL1();
    await settleNow(kept.chain());
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), had);
    assert.ok(isFromPlace());
  };
  const call = async (to: Hex, tag = "latest"): Promise<unknown> => kept.request("eth_getStorageAt", to, "0x1", tag);
  let hashing: Hex;
  let first: Hex;

  test("does not happen where a batch is open, or few blocks came", async () => {
    await kept.pay(1n);
    await settleNow(kept.chain());
    await kept.restart();
    assert.ok(!isFromPlace());
    await mine(PLACE_BLOCKS);
    await kept.restart();
    assert.ok(!isFromPlace());
  });

  test("has the blocks, receipts, logs, roots, batches, messages and old states that it had", async () => {
    await kept.deposit();
    first = await kept.pay(5n);
    const created = await kept.wallet(ALICE).sendTransaction({ data: HASHING });
    hashing = (await created.wait())?.contractAddress?.toLowerCase() as Hex;
    await (await kept.wallet(ALICE).sendTransaction({ to: hashing })).wait();
    const { number } = (await kept.client().getBlock("latest")) ?? assert.fail("no block");
    const tag = `0x${number.toString(16)}`;
    const asked = async () => [
      await call(hashing, tag),
      await kept.client().getBalance(kept.wallet(BOB).address, 3),
      await kept.request("debug_traceTransaction", first, { tracer: "callTracer" }),
      // The chain's own transactions, an operation of L1's queue, a creation.
      ...(await Promise.all(
        Array.from({ length: number }, (_, i) =>
          kept.request("debug_traceBlockByNumber", `0x${(i + 1).toString(16)}`, { tracer: "callTracer" }),
        ),
      )),
      await kept.request("eth_call", { to: hashing }, tag),
      await kept.request("eth_getLogs", { fromBlock: tag, toBlock: "latest", address: hashing }),
      rounded(await kept.request("eth_feeHistory", "0x4", tag, [50])),
      await kept.request("eth_getBlockReceipts", tag),
    ];
    const before = await asked();
    await restAndRestart();
    assert.deepEqual(await asked(), before);
  });

  test("tells of fees on both sides of the place at once", async () => {
    const { number: place } = (await kept.client().getBlock("latest")) ?? assert.fail("no block");
    await kept.pay(3n);
    type History = {
      readonly gasUsedRatio: readonly number[];
      readonly oldestBlock: Hex;
      readonly baseFeePerGas: readonly Hex[];
    };
    const history = (await kept.request("eth_feeHistory", "0x6", "latest", [50])) as History;
    const { number } = (await kept.client().getBlock("latest")) ?? assert.fail("no block");
    assert.ok(number > place && number < place + 6);
    const blocks = await Promise.all(Array.from({ length: 6 }, (_, i) => kept.client().getBlock(number - 5 + i)));
    assert.deepEqual(
      history.gasUsedRatio,
      blocks.map((block) => Number(block?.gasUsed) / Number(block?.gasLimit)),
    );
    assert.equal(Number(history.oldestBlock), number - 5);
    assert.equal(history.baseFeePerGas.length, 7);
  });

  test("continues: blocks name their predecessors, and L1 executes their batches", async () => {
    const { number } = (await kept.client().getBlock("latest")) ?? assert.fail("no block");
    await (await kept.wallet(ALICE).sendTransaction({ to: hashing })).wait();
    const made = (await kept.client().getBlock("latest")) ?? assert.fail("no block");
    const told = (await kept.client().getBlock(made.number - 2)) ?? assert.fail("no block");
    assert.ok(made.number > number && told.number <= number, "the block whose hash is asked for is from before the place");
    assert.equal(await call(hashing), told.hash);
    await settleNow(kept.chain());
    await kept.pay(7n);
    await kept.deposit();
    await kept.pollL1();
  });

  test("repeats blocks after the checkpoint with the same hashes, and returns to snapshots normally", async () => {
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.ok(isFromPlace());
    assert.deepEqual(await answers(kept.devnet), had);
    const id = await kept.devnet.snapshot();
    await kept.pay(11n);
    await kept.request("hardhat_setBalance", toHex(new Uint8Array(20).fill(7)), "0x5");
    assert.equal(await kept.devnet.revert(id), true);
    assert.deepEqual(await answers(kept.devnet), had);
    await kept.pay(13n);
    const further = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), further);
  });

  test("is from the next place where the chain came to rest again", async () => {
    await restAndRestart();
    await kept.pay(17n);
    await restAndRestart();
  });

  test("is a chain's last: no block follows that an engine which begins there would give another hash", async () => {
    await mine(PLACE_BLOCKS);
    await settleNow(kept.chain());
    const had = await answers(kept.devnet);
    const { keepPlace, sequencer } = kept.chain().pipeline.chain;
    assert.equal(await keepPlace?.(), true);
    await assert.rejects(sequencer.mine(), { code: "Stopped" });
    await assert.rejects(kept.pay(1n), /shut down/);
    await kept.restart();
    assert.ok(isFromPlace());
    assert.deepEqual(await answers(kept.devnet), had);
  });

  test("refuses by name what only an engine with the whole past knows", async () => {
    await assert.rejects(kept.request("eth_getProof", hashing, [], "latest"), /zks_getProof/);
  });
});
