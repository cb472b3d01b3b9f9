import { AbiCoder, concat, dataLength, dataSlice, getCreateAddress, id, Interface, keccak256, toBeHex } from "ethers";
import { forwardersAbi } from "../../ground/abi/forwarders.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { parseInteroperableAddress } from "../../ground/protocol/interoperable-address.ts";
import { minimalProxyAddress } from "../../ground/protocol/minimal-proxy.ts";

/** Route of money from a forwarder, in the encoding of `IForwarders.sol`. */
export interface Forwarding {
  /** The recipient and its chain (ERC-7930). */
  readonly to: Hex;
  /** Factory of the chains that settle on the forwarder's, where the recipient's does; else zero. */
  readonly factory: Hex;
  /** Gets back, on the forwarder's chain, what cannot be sent on. */
  readonly refundTo: Hex;
  /** The forwarded token; the coin is 0x800a. */
  readonly token: Hex;
  /** For the account that has it sent on, in units of the token. */
  readonly fee: bigint;
}

/** A forwarder on the way of some money. */
export interface ForwardingHop {
  /** The chain that it is on. */
  readonly chainId: ChainId;
  readonly forwarding: Forwarding;
}

/** Money is brought to a forwarder and sent on, and then claimed where it goes: each of both may cost so much of the fee. */
export const FORWARDING_STEPS = 2n;

/** The account where a way ends on the forwarder's own chain, as one that pays a claimer does; undefined for other ways. */
export function claimantOf({ chainId, forwarding }: ForwardingHop): Hex | undefined {
  const to = parseInteroperableAddress(forwarding.to);
  return to?.chainId === chainId && BigInt(forwarding.factory) === 0n ? to.account : undefined;
}

export const forwarders = new Interface(forwardersAbi);

const FORWARDING = "tuple(bytes to, address factory, address refundTo, address token, uint256 fee)";
const HOPS = `tuple(uint256 chainId, ${FORWARDING} forwarding)[]`;
const abi = AbiCoder.defaultAbiCoder();

/** Address of a forwarder, in lower case, by the `Forwarders` contract of its chain. */
export function forwarderAddress(forwardersAddress: Hex, forwarding: Forwarding): Hex {
  const salt = keccak256(abi.encode([FORWARDING], [forwarding])) as Hex;
  // The contract creates what its proxies run first of all.
  const implementation = getCreateAddress({ from: forwardersAddress, nonce: 1 }) as Hex;
  return minimalProxyAddress(forwardersAddress, implementation, salt);
}

/** Mark at the end of calldata that names the forwarders of its money. */
const MARK = dataSlice(id("hyperchain forwarding 1"), 0, 8);
const MARK_BYTES = 8;
const LENGTH_BYTES = 4;
/** No way of money has more chains between: up from an L3, over, and down to one. */
const MAX_HOPS = 4;
/**
 * Maximum size of encoded hops. ABI encoding can name one place often, so a decoder of a hostile 80 kB would
 * need gigabytes.
 */
const MAX_ENCODED_BYTES = 2_048;

/**
 * Calldata with the hops behind it: ABI encoding ‖ its length in 4 bytes ‖ 8 bytes of keccak("hyperchain forwarding 1").
 * Contracts read calldata from the front; relayers read here the meaning of a forwarder's address.
 */
export function withHops(data: string, hops: readonly ForwardingHop[]): string {
  if (hops.length === 0) return data;
  const encoded = abi.encode([HOPS], [hops]);
  return concat([data, encoded, toBeHex(dataLength(encoded), LENGTH_BYTES), MARK]);
}

/** The hops behind a transaction's calldata; none for any other calldata, whatever it is. */
export function readHops(data: string): readonly ForwardingHop[] {
  const end = dataLength(data) - MARK_BYTES - LENGTH_BYTES;
  if (end < 0 || dataSlice(data, end + LENGTH_BYTES) !== MARK) return [];
  const length = Number(dataSlice(data, end, end + LENGTH_BYTES));
  if (length > end || length > MAX_ENCODED_BYTES) return [];
  try {
    const encoded = dataSlice(data, end - length, end);
    const [hops] = abi.decode([HOPS], encoded) as unknown as [readonly DecodedHop[]];
    return hops.length > MAX_HOPS ? [] : hops.map(hopOf);
  } catch {
    return [];
  }
}

interface DecodedHop {
  readonly chainId: bigint;
  readonly forwarding: Readonly<Record<"to" | "factory" | "refundTo" | "token", string>> & { readonly fee: bigint };
}

function hopOf({ chainId, forwarding: { to, factory, refundTo, token, fee } }: DecodedHop): ForwardingHop {
  const [plain, back, sent] = [factory, refundTo, token].map((address) => address.toLowerCase() as Hex) as [Hex, Hex, Hex];
  return { chainId, forwarding: { to: to as Hex, factory: plain, refundTo: back, token: sent, fee } };
}
