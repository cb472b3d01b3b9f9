import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Kept } from "./support/kept.ts";

/** Seconds that an executed batch waits for; none passes here unless a test moves the time. */
const DELAY_SECONDS = 1_000;

describe("B5: an ecosystem in a folder that returns to a snapshot and starts again before its next settlement", () => {
  const kept = new Kept([{ chainId: 271n, quorum: { members: 2, threshold: 2 }, executionDelaySeconds: DELAY_SECONDS }]);
  before(() => kept.start());
  after(() => kept.end());
  const batches = async () => (await kept.devnet.status()).chains[0]?.batches;

  /** Removes the members' notes of the return, as if the process had been killed before these. */
  function forgetNotes(): void {
    for (const name of ["validator-271-1", "validator-271-2"]) {
      const path = join(kept.folder, name);
      const lines = readFileSync(path, "utf8").split("\n");
      const before = lines.filter((line) => !line.includes('"forgotten"'));
      // A member that was stopped earlier has none yet.
      assert.ok(lines.length - before.length <= 1);
      writeFileSync(path, before.join("\n"));
    }
  }

  /** Seals the open batch, and waits until L1 has the batch proven. */
  async function prove(): Promise<void> {
    const batch = await kept.chain().pipeline.seal();
    assert.ok(batch !== undefined);
    const proven = () => kept.chain().pipeline.progress().proven;
    while (proven() <= Number(batch.outputs.batchNumber)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  async function execute(): Promise<void> {
    await kept.devnet.l1.request("evm_increaseTime", [DELAY_SECONDS + 1]);
    await kept.devnet.settle();
  }

  test("signs and settles other batches of the numbers that were signed after the snapshot", async () => {
    const mark = await kept.devnet.snapshot();
    await kept.pay(1n);
    await prove();
    assert.equal(await kept.devnet.revert(mark), true);
    await kept.stop();
    forgetNotes();
    await kept.start();
    await kept.pay(2n);
    await prove();
    await execute();
    assert.deepEqual(await batches(), { sealed: 1, committed: 1, proven: 1, executed: 1 });
  });

  test("stands by what was signed before the snapshot, and settles that batch with its proof", async () => {
    await kept.pay(3n);
    await prove();
    const mark = await kept.devnet.snapshot();
    await execute();
    await kept.pay(4n);
    await prove();
    assert.equal(await kept.devnet.revert(mark), true);
    await kept.restart();
    await kept.pay(5n);
    await prove();
    await execute();
    assert.deepEqual(await batches(), { sealed: 3, committed: 3, proven: 3, executed: 3 });
    const file = readFileSync(join(kept.folder, "validator-271-1"), "utf8");
    assert.match(file, /"forgotten","but":\["0x[0-9a-f]{64}"\]/, "the batch that was signed before the snapshot binds");
  });

  test("settles a batch that is rebuilt immediately after its seal, while validators receive the former one", async () => {
    await kept.pay(6n);
    const { pipeline } = kept.chain();
    const batch = await pipeline.seal();
    assert.ok(batch !== undefined);
    const { firstBatch } = await pipeline.reseal();
    assert.equal(firstBatch, batch.outputs.batchNumber);
    const settled = pipeline.settled(firstBatch);
    const proven = () => pipeline.progress().proven;
    while (proven() <= Number(firstBatch)) await new Promise((resolve) => setTimeout(resolve, 20));
    await execute();
    await settled;
  });
});
