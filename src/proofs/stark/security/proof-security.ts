import { P } from "../../field/koala-bear.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { nextColumnsOf } from "../openings/open-trace.ts";
import { friLayerCount, grindingBitsFor, type ProofParameters } from "../systems/parameters.ts";
import {
  type OpeningOf,
  type RowsSecurityShape,
  type SecurityParameters,
  type SecurityReport,
  securityReport,
  type SecurityShape,
  type StackedSecurityShape,
} from "./security.ts";
import { ABSENT, createShape, rowCount, type Shape } from "../systems/shape.ts";
import { batchedBits } from "../stacked/claims.ts";
import { layerFolds, MAX_STACK_COLUMNS, type StackShape } from "../systems/stack-shape.ts";
import { type System, tallestHeights } from "../systems/system.ts";
import type { AgreementTheorem } from "./proximity.ts";

/**
 * Hashes of a system's tables and statement, which the authors of the tables know and the engine does not.
 */
interface ApplicationSecurity {
  /** Elements in a digest of the hash that the circuit computes; 0 if it computes none. */
  readonly circuitDigestElements: number;
  /** Terms of the largest random evaluation in the statement at these heights; 0 if there is none. */
  readonly statementTerms: number;
  /** Whether bits of stacks are claimed in Johnson's regime, on the agreement that docs/security.md names. Default false. */
  readonly stacksInJohnson?: boolean;
}

/** The report for proofs of `system` of this shape; `theorem` as in `securityReport`. */
export function proofSecurity(
  system: System,
  shape: Shape,
  application: ApplicationSecurity,
  theorem?: AgreementTheorem,
): SecurityReport {
  const { circuitDigestElements, statementTerms, stacksInJohnson } = application;
  const described: SecurityShape = {
    ...openingSecurity(system.parameters, shape),
    ...tablesSecurity(system, shape.logRows),
    logRows: shape.tallest,
    statementTerms,
  };
  const parameters = securityParameters(system.parameters, shape.tallest, circuitDigestElements);
  return securityReport(parameters, described, theorem, stacksInJohnson);
}

/**
 * Proven bits that every proof of a system has at least, rounded down to a tenth. By rows: at the height that has the fewest,
 * with all tables as high as they may be together with the tallest. Of a stack: with every figure at its worst, at each length of
 * its columns, since the tables of one proof can be of any heights. `theorem` as in `securityReport`.
 */
export function leastProvenBits(system: System, application: ApplicationSecurity, theorem?: AgreementTheorem): number {
  // A rule that is left out leaves nothing proven.
  if ((system.definition.segments?.without ?? []).length > 0) return 0;
  const isStacked = system.parameters.opening.kind === "stacked";
  const bits = isStacked ? stackedBits(system, application, theorem) : rowsBits(system, application, theorem);
  return Math.floor(Math.min(...bits) * 10) / 10;
}

function rowsBits(system: System, application: ApplicationSecurity, theorem: AgreementTheorem | undefined): number[] {
  return tallestHeights(system.definition).map((height) => {
    const shape = createShape(
      system,
      system.tables.map(({ fixedLogRows }) => fixedLogRows ?? height),
    );
    // More rows than multiplicities may be counted in: no proof is so large.
    return typeof shape === "number" ? Infinity : proofSecurity(system, shape, application, theorem).provenBits;
  });
}

function stackedBits(system: System, application: ApplicationSecurity, theorem: AgreementTheorem | undefined): number[] {
  const { circuitDigestElements, statementTerms, stacksInJohnson } = application;
  const { parameters } = system;
  const { opening, maxLogRows } = parameters;
  if (opening.kind !== "stacked") throw new Error("only a stack has lengths of its columns");
  const logRows = system.tables.map(({ fixedLogRows }) => fixedLogRows ?? maxLogRows);
  return Array.from({ length: opening.logStackMax - opening.logStackMin + 1 }, (_, i) => {
    const stack = { logStack: opening.logStackMin + i, logWidth: Math.log2(MAX_STACK_COLUMNS) };
    const described: SecurityShape = {
      ...stackSecurity(parameters, stack),
      ...tablesSecurity(system, logRows),
      logRows: Math.max(...logRows),
      statementTerms,
    };
    // Fewest bits of grinding: those of low tables.
    const chosen = securityParameters(parameters, 0, circuitDigestElements);
    return securityReport(chosen, described, theorem, stacksInJohnson).provenBits;
  });
}

type OpeningSecurity = OpeningOf<RowsSecurityShape> | OpeningOf<StackedSecurityShape>;

function openingSecurity(parameters: ProofParameters, shape: Shape): OpeningSecurity {
  const { logArity } = parameters;
  const { stack } = shape;
  if (stack === undefined) {
    return {
      opening: "rows",
      foldingArities: Array<number>(friLayerCount(parameters, shape.tallest)).fill(2 ** logArity),
      columns: shape.columnCount,
      nextOpenedEnd: Math.max(0, ...nextColumnsOf(shape).map((column) => column + 1)),
    };
  }
  return stackSecurity(parameters, stack);
}

function stackSecurity(
  parameters: ProofParameters,
  stack: Pick<StackShape, "logStack" | "logWidth">,
): OpeningOf<StackedSecurityShape> {
  return {
    opening: "stacked",
    logCommitted: stack.logStack - LOG_PARTS,
    // δ, and one for each bit of a place.
    batchVariables: 1 + batchedBits(stack, parameters.minLogRows),
    leafRounds: LOG_PARTS + stack.logWidth,
    foldingArities: layerFolds(parameters, stack).map((folds) => 2 ** folds),
    finalRounds: parameters.logFinalMax,
  };
}

/**
 * Error of constraints and lookups with tables of these heights. Lookups count for a whole run, whose
 * segments may be as many as given, since all of them share one round of challenges.
 */
function tablesSecurity(
  system: System,
  logRows: readonly number[],
): Pick<SecurityShape, "constraints" | "maxDegree" | "quotientChunks" | "lookup"> {
  const { constraintCount, constraintDegree, chunkCount, longestMessage, definition } = system;
  const ofSegment = system.tables.reduce(
    (sum, { air, index }) => sum + air.interactions.length * rowCount(logRows[index] ?? ABSENT),
    0,
  );
  const fractions = ofSegment * (definition.segments?.most ?? 1);
  return {
    constraints: constraintCount,
    maxDegree: constraintDegree,
    quotientChunks: chunkCount,
    lookup: fractions > 0 ? { fractions, messageDegree: Math.max(1, longestMessage) } : undefined,
  };
}

/** Destructured in full, so that a new proof parameter does not compile until its effect on security is settled. */
function securityParameters(parameters: ProofParameters, logRows: number, circuitDigestElements: number): SecurityParameters {
  const {
    extensionDegree,
    logBlowup,
    queryCount,
    grindingBits: _b,
    grindingBaseLogRows: _r,
    hash,
    transcript,
    ...shaping
  } = parameters;
  // These fields only decide the shape, which is accounted for directly.
  const {
    logArity: _a,
    logFinalMax: _f,
    opening: _o,
    maxConstraintDegree: _d,
    minLogRows: _l,
    maxLogRows: _h,
    // Where a proof has a tree's nodes; its root binds them all.
    paths: _p,
    // The chunks of a quotient that hides are polynomials of the same degree bound, and counted.
    hiding: _m,
    ...rest
  } = shaping;
  rest satisfies Record<string, never>;
  const algebraic = hash.kind === "poseidon";
  return {
    fieldModulus: P,
    extensionDegree,
    // The transcript cuts its state of 256 bits into challenges, or takes eight elements. The latter is as
    // long as a digest of its trees, whose collisions have a separate round.
    challengeCoordinate: transcript === "keccak" ? { bits: Math.floor(255 / extensionDegree) } : "element",
    logBlowup,
    queries: queryCount,
    grindingBits: grindingBitsFor(parameters, logRows),
    // Eight elements carry 247.9 bits: the round of the circuit's hash states them exactly.
    digestBytes: algebraic ? 31 : hash.digestBytes,
    circuitDigestElements: algebraic ? Math.min(8, circuitDigestElements || 8) : circuitDigestElements,
  };
}
