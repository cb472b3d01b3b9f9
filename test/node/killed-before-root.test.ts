import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import { byNight } from "../support/nightly.ts";
import type { KilledChainReport } from "./support/killed-chain.ts";

const CHAIN = new URL("./support/killed-chain.ts", import.meta.url).pathname;
/** When it is killed, and how many commands are on disk then: one opens the batch, six are events, and one ends it. */
const MOMENTS = [
  { moment: "attempted", what: "when a transaction has run and is in no block that is kept", commands: 4 },
  { moment: "kept", what: "when its block is stored and no client was notified", commands: 5 },
  { moment: "sealed", what: "when the batch's end is kept and the machine has not begun", commands: 8 },
  { moment: "planned", what: "when the machine computes the batch's root", commands: 8 },
] as const;
/** Selects the latest moment by day, and all by night. */
const isToday = ({ moment }: (typeof MOMENTS)[number]): boolean => byNight(true, moment === "planned");

async function run(folder: string, moment: string): Promise<{ readonly signal: string | null; readonly said: string }> {
  const child = spawn(process.execPath, [CHAIN, folder, moment], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise<readonly [number | null, string | null]>((resolve) =>
    child.once("exit", (...ended) => resolve(ended)),
  );
  const said = await text(child.stdout);
  const [code, signal] = await exit;
  assert.ok(signal !== null || code === 0, `exit code ${code}`);
  return { signal, said };
}

describe("attack: crash between attempt and root: a process that is killed before the machine has reached a batch's root", () => {
  let folder: string;
  let undisturbed: KilledChainReport;

  const endedIn = async (name: string): Promise<KilledChainReport> => {
    const { signal, said } = await run(join(folder, name), "never");
    assert.equal(signal, null);
    return JSON.parse(said) as KilledChainReport;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "killed-before-root-"));
    undisturbed = await endedIn("undisturbed");
  });
  after(() => rm(folder, { recursive: true }));

  test("undisturbed, it has what is charged by units, what has spent its budget, and an operation that does not run", () => {
    const receipts = undisturbed.receipts as readonly Readonly<Record<string, string | undefined>>[];
    const [, charged, spent, , ran, notRun] = receipts;
    assert.deepEqual(
      receipts.map(({ status }) => status),
      ["0x1", "0x1", "0x0", "0x1", "0x1", "0x0"],
    );
    assert.equal(Number(charged?.["gasUsed"]), Math.ceil(Number(charged?.["nativeUnits"]) / 6));
    assert.equal(Number(spent?.["gasUsed"]), 60_000);
    assert.deepEqual([ran?.["notRun"], notRun?.["notRun"], Number(notRun?.["gasUsed"])], [undefined, "lone", 8_000_000]);
  });

  for (const { moment, what, commands } of MOMENTS.filter(isToday))
    test(`${what}: nothing is lost, and the next one has the same blocks, receipts and verdicts, and a plan without a label`, async () => {
      const { signal, said } = await run(join(folder, moment), moment);
      assert.deepEqual([signal, said], ["SIGKILL", ""]);
      const ledger = openSqliteLedger(join(folder, moment));
      assert.equal(ledger.stream("chain 271").length, commands);
      ledger.close();
      assert.deepEqual(await endedIn(moment), undisturbed);
    });
});
