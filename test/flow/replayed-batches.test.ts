import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LABELS_OF_BATCHES } from "../../src/execution-proof/batch/execution-label.ts";
import { LABELLED_BATCHES } from "./support/replay/labelled-batches.ts";
import { differences } from "./support/replay/outcomes.ts";
import type { ReplayedBatch } from "./support/replay/outcomes.ts";

const FILE = "test/flow/some.test.ts";
const batch = (number: number, outcome: Partial<ReplayedBatch>): ReplayedBatch => ({
  ...{ file: FILE, chain: 271, batch: number, commitment: "0x1234", outcome: "checked" },
  ...{ steps: 1, messages: 0, operations: 0, imports: 0, cheats: 0, codes: 0, cpuSeconds: 1 },
  ...outcome,
});

describe("the list of the flow suite's batches that have no proof", () => {
  const checked = batch(0, {});
  const labelled = batch(1, { outcome: "labelled", reason: "p256", detail: "row 7" });
  const listed = { chain: 271, batch: 1, reason: "p256" } as const;

  test("fits where just those of the list have a label, for its reason", () => {
    assert.deepEqual(differences(FILE, [checked, labelled], [listed]), []);
  });

  test("fails for a label that it does not have, and for one of another reason", () => {
    const [missing] = differences(FILE, [checked, labelled], []);
    assert.match(missing ?? "", /batch 1 of chain 271 \(p256\) has a label that is not listed: row 7/);
    assert.equal(differences(FILE, [labelled], [{ ...listed, reason: "sha256" }]).length, 2);
  });

  test("fails for a label that no batch has", () => {
    const [further] = differences(FILE, [checked, batch(1, { outcome: "proven" })], [listed]);
    assert.match(further ?? "", /batch 1 of chain 271 \(p256\) is listed, and no batch has that label/);
  });

  test("has no reason that is a fault of the software", () => {
    const reasons = Object.values(LABELLED_BATCHES).flatMap((batches) => batches.map(({ reason }) => reason));
    assert.deepEqual(
      reasons.filter((reason) => !LABELS_OF_BATCHES.some((known) => known === reason)),
      [],
    );
  });
});
