import type { StateReader } from "../../model/state-reader.ts";
import { hexQuantity, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import { askedState } from "./asked-place.ts";
import { address, list, record } from "../request/call-request.ts";
import { stateWord } from "../request/quantities.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import type { RpcMethod } from "../request/dispatch.ts";

/** Limit of geth. */
const MAX_SLOTS = 1_024;

/** Words of several accounts' storage, in the order of the keys. Throws RpcError. */
async function storageValues(state: StateReader, requests: unknown): Promise<Readonly<Record<string, readonly Hex[]>>> {
  const wanted = Object.entries(record(requests, "the slots by address")).map(([account, keys]) => {
    return { account, of: address(account), slots: list(keys, "the slots of an account").map(stateWord) };
  });
  const count = wanted.reduce((sum, { slots }) => sum + slots.length, 0);
  if (count === 0) throw new RpcError(RpcCode.invalidParams, "the request names no slot");
  if (count > MAX_SLOTS) throw new RpcError(RpcCode.limitExceeded, `a request names at most ${MAX_SLOTS} slots, got ${count}`);
  const values = wanted.map(async ({ account, of, slots }) => {
    return [account, await Promise.all(slots.map(async (slot) => wordToHex(await state.word(of, slot))))] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

/** Reads of the current state, or of the state after a block. */
export function stateMethods(chain: Chain): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "eth_getBalance",
      async ([account, tag]) => hexQuantity((await askedState(chain, tag).account(address(account))).balanceWei),
    ],
    ["eth_getCode", async ([account, tag]) => askedState(chain, tag).code(address(account))],
    [
      "eth_getStorageAt",
      async ([account, slot, tag]) => wordToHex(await askedState(chain, tag).word(address(account), stateWord(slot))),
    ],
    [
      "eth_getAccountInfo",
      async ([account, tag]) => {
        const [state, of] = [askedState(chain, tag), address(account)];
        const [{ balanceWei, nonce }, code] = await Promise.all([state.account(of), state.code(of)]);
        return { balance: hexQuantity(balanceWei), nonce: hexQuantity(nonce), code };
      },
    ],
    ["eth_getStorageValues", async ([requests, tag]) => storageValues(askedState(chain, tag), requests)],
    [
      "eth_getTransactionCount",
      async ([account, tag]) => {
        const waiting = tag === "pending" ? chain.mempool.nextNonce(address(account)) : undefined;
        return hexQuantity(waiting ?? (await askedState(chain, tag).account(address(account))).nonce);
      },
    ],
  ]);
}
