import { RunRecorder } from "../../../src/proofs/execution-proof/run-recorder.ts";
import { KERNEL_PLACES } from "../../../src/proofs/execution-proof/memory-places.ts";
import type { ProvenProgram } from "../../../src/proofs/execution-proof/run-tables.ts";
import type { RootChange } from "../../../src/proofs/execution-proof/run-statement.ts";
import { type ProvableTrace, withState } from "../../../src/proofs/execution-proof/run-state.ts";
import type { RunTrace } from "../../../src/proofs/execution-proof/run-trace.ts";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import type { StateKey } from "../../../src/chain/state/state-key.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS, OUTPUTS_SLOT } from "../../../src/ground/protocol/outputs-leaf.ts";
import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../../../src/proofs/machine/instructions/privileged.ts";
import type { RowObserver } from "../../../src/proofs/machine/interpreter/kernel-mode.ts";
import type { CodeSource } from "../../../src/proofs/machine/interpreter/code-store.ts";
import type { Hint, MachineState } from "../../../src/proofs/machine/interpreter/machine-state.ts";
import type { StateSource } from "../../../src/proofs/machine/interpreter/key-table.ts";
import { Kernel, type LeafChange } from "../../../src/proofs/machine/interpreter/kernel.ts";
import { fieldIndex, type FrameField, variableIndex, type Variable } from "../../../src/proofs/machine/kernel/names.ts";
import { instructionsOf, type PlacedInstruction } from "../../../src/proofs/machine/rom/instructions.ts";
import { PUSH, type RomRow } from "../../../src/proofs/machine/rom/rom-row.ts";
import { operationOf } from "../../../src/proofs/machine/rom/row-operations.ts";
import { movesOf } from "../../../src/proofs/machine/rom/row-moves.ts";
import { ENVIRONMENT } from "../../machine/support/environment.ts";
import { primitives } from "../../machine/support/primitives.ts";

/** Instructions as bytes. */
export const STOP = 0x00;
export const [ADD, SUB, ADDMOD, EQ, ISZERO, NOT, CLZ] = [0x01, 0x03, 0x08, 0x14, 0x15, 0x19, 0x1e];
export const KECCAK256 = 0x20;
export const [CHAINID, BASEFEE, GAS] = [0x46, 0x48, 0x5a];
export const [POP, MLOAD, MSTORE, MSTORE8] = [0x50, 0x51, 0x52, 0x53];
export const [JUMP, JUMPI, JUMPDEST] = [0x56, 0x57, 0x5b];
export const HINT = MACHINE.hint.code;
export const [KEY, ACCOUNT_OF_KEY] = [MACHINE.key.code, MACHINE.accountOfKey.code];
export const [ENTER, SET_GAS, COPY] = [MACHINE.enterFrame.code, MACHINE.setGas.code, MACHINE.copy.code];
export const FIELD_PRODUCT = MACHINE.fieldProduct.code;
export const RECOVER = MACHINE.recover.code;
export const [LOAD, STORE] = [LOAD_ARRAY, STORE_ARRAY];
export const COMPRESS = MACHINE.compress.code;
export const [LOAD_USER, STORE_USER] = [MACHINE.loadUser.code, MACHINE.storeUser.code];
export const dup = (depth: number): number => 0x7f + depth;
export const swap = (distance: number): number => 0x8f + distance;
export const get = (name: Variable): number[] => [IndexedCode.getVariable, variableIndex(name)];
export const set = (name: Variable): number[] => [IndexedCode.setVariable, variableIndex(name)];

export const getField = (name: FrameField): number[] => [IndexedCode.getField, fieldIndex(name)];
export const setField = (name: FrameField): number[] => [IndexedCode.setField, fieldIndex(name)];

/** The shortest push of a number, of at least one byte. */
export function push(value: bigint | number): number[] {
  let hex = BigInt(value).toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  return [0x5f + hex.length / 2, ...Buffer.from(hex, "hex")];
}

/** Words at the boundary's places before each run of these tests. */
export const BOUNDARY = {
  ...{ nextBatch: 2n, open: 1n, blockNumber: 7n, timestamp: 0x1_0000_0005n, coinbase: (1n << 160n) - 3n },
  ...{ blockHashes: (1n << 224n) + 9n, cheatCount: 0n },
} as const;

/**
 * A program of these bytes. An instruction shares its row with a push or a negation right before it, and with nothing else, so that
 * tests can name its row.
 */
export function programOf(code: readonly (number | readonly number[])[]): ProvenProgram {
  const instructions = instructionsOf(Uint8Array.from(code.flat()));
  const rows: RomRow[] = [];
  for (const first of instructions.values()) {
    const parts: PlacedInstruction[] = [];
    let at: PlacedInstruction | undefined = first;
    while (at?.opcode === JUMPDEST) at = instructions.get(at.end);
    const isLabel = at !== first;
    for (; at !== undefined && parts.length < 3; at = instructions.get(at.end)) parts.push(at);
    // From the longest on, those that a row can do.
    while (parts.length > 1 && !sharesRow(parts)) parts.pop();
    const last = parts.at(-1);
    if (last !== undefined) rows.push({ pc: first.pc, parts, next: last.end });
    else if (isLabel) throw new Error(`no code follows the label at ${first.pc}`);
  }
  return provenProgram("a test", rows);
}

function sharesRow(parts: readonly PlacedInstruction[]): boolean {
  const opcodes = parts.map(({ opcode }) => opcode);
  const last = opcodes.at(-1) ?? 0;
  const takesOne = last === JUMP || last === JUMPI || (operationOf(last)?.pops ?? 0) > 0;
  const isOne = parts.length === 2 && opcodes[0] === PUSH && takesOne && last !== KECCAK256 && last < LOAD;
  const negates = opcodes.join() === [ISZERO, PUSH, JUMPI].join();
  return (isOne || negates) && movesOf(parts) !== undefined;
}

/** Rows with a statement about the words that stand between transactions, and the environment's. */
export function provenProgram(name: string, rows: ProvenProgram["rows"]): ProvenProgram {
  return { name, rows, places: KERNEL_PLACES };
}

/** A state in which every leaf has a value that its name says: kind + 3 · account + 5 · slot. */
const STATE: StateSource = {
  read: (kind, account, slot) => BigInt.asUintN(256, BigInt(kind) + 3n * account + 5n * slot),
};
const NO_CODES = codesOf(() => {
  throw new Error("the state names no code");
});

/** Codes whose digests have their length last. */
export function codesOf(codeOf: CodeSource["codeOf"]): CodeSource {
  return { codeOf, isLengthFirst: () => false };
}

/** A run by the interpreter, without what the tables of the state are filled with. */
export interface TracedRun {
  readonly trace: RunTrace;
  /** The machine as the run left it. */
  readonly machine: MachineState;
  readonly leaves: readonly LeafChange[];
}

/** A run by the interpreter that can be proven. */
export interface InterpretedRun extends TracedRun {
  readonly trace: ProvableTrace;
  /** Roots of the state's tree before the run, and after the run's changes. */
  readonly roots: RootChange;
}

/** Words of the boundary before a run. */
export type Boundary = Readonly<Record<keyof typeof BOUNDARY, bigint>>;

/** Runs a program by the interpreter and makes the trace of its steps, without the state. */
export function traced(
  program: ProvenProgram,
  hints: readonly Hint[] = [],
  boundary: Boundary = BOUNDARY,
  codes = NO_CODES,
  state = STATE,
): TracedRun {
  const environment = { ...ENVIRONMENT, boundary };
  const recorder = new RunRecorder(program, environment);
  let machine: MachineState | undefined;
  const row: RowObserver = (index, state) => {
    machine = state;
    recorder.row(index, state);
  };
  const observer = { row, opcode: recorder.opcode };
  const { leaves } = new Kernel(primitives, program.rows).run({ environment, state, codes }, hints, observer);
  if (machine === undefined) throw new Error("the run has no steps");
  return { trace: recorder.trace(), machine, leaves };
}

/** Runs a program in a state, and makes its trace. Unless a tree is given, it has the leaves that the run asks for, as `STATE` does. */
export function interpret(
  program: ProvenProgram,
  hints: readonly Hint[] = [],
  boundary: Boundary = BOUNDARY,
  codes = NO_CODES,
  given?: StateTree,
): InterpretedRun {
  const run = traced(program, hints, boundary, codes, given === undefined ? STATE : sourceOf(given));
  const tree =
    given ?? treeOf(run.leaves.flatMap((leaf) => (leaf.before === 0n ? [] : [{ ...keyOf(leaf), value: leaf.before }])));
  return { ...run, trace: withState(run.trace, tree), roots: rootsOf(tree, run.leaves) };
}

/** A state's tree with these leaves. */
export function treeOf(leaves: readonly StateWrite[]): StateTree {
  return StateTree.genesis(leaves, { compressor: referenceCompressor });
}

function keyOf({ leafKind, account, slot }: LeafChange): StateKey {
  return { leafKind: leafKind as LeafKind, address: account, slot };
}

/** A tree as a run reads it. */
export function sourceOf(tree: StateTree): StateSource {
  return { read: (kind, address, slot) => tree.get({ leafKind: kind as LeafKind, address, slot }) };
}

/** Roots of the tree before and after a run. The tree does not change. */
function rootsOf(tree: StateTree, leaves: readonly LeafChange[]): RootChange {
  const before = tree.root;
  const start = tree.snapshot();
  applyWrites(
    tree,
    leaves.flatMap((leaf) => (leaf.before === leaf.after ? [] : [{ ...keyOf(leaf), value: leaf.after }])),
  );
  const after = tree.root;
  tree.revert(start);
  return { before, after };
}

/**
 * Writes to a tree as batches do, none of the outputs leaf. A batch always gives that one another value, so there are two: the
 * second gives it back what it had.
 */
export function applyWrites(tree: StateTree, writes: readonly StateWrite[]): void {
  const outputs = tree.get({ leafKind: 0, address: OUTPUTS_ADDRESS, slot: OUTPUTS_SLOT });
  tree.apply(writes, outputs + 1n);
  tree.apply([], outputs);
}
