import { AbiCoder } from "ethers";
import { fromHex, toHex, type Hex } from "./hex.ts";
import type { ChainId, MessageHash } from "./ids.ts";
import { ifDecodable } from "./undecodable.ts";

/** A call of a bundle. */
interface InteropCall {
  /** Whether the sender's account on the destination makes it, instead of a delivery to `receiveMessage`. */
  readonly fromAccount: boolean;
  readonly to: Hex;
  /** Wei of the destination's base token. */
  readonly value: bigint;
  readonly data: Hex;
}

/** Calls to another chain that happen together or not at all; the fields are those of `InteropBundle.sol`. */
export interface InteropBundle {
  readonly sourceChainId: ChainId;
  readonly destinationChainId: ChainId;
  readonly sender: Hex;
  readonly nonce: bigint;
  readonly calls: readonly InteropCall[];
  /** keccak of the asset message that carries value and reward; zero when there is none. */
  readonly valueMessageHash: MessageHash;
  readonly value: bigint;
  /** Paid on the destination to the account that executes the bundle. */
  readonly relayerReward: bigint;
  readonly tokens: readonly { readonly messageHash: MessageHash; readonly recipient: Hex }[];
  readonly gasLimit: bigint;
  /** Zero address: anyone. */
  readonly executionAddress: Hex;
  readonly refundRecipient: Hex;
  /** 0: the sender does not want to know the outcome. */
  readonly callbackGasLimit: bigint;
  /** Paid on the source chain to the account that brings the outcome. */
  readonly callbackReward: bigint;
  /** Last second of the destination's clock in which the calls are made; 0: any. */
  readonly expiresAt: bigint;
}

/** The outcome of a bundle, as the destination's interop handler reports it. */
export interface InteropResult {
  readonly bundleHash: MessageHash;
  /** Chain that sent the bundle, where the outcome is awaited. */
  readonly destinationChainId: ChainId;
  readonly success: boolean;
  /** `abi.encode(bytes[])` with each call's return data, or the first bytes of the revert data. */
  readonly result: Hex;
}

const BUNDLE_PREFIX = 1;
const BUNDLE_ABI_TYPE =
  "tuple(uint256 sourceChainId, uint256 destinationChainId, address sender, uint256 nonce, " +
  "tuple(bool fromAccount, address to, uint256 value, bytes data)[] calls, bytes32 valueMessageHash, uint256 value, " +
  "uint256 relayerReward, tuple(bytes32 messageHash, address recipient)[] tokens, uint256 gasLimit, " +
  "address executionAddress, address refundRecipient, uint256 callbackGasLimit, uint256 callbackReward, uint256 expiresAt)";
const RESULT_ABI_TYPES = ["bytes32", "uint256", "bool", "bytes"];

/** Hashes of the asset messages that must be delivered with a bundle, in the order in which the handler takes them. */
export function bundleAssetMessages(bundle: InteropBundle): Hex[] {
  const carriesValue = BigInt(bundle.valueMessageHash) !== 0n;
  return [...(carriesValue ? [bundle.valueMessageHash] : []), ...bundle.tokens.map(({ messageHash }) => messageHash)];
}

/** The bundle in a message of the interop center, or nothing where the message is something else. */
export function decodeInteropBundle(body: Uint8Array): InteropBundle | undefined {
  if (body[0] !== BUNDLE_PREFIX) return undefined;
  return readAbi([BUNDLE_ABI_TYPE], body.subarray(1), (values) => {
    const bundle = values[0] as InteropBundle;
    return {
      sourceChainId: bundle.sourceChainId,
      destinationChainId: bundle.destinationChainId,
      sender: lowerCase(bundle.sender),
      nonce: bundle.nonce,
      calls: Array.from(bundle.calls, ({ fromAccount, to, value, data }) => ({ fromAccount, to: lowerCase(to), value, data })),
      valueMessageHash: bundle.valueMessageHash,
      value: bundle.value,
      relayerReward: bundle.relayerReward,
      tokens: Array.from(bundle.tokens, ({ messageHash, recipient }) => ({ messageHash, recipient: lowerCase(recipient) })),
      gasLimit: bundle.gasLimit,
      executionAddress: lowerCase(bundle.executionAddress),
      refundRecipient: lowerCase(bundle.refundRecipient),
      callbackGasLimit: bundle.callbackGasLimit,
      callbackReward: bundle.callbackReward,
      expiresAt: bundle.expiresAt,
    };
  });
}

/** The message of the interop center that carries a bundle. Throws ethers' TypeError when a field does not fit. */
export function encodeInteropBundle(bundle: InteropBundle): Uint8Array {
  const encoded = fromHex(AbiCoder.defaultAbiCoder().encode([BUNDLE_ABI_TYPE], [bundle]));
  const body = new Uint8Array(1 + encoded.length);
  body[0] = BUNDLE_PREFIX;
  body.set(encoded, 1);
  return body;
}

/** The outcome in a message of an interop handler, or nothing where the message is something else. */
export function decodeInteropResult(body: Uint8Array): InteropResult | undefined {
  return readAbi(RESULT_ABI_TYPES, body, ([bundleHash, destinationChainId, success, result]) => ({
    bundleHash: bundleHash as Hex,
    destinationChainId: destinationChainId as bigint,
    success: success as boolean,
    result: result as Hex,
  }));
}

/** Decodes hostile bytes and applies `read` to the values; undefined for malformed bytes. */
function readAbi<T>(types: readonly string[], bytes: Uint8Array, read: (values: readonly unknown[]) => T): T | undefined {
  return ifDecodable(() => AbiCoder.defaultAbiCoder().decode(types, toHex(bytes)), read);
}

function lowerCase(address: Hex): Hex {
  return address.toLowerCase() as Hex;
}
