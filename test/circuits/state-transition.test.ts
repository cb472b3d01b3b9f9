import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import type { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import type { DiffEntry } from "../../src/ground/protocol/diff-list.ts";
import type { StateTransitionWitness } from "../../src/ground/protocol/state-transition-witness.ts";
import { encodeStatement } from "../../src/ground/protocol/statement.ts";
import type { Quintic } from "../../src/ground/protocol/evaluation.ts";
import { statementValues } from "../../src/proofs/circuits/state-transition/statement-values.ts";
import { COLUMN_COUNT, NEXT_COLUMN_COUNT } from "../../src/proofs/circuits/state-transition/layout/columns.ts";
import { buildTrace, traceRowCount } from "../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { ROW_TYPE_NAMES } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { atRow, replaced } from "./support/attack.ts";
import { air, bytes32, checkRow, claim, failingConstraints, forgeTrace, quintic, R, rowsOf } from "./support/scenario.ts";
import { checkRows } from "./support/row-checker.ts";
import { createRandom } from "./support/random.ts";
import { diffDigest, diffCoefficients, StateModel } from "./support/state-model.ts";

const field = createExtension(5);

/** y by its definition: the coefficient k places before the end times r^(k + 1), plus the entry count. */
function evaluate(entries: readonly DiffEntry[], r: Ext, coefficients = diffCoefficients(entries)): Ext {
  return coefficients.reduce<Ext>(
    (sum, coefficient, i) => field.add(sum, field.mul(field.pow(r, coefficients.length - i), coefficient)),
    field.fromBase(entries.length),
  );
}

/** Proves one batch against roots, digest and evaluation that do not come from the circuit. */
function assertAccepted(tree: StateModel, apply: Parameters<StateModel["batch"]>[0], r: Quintic = R): StateTransitionWitness {
  const oldStateRoot = tree.stateRoot();
  const witness = tree.batch(apply);
  const entries = witness.operations.map(({ entry }) => entry);
  const trace = buildTrace(witness, r);
  const publics = statementValues(
    encodeStatement({
      commitment: bytes32(0n),
      oldStateRoot,
      newStateRoot: tree.stateRoot(),
      diffDigest: diffDigest(entries),
      point: r,
      evaluation: quintic(evaluate(entries, r)),
      outputsHash: bytes32(entries.at(-1)!.value),
    }),
  );
  assert.deepEqual(checkRows(checkRow, trace.columns, [...publics!, ...trace.auxiliary]), []);
  return witness;
}

/** A tree with a leaf of every kind. */
function populated(depth: number): StateModel {
  const tree = new StateModel(depth);
  for (const [kind, slot] of [
    [0, 5n],
    [1, 0n],
    [2, 0n],
    [3, 0n],
    [0, 1n << 255n],
  ] as const) {
    tree.insert(kind, 0xabcdef0123456789abcdef0123456789abcdef01n, slot, (1n << 256n) - 2n - slot);
  }
  return tree;
}

describe("the state transition table", () => {
  it("has 140 columns, of which the first 63 are read at the next row, and degree 9", () => {
    assert.equal(air.columnNames.length, COLUMN_COUNT);
    assert.equal(COLUMN_COUNT, 140);
    assert.deepEqual(
      air.nextColumns,
      Array.from({ length: NEXT_COLUMN_COUNT }, (_, i) => i),
    );
    assert.equal(NEXT_COLUMN_COUNT, 63);
    assert.equal(air.degree, 9);
    const boundary = air.constraints.filter(({ scope }) => scope === "firstRow" || scope === "lastRow");
    // Their quotient has the degree of the constraint itself, one more than elsewhere.
    assert.ok(boundary.every(({ degree }) => degree <= 8));
    assert.equal(air.interactions.length, 0);
  });

  it("gives every constraint a unique name within its scope", () => {
    const names = air.constraints.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it("accepts a batch that writes the outputs leaf only", () => {
    assertAccepted(new StateModel(1), (tree) => [tree.update(1, 1n << 255n)]);
  });

  it("accepts updates of leaves of every kind, to zero and to the greatest word", () => {
    assertAccepted(populated(3), (tree) => [
      tree.update(2, 0n),
      tree.update(3, 1n),
      tree.update(4, (1n << 256n) - 1n),
      tree.update(5, 7n),
      tree.update(6, 8n),
      tree.update(1, 99n),
    ]);
  });

  it("accepts insertions of every kind, in one interval and beyond the last key", () => {
    const witness = assertAccepted(new StateModel(4), (tree) => [
      ...Array.from({ length: 12 }, (_, i) =>
        tree.insert((i % 4) as LeafKind, BigInt(i) << 151n, i % 4 === 0 ? 1n << 250n : 0n, 1n << BigInt(20 * i)),
      ),
      tree.update(1, 2n),
    ]);
    const successors = witness.operations.map(
      (operation) => operation.type === "insertion" && operation.low.nextKey.every((x) => x === 0),
    );
    assert.ok(successors.includes(true) && successors.slice(0, -1).includes(false), "both cases of the successor occur");
  });

  it("weighs every limb by its own place: all differ in an insertion, a code update and the outputs", () => {
    // Limb i is first + i.
    const limbs = (first: number, count: number): bigint =>
      Array.from({ length: count }, (_, i) => BigInt(first + i) << BigInt(16 * i)).reduce((word, limb) => word | limb, 0n);
    assertAccepted(populated(4), (tree) => [
      tree.update(4, limbs(0x1001, 16)),
      tree.insert(2, limbs(0x2001, 10), limbs(0x3001, 16), limbs(0x4001, 16)),
      tree.update(1, limbs(0x5001, 16)),
    ]);
  });

  it("weighs an index's high limb", () => {
    const witness = populated(4).batch((tree) => [tree.update(4, 9n), tree.update(1, 5n)]);
    // Index 4 as the circuit knows it and no decoder does: limbs p + 4 − 5·2^16 and 5.
    const low = P + 4 - 5 * 0x10000;
    const trace = forgeTrace(
      witness,
      atRow("header", (cells) => ({ ...cells, right: replaced(replaced(cells.right, 1, low), 2, 5) })),
    );
    assert.deepEqual(failingConstraints(trace.columns, claim(trace, witness)), []);
    const entries = witness.operations.map(({ entry }) => entry);
    const coefficients = diffCoefficients(entries).map((c, i) => (i === 2 ? [2, low, 5, 0, 9] : c));
    assert.deepEqual(trace.y, evaluate(entries, R, coefficients));
  });

  it("accepts an insertion whose low leaf is the outputs leaf", () => {
    const tree = new StateModel(3);
    let address = 1n;
    let witness = tree.batch((t) => [t.insert(0, address, 0n, 1n)]);
    while (witness.operations[0]!.type === "insertion" && witness.operations[0]!.low.index !== 1) {
      const fresh = new StateModel(3);
      address++;
      witness = fresh.batch((t) => [t.insert(0, address, 0n, 1n)]);
    }
    assertAccepted(new StateModel(3), (t) => [t.insert(0, address, 0n, 1n), t.update(1, 5n)]);
  });

  it("accepts the off-chain marker: r = 0 makes y the entry count", () => {
    const zero: Quintic = [0, 0, 0, 0, 0];
    const witness = assertAccepted(
      populated(4),
      (tree) => [tree.update(2, 3n), tree.insert(0, 1n, 2n, 3n), tree.update(1, 4n)],
      zero,
    );
    assert.deepEqual(
      evaluate(
        witness.operations.map(({ entry }) => entry),
        zero,
      ),
      [3, 0, 0, 0, 0],
    );
  });

  it("accepts every depth of the working subtree from 1 to 20", () => {
    for (let depth = 1; depth <= 20; depth++) {
      assertAccepted(new StateModel(depth), (tree) => [
        ...(depth > 1 ? [tree.insert(0, BigInt(depth), 1n, 2n)] : []),
        ...(depth > 1 ? [tree.insert(2, BigInt(depth), 0n, 2n)] : []),
        tree.update(1, 3n),
      ]);
    }
  });

  it("accepts a subtree that its last insertion fills", () => {
    const tree = new StateModel(2);
    assertAccepted(tree, (t) => [t.insert(0, 1n, 1n, 1n), t.insert(0, 1n, 2n, 1n), t.update(1, 3n)]);
    assert.equal(tree.leaves.length, 4);
  });

  it("accepts random batches in sequence", () => {
    const random = createRandom(20261120);
    const word = () => (BigInt(random(2 ** 31)) << 225n) | BigInt(random(2 ** 31));
    const tree = new StateModel(6);
    for (let round = 0; round < 6; round++) {
      assertAccepted(tree, (t) => {
        const old = t.leaves.length;
        const updated = Array.from({ length: old - 2 }, (_, i) => i + 2).filter(() => random(3) === 0);
        const updates = updated.map((index) => t.update(index, t.leaves[index]!.value + 1n));
        const insertions = Array.from({ length: random(6) }, () => {
          const kind = random(4) as LeafKind;
          return t.insert(kind, word() & ((1n << 160n) - 1n), kind === 0 ? word() : 0n, word() + 1n);
        });
        return [...updates, ...insertions, t.update(1, word())];
      });
    }
  });

  it("uses a row of every type and as many rows as its formula says", () => {
    const witness = populated(4).batch((t) => [t.update(2, 1n), t.insert(0, 9n, 9n, 9n), t.update(1, 2n)]);
    const { columns } = buildTrace(witness, R);
    for (const name of ROW_TYPE_NAMES) assert.ok(rowsOf(columns, name).length > 0, name);
    // 2(32 − 4) + 2 above the subtree, two updates of 6 + 8 rows, one insertion of 17 + 16.
    assert.equal(traceRowCount(witness), 58 + 28 + 33);
    assert.equal(columns[0]!.length - rowsOf(columns, "padding").length, 58 + 28 + 33);
  });
});
