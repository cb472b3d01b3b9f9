import { readFileSync } from "node:fs";
import type { BatchRecord } from "../../src/ground/protocol/batch-record.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { RegisteredBatch } from "../../src/ground/protocol/transaction-tree.ts";

/** Leaf of the registry with its hashes, and with the root after its insertion; from an independent derivation. */
export interface RegistryVector extends RegisteredBatch {
  /** Preimage of the record's `refused`. */
  readonly refusedDestinations: readonly bigint[];
  readonly recordHash: Hex;
  readonly leaf: Hex;
  readonly root: Hex;
}

interface FileVector {
  readonly chainId: number;
  readonly batchNumber: number;
  readonly logRoot: Hex;
  readonly refusedDestinations: readonly string[];
  readonly record: Readonly<Record<keyof BatchRecord, string>>;
  readonly recordHash: Hex;
  readonly leaf: Hex;
  readonly root: Hex;
}

const ROOTS = ["oldStateRoot", "newStateRoot", "partition", "extensions", "refused"];

/** `fixtures/protocol/registry-leaves.json`. */
export function readRegistryVectors(): readonly RegistryVector[] {
  const file = new URL("../../fixtures/protocol/registry-leaves.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as FileVector[]).map((vector) => ({
    ...vector,
    chainId: BigInt(vector.chainId),
    batchNumber: BigInt(vector.batchNumber),
    refusedDestinations: vector.refusedDestinations.map(BigInt),
    record: Object.fromEntries(
      Object.entries(vector.record).map(([name, value]) => [name, ROOTS.includes(name) ? value : BigInt(value)]),
    ) as unknown as BatchRecord,
  }));
}
