import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import type { FairLine } from "../calls/fair-line.ts";
import { shownNumber } from "../calls/asked-place.ts";
import { quantity } from "../request/quantities.ts";
import { hashParameter } from "../request/parameters.ts";
import type { TransactionPlace } from "../../index/block-store.ts";
import { sentBytes } from "./sent-bytes.ts";
import type { ZkFields } from "../zks/zk-fields.ts";

/**
 * Transactions in their original EIP-2718 encoding. Null if no transaction is found, and for those without a
 * signature: operations of L1's queue, and transactions of an impersonated account.
 */
export function rawTransactionMethods(
  chain: Chain,
  fields: ZkFields,
  inTurn: FairLine,
): readonly (readonly [string, RpcMethod])[] {
  const { blocks, mempool } = chain;
  const rawOf = (place: TransactionPlace | undefined): Hex | null => {
    const mined = place === undefined ? undefined : blocks.transaction(place);
    return mined === undefined ? null : sentBytes(chain, mined);
  };
  const byHash: RpcMethod = ([name], client) =>
    inTurn(client, async () => {
      const waiting = typeof name === "string" ? mempool.find(name.toLowerCase() as Hex) : undefined;
      return rawOf(blocks.place(fields.engineHash(name))) ?? waiting?.raw ?? null;
    });
  const byPlace = (method: string, numberOf: (name: unknown) => bigint | undefined): [string, RpcMethod] => [
    method,
    ([name, index], client) =>
      inTurn(client, async () => {
        const block = numberOf(name);
        return block === undefined ? null : rawOf({ block, index: Number(quantity(index)) });
      }),
  ];
  return [
    ["eth_getRawTransactionByHash", byHash],
    ["debug_getRawTransaction", byHash],
    byPlace("eth_getRawTransactionByBlockHashAndIndex", (hash) => blocks.numberOf(hashParameter(hash))),
    byPlace("eth_getRawTransactionByBlockNumberAndIndex", (tag) => shownNumber(chain, tag)),
  ];
}
