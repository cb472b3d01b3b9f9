import { hexQuantity, wordToHex } from "../../../protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import { askedState } from "./asked-place.ts";
import { address, quantity } from "../request/call-request.ts";
import type { RpcMethod } from "../request/dispatch.ts";

/** Reads of one state, as it is now or as it was after a block. */
export function stateMethods(chain: Chain): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "eth_getBalance",
      async ([account, tag]) => hexQuantity((await askedState(chain, tag).account(address(account))).balanceWei),
    ],
    ["eth_getCode", async ([account, tag]) => askedState(chain, tag).code(address(account))],
    [
      "eth_getStorageAt",
      async ([account, slot, tag]) => wordToHex(await askedState(chain, tag).word(address(account), quantity(slot))),
    ],
    [
      "eth_getTransactionCount",
      async ([account, tag]) => {
        const waiting = tag === "pending" ? chain.mempool.nextNonce(address(account)) : undefined;
        return hexQuantity(waiting ?? (await askedState(chain, tag).account(address(account))).nonce);
      },
    ],
  ]);
}
