import type { Ext } from "../../field/extension.ts";
import { isCanonical, P } from "../../field/koala-bear.ts";
import { initialInputs, transcriptFactory } from "../transcripts/begin-transcript.ts";
import { concat } from "../transcripts/bytes.ts";
import type { ColumnOpening } from "../openings/column-opening.ts";
import { compositionAtPoint, type LookupChallenges, powerOfTwo, quotientAtPoint } from "../systems/evaluate.ts";
import { readPathEnds } from "../openings/caps.ts";
import { requireDigests } from "../openings/merkle.ts";
import { readRowsOpening } from "../openings/open-rows.ts";
import { readTraceTree } from "../openings/open-trace.ts";
import { grindingBitsFor, opensEachQuery } from "../systems/parameters.ts";
import {
  packedOpenings,
  type ProofHead,
  ProofReader,
  type ProofSection,
  type ProofValues,
  readHead,
  readValues,
} from "../openings/proof.ts";
import { statementValuesOf } from "../proving/prover-input.ts";
import { reject, RejectedProof, type VerifyResult } from "../openings/rejection.ts";
import type { Shape } from "../systems/shape.ts";
import { readStackedOpening } from "../stacked/open-stack.ts";
import { type System, tablePublicValues } from "../systems/system.ts";
import type { Transcript, TranscriptFactory } from "../transcripts/transcript.ts";
import { transcriptForm } from "../transcripts/transcript-form.ts";

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
 *  4. elements of the head and, by rows, of the final polynomial, in proof order: padding bits of a section, then its elements
 *                                                                        MalformedProof, NonCanonicalElement
 *     with a transcript of Poseidon, roots and the nonce                 NonCanonicalElement
 *  5. lookup sums add up to zero                                         LookupSumMismatch
 *  6. the point z lies outside the trace domain; if columns are opened by rows, also outside the evaluation domain
 *                                                                        PointInDomain
 *  7. constraints at z = (z^n − 1) · Q(z), of fixed columns with the verifier's own values where it evaluates them
 *                                                                        ConstraintMismatch
 *  8. of a stack: the claim that the rounds leave                        ClaimMismatch
 *  9. grinding, positions                                                GrindingTooWeak, PositionsExhausted
 *     with caps, each tree's: length, elements, root                    MalformedProof, NonCanonicalElement, MerkleMismatch
 *     With a transcript of Poseidon, 10 to 12 once for each query:
 * 10. each trace tree: length, elements, root or node of the cap         MalformedProof, NonCanonicalElement, MerkleMismatch
 * 11. DEEP values, or those of the stack's fold, at the query positions (no check)
 * 12. each FRI layer: length, elements, values against the previous layer's fold (those of 11 for layer 0), root, fold
 *                                                                        …, FoldMismatch, MerkleMismatch
 * 13. nothing is left over                                               MalformedProof
 * 14. final polynomial at every folded position                          FinalPolynomialMismatch
 */
export function verify(system: System, statement: Uint8Array, proof: Uint8Array, options: VerifyOptions = {}): VerifyResult {
  if (system.definition.segments !== undefined) throw new TypeError(`${system.name} is proven in segments: use verifyRun`);
  return verdictOf(system, proof, options, (reader, factory) => {
    checkProof(system, reader, {
      statementValues: () => statementValuesOf(system.definition, statement, undefined),
      flags: [],
      begin: (head) => factory(system.parameters.extensionDegree, initialInputs(system, statement, head)),
      checkSums: (sums) => checkSum(system, sums.flat()),
    });
  });
}

/** Runs checks on a proof; what rejects it is the result. */
export function verdictOf(
  system: System,
  proof: Uint8Array,
  options: VerifyOptions,
  check: (reader: ProofReader, factory: TranscriptFactory) => void,
): VerifyResult {
  const reader = new ProofReader(proof);
  try {
    check(reader, options.createTranscript ?? transcriptFactory(system.parameters));
    return { ok: true };
  } catch (error) {
    if (error instanceof RejectedProof) return { ok: false, rejection: error.rejection };
    throw error;
  } finally {
    options.onSections?.(reader.sections);
  }
}

/** Differences between the checks of a whole run's proof and of a segment's. */
interface ProofFrame {
  /** Values of the statement; `undefined` for malformed bytes. */
  readonly statementValues: () => readonly number[] | undefined;
  readonly flags: readonly number[];
  /** The transcript up to the main root, which is absorbed next. */
  readonly begin: (head: ProofHead) => Transcript;
  /** Challenges of a whole run; without them they are drawn after the main root. */
  readonly lookup?: LookupChallenges;
  /** Rejects lookup sums, per table. */
  readonly checkSums: (sums: ProofValues["sums"]) => void;
}

/** Steps 1 to 14 of `verify`, by ending in a RejectedProof. */
export function checkProof(system: System, reader: ProofReader, frame: ProofFrame): void {
  const head = readHead(system, reader);
  const { shape } = head;
  const readOpening = { rows: readRowsOpening, stacked: readStackedOpening }[system.parameters.opening.kind];
  const opening = readOpening(system, shape, reader);
  const nonce = reader.read("nonce", 8);
  const statementValues = frame.statementValues();
  if (statementValues?.length !== system.definition.statementValueCount || !statementValues.every(isCanonical)) {
    return reject({ code: "BadStatement" });
  }
  const challenges = drawChallenges(system, { head, opening, nonce }, frame);
  const values = readValues(system, head);
  opening.decode();
  checkElements(system, head, nonce);
  frame.checkSums(values.sums);
  opening.checkPoint(challenges.point);
  checkConstraints(system, shape, values, { statementValues, flags: frame.flags }, challenges);
  opening.checkValues(challenges.point, values);
  const grindingBits = grindingBitsFor(system.parameters, shape.tallest);
  if (challenges.grinding < grindingBits) {
    reject({ code: "GrindingTooWeak", expected: grindingBits, got: challenges.grinding });
  }
  const { queries } = challenges;
  if (queries === undefined) return reject({ code: "PositionsExhausted" });
  const ends = readPathEnds(system.parameters, shape, [...treeRoots(system, head), ...opening.layerRoots], reader);
  const layerEnds = ends.slice(shape.trees.length);
  const groups = opensEachQuery(system.parameters) ? queries.map((query) => [query]) : [queries];
  const folded = groups.map((group) => {
    const trees = shape.trees.map((tree, index) =>
      readTraceTree(system, shape, { tree, index, ends: ends[index] ?? [] }, group, reader),
    );
    return opening.foldQueries({ trees, layerEnds }, group, reader);
  });
  reader.end();
  for (const values of folded) opening.checkFinal(values);
}

/** A transcript of elements takes roots and the nonce as such: there is no second encoding of them. */
function checkElements({ parameters }: System, head: ProofHead, nonce: Uint8Array): void {
  if (parameters.transcript !== "poseidon") return;
  for (const section of ["mainRoot", "lookupRoot", "quotientRoot"] as const)
    if (head[section].length > 0) requireDigests(section, parameters.hash, [head[section]]);
  const value = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength).getBigUint64(0);
  if (value >= P) reject({ code: "NonCanonicalElement", section: "nonce" });
}

/** The challenges that do not belong to the opening of columns, and the outcome of grinding. */
interface Challenges {
  readonly lookup: LookupChallenges | undefined;
  readonly alpha: Ext;
  readonly point: Ext;
  /** Zero bits found. */
  readonly grinding: number;
  /** Undefined when drawing them took too many hashes. */
  readonly queries: readonly number[] | undefined;
}

/** Draws every challenge of a proof, in the order in which prover and verifier speak. */
function drawChallenges(
  system: System,
  proof: { readonly head: ProofHead; readonly opening: ColumnOpening; readonly nonce: Uint8Array },
  frame: Pick<ProofFrame, "begin" | "lookup">,
): Challenges {
  const { head, opening, nonce } = proof;
  const transcript = frame.begin(head);
  const form = transcriptForm(system.parameters);
  transcript.absorb("mainRoot", form.words(head.mainRoot));
  let lookup: LookupChallenges | undefined;
  if (head.shape.hasLookups) {
    lookup = frame.lookup ?? { fold: transcript.challenge("lookupFold"), offset: transcript.challenge("lookupOffset") };
    transcript.absorb("lookupRootAndSums", concat([form.words(head.lookupRoot), form.extensions(head.sums)]));
  }
  const alpha = transcript.challenge("composition");
  transcript.absorb("quotientRoot", form.words(head.quotientRoot));
  const point = transcript.challenge("point");
  transcript.absorb("openings", form.openings(packedOpenings(head)));
  opening.draw(transcript);
  const grinding = transcript.grind(nonce);
  const queries = transcript.queries(head.shape.logDomain, system.parameters.queryCount);
  return { lookup, alpha, point, grinding, queries };
}

/** Rejects sums that do not add up to zero. */
export function checkSum({ field }: System, sums: readonly Ext[]): void {
  const total = sums.reduce((sum, value) => field.add(sum, value), field.zero);
  if (!field.equal(total, field.zero)) reject({ code: "LookupSumMismatch", expected: field.zero, got: total });
}

function checkConstraints(
  system: System,
  shape: Shape,
  values: ProofValues,
  statement: { readonly statementValues: readonly number[]; readonly flags: readonly number[] },
  { point, alpha, lookup }: Challenges,
): void {
  const { field } = system;
  const { atNext, auxiliary, sums } = values;
  const atPoint = values.atPoint;
  const opened = {
    atPoint,
    atNext,
    publicValues: auxiliary.map((values) => tablePublicValues(statement.statementValues, values, statement.flags)),
    sums,
    lookup,
  };
  const expected = compositionAtPoint(system, shape, opened, point, alpha);
  const vanishing = field.sub(powerOfTwo(field, point, shape.tallest), field.one);
  const got = field.mul(vanishing, quotientAtPoint(system, shape, atPoint, point));
  if (!field.equal(expected, got)) reject({ code: "ConstraintMismatch", expected, got });
}

/** Roots of the trace trees, in proof order. */
function treeRoots(system: System, head: ProofHead): Uint8Array[] {
  const { shape } = head;
  const roots = {
    preprocessed: system.preprocessedRoots.get(shape.committedHeight),
    main: head.mainRoot,
    lookup: head.lookupRoot,
    quotient: head.quotientRoot,
  };
  return shape.trees.map(({ phase }) => {
    const root = roots[phase];
    if (root === undefined) throw new Error(`no preprocessed root for columns of 2^${shape.committedHeight} coefficients`);
    return root;
  });
}
