import { concat, getCreateAddress, id } from "ethers";
import { fromHex, keccak, numberToHex, toHex, wordToHex, type Hex } from "./hex.ts";
import { minimalProxyAddress } from "./minimal-proxy.ts";

/** A call that a sender on a chain wants made on what its chain settles on; `L1CallMessage.sol` has the message's layout. */
export interface L1Call {
  /** The chain there: L1, or one on which others settle. */
  readonly l1ChainId: bigint;
  /** `ChainAccounts.sol` there. */
  readonly accounts: Hex;
  /** Number of the sender's choice, below 2^128, which distinguishes equal calls. */
  readonly nonce: bigint;
  /** Last second of that chain's clock at which the call is made; below 2^64. */
  readonly lastSecond: bigint;
  /** The least that the call gets, below 2^64. */
  readonly gasLimit: bigint;
  /** Wei, of what the sender's account there has. */
  readonly value: bigint;
  readonly to: Hex;
  readonly data: Hex;
}

const TAG = id("hyperchain.l1-call.v1").slice(0, 10);
const DATA_AT = 116;

/** The message's body. Throws RangeError for a number that has no room. */
export function encodeL1Call(call: L1Call): Uint8Array {
  const { l1ChainId, accounts, nonce, lastSecond, gasLimit, value, to, data } = call;
  const numbers = [numberToHex(nonce, 16), numberToHex(lastSecond, 8), numberToHex(gasLimit, 8), numberToHex(value, 32)];
  return fromHex(concat([TAG, numberToHex(l1ChainId, 8), accounts, ...numbers, to, data]));
}

/** The call that a message asks for; undefined for any other message. */
export function decodeL1Call(body: Uint8Array): L1Call | undefined {
  if (body.length < DATA_AT || toHex(body.subarray(0, 4)) !== TAG) return undefined;
  const bytes = (from: number, to?: number): Hex => toHex(body.subarray(from, to));
  const number = (from: number, to: number): bigint => BigInt(bytes(from, to));
  return {
    l1ChainId: number(4, 12),
    accounts: bytes(12, 32),
    nonce: number(32, 48),
    lastSecond: number(48, 56),
    gasLimit: number(56, 64),
    value: number(64, 96),
    to: bytes(96, DATA_AT),
    data: bytes(DATA_AT),
  };
}

/** The account of a chain's sender, by the `ChainAccounts` of where the chain settles; in lower case. */
export function chainAccountAddress(accounts: Hex, chainId: bigint, sender: Hex): Hex {
  // The contract creates what its proxies run first of all.
  const implementation = getCreateAddress({ from: accounts, nonce: 1 }).toLowerCase() as Hex;
  const salt = keccak(fromHex(wordToHex(chainId)), fromHex(wordToHex(BigInt(sender))));
  return minimalProxyAddress(accounts, implementation, salt);
}
