import { add, inv, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { createJoinSplitSystem } from "../../../src/proofs/circuits/join-split/join-split-system.ts";
import {
  type JoinSplitCells,
  joinSplitColumns,
  type JoinSplitWitness,
} from "../../../src/proofs/circuits/join-split/join-split-trace.ts";
import { ownerOf } from "../../../src/proofs/circuits/join-split/note.ts";
import { encodeStatement, type JoinSplitStatement } from "../../../src/proofs/circuits/join-split/statement.ts";
import { checkTraces } from "../../stark/check-traces.ts";
import { type Forgery, forgeRows, type FreeChoices } from "./forged-rows.ts";
import { CommitmentTree, digestOf, noNote, spentNote } from "./scenario.ts";

export const system = createJoinSplitSystem();

/** Names of all constraints. */
export const CONSTRAINTS: readonly string[] = (system.tables[0]?.air.constraints ?? []).map(({ name }) => name);

/** The first constraint of each name, whatever its index: these are tried in `npm test`. */
export const FIRST_OF_KIND: readonly string[] = CONSTRAINTS.filter((name, i) => {
  const kind = (each: string): string => each.replaceAll(/\d+/g, "");
  return CONSTRAINTS.findIndex((other) => kind(other) === kind(name)) === i;
});

/** A note of 3 + 2^17 + 2^34 + 2^50 gwei is spent, for two others; limbs stay small. The second input has no value. */
export function smallTransfer(): JoinSplitWitness {
  const key = digestOf(31);
  const tree = new CommitmentTree();
  tree.append(digestOf(32));
  const note = spentNote(tree, key, { value: 3n + 2n ** 17n + 2n ** 34n + 2n ** 50n, random: digestOf(33) });
  return {
    nullifierKey: key,
    inputs: [{ ...note, siblings: tree.siblings(note.index) }, noNote(34)],
    outputs: [
      { value: 2n + 2n ** 17n, owner: digestOf(35), random: digestOf(36) },
      { value: 1n + 2n ** 34n, owner: ownerOf(compress, key), random: digestOf(37) },
    ],
  };
}

/** Names of the constraints that a forged trace breaks. */
export function failing(forgery: Forgery, choices?: FreeChoices): string[] {
  const { rows, statement } = forgeRows(smallTransfer(), forgery, choices);
  return brokenBy(rows, statement);
}

/** Names of the constraints that a trace breaks. */
export function brokenBy(rows: readonly JoinSplitCells[], statement: JoinSplitStatement): string[] {
  const input = { statement: encodeStatement(statement), auxiliary: [[]], traces: [joinSplitColumns(rows)] };
  const violations = checkTraces(system, input, { limit: Number.MAX_SAFE_INTEGER });
  return [...new Set(violations.map((each) => (each.kind === "constraint" ? each.constraint : each.bus)))].sort();
}

export const honest: Forgery = (_, value) => value;

/** Assignments of each constraint in one pass. */
const assignments = new Map<string, number>();
forgeRows(smallTransfer(), (name, value) => {
  assignments.set(name, (assignments.get(name) ?? 0) + 0.5); // a trace is written in two passes
  return value;
});

/** Changes one assignment of the named constraint. */
function change(constraint: string, to: (value: number) => number, occurrence = 0): Forgery {
  let seen = 0;
  return (name, value) => {
    if (name !== constraint) return value;
    return seen++ % (assignments.get(constraint) ?? 1) === occurrence ? to(value) : value;
  };
}

interface Lie {
  readonly forgery: Forgery;
  readonly choices?: FreeChoices;
}

/** Lies for which the prover chooses other cells as well. */
const CHOSEN: readonly (readonly [RegExp, (constraint: string, parts: readonly number[]) => Lie])[] = [
  // The path begins at another leaf than the one of the nullifier: fourth row of the note's register.
  [/^commitment stays/, (constraint) => ({ forgery: change(constraint, (value) => add(value, 1), 3) })],
  [/^commitment\[(\d)\]$/, (_, [element]) => ({ forgery: honest, choices: { otherCommitment: element ?? 0 } })],
  // Another index for the same leaf.
  [
    /^index at \w+ ?(\d?) stays/,
    (name, [note = 0]) => ({ forgery: change(name, (value) => add(value, 1)), choices: { indexBeyond: [note, P - 1] } }),
  ],
  [/^index ends$/, () => ({ forgery: honest, choices: { indexBeyond: [0, 2 ** 20] } })],
  [
    /^index loses a bit$/,
    (name) => ({ forgery: change(name, (value) => add(value, 1), 18), choices: { indexBeyond: [0, P - 2 ** 19] } }),
  ],
  [/^bit at step/, (name) => ({ forgery: change(name, (value) => value + 2), choices: { indexBeyond: [0, 2] } })],
  [/^bit at end/, (name) => ({ forgery: change(name, (value) => value + 2), choices: { indexBeyond: [0, 2 ** 20] } })],
  [
    /^bit (\d) of carry (\d) is boolean$/,
    (_, [bit = 0, carry = 0]) => {
      const bits =
        [
          [2, 1, 0],
          [0, 2, 0],
          [1, 0, mul(3, inv(4))],
        ][bit] ?? [];
      return { forgery: honest, choices: { carryBits: [carry, bits] } };
    },
  ],
  [
    /^bit (\d+) of a value is boolean$/,
    (name, [bit = 0]) => ({ forgery: change(name, (value) => add(value, bit % 16 === 0 ? 2 : inv(2 ** (bit % 16)))) }),
  ],
];

/** Forgery that breaks the named constraint alone. */
export function lie(constraint: string): Lie {
  for (const [pattern, forge] of CHOSEN) {
    const found = pattern.exec(constraint);
    if (found !== null) return forge(constraint, found.slice(1).map(Number));
  }
  return { forgery: change(constraint, (value) => add(value, 1)) };
}
