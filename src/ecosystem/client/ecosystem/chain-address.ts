import { getAddress, keccak256 } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { interoperableAddress, parseInteroperableAddress } from "../../../ground/protocol/interoperable-address.ts";
import { ClientError } from "./client-error.ts";
import { findChain, isL1, memberName, type ChainName, type Ecosystem } from "./ecosystem.ts";
import { isLabel } from "./label.ts";

/** An account on a member of the ecosystem. */
export interface ChainAddress {
  readonly chainId: number;
  /** 20 bytes in lower case. */
  readonly account: Hex;
}

/** Account on any chain, as text or in parts. */
export type ChainAddressLike = string | { readonly chain: ChainName; readonly account: string };

/**
 * Reads `0x…@chain`, where chain is a name, an id or `eip155:<id>`, with or without `#` and the checksum (ERC-7828), or the same
 * account in ERC-7930 bytes, or the parts. With `defaultChain`, an address alone is an account there. Throws ClientError
 * MalformedAddress, WrongChecksum or UnknownChain.
 */
export function parseChainAddress(ecosystem: Ecosystem, address: ChainAddressLike, defaultChain?: ChainName): ChainAddress {
  if (typeof address !== "string") return { chainId: memberId(ecosystem, address.chain), account: parseAccount(address.account) };
  const { account, chain: named, checksum } = splitChainAddress(address);
  if (named !== undefined) {
    const place = { chainId: memberId(ecosystem, named), account: parseAccount(account) };
    requireChecksum(address, place, checksum);
    return place;
  }
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

/** Splits `account@chain#checksum` without changing its parts. Text without `@` is the account. */
export function splitChainAddress(text: string): {
  readonly account: string;
  readonly chain: string | undefined;
  readonly checksum: string | undefined;
} {
  const at = text.indexOf("@");
  if (at === -1) return { account: text, chain: undefined, checksum: undefined };
  const [chain = "", ...rest] = text.slice(at + 1).split("#");
  return {
    account: text.slice(0, at),
    chain: chain.replace(/^eip155:(?=\d+$)/, ""),
    checksum: rest.length === 0 ? undefined : rest.join("#"),
  };
}

/** The checksum of an account and its chain (ERC-7930): four bytes of the hash of its bytes behind the version, in upper case. */
export function checksumOf(place: ChainAddress): string {
  return keccak256(`0x${encodeChainAddress(place).slice(6)}`)
    .slice(2, 10)
    .toUpperCase();
}

/** Throws ClientError WrongChecksum where one is given and is another than the account's and chain's. */
export function requireChecksum(text: string, place: ChainAddress, checksum: string | undefined): void {
  const expected = checksumOf(place);
  if (checksum === undefined || checksum.toUpperCase() === expected) return;
  const message = `${JSON.stringify(text)} is ${place.account} on chain ${place.chainId}, whose checksum is ${expected}; ask the recipient for the correct address`;
  throw new ClientError("WrongChecksum", message, { address: text, expected, actual: checksum });
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
    throw new ClientError(
      "MalformedAddress",
      `${JSON.stringify(text)} is not an address; ${whyNoAddress(text)}`,
      { address: text },
      { cause: error },
    );
  }
}

function whyNoAddress(text: string): string {
  if (/^0x[0-9a-f]{40}$/i.test(text)) return "its checksum does not fit: copy it again, or write it in lower case";
  if (isLabel(text)) return "a name is looked up on L1 first (resolveChainAddress)";
  if (/^\d+$/.test(text)) return "a number is a development account to tasks alone; write its address";
  return "an address is 0x and 40 hexadecimal digits";
}

function memberId(ecosystem: Ecosystem, chain: ChainName): number {
  return isL1(ecosystem, chain) ? ecosystem.l1.chainId : findChain(ecosystem, chain).chainId;
}
