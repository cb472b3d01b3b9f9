import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { DomainTag } from "../../src/ground/protocol/domain-tags.ts";
import type { InsertionWitness } from "../../src/ground/protocol/state-transition-witness.ts";
import { RowType } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { assertStopped, atRow, OUTPUTS, replaced, tree, withFirst } from "./support/attack.ts";
import { claim, failingConstraints, type Forge, forgeTrace } from "./support/scenario.ts";

describe("attacks on insertions", () => {
  const insertion = (model = tree()) => model.batch((t) => [t.insert(0, 0xbbn, 1n, 5n), t.update(1, OUTPUTS)]);

  it("stops a value of zero", () => {
    assertStopped(
      tree().batch((t) => [t.insert(0, 0xbbn, 1n, 0n), t.update(1, OUTPUTS)]),
      ["an inserted value is not zero"],
    );
  });

  it("stops a key that is not the hash of kind, address and slot", () => {
    assertStopped(
      withFirst<InsertionWitness>(insertion(), (first) => ({ ...first, entry: { ...first.entry, address: 0xccn } })),
      ["a value's or key's hash becomes the right half"],
    );
  });

  it("stops a leaf of another kind than the key's", () => {
    const forge: Forge = (name, cells) =>
      name === "lowKeys" || name === "highKeys" ? { ...cells, other: replaced(cells.other ?? [], 7, 1) } : cells;
    const witness = insertion();
    assertStopped(witness, ["domain tag belongs to the row type", "the new leaf's kind is kept"], { forge });
  });

  it("stops a leaf at another place than the leaf count", () => {
    const witness = tree().batch((t) => [t.insert(0, 0xbbn, 1n, 5n, { index: 8 }), t.update(1, OUTPUTS)]);
    assertStopped({ ...witness, newLeafCount: 8 }, ["the new leaf's index is the leaf count"]);
  });

  it("stops a leaf that overwrites another", () => {
    const model = tree();
    const low = (insertion().operations[0] as InsertionWitness).low.index;
    const index = low === 3 ? 4 : 3; // the low leaf itself changes before
    const occupied = model.siblings(index ^ 1)[0]!;
    const witness = model.batch((t) => [t.insert(0, 0xbbn, 1n, 5n, { index }), t.update(1, OUTPUTS)]);
    let paths = 0;
    const forge: Forge = (name, cells) => {
      const isStart = name === "pathOld" && cells.remaining === index && cells.returnType === RowType.header && paths++ === 0;
      return isStart ? { ...cells, [index === 3 ? "right" : "left"]: occupied } : cells;
    };
    assertStopped({ ...witness, newLeafCount: 8 }, ["the new leaf's index is the leaf count", "the new leaf's place was empty"], {
      forge,
    });
  });

  it("stops a leaf in the place of an empty inner node", () => {
    // Level 1 over leaves 8 and 9 is empty: its digest is not zero.
    const model = tree();
    for (let slot = 20n; model.leaves.length < 8; slot++) model.insert(0, 0xaan, slot, 1n);
    const witness = insertion(model);
    const empty = compress(DomainTag.node, [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]);
    const higher = withFirst<InsertionWitness>(witness, (first) => ({ ...first, siblings: first.siblings.slice(1) }));
    let level = 0;
    const forge: Forge = (name, cells) => {
      // Index 4 at level 1: the same place as index 8 at level 0.
      if (!(name === "pathOld" || name === "pathNew") || cells.returnType !== RowType.header) return cells;
      const remaining = 4 >> (level >> 1);
      const bit = remaining & 1;
      const swap = bit !== (cells.bit ?? 0);
      level++;
      const turned = swap ? { ...cells, left: cells.right, right: cells.left } : cells;
      const placed = level === 1 ? { ...turned, left: empty } : turned;
      return { ...placed, bit, remaining };
    };
    const trace = forgeTrace(higher, forge);
    const failing = failingConstraints(trace.columns, claim(trace, witness));
    assert.ok(failing.includes("the new leaf's place was empty"), failing.join("; "));
    assert.ok(failing.includes("the new leaf's index is the leaf count"), failing.join("; "));
  });

  it("stops a final leaf count that is off by one", () => {
    const witness = insertion();
    const more = { ...witness, newLeafCount: witness.newLeafCount + 1 };
    assertStopped(more, ["last row has the final leaf count"]);
    assertStopped({ ...witness, oldLeafCount: 6 }, [
      "last row has the final leaf count",
      "the new leaf's index is the leaf count",
    ]);
  });

  it("stops an old leaf count that the old root does not have", () => {
    const witness = insertion();
    const forge = atRow("stateOld", (cells) => ({ ...cells, right: replaced(cells.right, 0, 8) }));
    assertStopped(witness, ["old state root has the old leaf count"], { forge });
    const other = atRow("stateNew", (cells) => ({ ...cells, right: replaced(cells.right, 0, 9) }));
    assertStopped(witness, ["new state root has the final leaf count"], { forge: other });
  });

  it("stops a low leaf whose path does not return to the insertion", () => {
    const witness = insertion();
    const forge: Forge = (_, cells) =>
      cells.returnType === RowType.insertedValue ? { ...cells, returnType: RowType.header } : cells;
    assertStopped(witness, ["a finished path returns to its operation", "the low leaf's path returns to the insertion"], {
      forge,
    });
  });

  it("stops a last entry that is an insertion", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.insert(0, 0xbbn, 1n, OUTPUTS)]);
    assertStopped(witness, ["an insertion returns to an entry"]);
  });
});
