import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { taskDefinitions } from "../../src/tool/plugin/tasks/definitions.ts";
import { helpOf } from "./support/help.ts";
import { createWorkplace, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
const [KEY_1, ACCOUNT_1] = [
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
];
/** All tasks but the ecosystem's share a process; `tasks.test.ts` runs one alone. */
const workplace = createWorkplace();
after(() => workplace.close());

const valueOf = <T>({ code, stdout, stderr }: TaskResult): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};

describe("I1: the first tasks of a new user", () => {
  let ecosystem: SpawnedEcosystem;
  const providers: JsonRpcProvider[] = [];
  const connect = (url: string | undefined): JsonRpcProvider => {
    const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    providers.push(provider);
    return provider;
  };
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
  });
  after(() => providers.forEach((provider) => provider.destroy()));

  test("hyperchain:deposit pays an account named by its number and chain", async () => {
    const alpha = connect(ecosystem.info.chains[0]?.url);
    const had = await alpha.getBalance(ACCOUNT_1);
    const deposit = await workplace.run(["hyperchain:deposit", "1.5", "1@alpha", "--json"]);
    assert.equal(valueOf<{ arrived: boolean }>(deposit).arrived, true);
    assert.equal((await alpha.getBalance(ACCOUNT_1)) - had, (3n * ETHER) / 2n);
  });

  test("hyperchain:send delivers to another chain", async () => {
    const beta = connect(ecosystem.info.chains[1]?.url);
    const had = await beta.getBalance(ACCOUNT_1);
    const sent = await workplace.run(["hyperchain:send", "2", `${ACCOUNT_1}@272`, "--from", "1@alpha", "--json"]);
    assert.match(valueOf<{ messageHash: string }>(sent).messageHash, /^0x[0-9a-f]{64}$/);
    assert.equal((await beta.getBalance(ACCOUNT_1)) - had, 2n * ETHER);
  });

  test("hyperchain:withdraw pays the recipient on L1", async () => {
    const l1 = connect(ecosystem.info.l1.url);
    const recipient = "0x00000000000000000000000000000000000c0de1";
    const result = await workplace.run(["hyperchain:withdraw", "0.75", recipient, "--from", "1@alpha", "--json"]);
    assert.equal(valueOf<{ paid: boolean }>(result).paid, true);
    assert.equal(await l1.getBalance(recipient), (3n * ETHER) / 4n);
  });

  test("hyperchain:settle returns the batches that L1 executed", async () => {
    await (await new Wallet(KEY_1, connect(ecosystem.info.chains[0]?.url)).sendTransaction({ to: ACCOUNT_1, value: 1n })).wait();
    const batches = valueOf<readonly { chainId: number; proof?: object }[]>(
      await workplace.run(["hyperchain:settle", "alpha", "--json"]),
    );
    for (const batch of batches) {
      assert.equal(batch.chainId, 271);
      assert.equal(batch.proof, undefined);
    }
    const { status } = valueOf<{ status: { chains: readonly { batches: { sealed: number; executed: number } }[] } }>(
      await workplace.run(["hyperchain:status", "--json"]),
    );
    assert.ok((status.chains[0]?.batches.executed ?? 0) > 0);
  });

  test("an unknown chain is refused with the names of the chains", async () => {
    const { code, stderr } = await workplace.run(["hyperchain:deposit", "1", "1@gamma"]);
    assert.notEqual(code, 0);
    assert.match(stderr, /gamma/);
    assert.match(stderr, /alpha/);
  });

  test("Ctrl-C ends the ecosystem with code 0, and it is no longer announced", async () => {
    assert.equal(await ecosystem.interrupt(), 0);
    assert.deepEqual(existsSync(workplace.stateFolder) ? readdirSync(workplace.stateFolder) : [], []);
  });
});

test("I1: every task explains itself", async () => {
  const usage = (id: readonly string[], text: string): void => {
    assert.match(text, new RegExp(`Usage: hardhat .*${id.join(" ")}`));
    assert.match(text, /--json/, id.join(" "));
    // Hardhat writes a digit of a name after an additional hyphen: no text of this package names an option
    // so.
    assert.doesNotMatch(text, /--[a-z-]*-\d/, id.join(" "));
    assert.doesNotMatch(text, /\(default: \)/, id.join(" "));
  };
  // A task of Hardhat is overridden; its help is Hardhat's.
  const tasks = taskDefinitions.filter(({ id: [name = ""] }) => name.startsWith("hyperchain:"));
  assert.ok(tasks.length >= 10);
  const first = tasks[0]!.id;
  const { code, stdout } = await workplace.run([...first, "--help"]);
  assert.equal(code, 0, first.join(" "));
  usage(first, stdout);
  for (const { id } of tasks) usage(id, await helpOf(id));
});
