import type { Provider } from "ethers";
import { parseInteroperableAddress } from "../../../ground/protocol/interoperable-address.ts";
import {
  parseChainAddress,
  requireChecksum,
  splitChainAddress,
  type ChainAddress,
  type ChainAddressLike,
} from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { isL1, memberName, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { isLabel } from "../ecosystem/label.ts";
import { findNames, type NameRegistry } from "./name-registry.ts";
import { findMember } from "../ecosystem/route.ts";

/**
 * An account as `parseChainAddress` reads it, where account and chain may also be names of L1's registry:
 * `bob@alpha`. It is asked once, so that what is signed then is what was found; a payer who knows the account
 * adds `#` and its checksum (ERC-7828). A number is not a name: tasks and tests read `7@alpha` as a
 * development account. Throws ClientError; UnknownName for a name that was not taken, AmbiguousName where the
 * registry gives a chain's label to another chain than this ecosystem does.
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
  if (chain === undefined || (isMember && !isLabel(account))) return parseChainAddress(ecosystem, address, defaultChain);
  const registry = await findNames(ecosystem, l1);
  const chainId = await resolveChain(ecosystem, chain, registry);
  if (!isLabel(account)) {
    const hash = checksum === undefined ? "" : `#${checksum}`;
    return parseChainAddress(ecosystem, `${account}@${chainId}${hash}`);
  }
  const [encoded] = registry === undefined ? ["0x"] : await registry.ask("interoperableAddress", [chainId, account]);
  if (encoded === "0x") throw unknownName(ecosystem, account, chainId, registry !== undefined);
  const found = parseInteroperableAddress(String(encoded));
  if (found?.account === undefined || found.chainId !== BigInt(chainId)) throw ambiguous(address, chainId, String(encoded));
  const place = { chainId, account: found.account };
  requireChecksum(address, place, checksum);
  return place;
}

/** A member by its name here, its id, or its label in the registry. */
async function resolveChain(ecosystem: Ecosystem, chain: string, registry: NameRegistry | undefined): Promise<number> {
  const isAsked = registry !== undefined && isLabel(chain) && !isL1(ecosystem, chain);
  const [labelled] = isAsked ? await registry.ask("chainOf", [chain]) : [0n];
  const known = [ecosystem.l1, ...ecosystem.chains].find(({ name }) => name === chain);
  if (known !== undefined && labelled !== 0n && labelled !== BigInt(known.chainId))
    throw ambiguous(chain, known.chainId, String(labelled));
  return findMember(ecosystem, labelled === 0n ? chain : (labelled as bigint)).chainId;
}

function unknownName(ecosystem: Ecosystem, name: string, chainId: number, hasRegistry: boolean): ClientError {
  const chain = memberName(ecosystem, chainId);
  const remedy = "write the account's address";
  const why = isL1(ecosystem, chainId)
    ? `only accounts of chains have names; ${remedy}`
    : `${hasRegistry ? "it was not taken" : `${ecosystem.l1.name} has no registry of names`}; ${remedy}, or have its owner take the name (hyperchain:names, announceName)`;
  return new ClientError("UnknownName", `there is no name ${name}@${chain}: ${why}`, { name, chainId });
}

function ambiguous(name: string, here: number, there: string): ClientError {
  const message = `${name} is chain ${here} here, and ${there} in L1's registry of names; write the chain's id`;
  return new ClientError("AmbiguousName", message, { name, here, there });
}
