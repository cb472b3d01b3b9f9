import type { Ext } from "../../field/extension.ts";
import type { FriValues } from "./open-fri.ts";
import type { PathEnds } from "./merkle.ts";
import type { OpenedTree } from "./open-trace.ts";
import type { ProofReader, ProofValues } from "./proof.ts";
import type { Transcript } from "../transcripts/transcript.ts";

/** Rows of the trees at queries, and the ends of the paths of the layers. */
interface OpenedQueries {
  readonly trees: readonly OpenedTree[];
  readonly layerEnds: readonly PathEnds[];
}

/**
 * Evidence of a proof that its opened values are those of its committed columns: the part of the proof
 * between these values and the nonce. Its methods are called once each, in this order; all but the first
 * reject.
 */
export interface ColumnOpening {
  /** Roots of its layers, in proof order. */
  readonly layerRoots: readonly Uint8Array[];
  /** Takes it into the transcript and draws its challenges. */
  draw(transcript: Transcript): void;
  /** Decodes the opening's elements, padding bits first, then canonical. */
  decode(): void;
  /** The point must leave the constraints and this argument without a zero divisor. */
  checkPoint(point: Ext): void;
  /** Checks everything that needs no look into the trees. */
  checkValues(point: Ext, values: ProofValues): void;
  /**
   * The opened rows at queries, ascending and distinct, against the layers that the proof has next; what these fold to.
   * Once for each group of queries that are opened together.
   */
  foldQueries(opened: OpenedQueries, queries: readonly number[], reader: ProofReader): FriValues;
  /** These values against the final polynomial. */
  checkFinal(values: FriValues): void;
}
