import { P } from "../../field/koala-bear.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { nextColumnsOf } from "../open-trace.ts";
import { friLayerCount, grindingBitsFor, type ProofParameters } from "../parameters.ts";
import {
  type OpeningOf,
  type RowsSecurityShape,
  type SecurityParameters,
  type SecurityReport,
  securityReport,
  type SecurityShape,
  type StackedSecurityShape,
} from "../security.ts";
import { ABSENT, rowCount, type Shape } from "../shape.ts";
import { batchedBits } from "../stacked/claims.ts";
import { layerFolds } from "../stacked/stack-shape.ts";
import type { System } from "../system.ts";
import type { AgreementTheorem } from "./proximity.ts";

/** What a system's tables and statement use besides the engine: known to the authors of the tables, not to the engine. */
export interface ApplicationSecurity {
  /** Elements in a digest of the hash that the circuit computes; 0 if it computes none. */
  readonly circuitDigestElements: number;
  /** Terms of the largest random evaluation in the statement at these heights; 0 if there is none. */
  readonly statementTerms: number;
}

/** The report for proofs of `system` of this shape; `theorem` as in `securityReport`. */
export function proofSecurity(
  system: System,
  shape: Shape,
  application: ApplicationSecurity,
  theorem?: AgreementTheorem,
): SecurityReport {
  const { circuitDigestElements, statementTerms } = application;
  const fractions = system.tables.reduce(
    (sum, table) => sum + table.air.interactions.length * rowCount(shape.logRows[table.index] ?? ABSENT),
    0,
  );
  const described: SecurityShape = {
    ...openingSecurity(system.parameters, shape),
    logRows: shape.tallest,
    constraints: system.constraintCount,
    maxDegree: system.constraintDegree,
    quotientChunks: system.chunkCount,
    lookup: shape.hasLookups ? { fractions, messageDegree: Math.max(1, system.longestMessage) } : undefined,
    statementTerms,
  };
  return securityReport(securityParameters(system.parameters, shape.tallest, circuitDigestElements), described, theorem);
}

type OpeningSecurity = OpeningOf<RowsSecurityShape> | OpeningOf<StackedSecurityShape>;

function openingSecurity(parameters: ProofParameters, shape: Shape): OpeningSecurity {
  const { logArity, logFinalMax, minLogRows } = parameters;
  const { stack } = shape;
  if (stack === undefined) {
    return {
      opening: "rows",
      foldingArities: Array<number>(friLayerCount(parameters, shape.tallest)).fill(2 ** logArity),
      columns: shape.columnCount,
      nextOpenedEnd: Math.max(0, ...nextColumnsOf(shape).map((column) => column + 1)),
    };
  }
  return {
    opening: "stacked",
    logCommitted: stack.logStack - LOG_PARTS,
    // δ, and one for each bit of a place.
    batchVariables: 1 + batchedBits(stack, minLogRows),
    leafRounds: LOG_PARTS + stack.logWidth,
    foldingArities: layerFolds(parameters, stack).map((folds) => 2 ** folds),
    finalRounds: logFinalMax,
  };
}

/** Destructured in full, so that a new proof parameter does not compile until its effect on security is settled. */
function securityParameters(parameters: ProofParameters, logRows: number, circuitDigestElements: number): SecurityParameters {
  const { extensionDegree, logBlowup, queryCount, grindingBits: _b, grindingBaseLogRows: _r, hash, ...shaping } = parameters;
  // These only decide the shape, which is accounted for as it is.
  const {
    logArity: _a,
    logFinalMax: _f,
    opening: _o,
    maxConstraintDegree: _d,
    minLogRows: _l,
    maxLogRows: _h,
    ...rest
  } = shaping;
  rest satisfies Record<string, never>;
  const algebraic = hash.kind === "poseidon";
  return {
    fieldModulus: P,
    extensionDegree,
    // As the transcript cuts its 256-bit state.
    challengeCoordinateBits: Math.floor(255 / extensionDegree),
    logBlowup,
    queries: queryCount,
    grindingBits: grindingBitsFor(parameters, logRows),
    // Eight elements carry 247.9 bits: the round of the circuit's hash states them exactly.
    digestBytes: algebraic ? 31 : hash.digestBytes,
    circuitDigestElements: algebraic ? Math.min(8, circuitDigestElements || 8) : circuitDigestElements,
  };
}
