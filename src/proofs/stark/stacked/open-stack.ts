import type { Ext, ExtensionField } from "../../field/extension.ts";
import { inv, rootOfUnity } from "../../field/koala-bear.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { digestLength } from "../../kernels/tree-hash.ts";
import type { ColumnOpening } from "../openings/column-opening.ts";
import { rowSums } from "../openings/deep.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import { checkFinalPolynomial, type FriValues, readFriLayer, requireRoots } from "../openings/open-fri.ts";
import type { PathEnds } from "../openings/merkle.ts";
import { type OpenedTree, rowOfQuery } from "../openings/open-trace.ts";
import type { ProofParameters } from "../systems/parameters.ts";
import { extensionLength, type ProofReader, type ProofValues, unpackExtensionList } from "../openings/proof.ts";
import { reject } from "../openings/rejection.ts";
import type { Shape } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import { transcriptForm } from "../transcripts/transcript-form.ts";
import { type BatchChallenges, batchedBits, claimedSum, roundPoint, weightAt } from "./claims.ts";
import { layerFolds, type StackShape } from "../systems/stack-shape.ts";
import { equalityWeights, multilinearAt, nextClaim } from "./sumcheck.ts";

/** Draws δ and the α of all bits, in a row. */
export function drawBatch(transcript: Transcript, stack: StackShape, { minLogRows }: ProofParameters): BatchChallenges {
  const next = transcript.challenge("batch");
  const bits = Array.from({ length: batchedBits(stack, minLogRows) }, () => transcript.challenge("batch"));
  return { next, bits, lowestBit: minLogRows };
}

/** Weights of a leaf's columns, 16 of each stack column: what the rounds before the first layer fold them with. */
function leafWeights(field: ExtensionField, { width, logWidth }: StackShape, rounds: readonly Ext[]): Ext[] {
  const parts = equalityWeights(field, rounds.slice(0, LOG_PARTS));
  const columns = equalityWeights(field, rounds.slice(LOG_PARTS, LOG_PARTS + logWidth));
  return columns.slice(0, width).flatMap((column) => parts.map((part) => field.mul(column, part)));
}

/** The part of a proof that opens a stack, in sections; each layer's root comes before the rounds that fold it. */
interface Sections {
  readonly leafRounds: Uint8Array;
  readonly layers: readonly { readonly folds: number; readonly root: Uint8Array; readonly rounds: Uint8Array }[];
  readonly finalPolynomial: Uint8Array;
  readonly finalRounds: Uint8Array;
}

/** Columns opened by a sumcheck over their stack whose folds are FRI's (`claims.ts`). Reads its part of a proof. */
export function readStackedOpening(system: System, shape: Shape, reader: ProofReader): ColumnOpening {
  const { field, parameters } = system;
  const { stack } = shape;
  if (stack === undefined) throw new Error("a system with a stack has shapes with one");
  const sections = readSections(system, stack, reader);
  const form = transcriptForm(parameters);
  let batch: BatchChallenges = { next: field.zero, bits: [], lowestBit: 0 };
  const challenges: Ext[] = [];
  let messages: readonly Ext[] = [];
  let finalPolynomial: readonly Ext[] = [];
  const drawRounds = (transcript: Transcript, bytes: Uint8Array): void => {
    const length = 2 * extensionLength(system);
    for (let at = 0; at < bytes.length; at += length) {
      transcript.absorb("round", form.extensions(bytes.subarray(at, at + length)));
      challenges.push(transcript.challenge("fold"));
    }
  };
  return {
    layerRoots: sections.layers.map(({ root }) => root),
    draw(transcript) {
      batch = drawBatch(transcript, stack, parameters);
      drawRounds(transcript, sections.leafRounds);
      for (const { root, rounds } of sections.layers) {
        transcript.absorb("friRoot", form.words(root));
        drawRounds(transcript, rounds);
      }
      transcript.absorb("finalPolynomial", form.extensions(sections.finalPolynomial));
      drawRounds(transcript, sections.finalRounds);
    },
    decode() {
      requireRoots(
        parameters,
        sections.layers.map(({ root }) => root),
      );
      const leaf = unpackExtensionList(system, "leafRounds", sections.leafRounds);
      const layers = sections.layers.flatMap(({ rounds }, i) => unpackExtensionList(system, `layerRounds[${i}]`, rounds));
      finalPolynomial = unpackExtensionList(system, "finalPolynomial", sections.finalPolynomial);
      messages = [...leaf, ...layers, ...unpackExtensionList(system, "finalRounds", sections.finalRounds)];
    },
    /** Selectors divide by what vanishes on the trace domain; nothing here divides by a distance from the evaluation domain. */
    checkPoint(point) {
      if (field.equal(powerOfTwo(field, point, shape.tallest), field.one)) reject({ code: "PointInDomain", got: point });
    },
    checkValues(point, values: ProofValues) {
      const expected = challenges.reduce(
        (claim, challenge, i) => {
          const [atZero, atTwo] = messages.slice(2 * i);
          if (atZero === undefined || atTwo === undefined) throw new Error(`round ${i} has no message`);
          return nextClaim(field, claim, { atZero, atTwo }, challenge);
        },
        claimedSum(field, stack, shape.blocks, values, batch),
      );
      const points = { point, nextPoint: field.scale(point, rootOfUnity(shape.tallest)), tallest: shape.tallest };
      const weight = weightAt(field, stack, points, batch, roundPoint(stack, challenges));
      const rest = challenges.slice(challenges.length - parameters.logFinalMax);
      const got = field.mul(multilinearAt(field, finalPolynomial, rest), weight);
      if (!field.equal(expected, got)) reject({ code: "ClaimMismatch", expected, got });
    },
    foldQueries({ trees, layerEnds }, queries, rest) {
      const values = leafValues(field, shape, stack, challenges, { trees, queries });
      return foldLayers(system, shape, { stack, layerEnds, challenges }, values, rest);
    },
    checkFinal(values) {
      const logFolded = layerFolds(parameters, stack).reduce((sum, folds) => sum + folds, 0);
      checkFinalPolynomial(system, finalPolynomial, { logDomain: shape.logDomain - logFolded, logFolded }, values);
    },
  };
}

function readSections(system: System, stack: StackShape, reader: ProofReader): Sections {
  const { parameters } = system;
  const extension = extensionLength(system);
  const rounds = (name: string, count: number): Uint8Array => reader.read(name, 2 * count * extension);
  return {
    leafRounds: rounds("leafRounds", LOG_PARTS + stack.logWidth),
    layers: layerFolds(parameters, stack).map((folds, i) => {
      const root = reader.read(`friRoot[${i}]`, digestLength(parameters.hash));
      return { folds, root, rounds: rounds(`layerRounds[${i}]`, folds) };
    }),
    finalPolynomial: reader.read("finalPolynomial", 2 ** parameters.logFinalMax * extension),
    finalRounds: rounds("finalRounds", parameters.logFinalMax),
  };
}

/** Folds of the trees' columns at the queries. */
function leafValues(
  field: ExtensionField,
  shape: Shape,
  stack: StackShape,
  challenges: readonly Ext[],
  { trees, queries }: { readonly trees: readonly OpenedTree[]; readonly queries: readonly number[] },
): FriValues {
  const weights = leafWeights(field, stack, challenges);
  const columns = weights.map((_, column) => column);
  const sumOf = rowSums(field, weights);
  return { positions: queries, folded: queries.map((position) => sumOf(rowOfQuery(shape, trees, position), columns)) };
}

interface FoldedLayers {
  readonly stack: StackShape;
  /** Ends of the paths of each layer. */
  readonly layerEnds: readonly PathEnds[];
  readonly challenges: readonly Ext[];
}

function foldLayers(
  system: System,
  shape: Shape,
  { stack, layerEnds, challenges }: FoldedLayers,
  first: FriValues,
  reader: ProofReader,
): FriValues {
  const { field, parameters } = system;
  const leafRounds = LOG_PARTS + stack.logWidth;
  let [values, logFolded] = [first, 0];
  layerFolds(parameters, stack).forEach((folds, layer) => {
    const own = challenges.slice(leafRounds + logFolded, leafRounds + logFolded + folds);
    const scale = inv(2 ** folds);
    const source = {
      layer,
      tree: shape.trees.length + layer,
      ends: layerEnds[layer] ?? [],
      logDomain: shape.logDomain - logFolded,
      logFolded,
      // Divided by the arity: the folded polynomial's values enter the claim.
      weights: equalityWeights(field, own).map((weight) => field.scale(weight, scale)),
    };
    values = readFriLayer(system, source, values, reader);
    logFolded += folds;
  });
  return values;
}
