import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { CallFrame } from "../../../../ecosystem/client/sending/remote-failure.ts";
import type { ActInfo } from "../../../../ecosystem/devnet/view/feed/act-book.ts";
import type { ActivityBlock, ActivityTransaction } from "../../../../ecosystem/devnet/view/feed/activity.ts";
import type { Description } from "../../../../ecosystem/devnet/view/books/describe.ts";
import { endedBecause } from "../../../../ecosystem/devnet/view/governing/ended-because.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { PagedMessages } from "../../../../ecosystem/devnet/view/books/paged-messages.ts";
import { actLine, activityLines, fateLine } from "./activity-lines.ts";
import { knownNames, type TerminalNames } from "./terminal-names.ts";
import { FateFollower } from "./follow-fates.ts";
import { ActFollower } from "./follow-acts.ts";
import { ActivityFollower, type FirstLook } from "./follow-activity.ts";
import { warning } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { readNumber } from "../session/arguments.ts";
import type { TransactionsPage } from "../../../../ecosystem/devnet/view/transactions/transactions-page.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";
import type { followingTasks } from "../arguments/following.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type LogsArguments = ArgumentsOf<(typeof followingTasks)["logs"]>;

/**
 * Interval between polls. Each poll reads some blocks; the page receives blocks, and polls at the rate of
 * blocks.
 */
const LOOK_MS = 200;
/**
 * Number of the newest messages, which include those of new transactions, and size of a page of messages for
 * the first poll.
 */
const MOST_MESSAGES = 200;
const MOST_PAGES = 10;

const transactionsBack = wholeNumber(1, 10_000, 25);
const DEFAULT_TRANSACTIONS = 25;

/** `hyperchain:logs`: what happens on all members, as the page's live feed has it. */
const action: NewTaskActionFunction<LogsArguments> = async (args, hre) => {
  const last = readNumber("last", args.last, transactionsBack) ?? DEFAULT_TRANSACTIONS;
  await withEcosystem(args, hre, "reads", async (session) => {
    const ask = (ranges?: readonly unknown[]): Promise<readonly ActivityBlock[]> =>
      session.request("hyperchain_activity", ...(ranges === undefined ? [] : [ranges])) as Promise<readonly ActivityBlock[]>;
    const askOlder = (page: object) => session.request("hyperchain_transactions", page) as Promise<TransactionsPage>;
    const acts = new ActFollower(() => session.request("hyperchain_acts") as Promise<readonly ActInfo[]>, last);
    const follower = new ActivityFollower({ ask, askOlder }, last);
    const [fates, names] = [new FateFollower(), await knownNames(session)];
    let now = session;
    const look = async (): Promise<void> => {
      const news = await acts.look();
      // What was done may have brought a chain, or taken one.
      if (news.length > 0) now = await session.renewed();
      const { info, output } = now;
      names.learn(info);
      // Before the blocks that they made.
      for (const act of news) output.result(() => actLine(info, act), { act });
      const members = [info.l1, ...info.chains].map(({ chainId }) => chainId);
      const { blocks: found, wentBack, first } = await follower.look(news.length > 0 ? members : undefined);
      if (first !== undefined) output.progress(reachLine(first));
      for (const chainId of wentBack) output.progress(warning(`${memberName(info, chainId)} has returned to an earlier state`));
      if (fates.isWaiting) tellFates(now, fates.news(await newestMessages(now)), names);
      for (const { chainId, transactions } of found) for (const each of transactions) names.take(chainId, each);
      fates.begin(await tell(now, found, { all: args.all, names, pages: first === undefined ? 1 : MOST_PAGES }));
    };
    await look();
    if (!args.follow) return;
    const signal = nextSignal().then(() => "ended" as const);
    // A timer that keeps the process alive: nothing else here does.
    const turn = (): Promise<void> => look().then(() => new Promise((resolve) => setTimeout(resolve, LOOK_MS)));
    while ((await Promise.race([signal, turn()])) !== "ended");
    await closeAndExit(
      () => Promise.resolve(),
      () => undefined,
    );
  });
};

/** Sentence about the transactions of the first look. */
function reachLine({ transactions, isAll }: FirstLook): string {
  const count = transactions.toLocaleString("en");
  if (isAll) return transactions === 1 ? "From the only transaction of a user." : `From all ${count} transactions of users.`;
  return `From the newest ${count} transactions of users; --last ${Math.min(10_000, 4 * transactions)} reads further.`;
}

async function newestMessages({ request }: Session, pages = 1): Promise<readonly MessageInfo[]> {
  const all: MessageInfo[] = [];
  let before: number | undefined;
  for (let page = 0; page < pages; page++) {
    const asked = { limit: MOST_MESSAGES, ...(before === undefined ? {} : { before }) };
    const { messages, next } = (await request("hyperchain_messages", asked)) as PagedMessages;
    all.push(...messages);
    if (next === undefined) break;
    before = next;
  }
  return all;
}

function tellFates({ info, output }: Session, changed: readonly MessageInfo[], names: TerminalNames): void {
  // The newest is the first of the answer.
  for (const message of changed.toReversed()) output.result(() => fateLine(info, message, Date.now(), names), { message });
}

/** Resolves with the messages that were told, with the transactions that began them. */
async function tell(
  session: Session,
  blocks: readonly ActivityBlock[],
  { all, names, pages }: Pick<LogsArguments, "all"> & { readonly names: TerminalNames; readonly pages: number },
): Promise<readonly MessageInfo[]> {
  const { info, output } = session;
  const isTold = ({ by }: ActivityTransaction): boolean => all || by === "user";
  const told = blocks.map((block) => ({ block, transactions: block.transactions.filter(isTold) }));
  if (told.every(({ transactions }) => transactions.length === 0)) return [];
  const messages = await newestMessages(session, pages);
  const hashes = new Set(told.flatMap(({ transactions }) => transactions.map(({ hash }) => hash)));
  for (const { block, transactions } of told)
    for (const transaction of transactions) {
      const begun = messages.filter(({ steps }) => steps[0]?.transactionHash === transaction.hash);
      const reason = transaction.succeeded ? undefined : await reasonOf(session, block.chainId, transaction);
      const { transactions: _, ...place } = block;
      const said = { ...(reason === undefined ? {} : { reason }), messages: begun };
      const lines = (): string => activityLines(info, block, { transaction, ...said }, names).join("\n");
      output.result(lines, { ...place, ...transaction, ...said });
    }
  return messages.filter(({ steps: [first] }) => first !== undefined && hashes.has(first.transactionHash));
}

/** Why it failed; undefined where its chain does not trace it. */
async function reasonOf(session: Session, chainId: number, { hash }: ActivityTransaction): Promise<string | undefined> {
  const options = { tracer: "callTracer", tracerConfig: { onlyTopCall: true } };
  try {
    const call = (await session.provider(chainId).send("debug_traceTransaction", [hash, options])) as CallFrame;
    const [described] = (await session.request("hyperchain_describe", [
      { output: call.output ?? "0x" },
    ])) as readonly Description[];
    return endedBecause(call) ?? described?.reason;
  } catch {
    // A paused chain, or a transaction that is too large for a trace; the feed continues.
    return undefined;
  }
}

export default action;
