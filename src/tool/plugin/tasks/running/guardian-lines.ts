import { formatEther } from "ethers";
import type { GuardianNetworkStatus } from "../../../../ecosystem/devnet/guardian/guardian-info.ts";
import { requestSentence } from "../../../../ecosystem/devnet/view/books/guardian-words.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
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
    request.state === "answered" ? requestSentence(network, request) : warning(requestSentence(network, request)),
  );
}
