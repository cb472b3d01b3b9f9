import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { isGood, partsOf, runParts, type PartEnd } from "./parts.ts";

/** So few that nothing need be met. */
const FEW_STEPS = 20;
/** Enough for everything to be asked for once, and too few to meet it. */
const TOO_FEW_STEPS = 100;

describe("a long run of the simulation", () => {
  const folder = mkdtempSync(join(tmpdir(), "parts-"));
  after(() => rmSync(folder, { recursive: true }));

  const endOf = (seed: number, missing: readonly string[] = []): PartEnd => {
    return { seed, steps: FEW_STEPS, done: FEW_STEPS, seconds: 1, least: { label: "party user", count: 1 }, missing };
  };

  test("has parts of at most 100,000 steps, each with a separate seed", () => {
    const parts = partsOf(7, 250_000);
    assert.deepEqual(
      parts.map(({ steps }) => steps),
      [100_000, 100_000, 50_000],
    );
    const seeds = [...parts, ...partsOf(8, 250_000)].map(({ seed }) => seed);
    assert.equal(new Set(seeds).size, seeds.length);
  });

  test("continues with the parts that have not ended well, and stores their results", async () => {
    const ledger = join(folder, "ends.jsonl");
    writeFileSync(ledger, [endOf(1), endOf(2, ["party user: 0 of 1"])].map((end) => `${JSON.stringify(end)}\n`).join(""));
    const parts = [1, 2].map((seed) => ({ seed, steps: FEW_STEPS }));
    const lines: string[] = [];
    const ends = await runParts({ parts, processes: 1, ledger, report: (line) => lines.push(line) });
    assert.deepEqual(
      ends.map(({ seed }) => seed),
      [1, 2],
    );
    assert.ok(ends.every(isGood));
    assert.ok(!lines.some((line) => line.includes("seed 1:")), "a part that has ended is not run again");
    const kept = readFileSync(ledger, "utf8").trimEnd().split("\n");
    assert.deepEqual(JSON.parse(kept.at(-1)!), ends[1]);
  });

  test("ends with the first part that meets something too rarely", async () => {
    const parts = [
      { seed: 1, steps: TOO_FEW_STEPS },
      { seed: 2, steps: FEW_STEPS },
    ];
    const ends = await runParts({ parts, processes: 1, ledger: undefined, report: () => {} });
    assert.equal(ends.length, 1);
    assert.notDeepEqual(ends[0]!.missing, []);
  });
});
