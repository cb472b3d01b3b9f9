import { sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import { setsCode } from "../../../ground/protocol/diff-list.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { ImportKind, importKindOf } from "../../../ground/protocol/import-kinds.ts";
import type { L1Load } from "../../../ground/protocol/way-to-l1.ts";
import type { SettlementBatch } from "./settlement-batch.ts";

/** Contents of a formed batch that cost gas or bytes on L1. Every code that an account gets counts as one that is published. */
export function l1LoadOfBatch(
  { pubdata, entries, logs, importedRoots }: Pick<SettlementBatch, "pubdata" | "entries" | "logs" | "importedRoots">,
  settlementChainId: ChainId,
  proofBytes: number,
): L1Load {
  const messages = logs.filter(({ type }) => type === "message").length;
  return {
    pubdataBytes: pubdata.length,
    // A chain without a quorum publishes its changes.
    inputBytes: 0,
    diffs: entries.length,
    codes: entries.filter(setsCode).length,
    messages,
    flows: sumAssetFlows(logs, settlementChainId).length,
    priorityOps: logs.length - messages,
    importedRoots: importedRoots.length,
    facts: importedRoots.filter(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.fact).length,
    proofBytes,
  };
}
