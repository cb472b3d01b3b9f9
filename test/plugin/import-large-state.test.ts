import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createWorkplace } from "./support/run-task.ts";

const workplace = createWorkplace();
const folder = mkdtempSync(join(tmpdir(), "imported-"));
after(async () => {
  await workplace.close();
  rmSync(folder, { recursive: true, force: true });
});

test("B8: a state larger than a batch comes over several, and is rebuilt from L1's data alone", async (context) => {
  const { info } = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
  const alpha = new JsonRpcProvider(info.chains[0]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
  context.after(() => alpha.destroy());
  const contract = `0x${"c0de".repeat(10)}`;
  const storage = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`0x${(i * i).toString(16)}`, "0x7"]));
  const genesis = { config: { chainId: 1 }, alloc: { [contract]: { balance: "0", code: "0x600054", storage } } };
  const large = join(folder, "large.json");
  writeFileSync(large, JSON.stringify(genesis));
  const batches = async (): Promise<number> => Number(await alpha.send("zks_L1BatchNumber", []));
  const had = await batches();
  const { code, stderr } = await workplace.run(["hyperchain:import", large, "alpha"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /it is of chain 1, and alpha is 271: contracts that keep the id/);
  assert.match(stderr, /5002 of 5002 changes are made/);
  assert.equal(BigInt(await alpha.getStorage(contract, 4_999n ** 2n)), 7n);
  const settled = await workplace.run(["hyperchain:settle", "alpha", "--json"]);
  assert.equal(settled.code, 0, settled.stderr);
  assert.ok((await batches()) >= had + 2);
  const rebuilt = await workplace.run(["hyperchain:reconstruct", "alpha", "--json"]);
  assert.equal(rebuilt.code, 0, rebuilt.stderr);
  const summary = JSON.parse(rebuilt.stdout) as { isExecuted: boolean; stateRoot: string };
  assert.equal(summary.isExecuted, true);
});
