import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { createWorkplace } from "./support/run-task.ts";
import type { SpawnedEcosystem } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
/** Of development account 5. */
const KEY_5 = "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba";
const RECIPIENT = "0x00000000000000000000000000000000000c0de3";

describe("tasks on L1 alone", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  const providers: JsonRpcProvider[] = [];
  const connect = (url: string | undefined): JsonRpcProvider => {
    const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    providers.push(provider);
    return provider;
  };
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "0"]);
  });
  after(async () => {
    providers.forEach((provider) => provider.destroy());
    await workplace.close();
  });

  test("A7: reconstruct finds the executed root and every balance in L1's data", async () => {
    const alpha = ecosystem.info.chains[0];
    const live = connect(alpha?.url);
    await (await new Wallet(KEY_1, live).sendTransaction({ to: RECIPIENT, value: 3n * ETHER })).wait();
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
    const { code, stdout, stderr } = await workplace.run(["hyperchain:reconstruct", "alpha", "--json"]);
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(stdout) as { chainId: number; isExecuted: boolean; batches: number; accounts: number };
    assert.deepEqual([summary.chainId, summary.isExecuted], [271, true]);
    assert.ok(summary.batches >= 1);

    const served = await workplace.start(["hyperchain:reconstruct", alpha?.hyperchain ?? "", "--settlement-url", ecosystem.info.l1.url, "--serve-port", "0", "--json"]);
    const { url } = JSON.parse(served.first) as { url: string };
    const rebuilt = connect(url);
    assert.equal(await rebuilt.getBalance(RECIPIENT), 3n * ETHER);
    assert.equal(await rebuilt.getBalance(new Wallet(KEY_1).address), await live.getBalance(new Wallet(KEY_1).address));
    assert.equal(await served.interrupt(), 0);
  });

  test("I5: reconstruct refuses an address without a chain, and names without an ecosystem", async () => {
    const url = ecosystem.info.l1.url;
    const byName = await workplace.run(["hyperchain:reconstruct", "alpha", "--settlement-url", url]);
    assert.equal(byName.code, 1);
    assert.match(byName.stderr, /named by its contract/);
    const wrong = await workplace.run(["hyperchain:reconstruct", RECIPIENT, "--settlement-url", url]);
    assert.equal(wrong.code, 1, wrong.stdout);
    assert.match(wrong.stderr, /Error in community plugin hardhat-hyperchain: .*0x0+c0de3/);
  });

  test("I7: deploy puts the same contracts onto another network of the config, for what its rehearsal said", async () => {
    const options = { environment: { TARGET_URL: ecosystem.info.l1.url } };
    const rehearsed = await workplace.run(["--network", "target", "hyperchain:deploy", "--dry-run", "--json"], options);
    assert.equal(rehearsed.code, 0, rehearsed.stderr);
    const { cost } = JSON.parse(rehearsed.stdout) as { cost: { gas: string } };
    const { code, stdout, stderr } = await workplace.run(["--network", "target", "hyperchain:deploy", "--json"], options);
    assert.equal(code, 0, stderr);
    const deployed = JSON.parse(stdout) as { contracts: Record<string, string>; gasUsed: Record<string, string>; chainId: number };
    assert.equal(deployed.chainId, ecosystem.info.l1.chainId);
    const total = Object.values(deployed.gasUsed).reduce((sum, gas) => sum + BigInt(gas), 0n);
    // Addresses differ in their zero bytes, which are cheaper.
    assert.ok(Math.abs(Number(total - BigInt(cost.gas))) < 20_000, `${total} of ${cost.gas}`);
    const l1 = connect(ecosystem.info.l1.url);
    assert.notEqual(deployed.contracts["factory"], ecosystem.info.l1.contracts.factory);
    for (const name of ["factory", "bridge", "roots", "verifier"] as const) assert.notEqual(await l1.getCode(deployed.contracts[name] ?? ""), "0x", name);
  });

  test("I7: where governance is somebody else's, deploy says what they must still do", async () => {
    const options = { environment: { TARGET_URL: ecosystem.info.l1.url } };
    const { code, stdout, stderr } = await workplace.run(["--network", "target", "hyperchain:deploy", "--governance", RECIPIENT], options);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /governance must still add protocol version 1 with genesis root 0x[0-9a-f]{64}/);
    const nobody = await workplace.run(["--network", "target", "hyperchain:deploy", "--governance", "me"], options);
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /"me" is no address/);
  });

  test("I1: spawn settles on an existing L1, paid by a key of the user's own, and tasks sign with that key", async () => {
    const own = createWorkplace();
    try {
      const environment = { HYPERCHAIN_PRIVATE_KEY: KEY_5 };
      const second = await own.spawn(["--settlement-url", ecosystem.info.l1.url, "--names", "shop", "--batch-ms", "0"], { environment });
      assert.equal(second.info.l1.url, ecosystem.info.l1.url);
      assert.notEqual(second.info.l1.contracts.factory, ecosystem.info.l1.contracts.factory);
      assert.equal(second.info.accounts.mnemonic, undefined);
      const deposit = await own.run(["hyperchain:deposit", "1.25", `${RECIPIENT}@shop`], { environment });
      assert.equal(deposit.code, 0, deposit.stderr);
      assert.equal(await connect(second.info.chains[0]?.url).getBalance(RECIPIENT), 5n * ETHER / 4n);
      const settled = await own.run(["hyperchain:settle", "--json"], { environment });
      assert.equal(settled.code, 0, settled.stderr);
      assert.equal((JSON.parse(settled.stdout) as readonly unknown[]).length, 1);
    } finally {
      await own.close();
    }
  });

  test("I5: deploy asks for a network, names an unknown one, and refuses an account without money", async () => {
    const nowhere = await workplace.run(["hyperchain:deploy"], { environment: { TARGET_URL: ecosystem.info.l1.url } });
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /--network <name>.*; the config has .*\btarget\b/);
    assert.doesNotMatch(nowhere.stderr, /hyperchains|hyperchain-/, "networks that exist in the task's process only");
    const unknown = await workplace.run(["--network", "mars", "hyperchain:deploy"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /mars/);
    // A chain has no accounts of its own.
    const empty = await workplace.run(["--network", "target", "hyperchain:deploy"], { environment: { TARGET_URL: ecosystem.info.chains[0]?.url ?? "" } });
    assert.equal(empty.code, 1);
    assert.match(empty.stderr, /no account to deploy from.*networks\.target\.accounts/);
  });
});
