import type { RpcMethod } from "../../rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../rpc/request/json-rpc.ts";
import { quantity } from "../../rpc/request/quantities.ts";
import { MAX_AGGREGATED_BATCHES } from "../../../ground/protocol/aggregate.ts";
import type { AssetFlow } from "../../../ground/protocol/asset-flows.ts";
import { type Hex, toHex } from "../../../ground/protocol/hex.ts";
import { encodeSlots, type EncodedSlots } from "../../../ground/protocol/encoded-slots.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { OfferedBatch, OfferedBatches } from "./offered-batches.ts";

/** Answer of `hyperchain_getOfferedBatches`: L1's records, in order. Numbers are decimal strings. */
type OfferedBatchesInfo = readonly Readonly<Record<keyof StoredBatch, string>>[];

/** Answer of `hyperchain_getOfferedProof`. */
interface OfferedProofInfo {
  /** Commitment of the batch on L1, because its number may belong to another one by now. */
  readonly commitment: Hex;
  /** The program of a batch that the proof is of. */
  readonly program: string;
  readonly proof: Hex;
  /** Imports and flows of the batch, which L1 has the hashes of. Numbers are decimal strings. */
  readonly imports: readonly { readonly registryIndex: string; readonly root: Hex }[];
  readonly flows: readonly Readonly<Record<keyof AssetFlow, string | number>>[];
  /** Slots that programs of a hub read, with their paths in the state after the batch; absent unless the chain serves facts. */
  readonly slots?: EncodedSlots | undefined;
}

/**
 * Methods of a chain for an aggregator. Both answer with existing data: a few records that L1 has also, and one proof of
 * some hundred KiB, without a computation. Undefined if the chain offers nothing.
 */
export function offeredMethods(offers: OfferedBatches | undefined): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "hyperchain_getOfferedBatches",
      () => Promise.resolve(offers?.offered().slice(0, MAX_AGGREGATED_BATCHES).map(recordInfo) ?? []),
    ],
    [
      "hyperchain_getOfferedProof",
      async ([batch]) => {
        const batchNumber = quantity(batch);
        const offered = offers?.offered().find(({ stored }) => stored.batchNumber === batchNumber);
        if (offered === undefined)
          throw new RpcError(RpcCode.rejected, `batch ${batchNumber} does not wait for an aggregator here`, {
            code: "BatchNotOffered",
          });
        return proofInfo(offered);
      },
    ],
  ]);
}

function recordInfo({ stored }: OfferedBatch): OfferedBatchesInfo[number] {
  return Object.fromEntries(Object.entries(stored).map(([field, value]) => [field, String(value)])) as OfferedBatchesInfo[number];
}

function proofInfo({ stored: { commitment }, joinable: { program, proof }, lists, slots }: OfferedBatch): OfferedProofInfo {
  const imports = lists.imports.map(({ registryIndex, root }) => ({ registryIndex: String(registryIndex), root }));
  const flows = lists.flows.map(({ kind, destinationChainId, originChainId, originToken, amount }) => ({
    kind,
    originToken,
    amount: String(amount),
    destinationChainId: String(destinationChainId),
    originChainId: String(originChainId),
  }));
  const shown = slots === undefined ? {} : { slots: encodeSlots(slots) };
  return { commitment, program, proof: toHex(proof), imports, flows, ...shown };
}
