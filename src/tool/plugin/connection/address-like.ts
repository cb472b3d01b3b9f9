import type { AddressLike } from "../api/hyperchains.ts";

/** A token's address, where one is named. */
export function tokenAddress(token: AddressLike | undefined): string | undefined {
  return token === undefined ? undefined : addressOf(token);
}

/** The address of a contract of ethers' or viem's, or of a signer; an address itself. */
export function addressOf(token: AddressLike): string {
  if (typeof token === "string") return token;
  return "address" in token ? token.address : String(token.target);
}
