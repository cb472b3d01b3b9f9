import { formatEther } from "ethers";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { alarm, warning } from "../session/output.ts";

/** Stake of an ecosystem: what it secures, each key with its weight, what was slashed, and its watcher. */
export function stakeLines(
  { chains }: Pick<EcosystemInfo, "chains">,
  { keys, slashes, watcher, sentence }: NonNullable<EcosystemInfo["stake"]>,
): readonly string[] {
  const nameOf = (id: number): string => chains.find(({ chainId }) => chainId === id)?.name ?? `chain ${id}`;
  const staked = keys.map(({ chainId, key, stakeWei }) => `Stake of ${nameOf(chainId)}: ${key}, ${formatEther(stakeWei)} ETH`);
  const slashed = slashes.map(({ chainId, key, amountWei, transactionHash }) =>
    alarm(`SLASHED: ${key} of ${nameOf(chainId)} lost ${formatEther(amountWei)} ETH on L1 by ${transactionHash}`),
  );
  const read = watcher.readUpTo === undefined ? "has read nothing yet" : `has read L1 up to block ${watcher.readUpTo}`;
  const trouble =
    watcher.trouble === undefined ? [] : [warning(`The watcher waits, and continues automatically: ${watcher.trouble}`)];
  return [sentence, ...staked, ...slashed, `The watcher ${watcher.address} ${read}.`, ...trouble];
}
