import { FINALIZE, NOTARIZE, NULLIFY, type VoteKind } from "../../../src/chain/consensus/votes.ts";

/** A proposal in the model of votes. */
export interface ModelBlock {
  readonly view: number;
  /** Undefined: it follows the root. */
  readonly parent: ModelBlock | undefined;
}

/** Votes of one voter in one view. */
export interface ModelBallot<Block> {
  readonly notarized?: Block;
  readonly finalized?: Block;
  readonly isNullified?: boolean;
}

/** Certificates of the votes so far. */
export interface Certified<Block> {
  isNotarized(block: Block): boolean;
  isNullified(view: number): boolean;
}

/** A rule of Simplex that may be left out, to see that this is found. */
export type Rule = "nullified between" | "finalize after nullify" | "nullify after finalize";

/**
 * The rules of votes from the paper, written apart from the reducer: an honest voter notarizes one time in a view, after a notarized
 * parent and nullified views; finalizes a notarized one; and never both nullifies and finalizes in a view.
 */
export function mayVote<Block extends { readonly view: number; readonly parent: Block | undefined }>(
  kind: VoteKind,
  {
    block,
    ballot,
    certified,
    without,
  }: {
    readonly block: Block | undefined;
    readonly ballot: ModelBallot<Block>;
    readonly certified: Certified<Block>;
    readonly without?: Rule | undefined;
  },
): boolean {
  const { notarized, finalized, isNullified = false } = ballot;
  if (kind === NULLIFY) return !isNullified && (finalized === undefined || without === "nullify after finalize");
  if (block === undefined) return false;
  if (kind === NOTARIZE) return notarized === undefined && !isNullified && isPlaced(block, certified, without);
  const isFree = !isNullified || without === "finalize after nullify";
  return kind === FINALIZE && finalized === undefined && isFree && certified.isNotarized(block);
}

function isPlaced<Block extends { readonly view: number; readonly parent: Block | undefined }>(
  { view, parent }: Block,
  certified: Certified<Block>,
  without: Rule | undefined,
): boolean {
  if (parent !== undefined && (parent.view >= view || !certified.isNotarized(parent))) return false;
  if (without === "nullified between") return true;
  for (let between = (parent?.view ?? 0) + 1; between < view; between++) if (!certified.isNullified(between)) return false;
  return true;
}
