import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";

/** Kinds of imports, by the two highest bits of their index (`ImportKinds.sol`). 3 is reserved. */
export const ImportKind = { root: 0, statement: 1, fact: 2 } as const;
/** Facts and statements that a batch may import. */
export const MAX_CLAIMS = 16;

const FACT_TAG = hashTag("hyperchain.fact.v1");
const ID_LIMIT = 1n << 64n;

/** Kind of an import: 0 to 3. */
export function importKindOf(index: bigint): number {
  return Number(index >> 254n);
}

/** Newest root of L1's registry among imports: the indexes of claims are above all of its. `undefined` if none is a root. */
export function newestRootOf<Import extends { readonly registryIndex: bigint }>(imports: readonly Import[]): Import | undefined {
  return imports.reduce<Import | undefined>((newest, each) => {
    if (importKindOf(each.registryIndex) !== ImportKind.root) return newest;
    return newest === undefined || each.registryIndex > newest.registryIndex ? each : newest;
  }, undefined);
}

/** Index of the fact about a batch. Throws RangeError for an id of 2^64 or above, because a fact has one index. */
export function factIndex(chainId: ChainId, batchNumber: BatchNumber): bigint {
  if (chainId >= ID_LIMIT || batchNumber >= ID_LIMIT)
    throw new RangeError(`a fact's ids are below 2^64; chain ${chainId} and batch ${batchNumber} were given`);
  return (1n << 255n) | (chainId << 64n) | batchNumber;
}

/** Chain and batch of a fact's index; undefined for an index of another kind, or a second name of a fact. */
export function readFactIndex(index: bigint): { readonly chainId: ChainId; readonly batchNumber: BatchNumber } | undefined {
  if (index >> 128n !== 1n << 127n) return undefined;
  return { chainId: (index >> 64n) % ID_LIMIT, batchNumber: index % ID_LIMIT };
}

/** Hash of a fact: L1 will execute this batch with this root of its log tree. */
export function hashFact(index: bigint, logRoot: Hex): Hex {
  return keccak(fromHex(FACT_TAG), fromHex(wordToHex(index)), fromHex(logRoot, 32));
}
