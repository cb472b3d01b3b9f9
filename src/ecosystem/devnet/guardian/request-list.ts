import type { Provider } from "ethers";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { SLASH_SECONDS } from "../../../ground/protocol/stake.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { challengeInterface, type ChallengeOnL1 } from "./challenge-interface.ts";
import type { LeafRequestInfo, RequestedLeaf } from "./guardian-info.ts";

/** Requests that are read for a list at most. */
const MOST_LISTED = 20n;
const KIND_NAMES = ["storage", "account", "codeHash", "codeDigest"] as const;

/** The newest requests to a network, without ended ones. Rejects with the provider's error. */
export async function listRequests(provider: Provider, network: Hex): Promise<readonly LeafRequestInfo[]> {
  const asked = { to: network, contract: challengeInterface };
  const count = BigInt((await askContract(provider, { ...asked, name: "challengeCount" })) as bigint);
  const first = count > MOST_LISTED ? count - MOST_LISTED + 1n : 1n;
  const ids = Array.from({ length: Number(count - first + 1n) }, (_, i) => first + BigInt(i));
  const requests = await Promise.all(ids.map((id) => readRequest(provider, network, id)));
  return requests.filter((request) => request !== undefined);
}

/** A request by its number; `undefined` if it does not exist or has ended. */
export async function readRequest(provider: Provider, network: Hex, id: bigint): Promise<LeafRequestInfo | undefined> {
  const challenge = await challengeOf(provider, network, id);
  if (BigInt(challenge.challenger) === 0n) return undefined;
  const now = (await provider.getBlock("latest"))?.timestamp ?? 0;
  const deadline = Number(challenge.deadline);
  const reportUntil = deadline + SLASH_SECONDS;
  const isLate = now > deadline;
  if (isLate && now > reportUntil && challenge.bond === 0n) return undefined;
  const state = challenge.isAnswered ? "answered" : isLate ? "unanswered" : "open";
  const { bond, stateRoot } = challenge;
  return { id: Number(id), state, deadline, reportUntil, bondWei: String(bond), stateRoot, leaf: leafOf(challenge) };
}

/** A request as the contract stores it; its challenger is 0 if none has the number. Rejects with the provider's error. */
export async function challengeOf(provider: Provider, network: Hex, id: bigint): Promise<ChallengeOnL1> {
  return (await askContract(provider, {
    to: network,
    contract: challengeInterface,
    name: "challengeOf",
    args: [id],
  })) as ChallengeOnL1;
}

function leafOf({ key: { kind, account, slot } }: ChallengeOnL1): RequestedLeaf {
  const name = KIND_NAMES[Number(kind)] ?? "storage";
  const leaf = { kind: name, account: lowerCaseAddress(account) };
  return name === "storage" ? { ...leaf, slot: wordToHex(slot) } : leaf;
}
