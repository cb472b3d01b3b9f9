import type { OfferedEntry } from "../../../src/ecosystem/hub/hub-node.ts";
import { HubError } from "../../../src/ecosystem/hub/hub-error.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { EMPTY_L2_LOG_LEAF } from "../../../src/ground/protocol/l2-log.ts";
import { importedRootsRollingHash, type ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";

/** Root of a log tree without logs, hashed up 14 levels by hand. */
export const emptyLogRoot: Hex = Array.from({ length: 14 }).reduce<Hex>((node) => {
  const bytes = Buffer.from(node.slice(2), "hex");
  return keccak(bytes, bytes);
}, EMPTY_L2_LOG_LEAF);

/** A digest whose elements are small. */
export function rootOf(seed: number): Hex {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 8; i++) bytes[4 * i + 3] = (seed * 31 + i * 7) % 251;
  return toHex(bytes);
}

/** A batch of a chain with logs, which imports these. */
export function entryOf(
  chainId: bigint,
  batchNumber: bigint,
  imports: readonly ImportedRoot[] = [],
  changes: Partial<StoredBatch> = {},
): OfferedEntry {
  const seed = Number(chainId) * 100 + Number(batchNumber);
  const stored: StoredBatch = {
    ...genesisStoredBatch(3n, rootOf(seed + 1), 0n),
    batchNumber,
    oldStateRoot: rootOf(seed),
    l2LogsTreeRoot: logRootOf(chainId, batchNumber),
    importedRootCount: BigInt(imports.length),
    importedRootsRollingHash: importedRootsRollingHash(imports),
    ...changes,
  };
  return { chainId, stored, program: "batch", proofHash: wordToHex(BigInt(seed)), imports };
}

export function logRootOf(chainId: bigint, batchNumber: bigint): Hex {
  return keccak(new TextEncoder().encode(`logs of ${chainId}:${batchNumber}`));
}

export function factOf(chainId: bigint, batchNumber: bigint): ImportedRoot {
  return { registryIndex: factIndex(chainId, batchNumber), root: logRootOf(chainId, batchNumber) };
}

/** Code of the error that a hub throws; undefined if it throws none. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
}
