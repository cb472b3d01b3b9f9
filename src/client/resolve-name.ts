import type { Provider } from "ethers";
import { parseInteroperableAddress } from "../protocol/interop-request.ts";
import { parseChainAddress, requireChecksum, splitChainAddress } from "./chain-address.ts";
import type { ChainAddress, ChainAddressLike } from "./chain-address.ts";
import { ClientError } from "./client-error.ts";
import { findMember } from "./route.ts";
import { isL1 } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { hasNames } from "./names-contract.ts";
import { ask } from "./names.ts";

const LABEL = /^[a-z0-9-]{1,63}$/;

/**
 * An account as `parseChainAddress` reads it, where account and chain may also be names of L1's registry: `bob@alpha`. It is
 * asked once, so that what is signed then is what was found; a payer who knows the account adds `#` and its checksum (ERC-7828).
 * Throws ClientError; UnknownName for a name that was not taken, AmbiguousName where the registry gives a chain's label to
 * another chain than this ecosystem does.
 */
export async function resolveChainAddress(
  ecosystem: Ecosystem,
  address: ChainAddressLike,
  l1: Provider,
  defaultChain?: ChainName,
): Promise<ChainAddress> {
  if (typeof address !== "string") return parseChainAddress(ecosystem, address, defaultChain);
  const { account, chain, checksum } = splitChainAddress(address);
  const isMember = [ecosystem.l1, ...ecosystem.chains].some(({ name, chainId }) => name === chain || String(chainId) === chain);
  const isPlain = chain === undefined || (isMember && account.startsWith("0x"));
  if (isPlain || !(await hasNames(ecosystem, l1))) return parseChainAddress(ecosystem, address, defaultChain);
  const chainId = await resolveChain(ecosystem, chain, l1);
  if (account.startsWith("0x") || !LABEL.test(account)) {
    const hash = checksum === undefined ? "" : `#${checksum}`;
    return parseChainAddress(ecosystem, `${account}@${chainId}${hash}`);
  }
  const [encoded] = await ask(ecosystem, l1, "interoperableAddress", [chainId, account]);
  if (encoded === "0x") {
    const message = `there is no name ${account} on ${chain}; write the account's address, or have its owner take it (announceName, takeName)`;
    throw new ClientError("UnknownName", message, { name: account, chainId });
  }
  const found = parseInteroperableAddress(String(encoded));
  if (found?.account === undefined || found.chainId !== BigInt(chainId)) throw ambiguous(address, chainId, String(encoded));
  const place = { chainId, account: found.account };
  requireChecksum(address, place, checksum);
  return place;
}

/** A member by its name here, its id, or its label in the registry. */
async function resolveChain(ecosystem: Ecosystem, chain: string, l1: Provider): Promise<number> {
  const [labelled] = LABEL.test(chain) && !isL1(ecosystem, chain) ? await ask(ecosystem, l1, "chainOf", [chain]) : [0n];
  const known = [ecosystem.l1, ...ecosystem.chains].find(({ name }) => name === chain);
  if (known !== undefined && labelled !== 0n && labelled !== BigInt(known.chainId))
    throw ambiguous(chain, known.chainId, String(labelled));
  return findMember(ecosystem, labelled === 0n ? chain : (labelled as bigint)).chainId;
}

function ambiguous(name: string, here: number, there: string): ClientError {
  const message = `${name} is chain ${here} here, and ${there} in L1's registry of names; write the chain's id`;
  return new ClientError("AmbiguousName", message, { name, here, there });
}
