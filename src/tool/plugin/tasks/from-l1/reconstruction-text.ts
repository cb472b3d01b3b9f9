import { layerName } from "../../../../ecosystem/devnet/view/books/layer-name.ts";
import type { DroppedInfo, ReconstructionSummary } from "../../../../ecosystem/devnet/reconstruction/summary.ts";
import { strong, table, warning } from "../session/output.ts";

/** Summary of a rebuilt chain, and of the errors in its state. */
export function reconstructionText(summary: ReconstructionSummary): string {
  const {
    chainId,
    stateRoot,
    isExecuted,
    l1,
    batches,
    lastBlock,
    accounts,
    contracts,
    storageSlots,
    leaves,
    messages,
    pubdataBytes,
    heldBatches,
    priorityOps,
    unapplied,
    falseCodeDigests,
    porter,
  } = summary;
  const unknown = priorityOps.unknown.length === 0 ? "" : `, ${priorityOps.unknown.length} of them known by their hashes alone`;
  const layer = layerName(chainId);
  const source = summary.isFromMessages ? "L1" : layer;
  const holders = [
    ...(heldBatches === 0 ? [] : [`the data of ${counted(heldBatches, "batch", "batches")}`]),
    ...(porter === undefined || porter.heldLists === 0
      ? []
      : [counted(porter.heldLists, "list of the porter", "lists of the porter")]),
  ];
  const sources = holders.length === 0 ? `${source} alone` : `${source} and those who store ${holders.join(" and ")}`;
  const rows = [
    ["state root", `${stateRoot}${isExecuted ? `, as executed on ${layer}` : `, not executed on ${layer} yet`}`],
    [`${layer} blocks`, `${l1.fromBlock} to ${l1.toBlock}`],
    [
      "batches",
      `${batches}, up to block ${lastBlock}; ${pubdataBytes.toLocaleString("en")} bytes of data; ${unapplied.length} committed but not applied`,
    ],
    ["state", `${accounts} accounts, ${contracts} of them contracts, ${storageSlots} storage slots; ${leaves} leaves`],
    ...(porter?.accounts === undefined ? [] : [["porter", `chain ${porter.chainId}; ${porter.accounts} accounts`]]),
    ["messages", `${messages} sent; ${priorityOps.taken} priority operations taken, ${priorityOps.waiting} waiting${unknown}`],
  ];
  const lies = falseCodeDigests.map(({ address, expected, stated }) =>
    warning(
      `the state is false: the code of ${address} has the digest ${expected}, the state says ${stated}. The chain's validators signed what they had not executed. Balances can be proven, the chain cannot be continued`,
    ),
  );
  const withoutPorter =
    porter?.missing === undefined
      ? []
      : [
          warning(
            `the accounts of the porter (chain ${porter.chainId}) are not rebuilt: ${porter.missing}. Name a guardian that stores them by --data <guardian's URL>/<contract>; the rollup is complete without them`,
          ),
        ];
  return [`${strong(`chain ${chainId}, rebuilt from ${sources}`)}\n${table(rows)}`, ...withoutPorter, ...lies].join("\n\n");
}

/** Batches that were reverted before a chain was continued. */
export function droppedText({ firstBatch, lastBatch, messages, operations, reason }: DroppedInfo): string {
  const batches = firstBatch === lastBatch ? `batch ${firstBatch} was` : `batches ${firstBatch} to ${lastBatch} were`;
  return (
    `${batches} reverted on L1: ${reason}. Their transactions are not on L1 and are lost, with ` +
    `${counted(messages, "message", "messages")}; ${counted(operations, "operation", "operations")} of L1's queue will be executed again`
  );
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
