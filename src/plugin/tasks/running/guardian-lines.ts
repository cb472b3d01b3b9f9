import { formatEther } from "ethers";
import type { GuardianNetworkStatus, LeafRequestInfo } from "../../../devnet/guardian/guardian-info.ts";
import type { EcosystemInfo } from "../../../devnet/view/books/ecosystem-info.ts";
import { strong, table, warning } from "../session/output.ts";

/** Guardians of a network with URL and stake, and who can harm the network's chains. */
export function guardianLines({
  name,
  network,
  onChains = [],
  members,
  sentences,
}: NonNullable<EcosystemInfo["guardians"]>[number]): string {
  const rows = members.map(({ key, url, stakeWei, pid }, index) => [
    String(index),
    key,
    url,
    `${formatEther(stakeWei)} ETH`,
    pid === undefined ? "has ended" : `process ${pid}`,
  ]);
  const places = [network, ...onChains.map((each) => `${each.network} on ${each.chain}`)].join(", ");
  return `${strong(`Guardians of ${name}`)} (${places})\n${table(rows)}\n${warning(sentences.join("\n"))}`;
}

/** Requests for leaves on L1, each with what can be done about it. */
export function requestLines(network: string, requests: GuardianNetworkStatus["requests"]): readonly string[] {
  if (requests === undefined) return [warning(`Requests to guardians of ${network} are unknown: L1 does not answer`)];
  return requests.map((request) =>
    request.state === "answered" ? requestLine(network, request) : warning(requestLine(network, request)),
  );
}

/** One request, with its leaf, its state and the next action. */
export function requestLine(network: string, { id, state, deadline, reportUntil, bondWei, leaf }: LeafRequestInfo): string {
  const what = leaf.slot === undefined ? `${LEAF_NAMES[leaf.kind]} of ${leaf.account}` : `slot ${leaf.slot} of ${leaf.account}`;
  const next = {
    open: `guardians can answer until ${timeOf(deadline)}; hyperchain:guardians answer ${id} does it for them`,
    answered: `answered${bondWei === "0" ? "" : `; hyperchain:guardians close ${id} returns ${formatEther(bondWei)} ETH`}`,
    unanswered: `NOT ANSWERED: guardians that signed lose their stake by hyperchain:guardians report ${id} until ${timeOf(reportUntil)}`,
  }[state];
  return `Request ${id} to guardians of ${network} for ${what}: ${next}`;
}

const LEAF_NAMES = {
  account: "nonce and balance",
  codeHash: "the hash of the code",
  codeDigest: "the digest of the code",
  storage: "a slot",
} as const;

function timeOf(seconds: number): string {
  return new Date(1_000 * seconds).toISOString();
}
