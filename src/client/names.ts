import { hexlify, randomBytes, ZeroAddress } from "ethers";
import type { Provider, Signer } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { parseAccount } from "./chain-address.ts";
import type { ChainAddress } from "./chain-address.ts";
import { factory, hyperchainNames } from "./contract-interfaces.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { hasNames, namesContract } from "./names-contract.ts";
import { senderOn, submit } from "./submit.ts";

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

/** Announces a name by a hash, so that no account sees it before it is the signer's. `signer` is on L1. Throws ClientError. */
export async function announceName(ecosystem: Ecosystem, request: NameRequest, signer: Signer): Promise<AnnouncedName> {
  const sender = await senderOn(signer, ecosystem.l1);
  const secret = hexlify(randomBytes(32)) as Hex;
  const { chainId } = findChain(ecosystem, request.chain);
  const account = request.account === undefined ? ZeroAddress : parseAccount(request.account);
  const parts = [sender.address, chainId, request.label, account, secret];
  const [announcement] = await ask(ecosystem, sender.provider, "announcementOf", parts);
  const data = hyperchainNames.encodeFunctionData("announceName", [announcement]);
  await submit(sender, { to: namesContract(ecosystem).address, data });
  const [since] = await ask(ecosystem, sender.provider, "announcedAt", [announcement]);
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

/** Has the signer's name stand for another account of its chain. Throws ClientError. */
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
 * The label that an account chose for itself, if it stands for that account; undefined where there is none. The chain's part is
 * the caller's: its name or id.
 */
export async function chosenName(
  ecosystem: Ecosystem,
  { chainId, account }: ChainAddress,
  l1: Provider,
): Promise<string | undefined> {
  if (!(await hasNames(ecosystem, l1))) return undefined;
  const [label] = await ask(ecosystem, l1, "chosenName", [chainId, account]);
  return label === "" ? undefined : (label as string);
}

/** Calls a view of the registry. */
export async function ask(
  ecosystem: Ecosystem,
  l1: Provider,
  name: "announcementOf" | "announcedAt" | "chainOf" | "chosenName" | "interoperableAddress",
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  const data = hyperchainNames.encodeFunctionData(name, [...args]);
  return hyperchainNames.decodeFunctionResult(name, await l1.call({ to: namesContract(ecosystem).address, data }));
}

async function write(
  ecosystem: Ecosystem,
  signer: Signer,
  name: "nameChain" | "nameAccount" | "point" | "transfer" | "choose",
  args: readonly unknown[],
): Promise<Hex> {
  const data = hyperchainNames.encodeFunctionData(name, [...args]);
  const receipt = await submit(await senderOn(signer, ecosystem.l1), { to: namesContract(ecosystem).address, data });
  return receipt.hash as Hex;
}
