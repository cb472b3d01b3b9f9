import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { QuorumContext } from "../../../chain/settlement/signing/quorum.ts";
import type { HeldBatch } from "../../../chain/settlement/batch/settlement-batch.ts";
import { readerOf } from "../quorum-member/data-request.ts";
import { QuorumMemberError, type DataRequest } from "../quorum-member/messages.ts";

/** Holder of data that L1 does not have, for readers with rights. */
export interface DataKeeper {
  /** A batch's pubdata. Rejects with QuorumMemberError: ReaderUnknown for anybody else, DataUnknown where there is none. */
  read(request: DataRequest): Promise<Uint8Array>;
}

/** A keeper in this process. */
export function createDataKeeper(
  chain: QuorumContext,
  readers: readonly Hex[],
): DataKeeper & { keep(batch: HeldBatch): Promise<void> } {
  const kept = new Map<bigint, Uint8Array>();
  const allowed = new Set(readers);
  return {
    keep({ outputs, pubdata }) {
      kept.set(outputs.batchNumber, pubdata);
      return Promise.resolve();
    },
    async read(request) {
      const reader = await Promise.resolve(request)
        .then((signedRequest) => readerOf(chain, signedRequest))
        .catch(() => "a caller without a valid signature");
      if (!allowed.has(reader as Hex)) throw new QuorumMemberError("ReaderUnknown", `${reader} may not read this chain's data`);
      const pubdata = kept.get(request.batchNumber);
      if (pubdata === undefined) throw new QuorumMemberError("DataUnknown", `there is no data of batch ${request.batchNumber}`);
      return pubdata;
    },
  };
}

/** Asks one keeper after the other, until one gives the data. Rejects as the last one does. */
export function keepersInTurn(keepers: readonly DataKeeper[]): DataKeeper {
  return {
    async read(request) {
      let failure: unknown;
      for (const keeper of keepers) {
        try {
          return await keeper.read(request);
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    },
  };
}

/** `hyperchain_getBatchData`: number of the batch, and the reader's signature of the request. */
export function batchDataMethod(keeper: DataKeeper): RpcMethod {
  return async ([batchNumber, signature]) => {
    const isNumber =
      typeof batchNumber === "number" || (typeof batchNumber === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(batchNumber));
    if (!isNumber || typeof signature !== "string") {
      throw new RpcError(RpcCode.invalidParams, "the parameters are the batch's number and the reader's signature");
    }
    try {
      return toHex(await keeper.read({ batchNumber: BigInt(batchNumber), signature: signature as Hex }));
    } catch (error) {
      if (!(error instanceof QuorumMemberError)) throw error;
      throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
    }
  };
}
