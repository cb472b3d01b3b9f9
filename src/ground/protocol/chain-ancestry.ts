/** Bits of the ids that L1 gives out, a chain on L1, and a chain on one of those: the lowest bits are the parent's id. */
const ID_BITS = [32, 44, 52] as const;

/** Maximum number of layers below a chain: a deeper one would have no id. */
export const MAX_LAYERS = ID_BITS.length;

/** Number of chains between a chain and L1, by its id: 0 for one that settles on L1. */
export function layersBelow(chainId: bigint): number {
  const layer = ID_BITS.findIndex((bits) => chainId < 1n << BigInt(bits));
  return layer < 0 ? MAX_LAYERS : layer;
}

/** Id of the chain on which the chain of this id settles; undefined where that is L1. */
export function parentId(chainId: bigint): bigint | undefined {
  const bits = ID_BITS[layersBelow(chainId) - 1];
  return bits === undefined ? undefined : BigInt.asUintN(bits, chainId);
}

/**
 * The ids of chains on this one, in order; `number` counts from 1. Throws RangeError where no such id exists: the parent is too
 * deep, or has as many chains as it can have.
 */
export function idOnChain(parent: bigint, number: bigint): bigint {
  const [bits, most] = [ID_BITS[layersBelow(parent)], ID_BITS[layersBelow(parent) + 1]];
  if (bits === undefined || most === undefined || number < 1n || number >= 1n << BigInt(most - bits))
    throw new RangeError(`chain ${parent} has no id for a chain of number ${number} on it`);
  return parent + (number << BigInt(bits));
}
