import type { Hex } from "./hex.ts";

/** The chain that a session is for: its id may be another ecosystem's too, its contract on L1 is its own. */
export interface SessionChain {
  readonly chainId: number | bigint;
  readonly hyperchain: Hex;
}

/** Message that an account signs for a session of a chain with restricted readers. */
export interface SessionMessage {
  readonly account: Hex;
  /** The name and port under which it reached the server: a server that passes the challenge on has another. */
  readonly host: string;
  /** 32 bytes. */
  readonly nonce: Hex;
  /** Seconds since 1970: until then the signature is taken. */
  readonly expiresAt: number;
}

/** Domain of EIP-712. */
export interface SessionDomain {
  readonly name: string;
  readonly version: string;
  readonly chainId: number;
  readonly verifyingContract: Hex;
}

/** Fields of the message, in the order in which they are signed. */
export const SESSION_FIELDS = [
  { name: "account", type: "address" },
  { name: "host", type: "string" },
  { name: "nonce", type: "bytes32" },
  { name: "expiresAt", type: "uint256" },
] as const;

export function sessionDomain({ chainId, hyperchain }: SessionChain): SessionDomain {
  return { name: "HyperchainSession", version: "1", chainId: Number(chainId), verifyingContract: hyperchain };
}
