import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { createWorkplace } from "./support/run-task.ts";

const workplace = createWorkplace();
after(() => workplace.close());

test("B5: spawn --data says what it keeps, goes on when it is started again, and refuses a folder in use", async () => {
  const folder = join(workplace.stateFolder, "..", "kept");
  const args = ["--prover", "none", "--batch-ms", "0", "--data", folder];
  const first = await workplace.spawn(args);
  const { data } = JSON.parse(first.first) as { data: { continues: boolean; folder: string; blocks: unknown[] } };
  assert.deepEqual([data.continues, data.folder, data.blocks.length], [false, folder, 3]);
  assert.doesNotMatch(first.errors(), /Experimental/);

  const other = await workplace.run(["hyperchain:spawn", "--port", "0", ...args]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /is in use by process \d+/);

  assert.equal(await first.interrupt(), 0);
  const second = await workplace.spawn(args);
  const again = JSON.parse(second.first) as { data: unknown };
  assert.deepEqual(again.data, { ...data, continues: true });
  assert.deepEqual(
    second.info.chains.map(({ hyperchain }) => hyperchain),
    first.info.chains.map(({ hyperchain }) => hyperchain),
  );
});
