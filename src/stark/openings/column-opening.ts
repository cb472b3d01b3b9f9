import type { Ext } from "../../field/extension.ts";
import type { FriValues } from "./open-fri.ts";
import type { OpenedTree } from "./open-trace.ts";
import type { ProofReader, ProofValues } from "./proof.ts";
import type { Transcript } from "../transcripts/transcript.ts";

/**
 * What a proof brings forward for its opened values being those of its committed columns: the part of the proof between these
 * values and the nonce. Its methods are called once each, in this order; all but the first reject.
 */
export interface ColumnOpening {
  /** Takes it into the transcript and draws its challenges. */
  draw(transcript: Transcript): void;
  /** Its elements, padding bits first, then canonical. */
  decode(): void;
  /** The point must leave the constraints and this argument without a zero divisor. */
  checkPoint(point: Ext): void;
  /** What can be said without looking into the trees. */
  checkValues(point: Ext, values: ProofValues): void;
  /**
   * The rows of the trees at queries, ascending and distinct, against the layers that the proof has next; what these fold to.
   * Once for each group of queries that are opened together.
   */
  foldQueries(trees: readonly OpenedTree[], queries: readonly number[], reader: ProofReader): FriValues;
  /** These values against the final polynomial. */
  checkFinal(values: FriValues): void;
}
