import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import type {
  InsertionWitness,
  StateTransitionWitness,
  UpdateWitness,
} from "../../src/ground/protocol/state-transition-witness.ts";
import { DEFAULT_PARAMETERS } from "../../src/proofs/stark/systems/parameters.ts";
import {
  buildTrace,
  MAX_LOG_ROWS,
  MIN_LOG_ROWS,
  traceLogRows,
  traceRowCount,
} from "../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { TraceError, type TraceErrorCode } from "../../src/proofs/circuits/state-transition/trace/trace-error.ts";
import { OUTPUTS, tree, withFirst } from "./support/attack.ts";
import { R } from "./support/scenario.ts";

const update = () => tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
const insertion = () => tree().batch((t) => [t.insert(0, 0xbbn, 1n, 5n), t.update(1, OUTPUTS)]);

function assertRefused(code: TraceErrorCode, witness: StateTransitionWitness, message?: RegExp): void {
  assert.throws(
    () => buildTrace(witness, R),
    (error) => error instanceof TraceError && error.code === code && (message === undefined || message.test(error.message)),
    code,
  );
}

describe("building a trace", () => {
  it("pads to a power of two with at least one row of padding", () => {
    const shape = (depth: number, updates: number) => ({
      depth,
      operations: Array.from({ length: updates }, () => update().operations[0]!),
    });
    assert.equal(traceLogRows(shape(4, 1)), MIN_LOG_ROWS);
    // 2(32 − 2) + 2 = 62 rows above the subtree and 10 for each update: 45 of them fill 512 rows, one more than there may be.
    assert.equal(traceRowCount(shape(2, 45)), 512);
    assert.equal(traceLogRows(shape(2, 44)), 9);
    assert.equal(traceLogRows(shape(2, 45)), 10);
  });

  it("has the heights of the default parameters", () => {
    assert.deepEqual([MIN_LOG_ROWS, MAX_LOG_ROWS], [DEFAULT_PARAMETERS.minLogRows, DEFAULT_PARAMETERS.maxLogRows]);
  });

  it("refuses a batch above the greatest height, before it writes a row", () => {
    const { operations, ...rest } = update();
    const many = Math.ceil(2 ** MAX_LOG_ROWS / 14);
    const witness = { ...rest, operations: [...Array.from({ length: many }, () => operations[0]!), operations[1]!] };
    assertRefused("TooManyRows", witness, /make it smaller/);
  });

  it("does not change its witness", () => {
    const witness = insertion();
    const before = structuredClone(witness);
    buildTrace(witness, R);
    assert.deepEqual(witness, before);
  });

  it("names what is wrong with an update", () => {
    const changed = (part: Partial<UpdateWitness>) => withFirst<UpdateWitness>(update(), (first) => ({ ...first, ...part }));
    const siblings = update().operations[0]!.siblings;
    assertRefused("PathMismatch", changed({ siblings: siblings.map((s, i) => (i === 2 ? [1, ...s.slice(1)] : s)) }), /leaf 2/);
    assertRefused("PathMismatch", changed({ oldValue: 4n }));
    assertRefused("PathMismatch", changed({ key: [1, 2, 3, 4, 5, 6, 7, 8] }));
    assertRefused("KindMismatch", changed({ leafKind: 2 }));
    assertRefused(
      "ValueUnchanged",
      tree().batch((t) => [t.update(2, 11n), t.update(1, OUTPUTS)]),
      /leaf 2/,
    );
    assertRefused("MalformedWitness", changed({ siblings: siblings.slice(1) }), /4 siblings/);
    assertRefused(
      "MalformedWitness",
      changed({ siblings: siblings.map((s, i) => (i === 2 ? [P, ...s.slice(1)] : s)) }),
      /canonical/,
    );
    assertRefused("MalformedWitness", changed({ oldValue: 1n << 256n }), /word out of range/);
    assertRefused(
      "MalformedWitness",
      changed({ entry: { type: "update", index: 16, isCode: false, value: 1n } }),
      /outside the subtree/,
    );
  });

  it("names what is wrong with an insertion", () => {
    const changed = (part: Partial<InsertionWitness>) =>
      withFirst<InsertionWitness>(insertion(), (first) => ({ ...first, ...part }));
    const { entry, low } = insertion().operations[0] as InsertionWitness;
    assertRefused("KeyMismatch", changed({ entry: { ...entry, slot: 2n } }));
    assertRefused("ValueZero", changed({ entry: { ...entry, value: 0n } }));
    assertRefused("LeafCountMismatch", changed({ index: 8 }), /index 8/);
    assertRefused("MalformedWitness", changed({ entry: { ...entry, address: 1n << 160n } }));
    assertRefused("PathMismatch", changed({ low: { ...low, value: low.value + 1n } }));
    // Slot 1 of 0xaa is leaf 2 already.
    const present = (lowIndex: number) => tree().batch((t) => [t.insert(0, 0xaan, 1n, 5n, { lowIndex }), t.update(1, OUTPUTS)]);
    assertRefused("KeyNotInInterval", present(2));
    const key = tree().leaves[2]!.key;
    const before = tree().leaves.findIndex((leaf) => leaf.next.every((x, i) => x === key[i]));
    assertRefused("KeyNotInInterval", present(before));
  });

  it("names what is wrong with the batch", () => {
    const witness = update();
    assertRefused("OutputsEntryMissing", { ...witness, operations: [] });
    assertRefused("OutputsEntryMissing", { ...witness, operations: witness.operations.slice(0, 1) });
    assertRefused("OutputsEntryMissing", { ...witness, operations: [...witness.operations].reverse() });
    assertRefused("RootMismatch", { ...witness, newSubtreeRoot: witness.oldSubtreeRoot });
    assertRefused("LeafCountMismatch", { ...witness, newLeafCount: 8 });
    assertRefused("MalformedWitness", { ...witness, depth: 30 }, /depth 30/);
    assertRefused("MalformedWitness", { ...witness, depth: 0 });
    assertRefused("MalformedWitness", { ...witness, newLeafCount: 17 });
    assertRefused("MalformedWitness", { ...witness, topSiblings: witness.topSiblings.slice(1) });
    assert.throws(() => buildTrace(witness, [1, 2, 3, P, 5]), { code: "MalformedWitness" });
    // Operations of another order than the one that the witness was made in.
    const two = tree().batch((t) => [t.update(2, 5n), t.update(3, 6n), t.update(1, OUTPUTS)]);
    const [first, second, outputs] = two.operations;
    assertRefused("PathMismatch", { ...two, operations: [second!, first!, outputs!] });
  });
});
