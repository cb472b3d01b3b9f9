import { PUBLIC, PUBLIC_COUNT, HIGHEST_POWER } from "../../src/proofs/circuits/state-transition/layout/public-values.ts";
import type { ConstraintScope } from "../../src/proofs/stark/constraints/air.ts";
import { concat } from "../../src/proofs/stark/transcripts/bytes.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { proofVersion } from "../../src/proofs/stark/systems/verification-key.ts";
import { FrameWriter, GadgetBook, systemInputs } from "./frame-writer.ts";

/** Numbers of the row selectors. */
const SCOPES: Readonly<Record<ConstraintScope, number>> = { everyRow: 0, transition: 1, firstRow: 2, lastRow: 3 };

/** Source of a public value: kind, and offset in the statement's bytes. */
type PublicSource = readonly [kind: number, offset: number];

const ELEMENT = 0;
const LIMB = 1;
/** Coordinate c of the k-th power has kind 8·k + c. */
const POWER = 8;
const AUXILIARY = 255;

/** Offsets in an encoded statement (`src/ground/protocol/statement.ts`). */
const STATEMENT = { oldStateRoot: 32, newStateRoot: 64, diffDigest: 96, point: 128, evaluation: 148, outputsHash: 168 } as const;
const DEGREE = 5;

/** Sources of the state transition's public values, in the order of `PUBLIC`. */
function stateTransitionPublics(): PublicSource[] {
  const sources: PublicSource[] = Array.from({ length: PUBLIC_COUNT }, () => [AUXILIARY, 0]);
  const put = (first: number, count: number, source: (i: number) => PublicSource): void => {
    for (let i = 0; i < count; i++) sources[first + i] = source(i);
  };
  for (const name of ["oldStateRoot", "newStateRoot", "diffDigest"] as const)
    put(PUBLIC[name], 8, (i) => [ELEMENT, STATEMENT[name] + 4 * i]);
  put(PUBLIC.y, DEGREE, (i) => [ELEMENT, STATEMENT.evaluation + 4 * i]);
  // The least significant 16 bits are the last two bytes.
  put(PUBLIC.outputsHash, 16, (i) => [LIMB, STATEMENT.outputsHash + 30 - 2 * i]);
  for (let k = 1; k <= HIGHEST_POWER; k++)
    put(PUBLIC.rPowers + DEGREE * (k - 1), DEGREE, (c) => [POWER * k + c, STATEMENT.point]);
  return sources;
}

/**
 * Description of a state transition's system for the second verifier: parameters, columns, sources of the public values, and the
 * constraints as instructions; `contracts/verifier/second/Description.sol` has the form. A data contract's code is a zero byte
 * and these. Throws RangeError for parameters that the second verifier cannot check.
 */
export function describeSystem(system: System): Uint8Array {
  const { parameters, chunkCount, tables, verificationKeyDigest } = system;
  const [table] = tables;
  const { hash } = parameters;
  if (table === undefined || tables.length !== 1 || table.lookup !== undefined || table.preprocessedWidth !== 0)
    throw new RangeError(`the second verifier checks one table without buses and fixed columns, which ${system.name} is not`);
  if (
    parameters.extensionDegree !== DEGREE ||
    parameters.opening.kind !== "rows" ||
    hash.kind !== "keccak" ||
    parameters.hiding !== undefined
  )
    throw new RangeError(
      `the second verifier checks quintic proofs by rows in keccak trees that hide nothing, not those of ${system.name}`,
    );
  const book = new GadgetBook();
  const main = new FrameWriter(
    table.air.nodes,
    table.air.constraints.flatMap(({ body, selector }) => (selector === undefined ? [body] : [body, selector])),
    book,
    systemInputs(table.mainWidth + DEGREE * chunkCount, table.mainNextWidth, PUBLIC_COUNT),
  );
  // Horner's scheme in α goes from the last constraint to the first.
  for (const { body, selector, scope } of table.air.constraints.toReversed()) main.constraint(body, selector, SCOPES[scope]);
  const publics = stateTransitionPublics();
  const { logBlowup, queryCount, grindingBits, grindingBaseLogRows, logArity, logFinalMax, minLogRows, maxLogRows } = parameters;
  let first = main.count;
  const gadgets = book.gadgets.flatMap(({ instructions, inputCount }) => {
    const entry = [first, instructions.length / 5, inputCount];
    first += instructions.length / 5;
    return entry;
  });
  return concat([
    verificationKeyDigest,
    Uint8Array.of(proofVersion(parameters), logBlowup, queryCount, grindingBits, grindingBaseLogRows),
    Uint8Array.of(logArity, logFinalMax, hash.digestBytes, minLogRows, maxLogRows),
    words([table.mainWidth, table.mainNextWidth, chunkCount, table.auxiliaryCount, publics.length]),
    words([book.gadgets.length, main.count]),
    ...publics.map(([kind, offset]) => Uint8Array.of(kind, ...words([offset]))),
    words(gadgets),
    main.bytes(),
    ...book.gadgets.map(({ instructions }) => instructions),
  ]);
}

/** Two big-endian bytes each. */
function words(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * numbers.length);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, i) => view.setUint16(2 * i, number));
  return bytes;
}
