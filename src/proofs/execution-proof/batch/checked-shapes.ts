import { wholeWords } from "../../circuits/boundary/statement-form.ts";
import { listSystem } from "../../circuits/state-transition/list-system.ts";
import { listStatementCode } from "../../recursion/nodes/list-statement-code.ts";
import type { FirstProofs, OneChunkBatch } from "../../recursion/nodes/node-programs.ts";
import type { CheckedShape } from "../../recursion/proof-code.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { createShape } from "../../stark/systems/shape.ts";
import type { System } from "../../stark/systems/system.ts";
import { formOf } from "../run-statement.ts";
import { statementCode } from "../statement-code.ts";
import type { ExecutionKey } from "./execution-key.ts";
import { relistingSystem } from "./relisting-system.ts";

/** Part of a version's key by which programs check its chunks, and segments of those that are cut. */
export interface CheckedKey extends Pick<ExecutionKey, "program" | "system"> {
  readonly segmented: () => { readonly system: System };
}

/** Heights of tables as logarithms, one list for each shape that a proof may have. */
type Heights = readonly (readonly number[])[];

/** Heights of each kind of first proofs. */
export interface FirstHeights {
  readonly chunks: Heights;
  /** Heights of segments. Default: no chunk is cut. */
  readonly segments?: Heights;
  readonly lists: Heights;
  readonly relistings: Heights;
  /** Batches of one chunk, by indexes of chunks and lists. Default: none. */
  readonly oneChunkBatches?: readonly OneChunkBatch[];
}

/** Parameters of chunks' proofs and of relistings', and of lists'. */
export interface FirstParameters {
  readonly chunk: ProofParameters;
  readonly list: ProofParameters;
}

/** The proofs that programs begin with, in the shapes of these heights. Throws RangeError for heights that no proof has. */
export function firstProofsOf(
  { system, program, segmented }: CheckedKey,
  { chunk, list }: FirstParameters,
  heights: FirstHeights,
): FirstProofs {
  const relisting = { system: relistingSystem(chunk), statementCode: statementCode(wholeWords([])) };
  const { segments = [], oneChunkBatches = [] } = heights;
  const ofRun = statementCode(formOf(program));
  return {
    chunks: shapesOf({ system, statementCode: ofRun }, heights.chunks),
    segments: segments.length === 0 ? [] : shapesOf({ system: segmented().system, statementCode: ofRun }, segments),
    lists: shapesOf({ system: listSystem(list), statementCode: listStatementCode }, heights.lists),
    relistings: shapesOf(relisting, heights.relistings),
    oneChunkBatches,
  };
}

function shapesOf(checked: Omit<CheckedShape, "shape">, all: Heights): CheckedShape[] {
  return all.map((heights) => {
    const shape = createShape(checked.system, heights);
    if (typeof shape === "number")
      throw new RangeError(`no proof of ${checked.system.name} has tables of 2^(${heights.join(", ")}) rows: table ${shape}`);
    return { ...checked, shape };
  });
}
