import { AbiCoder } from "ethers";
import { fromHex, hashTag, keccak, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** A call to another chain that is sent if it is received (`IAtomicLinks.sol`). */
export interface Link {
  readonly fromChain: ChainId;
  readonly toChain: ChainId;
  readonly sender: Hex;
  /** Links that the sender has sent from its chain before. */
  readonly nonce: bigint;
  readonly recipient: Hex;
  /** Last second at which it is sent and received. */
  readonly expires: bigint;
  readonly data: Hex;
}

const LINK_TAG = hashTag("hyperchain.link.v1");
const LINK =
  "tuple(uint256 fromChain, uint256 toChain, address sender, uint64 nonce, address recipient, uint64 expires, bytes data)";
const SENT = 1;
const RECEIVED = 2;

/** Hash of a link, its name on both chains. */
export function linkId(link: Link): Hex {
  return keccak(fromHex(AbiCoder.defaultAbiCoder().encode(["bytes32", LINK], [LINK_TAG, link])));
}

/** Body of the message with which `AtomicLinks` sends a link. */
export function sentBody(id: Hex): Uint8Array {
  return Uint8Array.of(SENT, ...fromHex(id, 32));
}

/** Body of the message with which `AtomicLinks` of the other chain acknowledges a link. */
export function receivedBody(id: Hex): Uint8Array {
  return Uint8Array.of(RECEIVED, ...fromHex(id, 32));
}
