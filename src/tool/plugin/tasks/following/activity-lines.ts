import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { ActivityBlock, ActivityTransaction } from "../../../../ecosystem/devnet/view/feed/activity.ts";
import type { EcosystemInfo, MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { ActInfo } from "../../../../ecosystem/devnet/view/feed/act-book.ts";
import { actWords, placeWords } from "../../../../ecosystem/devnet/view/feed/shown-act.ts";
import { whereItIs } from "../../../../ecosystem/devnet/view/books/message-state.ts";
import { whatItDoes } from "../../../../ecosystem/devnet/view/feed/feed-words.ts";
import type { TerminalNames } from "./terminal-names.ts";
import { printable } from "../../../../ground/runtime/printable.ts";

type Members = Pick<EcosystemInfo, "l1" | "chains">;

/** Parts of an entry of the feed, in addition to the transaction. */
export interface Told {
  /** Why it failed, as the end of "it reverted …"; absent where it succeeded, and where that is not known. */
  readonly reason?: string;
  /** Messages that the transaction began. */
  readonly messages: readonly MessageInfo[];
}

/**
 * When, where and what a transaction does, whether it succeeded, and the messages that it began, in the words of the page's feed.
 * Strangers choose arguments: none writes over a terminal.
 */
export function activityLines(
  info: Members,
  block: ActivityBlock,
  { transaction, reason, messages }: Told & { readonly transaction: ActivityTransaction },
  names: TerminalNames,
): readonly string[] {
  const { hash, succeeded, gasUsed, from, to } = transaction;
  const time = clock(block.at ?? block.timestamp * 1_000);
  const named = (address: string): string => names.of(block.chainId, address);
  const what = whatItDoes(transaction, symbolOn(info, block.chainId)).map(({ kind, text }) =>
    kind === "call" ? names.within(block.chainId, text) : text,
  );
  const ends = to === undefined ? named(from) : `${named(from)} → ${named(to)}`;
  const chain = memberName(info, block.chainId);
  return [
    `${time} ${chain} ${succeeded ? "✓" : "✗ failed"} ${what.join("")} · ${ends} · ${gasUsed.toLocaleString("en")} gas · ${hash}`,
    ...(reason === undefined ? [] : [`  It reverted ${names.within(block.chainId, reason)}.`]),
    ...messages.map((message) => `  ${messageLine(info, message, names)}`),
  ].map(printable);
}

/** A message that a transaction began, and where it is; a reason is of the chain where it arrived. */
export function messageLine(info: Members, message: MessageInfo, names: TerminalNames): string {
  const { type, destinationChainId, messageHash } = message;
  const command = message.ready === undefined ? "" : ` with '${message.ready.command}'`;
  const where = `${names.within(destinationChainId, whereItIs(message).text)}${command}`;
  return `→ ${type} to ${memberName(info, destinationChainId)}: ${where} · ${messageHash}`;
}

/** Outcome of a message after its transaction was printed. */
export function fateLine(info: Members, message: MessageInfo, atMs: number, names: TerminalNames): string {
  const chain = memberName(info, message.sourceChainId);
  return printable(`${clock(atMs)} ${chain} ${messageLine(info, message, names)} · sent by ${message.steps[0]?.transactionHash}`);
}

/** Line for an action of a client, in the text of the page's feed. */
export function actLine(info: Members, act: ActInfo): string {
  return printable(`${clock(act.at)} ${placeWords(act, info)} ${actWords(act)}`);
}

/** Time in UTC. */
function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}

/** In what a member's transactions carry value. */
function symbolOn({ chains }: Members, chainId: number): string {
  return chains.find((chain) => chain.chainId === chainId)?.baseToken.symbol ?? "ETH";
}
