import type { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { Digest } from "../../ground/protocol/state-transition-witness.ts";

/**
 * One leaf with its path to the state root. It proves the value of the leaf's own key, and the absence of every key
 * strictly between it and its successor.
 */
export interface StateProof {
  readonly leafCount: number;
  readonly index: number;
  readonly leafKind: LeafKind;
  readonly key: Digest;
  /** 0⁸ means +∞. */
  readonly nextKey: Digest;
  readonly value: bigint;
  /** Levels 0 … 31. */
  readonly siblings: readonly Digest[];
}
