import { add, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import { packAuxiliary } from "../../../src/proofs/stark/openings/proof.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { leastHiding } from "../../../src/proofs/stark/systems/hiding.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { compileSystem, type System, type SystemDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "../airs/small-parameters.ts";

/*
 * Steps are secret, their sum over the live rows that `counts` selects is the statement. All constraints are linear in the
 * trace, of degree 3 with their fixed factors, so that everything a proof shows is linear: `cubes` adds a constraint that is not.
 */

/** NOT SECURE: three queries, four coordinates, and the least numbers that hide. */
export function hidingParameters(overrides: Partial<ProofParameters> = {}): ProofParameters {
  const parameters = smallParameters({
    ...{
      extensionDegree: 4,
      queryCount: 3,
      grindingBits: 0,
      logFinalMax: 5,
      minLogRows: 5,
      maxLogRows: 5,
      maxConstraintDegree: 4,
    },
    ...overrides,
  });
  return { hiding: leastHiding(parameters), ...parameters };
}

export function lineAir(degree: number, cubes = false): Air {
  const t = new AirBuilder("line", 1);
  const { sum, step, twice } = t.declare({ sum: 1, step: 1, twice: 1 } as const);
  t.declare({ mask: degree });
  const [live, link, counts, last] = ["live", "link", "counts", "last"].map((name) => t.preprocessedColumn(name));
  if (live === undefined || link === undefined || counts === undefined || last === undefined) throw new Error("four columns");
  t.assertZero("the sum begins at zero", "firstRow", sum);
  t.assertEqual("the sum grows", "transition", t.next(sum), t.add(sum, t.mul(counts, step)), link);
  t.assertEqual("twice", "everyRow", t.mul(counts, twice), t.mul(counts, t.add(step, cubes ? t.mul(step, step) : step)), live);
  t.assertEqual("the sum is public", "everyRow", sum, t.public(0), last);
  return t.build();
}

export function lineDefinition(parameters: ProofParameters, air: Air = lineAir(parameters.extensionDegree)): SystemDefinition {
  const rows = 2 ** parameters.maxLogRows;
  const live = liveRows(parameters);
  const where = (chosen: (row: number) => boolean): Uint32Array =>
    Uint32Array.from({ length: rows }, (_, i) => (chosen(i) ? 1 : 0));
  const columns = [
    where((i) => i < live),
    where((i) => i < live - 1),
    where((i) => i < live && i % 3 !== 2),
    where((i) => i === live - 1),
  ];
  return {
    name: "hidden line/1",
    parameters,
    tables: [{ air, preprocessed: { logRows: parameters.maxLogRows, columns: () => columns } }],
    statementValueCount: 1,
    publicValues: (bytes) => (bytes.length === 4 ? [new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)] : undefined),
  };
}

export function liveRows({ maxLogRows, hiding }: ProofParameters): number {
  return 2 ** maxLogRows - (hiding?.randomRows ?? 0);
}

export async function lineSystem(parameters: ProofParameters, backend: Backend, cubes = false): Promise<System> {
  const definition = lineDefinition(parameters, lineAir(parameters.extensionDegree, cubes));
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

/** Trace of the given steps, one for each live row; random rows are left to the prover. */
export function lineInput({ parameters }: System, steps: readonly number[], cubes = false): ProverInput {
  const rows = 2 ** parameters.maxLogRows;
  const [sum, step, twice] = Array.from({ length: 3 }, () => new Uint32Array(rows));
  if (sum === undefined || step === undefined || twice === undefined) throw new Error("three columns");
  let total = 0;
  const live = liveRows(parameters);
  for (let row = 0; row < live; row++) {
    const value = (steps[row] ?? 0) % P;
    sum[row] = total;
    step[row] = value;
    twice[row] = add(value, cubes ? mul(value, value) : value);
    if (row % 3 !== 2 && row < live - 1) total = add(total, value);
  }
  const masks = Array.from({ length: parameters.extensionDegree }, () => new Uint32Array(rows));
  return { statement: packAuxiliary([total]), auxiliary: [[]], traces: [[sum, step, twice, ...masks]] };
}
