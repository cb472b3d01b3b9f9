import { formatEther } from "ethers";
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
  const rows = members.map(({ key, url, stakeWei, pid }) => [
    key,
    url,
    `${formatEther(stakeWei)} ETH`,
    pid === undefined ? "has ended" : `process ${pid}`,
  ]);
  const places = [network, ...onChains.map((each) => `${each.network} on ${each.chain}`)].join(", ");
  return `${strong(`Guardians of ${name}`)} (${places})\n${table(rows)}\n${warning(sentences.join("\n"))}`;
}
