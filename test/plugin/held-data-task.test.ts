import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { createWorkplace, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

/** Key of development account 1, the chain's only reader. */
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const RECIPIENT = "0x00000000000000000000000000000000000c0de3";
const READER = new Wallet(KEY_1).address;
const config = {
  proofs: "none",
  chains: { gold: { chainId: 271, dataAvailability: "validium", readers: [READER], openReads: true } },
};

describe("F3, A7: hyperchain:reconstruct of a chain whose data L1 does not have", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let folder: string;
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "0"], { config });
    folder = join(workplace.stateFolder, "gold-data");
    const gold = new JsonRpcProvider(ecosystem.info.chains[0]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    await (await new Wallet(KEY_1, gold).sendTransaction({ to: RECIPIENT, value: 3n })).wait();
    gold.destroy();
    assert.equal((await workplace.run(["hyperchain:settle", "gold"], { config })).code, 0);
  });
  after(() => workplace.close());

  /** Rebuilds the chain from its contract and L1 alone, and these sources. */
  const rebuild = (sources: readonly string[], key?: string): Promise<TaskResult> => {
    const { chains, l1 } = ecosystem.info;
    const data = sources.length === 0 ? [] : ["--data", sources.join(",")];
    const args = ["hyperchain:reconstruct", chains[0]!.hyperchain, "--settlement-url", l1.url, ...data, "--json"];
    return workplace.run(args, { config, environment: key === undefined ? {} : { HYPERCHAIN_PRIVATE_KEY: key } });
  };

  test("says that they are missing, and what names those who keep them", async () => {
    assert.match((await rebuild([])).stderr, /withheld from L1; name those who keep it, by holders or --data/);
    assert.match((await rebuild([folder])).stderr, /no holder gave it: .*gold-data: ENOENT/);
    const { url } = ecosystem.info.chains[0]!;
    assert.match((await rebuild([url])).stderr, /to its readers alone: .* set HYPERCHAIN_PRIVATE_KEY to a reader's key/);
    assert.match((await rebuild([url], `0x${"5a".repeat(32)}`)).stderr, /ReaderUnknown|may not read this chain's data/);
    assert.match((await rebuild([",", url])).stderr, /--data takes folders, files and URLs, with commas between them/);
  });

  test("a reader gets them of a node, and from then on the folder has them for this user alone", async () => {
    const { code, stdout, stderr } = await rebuild([folder, ecosystem.info.chains[0]!.url], KEY_1);
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(stdout) as {
      readonly batches: number;
      readonly heldBatches: number;
      readonly isExecuted: boolean;
    };
    assert.ok(summary.batches > 0 && summary.isExecuted);
    assert.equal(summary.heldBatches, summary.batches);
    const files = readdirSync(folder);
    assert.equal(files.length, summary.batches);
    for (const file of files) assert.match(file, /^0x[0-9a-f]{64}$/);
    for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o077, 0);
    const again = await rebuild([folder]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(JSON.parse(again.stdout), summary);
  });

  test("the folder's data prove what an account holds, and altered ones are passed over", async () => {
    const { chains, l1 } = ecosystem.info;
    const args = ["hyperchain:prove", chains[0]!.hyperchain, RECIPIENT, "--settlement-url", l1.url, "--data", folder, "--json"];
    const proven = await workplace.run(args, { config });
    assert.equal(proven.code, 0, proven.stderr);
    assert.equal((JSON.parse(proven.stdout) as { proof: { amount: string } }).proof.amount, "3");
    const [file = ""] = readdirSync(folder);
    const bytes = readFileSync(join(folder, file));
    writeFileSync(join(folder, file), Buffer.concat([bytes, Buffer.from([0])]));
    assert.match((await rebuild([folder])).stderr, /gave other data, with hash 0x/);
    assert.equal((await rebuild([folder, chains[0]!.url], KEY_1)).code, 0);
    assert.deepEqual(readFileSync(join(folder, file)), bytes);
  });
});
