import { aggregateBytes, type AggregatedFields } from "./aggregate.ts";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import { ImportKind } from "./import-kinds.ts";
import type { ImportedRoot } from "./rolling-hash.ts";

const STATEMENT_TAG = hashTag("hyperchain.statement.v1");

/** Statement about a batch of a chain on a chain: programs of the batch's version prove its execution. */
export function hashStatement(item: AggregatedFields): Hex {
  const batchHash = keccak(fromHex(aggregateBytes(item)));
  return keccak(fromHex(STATEMENT_TAG), fromHex(wordToHex(item.batch.protocolVersion)), fromHex(batchHash));
}

/** Import of the statement about a batch. */
export function statementImport(item: AggregatedFields): ImportedRoot {
  return statementOf(hashStatement(item));
}

/** Import of a statement with this hash. The index follows from the hash, so a statement has one index. */
export function statementOf(root: Hex): ImportedRoot {
  return { registryIndex: (BigInt(ImportKind.statement) << 254n) | (BigInt(root) >> 2n), root };
}
