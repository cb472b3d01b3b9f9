import { AbiCoder, keccak256, Wallet, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { SignedVote, Vote } from "../../../../src/chain/consensus/votes.ts";
import { hubVoteDomain } from "../../../../src/ecosystem/hub/hub-certificate.ts";
import type { BlockVoteDomain } from "../../../../src/ground/protocol/block-vote.ts";
import { wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { VoteKeys, type NodeKey } from "../../../../src/ecosystem/sequencing/local/vote-keys.ts";
import { as, hexAddress, send, type Ecosystem } from "./ecosystem.ts";
import { NOTICE_SECONDS } from "./hubs.ts";
import { domainOf, ENLISTMENT_TYPES } from "./stakes.ts";

const coder = AbiCoder.defaultAbiCoder();
/** Salt of the votes' domain, if a test names no other. */
export const LIFE = wordToHex(99n);
/** Seconds of `unbonding` that are left to send a slash. */
const SLASH_TIME = 100n;

/** A registry, and the judge of hubs. */
export interface HubStakes {
  readonly registry: BaseContract;
  readonly judge: BaseContract;
}

export async function deployHubStakes({ l1 }: Ecosystem, unbonding: bigint): Promise<HubStakes> {
  const judge = await l1.deploy("HubEquivocation", unbonding - SLASH_TIME, SLASH_TIME);
  return { registry: await l1.deploy("StakeRegistry", unbonding), judge };
}

/** A hub with these aggregators that the account governs, which names no aggregator of proofs. */
export async function deployHub({ l1 }: Ecosystem, admin: HardhatEthersSigner, keys: readonly NodeKey[]): Promise<BaseContract> {
  const addresses = keys.map(({ address }) => address);
  return l1.deploy("Hub", wordToHex(1n).slice(0, 42), admin.address, NOTICE_SECONDS, addresses);
}

/** Data of a hub's aggregators as a service. */
export function hubData(hub: Hex): Hex {
  return coder.encode(["address"], [hub]) as Hex;
}

export async function hubServiceOf({ judge }: HubStakes, hub: Hex): Promise<Hex> {
  return keccak256(coder.encode(["address", "bytes"], [await judge.getAddress(), hubData(hub)])) as Hex;
}

/** Enlists the operator's whole deposit for an aggregator's key. */
export async function enlistAggregator(
  stakes: HubStakes,
  { ecosystem, hub }: { readonly ecosystem: Ecosystem; readonly hub: Hex },
  operator: HardhatEthersSigner,
  key: NodeKey,
): Promise<void> {
  const domain = { ...domainOf(ecosystem), verifyingContract: await stakes.registry.getAddress() };
  const service = await hubServiceOf(stakes, hub);
  const wallet = new Wallet(key.privateKey!);
  const signature = await wallet.signTypedData(domain, ENLISTMENT_TYPES, { operator: operator.address, service });
  const args = [await stakes.judge.getAddress(), hubData(hub), key.address, 10_000n, signature];
  await send(as(stakes.registry, operator), "enlist", ...args);
}

/** A vote with the second at which it was cast. */
export interface DatedVote extends Vote {
  readonly signedAt: number;
}

/** Signs the vote for this domain. */
export function signVote(key: NodeKey, domain: BlockVoteDomain, { signedAt, ...vote }: DatedVote): SignedVote {
  return new VoteKeys([key], domain).sign(0, vote, signedAt);
}

/** A report, with the signed domains if they differ. */
export interface Accusation {
  readonly hub: Hex;
  readonly life?: Hex;
  readonly faultAt?: bigint;
  readonly by: readonly [NodeKey, NodeKey];
  /** Domains of the two votes. Default: those of the hub and the life. */
  readonly domains?: readonly [BlockVoteDomain, BlockVoteDomain] | undefined;
}

/** Reports the two votes as an account. By default the fault's second is the second vote's. */
export async function accuse(
  { registry, judge }: HubStakes,
  { ecosystem, reporter }: { readonly ecosystem: Ecosystem; readonly reporter: HardhatEthersSigner },
  votes: readonly [DatedVote, DatedVote],
  { hub, life = LIFE, faultAt = BigInt(votes[1].signedAt), by, domains }: Accusation,
) {
  const domain = hubVoteDomain(ecosystem.chainId, hub, life);
  const [one, two] = domains ?? [domain, domain];
  const signed = [signVote(by[0], one, votes[0]), signVote(by[1], two, votes[1])];
  const shown = signed.flatMap(({ view: view_, signature, ...fields }) => [{ ...fields, view_ }, signature]);
  return send(as(judge, reporter), "reportVotes", await hexAddress(registry), { hub, life, faultAt }, ...shown);
}
