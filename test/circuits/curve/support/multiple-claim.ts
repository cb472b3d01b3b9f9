import { fixedTableColumns } from "../../../../src/circuits/arithmetic/fixed-columns.ts";
import { arithmeticDefinitions } from "../../../../src/circuits/arithmetic/tables.ts";
import { CURVE_MULTIPLE } from "../../../../src/circuits/buses.ts";
import { curveMultipleAir } from "../../../../src/circuits/curve-multiple/curve-multiple-air.ts";
import type { Multiples } from "../../../../src/circuits/curve-multiple/curve-multiple-trace.ts";
import { curveProductAir } from "../../../../src/circuits/curve-product/curve-product-air.ts";
import { curveSumAir } from "../../../../src/circuits/curve-sum/curve-sum-air.ts";
import type { Point } from "../../../../src/circuits/curve/secp256k1.ts";
import { assertBoolean } from "../../../../src/circuits/words/expressions.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../../../../src/circuits/words/word.ts";
import { createReferenceBackend } from "../../../../src/kernels/reference/backend.ts";
import { type Air, AirBuilder } from "../../../../src/stark/air.ts";
import { checkTraces, type Violation } from "../../../../src/stark/check.ts";
import { commitPreprocessed } from "../../../../src/stark/preprocess.ts";
import { compileSystem, type System, type SystemDefinition } from "../../../../src/stark/system.ts";
import { traceColumns } from "../../../../src/stark/trace-columns.ts";
import { smallParameters } from "../../../stark/airs/small-parameters.ts";

/** What a system is asked to accept: that these multiples have this result. */
export interface MultipleClaim extends Multiples {
  readonly result: Point;
}

const FIELDS = { u: LIMBS, v: LIMBS, x: WORD_BYTES, y: WORD_BYTES, resultX: WORD_BYTES, resultY: WORD_BYTES, real: 1 } as const;

/** In place of the table recover: asks for multiples of a point, and promises that it is on the curve. */
function claimAir(): Air {
  const b = new AirBuilder("claim", 0);
  const { real, ...message } = b.declare(FIELDS);
  assertBoolean(b, { real });
  b.send(CURVE_MULTIPLE, real, message);
  return b.build();
}

function claimColumns({ u, v, point, result }: MultipleClaim): Uint32Array[] {
  const name = { u: limbsOf(u), v: limbsOf(v), x: bytesOf(point.x), y: bytesOf(point.y) };
  const cells = { ...name, resultX: bytesOf(result.x), resultY: bytesOf(result.y), real: 1 };
  return traceColumns("claim", FIELDS, [cells], { padding: () => ({ ...cells, real: 0 }), minLogRows: 2 });
}

const AIRS = [claimAir(), curveMultipleAir(), curveSumAir(), curveProductAir()];

function definition(): SystemDefinition {
  return {
    name: "curve/1",
    parameters: smallParameters({ minLogRows: 2, maxLogRows: 16, queryCount: 4, maxConstraintDegree: 3 }),
    tables: [...AIRS.map((air) => ({ air })), ...arithmeticDefinitions()],
    statementValueCount: 0,
    publicValues: () => [],
  };
}

let compiled: Promise<System> | undefined;

/** Compiled once: it takes longer than all claims. */
function compiledSystem(): Promise<System> {
  compiled ??= commitPreprocessed(definition(), createReferenceBackend()).then((preprocessed) =>
    compileSystem(definition(), preprocessed),
  );
  return compiled;
}

/**
 * What a claim violates in the system of the curve's tables with all that they look up, for the columns of curveMultiple, curveSum
 * and curveProduct. Without violations a proof of it verifies.
 */
export async function violationsOf(claim: MultipleClaim, columns: readonly Uint32Array[][]): Promise<Violation[]> {
  const looking = columns.map((main, i) => ({ air: AIRS[i + 1]!, columns: { preprocessed: [], main } }));
  const fixed = fixedTableColumns(looking);
  const arithmetic = arithmeticDefinitions();
  const absent = arithmetic
    .slice(0, arithmetic.length - fixed.length)
    .map(({ air }) => air.columnNames.map(() => new Uint32Array(0)));
  const traces = [claimColumns(claim), ...columns, ...absent, ...fixed];
  return checkTraces(
    await compiledSystem(),
    { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces },
    { limit: 10 },
  );
}
