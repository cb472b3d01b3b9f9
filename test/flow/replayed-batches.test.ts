import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mayLackProof } from "../../src/execution-proof/batch/execution-label.ts";
import { differences, type ReplayedBatch } from "./support/replay/outcomes.ts";
import { REPLAYED_FILES } from "./support/replay/replayed-files.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FILE = "test/flow/some.test.ts";
const batch = (number: number, outcome: Partial<ReplayedBatch>): ReplayedBatch => ({
  ...{ file: FILE, chain: 271, batch: number, commitment: "0x1234", outcome: "proven" },
  ...{ steps: 1, messages: 0, operations: 0, imports: 0, cheats: 0, codes: 0, cpuSeconds: 1 },
  ...outcome,
});

describe("what a replay of the flow suite comes to", () => {
  const proven = batch(0, {});
  const labelled = batch(1, { outcome: "labelled", reason: "too-large", detail: "row 7" });
  const listed = { chain: 271, batch: 1, reason: "too-large" } as const;
  const two = { batches: 2, labelled: [listed] };

  test("fits where there are as many batches, and just those of the list have a label, for its reason", () => {
    assert.deepEqual(differences(FILE, [proven, labelled], two), []);
  });

  test("fails for a label that the list does not have, and for one of another reason", () => {
    const [missing] = differences(FILE, [proven, labelled], { ...two, labelled: [] });
    assert.match(missing ?? "", /batch 1 of chain 271 \(too-large\) has a label that is not listed: row 7/);
    assert.equal(
      differences(FILE, [proven, labelled], { ...two, labelled: [{ ...listed, reason: "unprovable-row" }] }).length,
      2,
    );
  });

  test("fails for a label that no batch has, and for one that a second batch of the same number has", () => {
    const [further] = differences(FILE, [proven, batch(1, {})], two);
    assert.match(further ?? "", /batch 1 of chain 271 \(too-large\) is listed, and no batch has that label/);
    assert.equal(differences(FILE, [labelled, labelled], two).length, 1);
  });

  test("fails for a batch more or less", () => {
    assert.deepEqual(differences(FILE, [proven], { batches: 2, labelled: [] }), [`${FILE}: 1 batches, not 2`]);
    assert.deepEqual(differences(FILE, [proven], { batches: 0, labelled: [] }), [`${FILE}: 1 batches, not 0`]);
  });

  test("is listed for files that there are, with no reason that is a fault of the software", () => {
    assert.deepEqual(
      [...REPLAYED_FILES.keys()].filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
    const reasons = [...REPLAYED_FILES.values()].flatMap(({ labelled: all }) => all.map(({ reason }) => reason));
    assert.deepEqual(
      reasons.filter((reason) => !mayLackProof(2n, reason)),
      [],
    );
  });

  test("is what docs/zkevm.md says", () => {
    const page = readFileSync(join(ROOT, "docs/zkevm.md"), "utf8");
    for (const folder of ["test/flow", "test/client"]) {
      const files = [...REPLAYED_FILES].flatMap(([file, expected]) => (file.startsWith(`${folder}/`) ? [expected] : []));
      const batches = files.reduce((sum, file) => sum + file.batches, 0);
      const labels = files.reduce((sum, file) => sum + file.labelled.length, 0);
      const row = `| \`${folder}\` | ${files.length} | ${batches} | ${batches - labels} | ${labels} |`;
      assert.ok(page.includes(row), `the page has no row ${row}`);
    }
  });
});
