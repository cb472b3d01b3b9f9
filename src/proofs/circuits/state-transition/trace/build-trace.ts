import type { Ext } from "../../../field/extension.ts";
import { isCanonical } from "../../../field/koala-bear.ts";
import { MAX_LEAF_COUNT, OUTPUTS_LEAF_INDEX, STATE_TREE_DEPTH } from "../../../../ground/protocol/domain-tags.ts";
import type { Digest, StateTransitionWitness } from "../../../../ground/protocol/state-transition-witness.ts";
import { EXTENSION_DEGREE } from "../layout/columns.ts";
import type { RowTypeName } from "../layout/row-types.ts";
import { type ReportInconsistency, TraceError } from "./trace-error.ts";
import { type Elements, TraceWriter } from "./trace-writer.ts";
import { writeInsertion } from "./write-insertion.ts";
import { writeTop } from "./write-path.ts";
import { writeUpdate } from "./write-update.ts";

/** Heights of the table, as logarithms. */
export const MIN_LOG_ROWS = 9;
export const MAX_LOG_ROWS = 17;
/** Greatest depth of the working subtree: a path must not have as many levels as an index of the field has bits. */
const MAX_SUBTREE_DEPTH = 29;

/** A filled table with what its statement must say. */
export interface StateTransitionTrace {
  /** 140 columns of 2^logRows canonical elements. */
  readonly columns: Uint32Array[];
  readonly logRows: number;
  /** Final root of the working subtree and final leaf count: public values that travel in the proof. */
  readonly auxiliary: readonly number[];
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  readonly diffDigest: Digest;
  readonly y: Ext;
}

/** Rows of the table before padding. Shape: 2(32 − depth) + 2, per update 6 + 2·depth, per insertion 17 + 4·depth. */
export function traceRowCount({ depth, operations }: Pick<StateTransitionWitness, "depth" | "operations">): number {
  const rows = operations.map(({ type }) => (type === "update" ? 6 + 2 * depth : 17 + 4 * depth));
  return rows.reduce((sum, count) => sum + count, 2 * (STATE_TREE_DEPTH - depth) + 2);
}

/** log2 of the table's height for this batch, at least MIN_LOG_ROWS. At least one row is padding. */
export function traceLogRows(witness: Pick<StateTransitionWitness, "depth" | "operations">): number {
  return Math.max(MIN_LOG_ROWS, Math.ceil(Math.log2(traceRowCount(witness) + 1)));
}

/**
 * Fills the table for one batch, evaluating its diff list at r. Mutates nothing.
 * Throws TraceError when the witness contradicts itself or needs more than 2^MAX_LOG_ROWS rows.
 */
export function buildTrace(witness: StateTransitionWitness, r: Ext): StateTransitionTrace {
  const report: ReportInconsistency = (code, message) => {
    throw new TraceError(code, message);
  };
  checkShape(witness, r, report);
  return fillTrace(witness, r, report);
}

/** Fills a trace like `buildTrace`, but the caller handles an inconsistency and may pass another writer. */
export function fillTrace(
  witness: StateTransitionWitness,
  r: Ext,
  report: ReportInconsistency,
  createWriter: (...options: ConstructorParameters<typeof TraceWriter>) => TraceWriter = (...options) =>
    new TraceWriter(...options),
): StateTransitionTrace {
  const logRows = traceLogRows(witness);
  const { operations, oldSubtreeRoot, newSubtreeRoot, oldLeafCount, newLeafCount } = witness;
  const writer = createWriter(2 ** logRows, r, { root: oldSubtreeRoot, leafCount: oldLeafCount });
  const stateRoots = writeTop(writer, {
    subtree: { old: oldSubtreeRoot, new: newSubtreeRoot },
    siblings: witness.topSiblings,
    oldLeafCount,
    newLeafCount,
  });
  operations.forEach((operation, i) => {
    const returnType = firstRowOf(operations[i + 1]);
    if (operation.type === "update") writeUpdate(writer, operation, returnType, report);
    else writeInsertion(writer, operation, returnType, report);
  });
  if (newSubtreeRoot.some((x, i) => x !== writer.root[i])) {
    report("RootMismatch", "the operations do not lead to the witness's new root");
  }
  if (writer.leafCount !== newLeafCount) {
    report("LeafCountMismatch", `the operations lead to ${writer.leafCount} leaves, the witness says ${newLeafCount}`);
  }
  writer.finish();
  return {
    columns: writer.columns(),
    logRows,
    auxiliary: [...newSubtreeRoot, newLeafCount],
    oldStateRoot: Array.from(stateRoots.old),
    newStateRoot: Array.from(stateRoots.new),
    diffDigest: Array.from(writer.digest),
    y: writer.evaluation,
  };
}

/** Type of the first row of an operation; without one, the padding begins. */
function firstRowOf(operation: StateTransitionWitness["operations"][number] | undefined): RowTypeName {
  if (operation === undefined) return "padding";
  return operation.type === "update" ? "header" : "lowDigits";
}

function checkShape(witness: StateTransitionWitness, r: Ext, report: ReportInconsistency): void {
  const { depth, operations, oldLeafCount, newLeafCount } = witness;
  const demand = (holds: boolean, message: string) => {
    if (!holds) report("MalformedWitness", message);
  };
  const digests = (name: string, values: readonly Elements[]) => {
    for (const value of values) {
      demand(value.length === 8 && Array.from(value).every(isCanonical), `${name} must be 8 canonical elements`);
    }
  };
  demand(
    Number.isInteger(depth) && depth >= 1 && depth <= MAX_SUBTREE_DEPTH,
    `depth ${depth} is not in 1 … ${MAX_SUBTREE_DEPTH}`,
  );
  demand(r.length === EXTENSION_DEGREE && r.every(isCanonical), `r must be ${EXTENSION_DEGREE} canonical coordinates`);
  demand(
    oldLeafCount >= 2 && oldLeafCount <= newLeafCount && newLeafCount <= Math.min(2 ** depth, MAX_LEAF_COUNT),
    `leaf counts ${oldLeafCount} and ${newLeafCount} do not fit a subtree of depth ${depth}`,
  );
  demand(witness.topSiblings.length === STATE_TREE_DEPTH - depth, `expected ${STATE_TREE_DEPTH - depth} top siblings`);
  digests("roots and top siblings", [witness.oldSubtreeRoot, witness.newSubtreeRoot, ...witness.topSiblings]);
  operations.forEach((operation, i) => {
    const low = operation.type === "insertion" ? operation.low : operation;
    demand(operation.siblings.length === depth && low.siblings.length === depth, `operation ${i} must have ${depth} siblings`);
    digests(`the keys and siblings of operation ${i}`, [
      operation.key,
      low.key,
      low.nextKey,
      ...operation.siblings,
      ...low.siblings,
    ]);
    const index = operation.type === "insertion" ? operation.low.index : operation.entry.index;
    demand(Number.isInteger(index) && index >= 0 && index < 2 ** depth, `operation ${i}: leaf ${index} is outside the subtree`);
    demand(
      wordsOf(operation).every(([word, bits]) => word >= 0n && word >> bits === 0n),
      `operation ${i} has a word out of range`,
    );
    const isOutputs = operation.type === "update" && operation.entry.index === OUTPUTS_LEAF_INDEX;
    if (isOutputs !== (i === operations.length - 1)) {
      report("OutputsEntryMissing", `operation ${i} of ${operations.length}: the outputs leaf is written by the last entry only`);
    }
  });
  if (operations.length === 0) report("OutputsEntryMissing", "a batch has at least the entry for the outputs leaf");
  if (traceLogRows(witness) > MAX_LOG_ROWS) {
    report(
      "TooManyRows",
      `the batch needs ${traceRowCount(witness)} rows, a proof holds fewer than ${2 ** MAX_LOG_ROWS}; make it smaller`,
    );
  }
}

/** All words of an operation with the bits that they may have. */
function wordsOf(operation: StateTransitionWitness["operations"][number]): (readonly [bigint, bigint])[] {
  if (operation.type === "update")
    return [
      [operation.entry.value, 256n],
      [operation.oldValue, 256n],
    ];
  const { entry, low } = operation;
  return [
    [entry.value, 256n],
    [entry.slot, 256n],
    [low.value, 256n],
    [entry.address, 160n],
  ];
}
