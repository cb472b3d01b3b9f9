import type { BatchNumber, ChainId } from "./ids.ts";

const ID_LIMIT = 1n << 64n;

/**
 * Index of the link to a batch (`LinkIndex.sol`): L1 executes it and the importing batch in one call, or never. Throws
 * RangeError for an id of 2^64 or above, because a link has one index.
 */
export function linkIndex(chainId: ChainId, batchNumber: BatchNumber): bigint {
  if (chainId >= ID_LIMIT || batchNumber >= ID_LIMIT)
    throw new RangeError(`a link's ids are below 2^64; chain ${chainId} and batch ${batchNumber} were given`);
  return (3n << 254n) | (chainId << 64n) | batchNumber;
}

/** Chain and batch of a link's index; undefined for an index of another kind, or a second name of a link. */
export function readLinkIndex(index: bigint): { readonly chainId: ChainId; readonly batchNumber: BatchNumber } | undefined {
  if (index >> 128n !== 3n << 126n) return undefined;
  return { chainId: (index >> 64n) % ID_LIMIT, batchNumber: index % ID_LIMIT };
}
