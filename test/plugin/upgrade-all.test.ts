import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { nextGeneration, PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { baseObjection, lateWaysOut, type ChainToUpgrade } from "../../src/tool/plugin/tasks/governing/upgrade-plan.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const GOVERNOR = { votingDelaySeconds: 1_000, votingPeriodSeconds: 5_000, timelockDelaySeconds: 2_000 };
const TIMES = { priorityOpWindowSeconds: 600, exitDelaySeconds: 3_600 };
/** Notice, calculated by hand: two windows and the exit delay. */
const NOTICE_SECONDS = 2 * 600 + 3_600;
/** The protocol's first version, where nothing is proven; the next of its format; another of it. */
const [FIRST, NEXT, OTHER] = [0x8000_0002, 0x8000_0102, 0x8000_0902];

interface Rehearsal {
  readonly day: string;
  readonly lateWaysOut: readonly object[];
  readonly chains: readonly {
    readonly name: string;
    readonly leaves: boolean;
    readonly version: string | null;
    readonly batches: readonly { readonly version: string; readonly claimTransactionHash: string }[];
  }[];
}
interface Scheduled {
  readonly day: string;
  readonly scheduled: readonly { readonly name: string; readonly effectiveAt: string }[];
  readonly leavers: readonly string[];
  readonly lateWaysOut: readonly object[];
}

describe("hyperchain:upgrade --all, where votes govern on L1 and an account on the chain below another", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    const chains = { alpha: TIMES, delta: TIMES, x: { ...TIMES, settlesOn: "alpha" } };
    const config = { governance: { governor: GOVERNOR }, chains };
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0"], { config });
  });
  after(() => workplace.close());

  const ran = async <T>(task: string, ...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await workplace.run([`hyperchain:${task}`, ...args, "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await workplace.run(["hyperchain:upgrade", ...args]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, pattern);
  };
  const wait = async (seconds: number): Promise<void> => {
    const calls = [["evm_increaseTime", seconds], ["evm_mine"]] as const;
    for (const [method, ...params] of calls) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      await fetch(ecosystem.info.l1.url, { method: "POST", headers: { "content-type": "application/json" }, body });
    }
  };
  const next = async (chain: string) => (await ran<{ readonly next: object | null }>("upgrade", chain)).next;

  test("rehearses a day of all chains by one command: alpha and the chain on it follow, delta leaves, all withdrawals are paid", async () => {
    await ran("terms", "delta", "--governed", "no");
    const { day, chains, lateWaysOut: late } = await ran<Rehearsal>("upgrade", "--all", "--rehearse");
    const told = chains.map(({ name, leaves, version, batches }) => [name, leaves, version, batches.map((each) => each.version)]);
    assert.deepEqual(told, [
      ["alpha", false, String(NEXT), [String(FIRST), String(NEXT)]],
      ["delta", true, null, [String(FIRST), String(FIRST)]],
      ["x", false, String(NEXT), [String(FIRST), String(NEXT)]],
    ]);
    for (const { batches } of chains)
      for (const { claimTransactionHash } of batches) assert.match(claimTransactionHash, /^0x[0-9a-f]{64}$/);
    // Its users need twice 4,802 s, and alpha's notice is 4,800 s.
    assert.deepEqual(late, [{ name: "x", base: "alpha" }]);
    assert.ok(Number(day) * 1_000 > Date.now() + NOTICE_SECONDS * 1_000);
  });

  test("schedules all governed chains for one day, or none of them", async () => {
    await refused(/hyperchain:governance alpha --add \d+ --verifier/, "--all", "--to", String(OTHER));
    const { l1, chains } = ecosystem.info;
    const add = ["--add", String(OTHER), "--verifier"] as const;
    const onAlpha = chains.find(({ name }) => name === "x")!.settlesOn!.contracts.verifier!;
    await ran("governance", "x", ...add, onAlpha);
    await refused(/hyperchain:governance alpha --add \d+ --verifier/, "--all", "--to", String(OTHER));
    assert.deepEqual([await next("alpha"), await next("x")], [null, null]);
    const { proposal } = await ran<{ readonly proposal: string }>(
      "governance",
      "alpha",
      ...add,
      l1.contracts.verifier!,
      "--from",
      "1",
    );
    await wait(GOVERNOR.votingDelaySeconds + 1);
    for (const holder of ["1", "2", "3"]) await ran("governance", "alpha", "--vote", proposal, "--from", holder);
    await ran("governance", "alpha", "--queue", proposal);
    await wait(GOVERNOR.timelockDelaySeconds + 1);
    await ran("governance", "alpha", "--execute", proposal);

    const { day, scheduled, leavers, lateWaysOut: late } = await ran<Scheduled>("upgrade", "--all", "--to", String(OTHER));
    assert.deepEqual(
      scheduled.map(({ name, effectiveAt }) => [name, effectiveAt]),
      [
        ["alpha", day],
        ["x", day],
      ],
    );
    assert.deepEqual([leavers, late], [["delta"], [{ name: "x", base: "alpha" }]]);
    await refused(/alpha waits for version \d+/, "--all", "--rehearse");
  });

  test("says what goes with --all", async () => {
    await refused(/name a chain, or give --all/, "--to", String(NEXT));
    await refused(/--all means every chain: leave alpha out/, "alpha", "--all", "--rehearse");
    await refused(/--all goes with --to/, "--all");
    await refused(/--all goes with --to/, "--all", "--cancel");
  });
});

test("base upgrade with a late L3: a way out is late where a chain and its base together need more seconds than the base's notice has", () => {
  const times = { priorityOpWindow: 100n, exitDelay: 1_000n, executionDelay: 70n };
  const named = (name: string, chainId: number, noticeSeconds: bigint, settlesOn?: { readonly chainId: number }) =>
    ({ chain: { name, chainId, settlesOn }, before: { noticeSeconds }, times }) as unknown as ChainToUpgrade;
  // By hand, of each: twice 100, 1,000, 70 and 2.
  const together = 2n * 1_272n;
  const above = named("above", 2, 0n, { chainId: 1 });
  assert.deepEqual(lateWaysOut([named("base", 1, together), above]), []);
  assert.deepEqual(lateWaysOut([named("base", 1, together - 1n), above]), [{ name: "above", base: "base" }]);
  assert.deepEqual(lateWaysOut([named("base", 1, 0n)]), []);
});

test("a chain with chains on it is not moved to a version of proven chains", () => {
  const [trusted, proven] = [TRUSTED_VERSION, PROVEN_VERSION];
  assert.match(
    baseObjection(trusted, proven, ["x", "y"]) ?? "",
    /x and y settle on it, and the verifier of a chain on it exceeds the units/,
  );
  assert.match(
    baseObjection(proven, trusted, ["x"]) ?? "",
    /x settle on it, and its contracts have the version of the statements/,
  );
  assert.match(baseObjection(proven, nextGeneration(proven), ["x"]) ?? "", /remove them first/);
  assert.equal(baseObjection(trusted, proven, []), undefined);
  assert.equal(baseObjection(trusted, nextGeneration(trusted), ["x"]), undefined);
});
