import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { createWorkplace } from "./support/run-task.ts";

const workplace = createWorkplace();
after(() => workplace.close());

test("B5: spawn --data reports its contents, resumes at the next start, and refuses a folder in use", async () => {
  const folder = join(workplace.stateFolder, "..", "kept");
  const args = ["--proofs", "none", "--batch-ms", "0", "--data", folder];
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

test("B1: hyperchain:dump writes a running ecosystem or a folder into one file, which spawn --load resumes without other files", async () => {
  const [folder, dump, later] = ["dumped", "world.dump", "later.dump"].map((name) => join(workplace.stateFolder, "..", name));
  assert.ok(folder !== undefined && dump !== undefined && later !== undefined);
  const args = ["--proofs", "none", "--names", "gold,silver", "--da", "validium,rollup"];
  const config = { chains: { gold: { executionDelaySeconds: 60 }, silver: { chainId: 900 } }, singletons: false };
  const original = await workplace.spawn([...args, "--batch-ms", "0", "--data", folder], { config });
  const ofRunning = await workplace.run(["hyperchain:dump", dump, "--json", "--url", original.info.l1.url]);
  assert.equal(ofRunning.code, 0, ofRunning.stderr);
  const { keys } = JSON.parse(ofRunning.stdout) as { keys: number };
  assert.equal(keys, 0, "only the public development keys sign");
  const inUse = await workplace.run(["hyperchain:dump", later, "--data", folder]);
  assert.match(inUse.stderr, /is in use by process \d+/);
  await original.interrupt();
  assert.equal((await workplace.run(["hyperchain:dump", later, "--data", folder])).code, 0);

  const chains = ({ chains: members }: typeof original.info) =>
    members.map(({ name, chainId, hyperchain, dataAvailability }) => ({ name, chainId, hyperchain, dataAvailability }));
  // No option says what the ecosystem is: the file does. Nor has the project a config.
  for (const source of [
    ["--load", dump],
    ["--load", later],
    ["--data", folder],
  ]) {
    const copy = await workplace.spawn(source);
    const { data } = JSON.parse(copy.first) as { data: { continues: boolean } };
    assert.equal(data.continues, true);
    assert.deepEqual(chains(copy.info), chains(original.info));
    await copy.interrupt();
  }
  const occupied = await workplace.run(["hyperchain:spawn", "--port", "0", "--data", folder, "--load", dump]);
  assert.match(occupied.stderr, /keeps an ecosystem already/);
  const missing = await workplace.run(["hyperchain:spawn", "--port", "0", "--load", join(folder, "nothing")]);
  assert.match(missing.stderr, /cannot be read \(ENOENT\)/);
  const other = await workplace.run(["hyperchain:spawn", "--port", "0", "--load", dump, "--proofs", "stark"]);
  assert.match(other.stderr, /--proofs is "stark", and the kept ecosystem was started with "none"/);
});
