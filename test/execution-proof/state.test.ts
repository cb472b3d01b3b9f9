import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { StateWrite } from "../../src/chain/state/change-set.ts";
import { type ProvableTrace, withState } from "../../src/proofs/execution-proof/run-state.ts";
import { encodeStatement, formOf, type RootChange, statementValues } from "../../src/proofs/execution-proof/run-statement.ts";
import { changesOf, runDefinition, runInput, type RunSystem } from "../../src/proofs/execution-proof/run-system.ts";
import type { RunTrace } from "../../src/proofs/execution-proof/run-trace.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import {
  applyWrites,
  interpret,
  KEY,
  LOAD,
  POP,
  programOf,
  push,
  sourceOf,
  STOP,
  STORE,
  traced,
  treeOf,
} from "./support/programs.ts";
import { checkTraces } from "../stark/check-traces.ts";

const ACCOUNT = 0xabcn;
const slot = (number: bigint, value: bigint): StateWrite => ({ leafKind: 0, address: ACCOUNT, slot: number, value });
const PRESENT = [1n, 2n, 3n, 4n, 5n].map((number) => slot(number, 100n + number));

const leaf = (number: bigint) => [push(number), push(ACCOUNT), push(0), KEY];
const reads = (number: bigint) => [...leaf(number), LOAD, POP];
const writes = (number: bigint, value: bigint) => [push(value), ...leaf(number), STORE];

/** Writes of the program to the state. Slots from 20 are absent before. */
const WRITES = [slot(2n, 7n << 200n), slot(3n, 0n), ...[20n, 21n, 22n].map((number) => slot(number, number))];
const PROGRAM = programOf([
  ...reads(1n),
  ...reads(30n),
  ...WRITES.flatMap(({ slot, value }) => writes(slot, value)),
  // Back to what it was, and nothing that stays nothing.
  ...[writes(4n, 9n), writes(4n, 104n), writes(31n, 0n)].flat(),
  ...reads(22n),
  STOP,
]);

describe("a run that asks for leaves of a state", () => {
  let run: RunSystem & { readonly system: System };
  before(async () => {
    const definition = runDefinition(PROGRAM, smallParameters({ maxLogRows: 16, queryCount: 4 }));
    const backend = await createWasmBackend({ workers: 1 });
    run = { program: PROGRAM, definition, system: compileSystem(definition, await commitPreprocessed(definition, backend)) };
    await backend.close();
  });

  /** The run as its tree tells it, and the roots of that tree before and after what the program is to write. */
  function honest(present = PRESENT): { readonly trace: ProvableTrace; readonly roots: RootChange } {
    const tree = treeOf(present);
    const { trace } = interpret(PROGRAM, [], undefined, undefined, tree);
    const oldRoot = tree.root;
    applyWrites(tree, WRITES);
    return { trace, roots: { before: oldRoot, after: tree.root } };
  }

  /** Constraints and buses that refuse. */
  function refusals(trace: ProvableTrace, roots: RootChange): string[] {
    const input = runInput(run, trace, changesOf(PROGRAM, trace), roots);
    const violations = checkTraces(run.system, input, { limit: 100 });
    return [...new Set(violations.map((each) => (each.kind === "bus" ? each.bus : `${each.table}: ${each.constraint}`)))].sort();
  }

  it("has the roots of the state's own tree: leaves read, updated, inserted, absent, and written without a change", () => {
    const { trace, roots } = honest();
    assert.deepEqual(refusals(trace, roots), []);
    assert.equal(trace.state.leaves.filter(({ inserted }) => inserted === 1).length, 3);
    assert.equal(trace.leaves.length, 9);
  });

  it("is refused with a stale root before it, and with a root after it that lacks a write", () => {
    const { trace, roots } = honest();
    const tree = treeOf([...PRESENT.slice(0, -1), slot(5n, 1n)]);
    assert.deepEqual(refusals(trace, { ...roots, before: tree.root }), ["roots"]);
    const lacking = treeOf(PRESENT);
    applyWrites(lacking, WRITES.slice(1));
    assert.deepEqual(refusals(trace, { ...roots, after: lacking.root }), ["roots"]);
  });

  it("is refused for a value before it that is one more than under the root, whichever table lies", () => {
    const { roots, trace } = honest();
    const others = [slot(1n, 102n), ...PRESENT.slice(1)];
    assert.deepEqual(refusals(honest(others).trace, roots), ["roots"]);
    assert.deepEqual(refusals(inTwoStates(others, trace.leaves), roots), ["leaf"]);
  });

  it("is refused for the absence of a present leaf", () => {
    const { roots, trace } = honest();
    const others = PRESENT.slice(1);
    assert.deepEqual(refusals(honest(others).trace, roots), ["roots"]);
    assert.deepEqual(refusals(inTwoStates(others, trace.leaves), roots), ["leaf"]);
  });

  it("is refused for a write that does not come into the state", () => {
    const { trace, roots } = honest();
    const dropped = trace.leaves.map((leaf) => (leaf.slot[0] === 20 ? { ...leaf, after: leaf.before } : leaf));
    const tree = treeOf(PRESENT);
    applyWrites(
      tree,
      WRITES.filter(({ slot }) => slot !== 20n),
    );
    const without = { ...roots, after: tree.root };
    const run = inTwoStates(PRESENT, dropped);
    assert.deepEqual(refusals(run, without), ["leaf"]);
    // Where keys drops it, too, the memory has what was written.
    assert.deepEqual(refusals({ ...run, leaves: dropped }, without), ["lastWord"]);
  });

  it("is refused for an id with the key of another leaf", () => {
    const { trace, roots } = honest();
    const [first, second, ...rest] = trace.leaves;
    const { head, middle, key } = second!;
    const swapped = [{ ...first!, head, middle, key }, second!, ...rest];
    assert.deepEqual(refusals({ ...trace, leaves: swapped }, roots), ["compression", "leaf"]);
  });

  it("has a statement in which both roots are digests", () => {
    const { trace, roots } = honest();
    const form = formOf(PROGRAM);
    const statement = encodeStatement(PROGRAM, changesOf(PROGRAM, trace), roots);
    assert.deepEqual(statementValues(form, statement)?.slice(0, 8), [...roots.before]);
    new DataView(statement.buffer).setUint32(statement.length - 4, P);
    assert.equal(statementValues(form, statement), undefined);
    assert.equal(statementValues(form, statement.slice(0, -4)), undefined);
  });
});

/** Run in a state of these leaves, whose tables of the state are made by other leaves of the state `PRESENT`. */
function inTwoStates(present: readonly StateWrite[], leaves: RunTrace["leaves"]): ProvableTrace {
  const { trace } = traced(PROGRAM, [], undefined, undefined, sourceOf(treeOf(present)));
  return { ...withState({ ...trace, leaves }, treeOf(PRESENT)), leaves: trace.leaves };
}
