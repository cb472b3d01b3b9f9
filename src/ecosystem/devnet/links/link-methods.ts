import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { hexQuantity, isPlainHex } from "../../../ground/protocol/hex.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import type { LinkDesk } from "./link-desk.ts";
import { LinkRefused } from "./link-refused.ts";

/** Longest transaction with a link, in characters. */
const MAX_LENGTH = 200_002;

/** The method that sends the link of a signed transaction, if the other chain receives it. */
export function linkMethods(links: LinkDesk, chain: DevnetChain): ReadonlyMap<string, RpcMethod> {
  const sendLink: RpcMethod = async ([raw]) => {
    if (!isPlainHex(raw) || raw.length > MAX_LENGTH)
      throw new RpcError(RpcCode.invalidParams, "the parameter is a signed transaction, in hexadecimal digits");
    try {
      const { id, batchNumber, peer, peerBatchNumber } = await links.send(chain, raw);
      return {
        id,
        batchNumber: hexQuantity(batchNumber),
        peer: hexQuantity(peer),
        peerBatchNumber: hexQuantity(peerBatchNumber),
      };
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
    }
  };
  return new Map([["hyperchain_sendLink", sendLink]]);
}
