import { AbiCoder, id } from "ethers";
import { toHex, type Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";
import { ifDecodable } from "./undecodable.ts";

/** First word of the message; `TokenDescription.sol`. */
const TAG = id("hyperchain.token-description.v1");
/** Texts as bytes: the contract cuts what is longer than 64 of them, in the middle of a character too. */
const ABI_TYPES = ["bytes32", "uint256", "address", "bytes", "bytes", "uint8"];

/** Depth of a batch's tree of logs: a message's place there has as many bits. */
const LOG_TREE_DEPTH = 14n;

/** Order of a message among all messages of the token's chain: the description with the higher value is current. */
export function descriptionPosition(batchNumber: BatchNumber, index: number): bigint {
  return ((batchNumber + 1n) << LOG_TREE_DEPTH) | BigInt(index);
}

/** Which token a chain describes to the others. */
interface TokenDescription {
  /** Chain on which the token was created. */
  readonly chainId: ChainId;
  /** Contract of the token there. */
  readonly token: Hex;
  /** Whether its name or its symbol has a letter. */
  readonly isNamed: boolean;
}

/** Reads what the token vault of a chain sends to describe a token; undefined for any other body. */
export function decodeTokenDescription(body: Uint8Array): TokenDescription | undefined {
  if (body.length < 32 || toHex(body.subarray(0, 32)) !== TAG) return undefined;
  return ifDecodable(
    () => AbiCoder.defaultAbiCoder().decode(ABI_TYPES, body),
    ([, chainId, token, name, symbol]) => ({
      chainId: chainId as bigint,
      token: String(token).toLowerCase() as Hex,
      isNamed: name !== "0x" || symbol !== "0x",
    }),
  );
}
