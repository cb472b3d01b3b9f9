import { P } from "../field/koala-bear.ts";
import { AirBuilder } from "../stark/constraints/air.ts";
import { defineBus } from "../stark/constraints/bus.ts";
import type { ProofParameters } from "../stark/systems/parameters.ts";
import type { ProverInput } from "../stark/proving/prover-input.ts";
import { compileSystem, type System } from "../stark/systems/system.ts";

/*
 * What backends are measured with: shaped like a chunk of an execution, wide tables of different heights with constraints of
 * degree 3 and a message for every eight columns, hashed and opened as its proofs are. It means nothing.
 */

/** Parameters of execution proofs, for all heights. */
const PARAMETERS: ProofParameters = {
  extensionDegree: 5,
  logBlowup: 1,
  queryCount: 100,
  grindingBits: 12,
  grindingBaseLogRows: 24,
  logArity: 3,
  logFinalMax: 7,
  opening: { kind: "stacked", logStackMin: 14, logStackMax: 22 },
  hash: { kind: "poseidon" },
  transcript: "poseidon",
  maxConstraintDegree: 3,
  minLogRows: 4,
  maxLogRows: 20,
};

/** Columns of each table, and by how much it is lower than the tallest, as log2. */
const TABLES = [
  { name: "wide", columns: 96, logLower: 0 },
  { name: "lower", columns: 160, logLower: 3 },
] as const;

const MESSAGE_COLUMNS = 8;

export function calibrationSystem(): System {
  return compileSystem({
    name: "calibration/1",
    parameters: PARAMETERS,
    tables: TABLES.map(({ name, columns }, i) => ({ air: airOf(name, columns, i + 1) })),
    statementValueCount: 0,
    statementElements: { count: 0, shared: 0 },
    publicValues: () => [],
  });
}

/** The right half of a table repeats the left one, which sends what the right one receives: any left half is a valid trace. */
function airOf(name: string, width: number, tag: number) {
  const t = new AirBuilder(name, 0);
  const columns = t.columns("c", width);
  const half = width / 2;
  const one = t.constant(1);
  const at = (i: number) => columns[i] ?? one;
  for (let i = 0; i < half; i++) {
    const body = t.mul(t.add(t.next(at(i)), at((5 * i + 1) % width)), t.sub(at((11 * i + 5) % width), t.constant(i)));
    t.assertZero(`constraint ${i}`, "transition", body, t.sub(at(half + i), at(i)));
  }
  const bus = defineBus(`${name} halves`, tag, { elements: MESSAGE_COLUMNS });
  for (let first = 0; first < half; first += MESSAGE_COLUMNS) {
    const message = (from: number) => ({ elements: Array.from({ length: MESSAGE_COLUMNS }, (_, k) => at(from + k)) });
    t.send(bus, one, message(first));
    t.receive(bus, one, message(half + first));
  }
  return t.build();
}

/** A valid input, always the same, of 2^logRows rows in the tallest table. */
export function calibrationInput(logRows: number): ProverInput {
  // Park and Miller's generator: products stay below 2^53.
  let state = 88_172_645;
  const random = (): number => (state = (48_271 * state) % (2 ** 31 - 1)) % P;
  const traces = TABLES.map(({ columns, logLower }) => {
    const left = Array.from({ length: columns / 2 }, () => Uint32Array.from({ length: 2 ** (logRows - logLower) }, random));
    return [...left, ...left.map((column) => column.slice())];
  });
  return { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces };
}
