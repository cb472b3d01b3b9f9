import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SequencedBlock } from "../../src/chain/ordering/batch-reducer.ts";
import { BatchRecorder, type OlderInputs } from "../../src/ecosystem/devnet/quorum-member/batch-recorder.ts";
import { openTemporaryValues } from "../../src/chain/ledger/temporary-values.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";

/** Batches in memory, from the recorder's source. */
const IN_MEMORY = 64n;
const GENESIS = wordToHex(0n);

/** A batch of two blocks; `salt` tells blocks of the same number apart. */
function blocksOf(batchNumber: bigint, salt = 0n): readonly SequencedBlock[] {
  return [2n * batchNumber - 1n, 2n * batchNumber].map(
    (number) =>
      ({
        environment: { number },
        hash: wordToHex((salt << 64n) + number),
        batchNumber,
        transactions: [],
      }) as unknown as SequencedBlock,
  );
}

describe("B1: what a kept chain remembers of its batches for members that start again with the first", () => {
  const recorderWith = (older?: OlderInputs): BatchRecorder => new BatchRecorder(() => Promise.resolve(GENESIS), older);
  const add = (recorder: BatchRecorder, block: SequencedBlock): void =>
    recorder.on({ batchNumber: block.batchNumber, blocks: [block] });

  test("is in memory only for the newest batches, and is readable for all", async () => {
    const file = openTemporaryValues<NonNullable<ReturnType<OlderInputs["get"]>>>();
    const moved = new Set<bigint>();
    const recorder = recorderWith({ ...file, set: (number, blocks) => (moved.add(number), file.set(number, blocks)) });
    const last = 200n;
    for (let number = 1n; number <= last; number++) for (const block of blocksOf(number)) add(recorder, block);
    assert.equal(moved.size, Number(last - IN_MEMORY));
    for (let number = 1n; number <= last; number++) {
      const { parentHash, blocks } = await recorder.inputs(number);
      assert.equal(parentHash, wordToHex(2n * number - 2n));
      assert.deepEqual(
        blocks.map(({ hash }) => hash),
        blocksOf(number).map(({ hash }) => hash),
      );
    }
    file.close();
  });

  test("follows a chain that returns to an earlier state, also to a batch that is not in memory", async () => {
    const file = openTemporaryValues<NonNullable<ReturnType<OlderInputs["get"]>>>();
    const recorder = recorderWith(file);
    let behindFirstOfThird: ReturnType<BatchRecorder["mark"]> | undefined;
    for (let number = 1n; number <= 100n; number++)
      for (const [i, block] of blocksOf(number).entries()) {
        add(recorder, block);
        if (number === 3n && i === 0) behindFirstOfThird = recorder.mark();
      }
    const [, second] = blocksOf(3n, 1n);
    recorder.returnTo(behindFirstOfThird!);
    add(recorder, second!);
    const { blocks } = await recorder.inputs(3n);
    assert.deepEqual(
      blocks.map(({ hash }) => hash),
      [blocksOf(3n)[0]!.hash, second!.hash],
    );
    for (const lost of [4n, 30n, 100n]) await assert.rejects(recorder.inputs(lost), RangeError);
    for (const block of blocksOf(4n, 1n)) add(recorder, block);
    assert.equal((await recorder.inputs(4n)).parentHash, second!.hash);
    file.close();
  });

  test("is restored after a return over more batches than are in memory, also if no copy is stored", async () => {
    const [recorder, direct] = [recorderWith(), recorderWith()];
    const [firstOfHundredth, secondOfHundredth] = blocksOf(100n);
    for (let number = 1n; number < 100n; number++)
      for (const block of blocksOf(number)) for (const each of [recorder, direct]) add(each, block);
    for (const each of [recorder, direct]) add(each, firstOfHundredth!);
    const mark = recorder.mark();
    add(recorder, secondOfHundredth!);
    for (let number = 101n; number <= 200n; number++) for (const block of blocksOf(number)) add(recorder, block);
    recorder.returnTo(mark);
    assert.equal(recorder.digest(), direct.digest());
    const [, second] = blocksOf(100n, 1n);
    for (const block of [second!, ...blocksOf(101n, 1n)]) for (const each of [recorder, direct]) add(each, block);
    assert.equal(recorder.digest(), direct.digest());
    // The open batch is whole, the earlier ones are restored, and each begins after its predecessor.
    const whole = await recorder.inputs(100n);
    assert.deepEqual(
      whole.blocks.map(({ hash }) => hash),
      [firstOfHundredth!.hash, second!.hash],
    );
    assert.equal((await recorder.inputs(101n)).parentHash, second!.hash);
    assert.equal((await recorder.inputs(38n)).parentHash, wordToHex(74n));
    await assert.rejects(recorder.inputs(37n), RangeError);
  });

  test("is only the newest where members do not outlive the process", async () => {
    const recorder = recorderWith();
    for (let number = 1n; number <= 65n; number++) for (const block of blocksOf(number)) add(recorder, block);
    await assert.rejects(recorder.inputs(1n), RangeError);
    const { blocks, parentHash } = await recorder.inputs(2n);
    assert.equal(blocks.length, 2);
    // The hash of the block before is known, also where its batch is not.
    assert.equal(parentHash, wordToHex(2n));
  });
});
