import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { DomainTag, STATE_TREE_DEPTH } from "../../src/ground/protocol/domain-tags.ts";
import { PUBLIC, PUBLIC_COUNT } from "../../src/proofs/circuits/state-transition/layout/public-values.ts";
import { RowType } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { TraceWriter } from "../../src/proofs/circuits/state-transition/trace/trace-writer.ts";
import { writePath } from "../../src/proofs/circuits/state-transition/trace/write-path.ts";
import { writeUpdate } from "../../src/proofs/circuits/state-transition/trace/write-update.ts";
import type { UpdateWitness } from "../../src/ground/protocol/state-transition-witness.ts";
import { assertStopped, OUTPUTS, tree } from "./support/attack.ts";
import { fixedPoint } from "./support/poseidon-inverse.ts";
import { checkRow, claim, failingConstraints, type Forge, forgeTrace, R } from "./support/scenario.ts";

describe("attacks on the roots", () => {
  it("stops a batch on another state than the statement's", () => {
    const other = tree();
    other.update(3, 1000n);
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped(witness, ["old lane is the old state root"], {
      statement: { oldStateRoot: other.stateRoot() },
    });
  });

  it("stops a claim of another new state", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const other = tree();
    other.update(2, 6n);
    other.update(1, OUTPUTS);
    assertStopped(witness, ["new lane is the new state root"], { statement: { newStateRoot: other.stateRoot() } });
  });

  it("stops a new root of the subtree that no operation led to", () => {
    const other = tree();
    other.update(2, 6n);
    other.update(1, OUTPUTS);
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped({ ...witness, newSubtreeRoot: other.root }, ["last row has the final root of the subtree"]);
  });

  it("stops a table whose first rows are not on the leftmost path", () => {
    // The right half of a tree of depth 4 posing as the working subtree of depth 3: index bits of its writes would be one short.
    const model = tree();
    const witness = model.batch((t) => [t.update(1, OUTPUTS)]);
    const bitAtFirstLevel: Forge = (name, cells) =>
      (name === "pathOld" || name === "pathNew") && cells.returnType === RowType.topOld1 && cells.remaining === 0
        ? { ...cells, left: cells.right, right: cells.left, bit: 1 }
        : cells;
    let rows = 0;
    assertStopped(
      witness,
      ["a level takes one bit of the index", "first row hashes the root of the subtree", "first row is the leftmost path: bit"],
      { forge: (name, cells, writer) => (rows++ < 2 ? bitAtFirstLevel(name, cells, writer) : cells) },
    );
  });

  it("stops a right turn above the first level even when the index wraps around the field", () => {
    // Bit 1 at the second level: remaining = 1 + 2 · rest needs rest = −1/2, which halves on and never becomes zero.
    const witness = tree().batch((t) => [t.update(1, OUTPUTS)]);
    let rows = 0;
    let remaining = 0;
    const forge: Forge = (name, cells) => {
      const row = rows++;
      if (row >= 2 * (STATE_TREE_DEPTH - 4)) return cells;
      const isOld = row % 2 === 0;
      const bit = row >> 1 === 1 ? 1 : 0;
      if (isOld && row > 0) {
        const before = row >> 1 === 2 ? 1 : 0;
        remaining = Number((BigInt(remaining - before + P) * BigInt((P + 1) / 2)) % BigInt(P));
      }
      if (name.startsWith("top")) return name === "topOld1" ? { ...cells, remaining } : cells;
      return { ...cells, remaining, bit, ...(bit === 1 ? { left: cells.right, right: cells.left } : {}) };
    };
    assertStopped(witness, ["no bit of the index is left below the top rows"], { forge });
  });

  it("stops a right turn in the top rows", () => {
    const witness = tree().batch((t) => [t.update(1, OUTPUTS)]);
    const turned: Forge = (name, cells) =>
      name === "topOld2" || name === "topNew2" ? { ...cells, bit: 1, left: cells.right, right: cells.left } : cells;
    assertStopped(witness, ["the lane is the left half"], { forge: turned });
  });

  it("stops a subtree that leaves out a top row, for indices could then be ambiguous", () => {
    const witness = tree().batch((t) => [t.update(1, OUTPUTS)]);
    const missing = witness.topSiblings.slice(0, -1);
    // One top level fewer: the honest tree of one level less under a state root.
    const trace = forgeTrace({ ...witness, topSiblings: missing }, (_, cells) => cells);
    assert.deepEqual(
      failingConstraints(trace.columns, claim(trace, witness)),
      [],
      "a shallower tree is another tree, not a forgery",
    );
    const skipping = forgeTrace({ ...witness, topSiblings: missing.slice(-1) });
    assert.deepEqual(failingConstraints(skipping.columns, claim(skipping, witness)), [
      "first row starts the top path",
      "row type follows its predecessor",
    ]);
  });

  it("stops a first path that ends at a fixed point of the compression", () => {
    // left ‖ right with C_NODE(left, right) = left comes from inverting the permutation. If the first path could end there, its
    // old lane would meet the root it started from, and the top rows could start from any two nodes.
    const { left, right } = fixedPoint(DomainTag.node);
    assert.deepEqual(compress(DomainTag.node, left, right), left);
    const model = tree();
    const witness = model.batch((t) => [t.update(1, OUTPUTS)]);
    let rows = 0;
    const forge: Forge = (_, cells, writer) => {
      const row = rows++;
      if (row === 0) writer.root = left;
      if (row === 0) return { ...cells, left, right };
      if (row === 1) return { ...cells, right, other: left, pathEnd: true };
      return cells;
    };
    // Two levels of the first path, then the top rows with lanes of the attacker's choice.
    const trace = forgeTrace({ ...witness, topSiblings: [right, ...witness.topSiblings.slice(-2)] }, forge);
    const failing = failingConstraints(
      trace.columns.map((column) => column.slice(0, 4)),
      claim(trace, witness),
    ).filter((name) => !name.startsWith("last row"));
    assert.deepEqual(failing, ["the first path does not end"]);
  });

  it("stops a first path that leaves out the state roots by a fixed point", () => {
    const { left, right } = fixedPoint(DomainTag.node);
    const writer = new TraceWriter(8, R, { root: left, leafCount: 7 });
    writePath(writer, { old: left, new: left }, [right], 0, { returnType: "header" });
    const [update] = tree().batch((t) => [t.update(1, OUTPUTS)]).operations;
    writeUpdate(writer, { ...(update as UpdateWitness), siblings: [] }, "padding", () => undefined);
    const trace = { columns: writer.columns(), auxiliary: [...left, 7] };
    // The path and the first row of the operation after it.
    const failing = [0, 1].flatMap((row) =>
      checkRow(
        trace.columns,
        Array.from({ length: PUBLIC_COUNT }, (_, i) => trace.auxiliary[i - PUBLIC.finalRoot] ?? 0),
        row,
      ),
    );
    assert.deepEqual(failing, ["first row's path leads to the top rows"]);
  });

  it("stops an operation whose path continues at the top rows again", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const forge: Forge = (name, cells) =>
      cells.returnType === RowType.header && !name.startsWith("top") ? { ...cells, returnType: RowType.topOld1 } : cells;
    assertStopped(
      witness,
      [
        "a finished path returns to its operation",
        "an update returns to an entry or to the padding",
        "the last entry updates the outputs leaf: low limb",
        "the last entry's value is the outputs hash",
      ],
      { forge },
    );
  });
});
