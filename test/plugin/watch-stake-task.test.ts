import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createWorkplace, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

/** Development account 2. */
const KEY = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
const ONE_ETHER = "1000000000000000000";
const CONFIG = { chains: { alpha: {} }, stake: { unbondingSeconds: 100_000 } };

interface StakesLine {
  readonly type: string;
  readonly keys: readonly { readonly chainId: string; readonly key: string; readonly weightWei: string }[];
  readonly slashes: readonly unknown[];
}

describe("hyperchain:watch-stake", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    ecosystem = await workplace.spawn(["--proofs", "none"], { config: CONFIG });
  });
  after(() => workplace.close());

  /** The stakes that the task prints. */
  function stakesOf({ code, stdout, stderr }: TaskResult): StakesLine {
    assert.equal(code, 0, stderr);
    const lines = stdout.split("\n").filter((line) => line !== "");
    const found = lines.map((line) => JSON.parse(line) as StakesLine).find(({ type }) => type === "stakes");
    assert.ok(found !== undefined, stdout);
    return found;
  }
  function requireStake({ keys, slashes }: StakesLine): void {
    const { chainId, operator } = ecosystem.info.chains[0]!;
    assert.deepEqual(
      keys.map(({ chainId: id, key, weightWei }) => [id, key, weightWei]),
      [[String(chainId), operator, ONE_ETHER]],
    );
    assert.deepEqual(slashes, []);
  }

  test("prints the stakes of a running ecosystem, once or until Ctrl-C", async () => {
    const once = ["hyperchain:watch-stake", "--from", "1", "--json"];
    requireStake(stakesOf(await workplace.run([...once, "--once"], { config: CONFIG })));
    const watching = await workplace.start(once, { config: CONFIG });
    requireStake(JSON.parse(watching.first) as StakesLine);
    assert.equal(await watching.interrupt(), 0, watching.errors());
  });

  test("needs L1, the registry and the judge alone, with a key", async () => {
    const { l1, stake } = ecosystem.info;
    const args = ["hyperchain:watch-stake", "--settlement-url", l1.url, "--once", "--json"];
    const environment = { HYPERCHAIN_PRIVATE_KEY: KEY };
    const result = await workplace.run([...args, "--registry", stake!.registry, "--evidence", stake!.evidence], { environment });
    requireStake(stakesOf(result));
    const refused = await workplace.run(args, { environment });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /the contracts are named by --registry and --evidence/);
  });

  test("shows each key, the watcher and what the stake secures in the status", async () => {
    const { stdout } = await workplace.run(["hyperchain:status"], { config: CONFIG });
    assert.match(stdout, new RegExp(`Stake of alpha: ${ecosystem.info.chains[0]!.operator}, 1\\.0 ETH`));
    assert.match(
      stdout,
      /Stake answers for two contradictory batches of one number by one validator, for two contrary votes of a node, and for nothing else/,
    );
    assert.match(stdout, /The watcher 0x[0-9a-f]{40} has read/);
  });
});
