import type { FoldedHash, FoldedHashSource } from "../../machine/interpreter/folded-hashes.ts";
import { BLOCK_HASHES_IN_REACH, type BlockHashChain, foldBlockHash } from "../../../ground/protocol/block-hashes.ts";
import { type Compress, digestFromHex, digestToHex } from "../../../ground/protocol/digest.ts";
import { type Hex, wordToHex } from "../../../ground/protocol/hex.ts";
import { UnprovableBatch } from "./unproven-execution.ts";

/** A link of the chain of blocks' hashes, with the chain's digest behind it. */
export interface BlockLink extends FoldedHash {
  readonly digest: bigint;
}

/** The known links that the transactions of a batch can request. */
export class BlockLinks implements FoldedHashSource {
  readonly #links: Map<bigint, BlockLink>;

  constructor(links: readonly BlockLink[]) {
    this.#links = new Map(links.map((link) => [link.digest, link]));
  }

  /** Throws UnprovableBatch. */
  lastOf(digest: bigint): FoldedHash {
    const link = this.#links.get(digest);
    if (link === undefined)
      throw new UnprovableBatch("block-hash-unknown", "a transaction asks for the hash of a block before those that were kept");
    return link;
  }
}

/**
 * The links behind a digest with the hashes of further blocks, in order, folded: what the next batch's transactions can ask for.
 */
export function extendLinks(
  links: readonly BlockLink[],
  digest: bigint,
  hashes: readonly Hex[],
  compress: Compress,
): BlockLink[] {
  const extended = [...links];
  let chain: BlockHashChain = { digest: digestFromHex(wordToHex(digest)), since: 0n };
  for (const hash of hashes) {
    const before = BigInt(digestToHex(chain.digest));
    // All of them are folded: their numbers do not matter.
    chain = foldBlockHash(chain, { number: 0n, hash }, compress);
    extended.push({ hash: BigInt(hash), before, digest: BigInt(digestToHex(chain.digest)) });
  }
  return extended.slice(-Number(BLOCK_HASHES_IN_REACH) - hashes.length);
}
