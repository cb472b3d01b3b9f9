import { Transaction } from "ethers";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcCall } from "../request/call-request.ts";

/** A signature of the usual length: two words and a recovery number. */
const SIGNATURE = { r: wordToHex(2n ** 252n), s: wordToHex(2n ** 252n) };

/** Shortest bytes with which a client can send the call: its first transaction, of no price, without authorizations. */
export function leastBytesOf(chainId: number, { to, data, valueWei, accessList }: RpcCall): Hex {
  const isLegacy = accessList.length === 0;
  return Transaction.from({
    type: isLegacy ? 0 : 1,
    chainId,
    nonce: 0,
    gasPrice: 0n,
    gasLimit: 21_000n,
    to: to ?? null,
    value: valueWei,
    data,
    accessList: isLegacy ? null : accessList.map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys] })),
    signature: { ...SIGNATURE, v: isLegacy ? 2 * chainId + 35 : 0 },
  }).serialized as Hex;
}
