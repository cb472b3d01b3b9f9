import type { Ext } from "../../field/extension.ts";
import { pow, rootOfUnity } from "../../field/koala-bear.ts";
import { digestLength } from "../../kernels/tree-hash.ts";
import type { ColumnOpening } from "./column-opening.ts";
import { combineOpenings, type DeepCombination, deepValues } from "./deep.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import { challengePowers, pointAt } from "./fri.ts";
import { checkFinalPolynomial, type FriValues, readFriLayer, requireRoots } from "./open-fri.ts";
import { nextColumnsOf, rowOfQuery } from "./open-trace.ts";
import { DOMAIN_SHIFT, friLayerCount } from "../systems/parameters.ts";
import { extensionLength, type ProofReader, type ProofValues, unpackExtensionList } from "./proof.ts";
import { reject } from "./rejection.ts";
import type { Shape } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import { transcriptForm } from "../transcripts/transcript-form.ts";

/**
 * Columns opened by rows: DEEP makes one word of all columns and values (`deep.ts`), FRI shows that it is a polynomial. Reads
 * its part of a proof.
 */
export function readRowsOpening(system: System, shape: Shape, reader: ProofReader): ColumnOpening {
  const { field, parameters } = system;
  const { logArity } = parameters;
  const form = transcriptForm(parameters);
  const layers = friLayerCount(parameters, shape.tallest);
  const roots = Array.from({ length: layers }, (_, i) => reader.read(`friRoot[${i}]`, digestLength(parameters.hash)));
  const finalBytes = reader.read("finalPolynomial", 2 ** (shape.tallest - layers * logArity) * extensionLength(system));
  let deep: Ext = field.zero;
  let folds: readonly Ext[] = [];
  let finalPolynomial: readonly Ext[] = [];
  let combination: DeepCombination | undefined;
  return {
    layerRoots: roots,
    draw(transcript: Transcript) {
      deep = transcript.challenge("deep");
      folds = roots.map((root) => {
        transcript.absorb("friRoot", form.words(root));
        return transcript.challenge("friFold");
      });
      transcript.absorb("finalPolynomial", form.extensions(finalBytes));
    },
    decode() {
      requireRoots(parameters, roots);
      finalPolynomial = unpackExtensionList(system, "finalPolynomial", finalBytes);
    },
    /** Outside trace and evaluation domain no denominator of selectors and DEEP quotients is zero; gz is then outside too. */
    checkPoint(point) {
      const inTrace = field.equal(powerOfTwo(field, point, shape.tallest), field.one);
      const shiftPower = pow(DOMAIN_SHIFT, 2 ** shape.logDomain);
      const inDomain = field.equal(powerOfTwo(field, point, shape.logDomain), field.fromBase(shiftPower));
      if (inTrace || inDomain) reject({ code: "PointInDomain", got: point });
    },
    checkValues(point, values: ProofValues) {
      const nextPoint = field.scale(point, rootOfUnity(shape.tallest));
      combination = combineOpenings(field, deep, { point, nextPoint }, values, nextColumnsOf(shape));
    },
    foldQueries({ trees, layerEnds }, queries, reader) {
      if (combination === undefined) throw new Error("the opened values are combined before queries are checked");
      const points = queries.map((position) => pointAt(position, shape.logDomain, 0));
      const rows = queries.map((position) => rowOfQuery(shape, trees, position));
      let values: FriValues = { positions: queries, folded: deepValues(field, combination, points, rows) };
      folds.forEach((challenge, layer) => {
        const source = {
          layer,
          tree: shape.trees.length + layer,
          ends: layerEnds[layer] ?? [],
          logDomain: shape.logDomain - layer * logArity,
          logFolded: layer * logArity,
          weights: challengePowers(field, challenge, 2 ** logArity),
        };
        values = readFriLayer(system, source, values, reader);
      });
      return values;
    },
    checkFinal(values) {
      const logFolded = layers * logArity;
      checkFinalPolynomial(system, finalPolynomial, { logDomain: shape.logDomain - logFolded, logFolded }, values);
    },
  };
}
