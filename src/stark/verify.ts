import type { Ext } from "../field/extension.ts";
import { isCanonical, pow, rootOfUnity } from "../field/koala-bear.ts";
import { combineOpenings, deepValues } from "./deep.ts";
import { compositionAtPoint, type LookupChallenges, powerOfTwo, quotientAtPoint } from "./evaluate.ts";
import { evaluatePolynomial, pointAt } from "./fri.ts";
import { nextColumnsOf, readTraceTree, rowOfQuery } from "./open-trace.ts";
import { readFriLayer } from "./open-fri.ts";
import { DOMAIN_SHIFT, grindingBitsFor } from "./parameters.ts";
import { type ProofHead, ProofReader, type ProofSection, type ProofValues, readHead, readValues } from "./proof.ts";
import { reject, RejectedProof, type VerifyResult } from "./rejection.ts";
import { ABSENT, type Shape } from "./shape.ts";
import { type System, tablePublicValues } from "./system.ts";
import { concat, createTranscript, initialInputs, type TranscriptFactory } from "./transcript.ts";

/** For tests and tools. */
export interface VerifyOptions {
  /** Replaces the transcript, so that a test can freeze challenges. Never set it to accept a proof. */
  readonly createTranscript?: TranscriptFactory;
  /** Receives the parts of the proof that were read before the verdict. */
  readonly onSections?: (sections: readonly ProofSection[]) => void;
}

/**
 * Checks a proof of a statement. Never throws on hostile bytes; the first failing check decides the code. The order,
 * which the contract keeps too:
 *
 *  1. head: version, heights, length                                     MalformedProof
 *  2. statement                                                          BadStatement
 *  3. transcript up to the nonce (no check)
 *  4. elements of the head, in proof order: padding bits, then canonical MalformedProof, NonCanonicalElement
 *  5. lookup sums add up to zero                                         LookupSumMismatch
 *  6. the point z lies outside trace and evaluation domain               PointInDomain
 *  7. constraints at z = (z^n − 1) · Q(z)                                ConstraintMismatch
 *  8. grinding, positions                                                GrindingTooWeak, PositionsExhausted
 *  9. each trace tree: length, elements, root                            MalformedProof, NonCanonicalElement, MerkleMismatch
 * 10. DEEP values at the query positions (no check)
 * 11. each FRI layer: length, elements, values against the previous layer's fold (DEEP for layer 0), root, fold
 *                                                                        …, FoldMismatch, MerkleMismatch
 * 12. nothing is left over                                               MalformedProof
 * 13. final polynomial at every folded position                          FinalPolynomialMismatch
 */
export function verify(system: System, statement: Uint8Array, proof: Uint8Array, options: VerifyOptions = {}): VerifyResult {
  const reader = new ProofReader(proof);
  try {
    runChecks(system, statement, reader, options.createTranscript ?? createTranscript);
    return { ok: true };
  } catch (error) {
    if (error instanceof RejectedProof) return { ok: false, rejection: error.rejection };
    throw error;
  } finally {
    options.onSections?.(reader.sections);
  }
}

function runChecks(system: System, statement: Uint8Array, reader: ProofReader, factory: TranscriptFactory): void {
  const head = readHead(system, reader);
  const statementValues = system.definition.publicValues(statement);
  if (statementValues?.length !== system.definition.statementValueCount || !statementValues.every(isCanonical)) {
    return reject({ code: "BadStatement" });
  }
  const challenges = drawChallenges(system, statement, head, factory);
  const values = readValues(system, head);
  checkLookupSums(system, values);
  checkPoint(system, head.shape, challenges.point);
  checkConstraints(system, head.shape, values, statementValues, challenges);
  const grindingBits = grindingBitsFor(system.parameters, head.shape.tallest);
  if (challenges.grinding < grindingBits) {
    reject({ code: "GrindingTooWeak", expected: grindingBits, got: challenges.grinding });
  }
  const { queries } = challenges;
  if (queries === undefined) return reject({ code: "PositionsExhausted" });
  checkQueries(system, head, values, { ...challenges, queries }, reader);
}

/** Every challenge of a proof, in the order in which they are drawn, and the outcome of grinding. */
interface Challenges {
  readonly lookup: LookupChallenges | undefined;
  readonly alpha: Ext;
  readonly point: Ext;
  readonly deep: Ext;
  readonly folds: readonly Ext[];
  /** Leading zero bits found. */
  readonly grinding: number;
  /** Undefined when drawing them took too many hashes. */
  readonly queries: readonly number[] | undefined;
}

function drawChallenges(system: System, statement: Uint8Array, head: ProofHead, factory: TranscriptFactory): Challenges {
  const transcript = factory(system.parameters.extensionDegree, initialInputs(system, statement, head));
  transcript.absorb("mainRoot", head.mainRoot);
  let lookup: LookupChallenges | undefined;
  if (head.shape.hasLookups) {
    lookup = { fold: transcript.challenge("lookupFold"), offset: transcript.challenge("lookupOffset") };
    transcript.absorb("lookupRootAndSums", concat([head.lookupRoot, head.sums]));
  }
  const alpha = transcript.challenge("composition");
  transcript.absorb("quotientRoot", head.quotientRoot);
  const point = transcript.challenge("point");
  transcript.absorb("openings", concat([head.openingsAtPoint, head.openingsAtNext]));
  const deep = transcript.challenge("deep");
  const folds = head.friRoots.map((root) => {
    transcript.absorb("friRoot", root);
    return transcript.challenge("friFold");
  });
  transcript.absorb("finalPolynomial", head.finalPolynomial);
  const grinding = transcript.grind(head.nonce);
  const queries = transcript.queries(head.shape.logDomain, system.parameters.queryCount);
  return { lookup, alpha, point, deep, folds, grinding, queries };
}

function checkLookupSums({ field }: System, { sums }: ProofValues): void {
  const total = sums.reduce((sum, value) => field.add(sum, value), field.zero);
  if (!field.equal(total, field.zero)) reject({ code: "LookupSumMismatch", expected: field.zero, got: total });
}

/** z outside both domains keeps every denominator of selectors and DEEP quotients nonzero; gz is then outside too. */
function checkPoint({ field }: System, shape: Shape, point: Ext): void {
  const inTrace = field.equal(powerOfTwo(field, point, shape.tallest), field.one);
  const shiftPower = pow(DOMAIN_SHIFT, 2 ** shape.logDomain);
  const inDomain = field.equal(powerOfTwo(field, point, shape.logDomain), field.fromBase(shiftPower));
  if (inTrace || inDomain) reject({ code: "PointInDomain", got: point });
}

function checkConstraints(
  system: System,
  shape: Shape,
  { atPoint, atNext, auxiliary, sums }: ProofValues,
  statementValues: readonly number[],
  { point, alpha, lookup }: Challenges,
): void {
  const { field } = system;
  let nextSum = 0;
  const opened = {
    atPoint,
    atNext,
    publicValues: auxiliary.map((own) => tablePublicValues(statementValues, own)),
    sums: system.tables.map(({ lookup: plan, index }) =>
      plan === undefined || shape.logRows[index] === ABSENT ? undefined : sums[nextSum++],
    ),
    lookup,
  };
  const expected = compositionAtPoint(system, shape, opened, point, alpha);
  const vanishing = field.sub(powerOfTwo(field, point, shape.tallest), field.one);
  const got = field.mul(vanishing, quotientAtPoint(system, shape, atPoint, point));
  if (!field.equal(expected, got)) reject({ code: "ConstraintMismatch", expected, got });
}

function checkQueries(
  system: System,
  head: ProofHead,
  values: ProofValues,
  challenges: Challenges & { readonly queries: readonly number[] },
  reader: ProofReader,
): void {
  const { field, parameters } = system;
  const { shape } = head;
  const roots = {
    preprocessed: system.preprocessedRoots.get(shape.tallest),
    main: head.mainRoot,
    lookup: head.lookupRoot,
    quotient: head.quotientRoot,
  };
  const trees = shape.trees.map((tree, index) => {
    const root = roots[tree.phase];
    if (root === undefined) throw new Error(`no preprocessed root for a tallest table of 2^${shape.tallest} rows`);
    return readTraceTree(system, shape, { tree, index, root }, challenges.queries, reader);
  });

  const { point } = challenges;
  const nextPoint = field.scale(point, rootOfUnity(shape.tallest));
  const combination = combineOpenings(field, challenges.deep, { point, nextPoint }, values, nextColumnsOf(shape));
  let positions = challenges.queries;
  let folded: readonly Ext[] = deepValues(
    field,
    combination,
    positions.map((position) => pointAt(position, shape.logDomain, 0, parameters.logArity)),
    positions.map((position) => rowOfQuery(shape, trees, position)),
  );
  challenges.folds.forEach((challenge, layer) => {
    const root = head.friRoots[layer] ?? new Uint8Array(0);
    const logDomain = shape.logDomain - layer * parameters.logArity;
    const tree = shape.trees.length + layer;
    ({ positions, folded } = readFriLayer(system, { layer, tree, root, logDomain, challenge }, { positions, folded }, reader));
  });
  reader.end();

  const layers = challenges.folds.length;
  const logDomain = shape.logDomain - layers * parameters.logArity;
  positions.forEach((position, i) => {
    const x = pointAt(position, logDomain, layers, parameters.logArity);
    const got = evaluatePolynomial(field, values.finalPolynomial, x);
    const expected = folded[i] ?? field.zero;
    if (!field.equal(expected, got)) reject({ code: "FinalPolynomialMismatch", position, expected, got });
  });
}
