import { hexlify, randomBytes, ZeroAddress, type Provider, type Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashNameAnnouncement } from "../../../ground/protocol/name-announcement.ts";
import { parseAccount, type ChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { factory, hyperchainNames } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { isLabel } from "../ecosystem/label.ts";
import { findNames, requireNames, type NameRegistry } from "./name-registry.ts";
import { senderOn, submit } from "../sending/submit.ts";

/** A name that an account wants: `label` under a chain for an account there, or the chain's own label. */
export interface NameRequest {
  readonly chain: ChainName;
  readonly label: string;
  /** The account for which the name stands; left out for the label of the chain itself, which its admin takes. */
  readonly account?: string | undefined;
}

/** An announced name: what takes it, and from when on. */
export interface AnnouncedName {
  /** 32 random bytes; `takeName` needs them. */
  readonly secret: Hex;
  /** Seconds of L1's time. */
  readonly validFrom: bigint;
}

/**
 * Announces a name by a hash, so that no account sees it before it is the signer's; the node that is asked is not told the name
 * either. `signer` is on L1. Throws ClientError; MalformedName for what no name can be.
 */
export async function announceName(ecosystem: Ecosystem, request: NameRequest, signer: Signer): Promise<AnnouncedName> {
  const sender = await senderOn(signer, ecosystem.l1);
  const registry = await requireNames(ecosystem, sender.provider);
  const { chainId } = findChain(ecosystem, request.chain);
  requireLabel(request.label);
  const secret = hexlify(randomBytes(32)) as Hex;
  const account = request.account === undefined ? ZeroAddress : parseAccount(request.account);
  const announcement = hashNameAnnouncement({
    l1ChainId: BigInt(ecosystem.l1.chainId),
    registry: registry.address,
    owner: sender.address,
    chainId: BigInt(chainId),
    label: request.label,
    account: account as Hex,
    secret,
  });
  await submit(sender, { to: registry.address, data: hyperchainNames.encodeFunctionData("announceName", [announcement]) });
  const [since] = await registry.ask("announcedAt", [announcement]);
  const delay = BigInt(
    await sender.provider.call({ to: ecosystem.l1.contracts.factory, data: factory.encodeFunctionData("revealDelay") }),
  );
  return { secret, validFrom: (since as bigint) + delay };
}

/** Takes an announced name. Resolves with the transaction's hash. Throws ClientError Refused, with the registry's reason. */
export async function takeName(
  ecosystem: Ecosystem,
  { chain, label, account, secret }: NameRequest & Pick<AnnouncedName, "secret">,
  signer: Signer,
): Promise<Hex> {
  const { chainId } = findChain(ecosystem, chain);
  return account === undefined
    ? write(ecosystem, signer, "nameChain", [chainId, label, secret])
    : write(ecosystem, signer, "nameAccount", [chainId, label, parseAccount(account), secret]);
}

/** Points the signer's name to another account of its chain. Throws ClientError. */
export async function pointName(
  ecosystem: Ecosystem,
  { chain, label, account }: Required<NameRequest>,
  signer: Signer,
): Promise<Hex> {
  return write(ecosystem, signer, "point", [findChain(ecosystem, chain).chainId, label, parseAccount(account ?? "")]);
}

/** Gives the signer's name to another owner. Throws ClientError. */
export async function transferName(
  ecosystem: Ecosystem,
  { chain, label, owner }: Pick<NameRequest, "chain" | "label"> & { readonly owner: string },
  signer: Signer,
): Promise<Hex> {
  return write(ecosystem, signer, "transfer", [findChain(ecosystem, chain).chainId, label, parseAccount(owner)]);
}

/** Chooses the name by which the signer's account on a chain is shown; an empty label takes that back. Throws ClientError. */
export async function chooseName(
  ecosystem: Ecosystem,
  { chain, label }: Pick<NameRequest, "chain" | "label">,
  signer: Signer,
): Promise<Hex> {
  return write(ecosystem, signer, "choose", [findChain(ecosystem, chain).chainId, label]);
}

/**
 * Label that an account chose, if the label points to that account; undefined if there is none. The caller
 * adds the chain's part: its name or id.
 */
export async function chosenName(
  ecosystem: Ecosystem,
  { chainId, account }: ChainAddress,
  l1: Provider,
): Promise<string | undefined> {
  const registry = await findNames(ecosystem, l1);
  const [label] = registry === undefined ? [""] : await registry.ask("chosenName", [chainId, account]);
  return label === "" ? undefined : (label as string);
}

/**
 * Throws ClientError NameTaken if a name, or the label of a chain, has an owner. `announceName` does not call
 * this, because a query reveals the name to a node.
 */
export async function requireFreeName(ecosystem: Ecosystem, request: NameRequest, l1: Provider): Promise<void> {
  const registry = await findNames(ecosystem, l1);
  if (registry === undefined) return;
  const { chainId, name } = findChain(ecosystem, request.chain);
  const taken = request.account === undefined ? chainsLabel : accountsName;
  const by = await taken(registry, chainId, request.label);
  if (by === undefined) return;
  const message = `${request.label} is not free for ${name}: ${by}; choose another label`;
  throw new ClientError("NameTaken", message, { label: request.label, chainId });
}

async function accountsName(registry: NameRegistry, chainId: number, label: string): Promise<string | undefined> {
  const [owner, account] = await registry.ask("nameOf", [chainId, label]);
  return owner === ZeroAddress ? undefined : `${String(owner)} owns that name there, which points to ${String(account)}`;
}

async function chainsLabel(registry: NameRegistry, chainId: number, label: string): Promise<string | undefined> {
  const [[other], [own]] = await Promise.all([registry.ask("chainOf", [label]), registry.ask("labelOf", [chainId])]);
  if (own !== "") return `it is called ${String(own)} for good`;
  return other === 0n ? undefined : `chain ${String(other)} has that label for good`;
}

/** Throws ClientError MalformedName for what the registry refuses from everyone. */
function requireLabel(label: string): void {
  if (isLabel(label)) return;
  const message = `${JSON.stringify(label)} is not a valid name: names have 1 to 63 letters a to z, digits and hyphens, no hyphen at an end or in third and fourth place, do not begin with 0x, and are neither numbers nor l1 nor 40 hexadecimal digits`;
  throw new ClientError("MalformedName", message, { label });
}

async function write(
  ecosystem: Ecosystem,
  signer: Signer,
  name: "nameChain" | "nameAccount" | "point" | "transfer" | "choose",
  args: readonly unknown[],
): Promise<Hex> {
  const sender = await senderOn(signer, ecosystem.l1);
  const { address } = await requireNames(ecosystem, sender.provider);
  const receipt = await submit(sender, { to: address, data: hyperchainNames.encodeFunctionData(name, [...args]) });
  return receipt.hash as Hex;
}
