import { ZERO_DIGEST, type Compress, type Digest } from "./digest.ts";
import { DomainTag } from "./domain-tags.ts";
import type { Hex } from "./hex.ts";
import { toLimbs } from "./word.ts";

/** The blocks whose hashes a chain's contracts can ask for (BLOCKHASH), as the system context keeps them between batches. */
export interface BlockHashChain {
  /** The chain of the hashes: of block `since` first, of the newest block's parent last. */
  readonly digest: Digest;
  /** Number of the first block whose hash is in it; BLOCKHASH gives 0 for those before it. */
  readonly since: bigint;
}

/** Slots of the system context; fixed by `SystemContext.sol`. */
export const BLOCK_HASHES_SLOTS = { digest: 7n, since: 8n } as const;

/** First block of the chain of hashes if L1's queue alone makes the order: the chain stays empty. */
export const NO_HASHES = 2n ** 64n - 1n;

/** Blocks before its own that BLOCKHASH can name. */
export const BLOCK_HASHES_IN_REACH = 256n;

/** A chain of hashes that begins with the given block. */
export function emptyBlockHashes(since: bigint): BlockHashChain {
  return { digest: ZERO_DIGEST, since };
}

/**
 * The step of the block after `parent`: C_hashes(C_hashes(digest, limbs 0–7), limbs 8–15) of the parent's hash as a word. A
 * parent before `since` is left out.
 */
export function foldBlockHash(
  { digest, since }: BlockHashChain,
  parent: { readonly number: bigint; readonly hash: Hex },
  compress: Compress,
): BlockHashChain {
  if (parent.number < since) return { digest, since };
  const limbs = toLimbs(BigInt(parent.hash));
  const half = compress(DomainTag.blockHash, digest, limbs.slice(0, 8));
  return { digest: compress(DomainTag.blockHash, half, limbs.slice(8)), since };
}
