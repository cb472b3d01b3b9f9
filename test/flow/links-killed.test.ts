import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { byNight } from "../support/nightly.ts";
import { MOMENTS } from "./support/link-moments.ts";
import { LinkedCounters, settleBoth, startLinked } from "./support/linked.ts";

const PROCESS = new URL("./support/linked-ecosystem.ts", import.meta.url).pathname;
const KILLS = byNight(50, 5);
/** Links that L1 executes before each kill: with those that kills end, 200 at night and 20 else. */
const LINKS = 3;
/** The short form has each second moment, and the last. */
const CHOSEN = byNight(
  MOMENTS,
  MOMENTS.filter(({ name }) => ["peer-imported", "peer-sealed", "sender-sent", "sender-sealed", "both-sealed"].includes(name)),
);

/** Lines of a process before its end. */
interface Told {
  readonly executed: readonly bigint[];
  readonly sums: readonly (readonly string[])[];
  readonly begun: bigint | undefined;
}

async function runUntilKilled(folder: string, moment: string, first: bigint): Promise<Told> {
  const child = spawn(process.execPath, [PROCESS, folder, moment, String(LINKS), String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  const lines: string[][] = [];
  for await (const line of createInterface(child.stdout)) lines.push(line.split(" "));
  assert.equal(await exit, "SIGKILL", `it ended without a kill at ${moment}`);
  const valuesOf = (name: string): readonly (readonly string[])[] =>
    lines.filter(([word]) => word === name).map(([, ...values]) => values);
  const [begun] = valuesOf("begins").flat();
  return {
    executed: valuesOf("executed").map(([value = ""]) => BigInt(value)),
    sums: valuesOf("sums"),
    begun: begun === undefined ? undefined : BigInt(begun),
  };
}

/* L1 executes markers instead of proofs: its rules for links are the same with proofs. */
test(`D7, four crashes: ${KILLS} kills between the parts of a link: both sides count after the next start, or neither does`, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "links-"));
  context.after(() => rmSync(folder, { recursive: true }));
  let amount = 1n;
  let executed = 0n;
  const cut = new Map<bigint, string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const { name } = CHOSEN[kill % CHOSEN.length]!;
    const told = await runUntilKilled(folder, name, amount);
    assert.equal(told.executed.length, LINKS);
    for (const [sent, received] of told.sums) assert.equal(sent, received, `after kill ${kill}`);
    executed += told.executed.reduce((sum, each) => sum + each, 0n);
    assert.equal(told.begun, amount + BigInt(LINKS));
    cut.set(told.begun, name);
    amount += BigInt(LINKS) + 1n;
  }
  const devnet = await startLinked(folder);
  await settleBoth(devnet);
  const counters = await LinkedCounters.of(devnet);
  const [sent, received] = await counters.sums();
  counters.close();
  await devnet.close();
  assert.deepEqual(devnet.faults, []);
  assert.equal(sent, received, "both sides have the same links");
  const ofCut = sent - executed;
  const most = [...cut.keys()].reduce((sum, each) => sum + each, 0n);
  assert.ok(ofCut >= 0n && ofCut <= most, `L1 has executed ${executed}, the chains have ${sent}`);
  context.diagnostic(`${KILLS * LINKS} links executed; of those that kills cut off, amounts of ${ofCut} of ${most} arrived`);
});
