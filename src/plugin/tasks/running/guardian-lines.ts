import { formatEther } from "ethers";
import type { EcosystemInfo } from "../../../devnet/view/books/ecosystem-info.ts";
import { strong, table, warning } from "../session/output.ts";

/** Guardians of a network with URL and stake, and who can harm the network's chains. */
export function guardianLines({ name, network, members, sentences }: NonNullable<EcosystemInfo["guardians"]>[number]): string {
  const rows = members.map(({ key, url, stakeWei, pid }) => [
    key,
    url,
    `${formatEther(stakeWei)} ETH`,
    pid === undefined ? "has ended" : `process ${pid}`,
  ]);
  return `${strong(`Guardians of ${name}`)} (${network})\n${table(rows)}\n${warning(sentences.join("\n"))}`;
}
