import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { SHIELDED_POOL_ADDRESS } from "../../src/shielded.ts";
import { createWorkplace, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

const [WINDOW_SECONDS, EXIT_DELAY_SECONDS] = [600, 3_600];
const NOTICE_SECONDS = 2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS;
/** Key of development account 20, the first chain's operator and admin. */
const ADMIN_KEY = "0xeaa861a9a01391ed3d587d8a5a84ca56ee277629a8b02c22093a419bf240e65d";
/** From one version to the next of the same format. */
const GENERATION = 256;
/** From one machine to the next. */
const MACHINE = 65_536;
/** The protocol's first version, where nothing is proven. */
const FIRST = 0x8000_0002;
/** Version of proven chains, where nothing is proven. */
const PROVEN = 0x8000_0203;

interface Told {
  readonly version: string;
  readonly next: { readonly version: string; readonly effectiveAt: string } | null;
  readonly noticeSeconds: string;
  readonly hyperchain: string;
}

describe("A8: hyperchain:upgrade", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    const alpha = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };
    // The chain polls L1 so seldom that a task without a wait queries it first. The contracts of proven
    // chains are deployed for beta.
    const config = { pollIntervalMs: 1_000, chains: { alpha, beta: { execution: "proven" } } };
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0", "--no-relayer"], { config });
  });
  after(() => workplace.close());

  const upgrade = (...args: readonly string[]): Promise<TaskResult> => workplace.run(["hyperchain:upgrade", "alpha", ...args]);
  const told = async (...args: readonly string[]): Promise<Told> => {
    const { code, stdout, stderr } = await upgrade(...args, "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Told;
  };
  const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await upgrade(...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, pattern);
  };

  const ask = async (url: string, method: string, params: readonly unknown[]): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { error } = (await answer.json()) as { readonly error?: object };
    assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`);
  };

  /** Checks the status, which does not query L1: it has the chain's data, as text and as JSON. */
  const showsUpgrade = async (version: number | undefined): Promise<void> => {
    const { stdout } = await workplace.run(["hyperchain:status"]);
    const said = /alpha takes protocol version (.+) with the batches that begin at/.exec(stdout);
    // Versions under which nothing is proven have bit 31 more.
    const words = version === undefined ? undefined : `${version} (2^31 + ${version - 2 ** 31}: nothing is proven)`;
    assert.equal(said?.[1], words);
    const [, what, asked] =
      /alpha: from \S+ of L1's time on: (.*); to be out before, one had to ask the queue for a withdrawal by (\S+)/.exec(
        stdout,
      ) ?? [];
    assert.equal(what, words && `version ${words}`);
    // A devnet leaves no time to decide: it was two seconds before the announcement.
    if (asked !== undefined) assert.ok(Date.now() - Date.parse(asked) < 600_000);
    assert.match(
      stdout,
      new RegExp(
        `Changes of alpha: its admin 0x[0-9a-f]{40} .* with a notice of ${NOTICE_SECONDS} s.*, which leaves users no time to decide`,
      ),
    );
    const { status } = JSON.parse((await workplace.run(["hyperchain:status", "--json"])).stdout) as {
      readonly status: EcosystemStatus;
    };
    assert.equal(status.chains[0]?.upgrade?.version, version);
  };

  test("rehearses an upgrade: a batch of each version, each by its own verifier, and both withdrawals are paid", async () => {
    const { code, stdout, stderr } = await upgrade("--rehearse", "--json");
    assert.equal(code, 0, stderr);
    const done = JSON.parse(stdout) as {
      readonly hyperchain: string;
      readonly batches: readonly {
        readonly batchNumber: string;
        readonly version: string;
        readonly verifier: string;
        readonly claimTransactionHash: string;
      }[];
    };
    assert.equal(done.hyperchain, ecosystem.info.chains[0]?.hyperchain);
    const [first, second] = done.batches;
    assert.deepEqual([first!.version, second!.version], [String(FIRST), String(FIRST + GENERATION)]);
    assert.equal(first!.verifier, ecosystem.info.l1.contracts.verifier!);
    assert.notEqual(second!.verifier, first!.verifier);
    assert.ok(BigInt(second!.batchNumber) > BigInt(first!.batchNumber));
    for (const { claimTransactionHash } of done.batches) assert.match(claimTransactionHash, /^0x[0-9a-f]{64}$/);
    assert.match(stderr, /NOTHING IS PROVEN/);
  });

  test("schedules a version with its notice, which the status shows, and withdraws it", async () => {
    const verifier = ecosystem.info.l1.contracts.verifier!;
    const scheduled = await told("--to", String(FIRST + 5 * GENERATION), "--verifier", verifier);
    assert.equal(scheduled.noticeSeconds, String(NOTICE_SECONDS));
    assert.equal(scheduled.next?.version, String(FIRST + 5 * GENERATION));
    await showsUpgrade(FIRST + 5 * GENERATION);
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);

    const shown = await upgrade();
    const [, seconds = ""] = /takes effect at \S+Z of L1's time, in (\d+) s; until then --cancel/.exec(shown.stdout) ?? [];
    assert.ok(Number(seconds) > NOTICE_SECONDS - 60 && Number(seconds) <= NOTICE_SECONDS, shown.stdout);
    await refused(
      /waits for version \d+ \(2\^31 \+ \d+: nothing is proven\) already: withdraw it with --cancel/,
      "--to",
      String(FIRST),
    );
    await refused(/waits for version \d+ \(.*\): withdraw it with --cancel, or settle/, "--rehearse");
    assert.equal((await told("--cancel")).next, null);
    await showsUpgrade(undefined);
    assert.equal((await told()).version, String(FIRST + GENERATION));
    await refused(/waits for no other version, so there is nothing to withdraw/, "--cancel");
  });

  test("schedules a version for a day that the admins of many chains have agreed on, by its date or in seconds", async () => {
    const verifier = ecosystem.info.l1.contracts.verifier!;
    const day = Math.floor(Date.now() / 1_000) + 30 * 86_400;
    const target = ["--to", String(FIRST + 6 * GENERATION)];
    const added = await told(...target, "--verifier", verifier, "--not-before", String(day));
    assert.equal(added.next?.effectiveAt, String(day));
    assert.equal((await told("--cancel")).next, null);
    const again = await told(...target, "--not-before", new Date(day * 1_000).toISOString());
    assert.equal(again.next?.effectiveAt, String(day));
    assert.equal((await told("--cancel")).next, null);
    await refused(/L1 refuses it with NotBeforeTooLate/, ...target, "--not-before", String(day + 90 * 86_400));
    await refused(/--not-before is not a time: soon/, ...target, "--not-before", "soon");
    await refused(/--not-before belongs to --to/, "--not-before", String(day));
  });

  test("says what to do where it cannot", async () => {
    await refused(/--to and --cancel exclude each other/, "--to", "2", "--cancel");
    await refused(/--verifier belongs to --to/, "--verifier", ecosystem.info.l1.contracts.verifier!);
    // As text, and verbatim in arguments.
    const unknown = String(FIRST + 9 * GENERATION);
    const inWords =
      /governance \(0x[0-9a-f]{40}\) has not added version 2147485954 \(2\^31 \+ 2306: nothing is proven\) .*--verifier/s;
    await refused(inWords, "--to", unknown);
    await refused(/version 2147483725 has format 38, and this software reads format 1/, "--to", String(2 ** 31 + 77));
    await refused(/has version \d+ \(.*\) already; name another/, "--to", String(FIRST + GENERATION));
    await refused(/--to must be a whole number from 0 to 4294967295/, "--to", "soon");
    await refused(/only the admin of chain 271 may do this/, "--to", String(FIRST), "--from", "3");
    await refused(/needs a running devnet with a local L1/, "--rehearse", "--settlement-url", "http://127.0.0.1:1");
  });

  test("schedules a version from L1 alone, by the chain's contract and the admin's key", async () => {
    const { hyperchain } = ecosystem.info.chains[0]!;
    const args = [
      "hyperchain:upgrade",
      hyperchain,
      "--settlement-url",
      ecosystem.info.l1.url,
      "--to",
      String(FIRST + 5 * GENERATION),
      "--json",
    ];
    const { code, stdout, stderr } = await workplace.run(args, { environment: { HYPERCHAIN_PRIVATE_KEY: ADMIN_KEY } });
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as Told).next?.version, String(FIRST + 5 * GENERATION));
    assert.equal((await told("--cancel")).next, null);
  });

  test("moves a trusted chain to the version of proven ones, after its notice", async () => {
    const [alpha] = ecosystem.info.chains;
    const verifier = ecosystem.info.l1.contracts.verifier!;
    await refused(
      /executes by proofs, and its contracts are deployed with/,
      "--to",
      String(PROVEN + GENERATION),
      "--verifier",
      verifier,
    );
    await refused(/--to and --execution exclude each other/, "--to", String(PROVEN), "--execution", "proven");
    await refused(/--execution must be "trusted" or "proven"; got "onL1"/, "--execution", "onL1");
    await refused(/chain 271 is trusted already/, "--execution", "trusted");
    // Coins in the chain's shielded pool, as any account can leave them there.
    const pool = SHIELDED_POOL_ADDRESS;
    await ask(alpha!.url, "hardhat_setCode", [pool, "0x00"]);
    await ask(alpha!.url, "hardhat_setBalance", [pool, "0x12a05f200"]);
    await refused(new RegExp(`its shielded pool ${pool} holds 5000000000 wei.*--lock-pool`, "s"), "--execution", "proven");
    const scheduled = await told("--execution", "proven", "--lock-pool", "0.000000005");
    assert.deepEqual([scheduled.next?.version, scheduled.hyperchain], [String(PROVEN), alpha!.hyperchain]);
    await ask(alpha!.url, "evm_increaseTime", [NOTICE_SECONDS + 60]);
    await ask(ecosystem.info.l1.url, "evm_mine", []);
    // Seals what is open under the version before, and takes what was queued.
    await ask(alpha!.url, "hyperchain_relay", []);
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
    const sent = await workplace.run(["hyperchain:withdraw", "0.5", "--from", "1@alpha", "--no-wait"]);
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
    const { version, hyperchain } = await told();
    assert.deepEqual([version, hyperchain], [String(PROVEN), alpha!.hyperchain]);
    // What the chain cannot take is not added for it.
    const otherMachine = String(FIRST + MACHINE);
    await refused(/has machine 1, and its state is of machine 0/, "--to", otherMachine, "--verifier", verifier);
    await refused(/has not added version/, "--to", otherMachine);
    assert.equal((await told("--execution", "trusted")).next?.version, String(FIRST));
    assert.equal((await told("--cancel")).next, null);
    const above = ["hyperchain:create", "above", "--settles-on", "alpha"];
    const created = await workplace.run(above);
    assert.match(
      created.stderr,
      /"alpha" is proven, and the verifier of a trusted chain exceeds the units of a transaction there/,
    );
    assert.equal(created.code, 1);
  });
});
