import { formatEther } from "ethers";
import { memberName } from "../../client/ecosystem.ts";
import type { ActivityBlock, ActivityTransaction } from "../../devnet/view/activity.ts";
import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { printable } from "../../runtime/printable.ts";

type Members = Pick<EcosystemInfo, "l1" | "chains">;

/** When, where and what a transaction does, and whether it succeeded. Strangers choose arguments: none writes over a terminal. */
export function activityLine(info: Members, block: ActivityBlock, transaction: ActivityTransaction): string {
  const { hash, succeeded, gasUsed } = transaction;
  const time = new Date(block.at ?? block.timestamp * 1_000).toISOString().slice(11, 23);
  const outcome = succeeded ? "" : " FAILED";
  const what = printable(whatItDoes(transaction, symbolOn(info, block.chainId)));
  return `${time} ${memberName(info, block.chainId)}${outcome} ${what}, ${gasUsed.toLocaleString("en")} gas (${hash})`;
}

/** In what a member's transactions carry value. */
function symbolOn({ chains }: Members, chainId: number): string {
  return chains.find((chain) => chain.chainId === chainId)?.baseToken.symbol ?? "ETH";
}

function whatItDoes({ from, to, created, contract, call, selector, value }: ActivityTransaction, symbol: string): string {
  const money = value === "0" ? "" : ` with ${formatEther(value)} ${symbol}`;
  if (created !== undefined) return `${from} creates ${contract ?? "a contract"} at ${created}${money}`;
  const place = contract === undefined ? `${to}` : `${contract} at ${to}`;
  if (selector === undefined) return `${from} sends ${formatEther(value)} ${symbol} to ${place}`;
  return `${from} calls ${call ?? `${selector}…`} of ${place}${money}`;
}
