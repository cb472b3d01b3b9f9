import type { Hex } from "../../ground/protocol/hex.ts";

/** Kinds of votes. In one view a voter casts at most one of each, and never both of `NULLIFY` and `FINALIZE`. */
export const NOTARIZE = 1;
export const NULLIFY = 2;
export const FINALIZE = 3;

export type VoteKind = typeof NOTARIZE | typeof NULLIFY | typeof FINALIZE;

/** Id in a vote to nullify, which names no decision. */
export const NO_ID: Hex = `0x${"00".repeat(32)}`;

export interface Vote {
  readonly kind: VoteKind;
  /** Number of the set of voters. */
  readonly epoch: number;
  /** Turn of one leader, below 2 ** 53. */
  readonly view: number;
  /** Digest of the decision; `NO_ID` in a vote to nullify. */
  readonly id: Hex;
}

export interface SignedVote extends Vote {
  /** Second of the newest L1 block that the signer had seen. */
  readonly signedAt: number;
  readonly signature: Hex;
}

/** A signed vote with its signer. */
export interface CountedVote extends SignedVote {
  /** Index of the signer among the voters. */
  readonly voter: number;
}

/** Seconds until a vote that is sent alone no longer counts, and the lead that a signer's clock may have. */
const [MAX_AGE_SECONDS, MAX_AHEAD_SECONDS] = [600, 60];

/**
 * True if the second in a vote is near the receiver's. A stake answers for that second, so a liar must not choose one before
 * its stake. Of contrary votes of up to f liars at most one is in a certificate, so votes in certificates may be older.
 */
export function isTimely({ signedAt }: Pick<SignedVote, "signedAt">, nowSeconds: number): boolean {
  return signedAt >= nowSeconds - MAX_AGE_SECONDS && signedAt <= nowSeconds + MAX_AHEAD_SECONDS;
}

/** Voters of a group of `count` that may lie without harm. */
export function liarsOf(count: number): number {
  return Math.floor((count - 1) / 3);
}

/** Voters whose equal votes make a certificate: two quorums have an honest voter in common. */
export function quorumOf(count: number): number {
  return Math.floor((count + liarsOf(count)) / 2) + 1;
}

/** True if no honest voter casts both votes: a proof of guilt once both are signed. */
export function areContrary(first: Vote, second: Vote): boolean {
  if (first.epoch !== second.epoch || first.view !== second.view) return false;
  if (first.kind === second.kind) return first.kind !== NULLIFY && first.id !== second.id;
  return first.kind + second.kind === NULLIFY + FINALIZE;
}
