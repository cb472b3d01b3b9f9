import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { callOutcomes, outcomeWords } from "../../../../ecosystem/client/sending/call-outcome.ts";
import { protocolNames } from "../../../../ecosystem/client/sending/protocol-names.ts";
import { callsOf, type CallFrame } from "../../../../ecosystem/client/sending/remote-failure.ts";
import { revertReason, type ContractNames } from "../../../../ecosystem/client/sending/revert-reason.ts";
import { endedBecause } from "../../../../ecosystem/devnet/view/governing/ended-because.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { PagedMessages } from "../../../../ecosystem/devnet/view/books/paged-messages.ts";
import type { Found } from "../../../../ecosystem/devnet/view/looking/search.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import { pluginError } from "../../plugin-error.ts";
import { messageLine } from "./activity-lines.ts";
import { knownNames, learnContracts, type TerminalNames } from "./terminal-names.ts";
import { readHash } from "../session/arguments.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { followingTasks } from "../arguments/following.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type TraceArguments = ArgumentsOf<(typeof followingTasks)["trace"]>;

/** Maximum hops in sequence, messages of one transaction, and characters of a printed call. */
const MOST_HOPS = 6;
const MOST_MESSAGES = 20;
const MOST_TEXT = 300;
const TRACE_LIMITS = { timeoutMs: 60_000 };

/** A transaction's calls, and the messages that it began with the transactions in which they arrived. */
interface Traced {
  readonly chainId: number;
  readonly transactionHash: Hex;
  readonly calls: CallFrame;
  readonly messages: readonly (MessageInfo & { readonly arrived?: Traced })[];
}

/** `hyperchain:trace`: one tree of calls over all chains that a transaction reached. */
const action: NewTaskActionFunction<TraceArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async (session) => {
    const place = await placeOf(session, readHash(args.hash));
    const [traced, names, addresses] = [await trace(session, place, 0), await session.names(), await knownNames(session)];
    await learnContracts(addresses, session, [...calledPlaces(traced).values()]);
    session.output.result(() => treeLines(session, traced, { names, addresses }).join("\n"), traced);
  });

/**
 * Location of a transaction, or of the one that sent the message with this hash. Throws a plugin error if
 * there is none.
 */
async function placeOf({ request }: Session, hash: Hex): Promise<Pick<Traced, "chainId" | "transactionHash">> {
  const found = (await request("hyperchain_search", hash)) as readonly Found[];
  const transaction = found.find((each) => each.type === "transaction");
  if (transaction !== undefined) return transaction;
  const message = (await request("hyperchain_message", hash)) as MessageInfo | null;
  const [first] = message?.steps ?? [];
  if (first !== undefined) return first;
  throw pluginError(
    `no member of the ecosystem has a transaction or a message ${hash}; take a hash from 'npx hardhat hyperchain:logs'`,
  );
}

async function trace(
  session: Session,
  { chainId, transactionHash }: Pick<Traced, "chainId" | "transactionHash">,
  hop: number,
): Promise<Traced> {
  const ask = (method: string, params: readonly unknown[]): Promise<unknown> =>
    chainId === session.info.l1.chainId
      ? session.provider(chainId).send(method, [...params])
      : session.ask(chainId, method, params, TRACE_LIMITS);
  const calls = await callsOf(ask, transactionHash);
  const page = { limit: MOST_MESSAGES, transaction: transactionHash };
  const { messages } = (await session.request("hyperchain_messages", page, { fresh: true })) as PagedMessages;
  const begun = messages.filter(({ steps }) => steps[0]?.transactionHash === transactionHash);
  const followed = [];
  for (const message of begun) {
    const arrival = message.steps.find(({ step }) => step === "executed");
    const arrived = arrival === undefined || hop >= MOST_HOPS ? undefined : await trace(session, arrival, hop + 1);
    followed.push({ ...message, ...(arrived === undefined ? {} : { arrived }) });
  }
  return { chainId, transactionHash, calls, messages: followed };
}

/** Which contracts were called where, each once. */
function calledPlaces(traced: Traced): ReadonlyMap<string, { readonly chain: number; readonly address: string }> {
  const places = new Map<string, { readonly chain: number; readonly address: string }>();
  const take = (chain: number, { to, calls = [] }: CallFrame): void => {
    if (to !== undefined) places.set(`${chain} ${to.toLowerCase()}`, { chain, address: to });
    for (const each of calls) take(chain, each);
  };
  const takeAll = ({ chainId, calls, messages }: Traced): void => {
    take(chainId, calls);
    for (const { arrived } of messages) if (arrived !== undefined) takeAll(arrived);
  };
  takeAll(traced);
  return places;
}

function treeLines(session: Session, { chainId, transactionHash, calls, messages }: Traced, named: Named): readonly string[] {
  const { info } = session;
  const outcome = calls.error === undefined ? "succeeded" : "failed";
  return [
    `on ${memberName(info, chainId)} · ${transactionHash} · ${outcome} · ${Number(calls.gasUsed).toLocaleString("en")} gas`,
    ...callLines(calls, { ...named, chainId, outcomes: callOutcomes(calls) }).map(indented),
    ...messages.flatMap((message) => [
      indented(printable(messageLine(info, message, named.addresses))),
      ...(message.arrived === undefined
        ? []
        : treeLines(session, message.arrived, named).map((line) => indented(indented(line)))),
    ]),
  ];
}

interface Named {
  readonly names: ContractNames;
  readonly addresses: TerminalNames;
}

interface Telling extends Named {
  readonly chainId: number;
  readonly outcomes: ReturnType<typeof callOutcomes>;
}

function callLines(frame: CallFrame, telling: Telling): readonly string[] {
  const { type, to = "", input, output = "0x", gasUsed, calls = [] } = frame;
  const { names, addresses, chainId, outcomes } = telling;
  const call = names.call(input) ?? protocolNames.call(input) ?? (input.length > 10 ? `${input.slice(0, 10)}…` : input);
  const ended = outcomeWords(outcomes.get(frame) ?? "succeeded", endedBecause(frame) ?? revertReason(output, names));
  const text = printable(addresses.within(chainId, ended === "" ? call : `${call}, it ${ended}`));
  const shown = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  return [
    `${type.toLowerCase()} ${addresses.of(chainId, to)} ${shown}, gas ${Number(gasUsed).toLocaleString("en")}`,
    ...calls.flatMap((each) => callLines(each, telling)).map(indented),
  ];
}

function indented(line: string): string {
  return `  ${line}`;
}

export default action;
