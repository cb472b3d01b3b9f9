import { getAddress } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { interoperableAddress, parseInteroperableAddress } from "../protocol/interop-request.ts";
import { ClientError } from "./client-error.ts";
import { findChain, isL1, memberName } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";

/** An account on a member of the ecosystem. */
export interface ChainAddress {
  readonly chainId: number;
  /** 20 bytes in lower case. */
  readonly account: Hex;
}

/** What is accepted wherever an account on another chain is named: text, or the parts. */
export type ChainAddressLike = string | { readonly chain: ChainName; readonly account: string };

/**
 * Reads `0x…@chain`, where chain is a name or an id, or the same account in ERC-7930 bytes, or the parts. With
 * `defaultChain`, an address alone is an account there. Throws ClientError MalformedAddress or UnknownChain.
 */
export function parseChainAddress(ecosystem: Ecosystem, address: ChainAddressLike, defaultChain?: ChainName): ChainAddress {
  if (typeof address !== "string") return { chainId: memberId(ecosystem, address.chain), account: parseAccount(address.account) };
  const at = address.indexOf("@");
  if (at !== -1) return { chainId: memberId(ecosystem, address.slice(at + 1)), account: parseAccount(address.slice(0, at)) };
  const interoperable = parseInteroperableAddress(address);
  if (interoperable?.account !== undefined) {
    const chain = interoperable.chainId ?? defaultChain;
    if (chain !== undefined) return { chainId: memberId(ecosystem, chain), account: interoperable.account };
  }
  if (defaultChain !== undefined) return { chainId: memberId(ecosystem, defaultChain), account: parseAccount(address) };
  throw new ClientError(
    "MalformedAddress",
    `${JSON.stringify(address)} does not say on which chain; write ${JSON.stringify(`${address}@<chain name or id>`)}`,
    { address },
  );
}

/** `0x…@name`, with the checksum, as `parseChainAddress` reads it. */
export function formatChainAddress(ecosystem: Ecosystem, { chainId, account }: ChainAddress): string {
  return `${getAddress(account)}@${memberName(ecosystem, chainId)}`;
}

/** ERC-7930 bytes, as the interop contracts take them. */
export function encodeChainAddress({ chainId, account }: ChainAddress): Hex {
  return interoperableAddress(BigInt(chainId), account);
}

/** An address of 20 bytes, in lower case. Throws ClientError MalformedAddress, also for a checksum that does not fit. */
export function parseAccount(text: string): Hex {
  try {
    return getAddress(text).toLowerCase() as Hex;
  } catch (error) {
    const reason = /^0x[0-9a-f]{40}$/i.test(text)
      ? "its checksum does not fit: copy it again, or write it in lower case"
      : "an address is 0x and 40 hexadecimal digits";
    throw new ClientError(
      "MalformedAddress",
      `${JSON.stringify(text)} is no address; ${reason}`,
      { address: text },
      { cause: error },
    );
  }
}

function memberId(ecosystem: Ecosystem, chain: ChainName): number {
  return isL1(ecosystem, chain) ? ecosystem.l1.chainId : findChain(ecosystem, chain).chainId;
}
