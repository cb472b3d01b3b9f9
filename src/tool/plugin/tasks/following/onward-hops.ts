import { messenger, topicOf } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { depositBook } from "../../../../ecosystem/client/queue/deposits-in-flight.ts";
import type { SentL1Call } from "../../../../ecosystem/client/calls/direct-call.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { readMessageLog, readTransfer } from "../../../../ecosystem/client/messages/sent-messages.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import { aliasOf } from "../../../../ground/protocol/address-alias.ts";
import { claimantOf, forwarderAddress, readHops } from "../../../../ecosystem/relayer/forwarding.ts";
import { readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import { callsOf } from "./claimable.ts";
import { operationNow, type DownwardJourney } from "./follow-queued.ts";
import type { Session } from "../session/session.ts";

type Steps = MessageInfo["steps"] | DownwardJourney["steps"];

/** Hop after the arrival of a message over layers. */
export type OnwardHop =
  | { readonly by: "message"; readonly message: MessageInfo }
  | { readonly by: "queue"; readonly operation: DownwardJourney }
  /** Hop that has not left the intermediate chain. */
  | { readonly by: "none"; readonly chainId: number };

/**
 * Hops after the message, in order; the last of them may be incomplete. Empty for a message over no layer.
 */
export async function onwardHops(session: Session, first: MessageInfo): Promise<readonly OnwardHop[]> {
  return first.type === "l1Call" ? onwardCalls(session, first) : onwardMoney(session, first.steps);
}

/** Each call is sent by the transaction that makes the one before. */
async function onwardCalls(session: Session, first: MessageInfo): Promise<readonly OnwardHop[]> {
  const [sent] = first.steps;
  if (sent === undefined || !answers(session, sent.chainId)) return [];
  const [, ...onward] = await callsOf(session, { ...first, transactionHash: sent.transactionHash });
  const hops: OnwardHop[] = [];
  let before = first;
  for (const call of onward) {
    const message = await callSent(session, call, executionOf(before));
    if (message === undefined) return [...hops, { by: "none", chainId: call.chain }];
    hops.push({ by: "message", message });
    before = message;
  }
  return hops;
}

async function callSent(session: Session, call: SentL1Call, by: Hex | undefined): Promise<MessageInfo | undefined> {
  if (by === undefined) return undefined;
  return messageIn(session, by, { ...call, sourceChainId: call.chain });
}

/** Forwarders on the way send it on, by the terms that its sender wrote behind the calldata. */
export async function onwardMoney(session: Session, begun: Steps): Promise<readonly OnwardHop[]> {
  const { info, provider } = session;
  const [sent] = begun;
  if (sent === undefined || !answers(session, sent.chainId)) return [];
  const transaction = await provider(sent.chainId).getTransaction(sent.transactionHash);
  const hops: OnwardHop[] = [];
  let arrival = begun.find(({ step }) => step === "executed");
  for (const hop of readHops(transaction?.data ?? "0x")) {
    const chainId = Number(hop.chainId);
    const forwarders = info.chains.find(({ settlesOn }) => settlesOn?.chainId === chainId)?.settlesOn?.contracts.forwarders;
    // An operation that the same transaction queued may have another destination.
    const isElsewhere = arrival !== undefined && arrival.chainId !== chainId;
    if (claimantOf(hop) !== undefined || forwarders === undefined || isElsewhere) return hops;
    const block = arrival === undefined ? undefined : await blockOf(session, arrival);
    const left =
      block === undefined ? undefined : await leftFrom(session, chainId, forwarderAddress(forwarders, hop.forwarding), block);
    if (left === undefined) return [...hops, { by: "none", chainId }];
    hops.push(left);
    const { steps } = left.by === "message" ? left.message : left.operation;
    arrival = steps.find(({ step }) => step === "executed");
  }
  return hops;
}

async function blockOf(session: Session, arrival: Steps[number]): Promise<number | undefined> {
  if (!answers(session, arrival.chainId)) return undefined;
  const { provider } = session;
  return (await provider(arrival.chainId).getTransactionReceipt(arrival.transactionHash))?.blockNumber;
}

type Left = Exclude<OnwardHop, { readonly by: "none" }>;

/** The first that a forwarder sent from this block on: up or across by a message, or down by a chain's queue. */
async function leftFrom(session: Session, chainId: number, forwarder: Hex, fromBlock: number): Promise<Left | undefined> {
  const { info, provider } = session;
  if (!answers(session, chainId)) return undefined;
  const member = provider(chainId);
  const blocks = { fromBlock, toBlock: await member.getBlockNumber() };
  const topics = [topicOf(messenger, "L1MessageSent")];
  for (const log of await readLogs(member, { address: PREDEPLOYS.L1Messenger, topics, ...blocks })) {
    const raw = readMessageLog(log);
    if (raw === undefined || readTransfer(raw)?.sender !== forwarder) continue;
    const name = { sourceChainId: chainId, sender: raw.sender, messageHash: raw.messageHash };
    const message = await messageIn(session, log.transactionHash as Hex, name);
    if (message !== undefined) return { by: "message", message };
  }
  for (const chain of info.chains) {
    const below = ecosystemOf(info, chain);
    if (below.l1.chainId !== chainId) continue;
    const { empty, take, ...question } = depositBook(below, chain);
    const deposits = empty();
    for (const log of await readLogs(member, { ...question, ...blocks })) take(deposits, log);
    const [queued] = deposits.get(forwarder) ?? deposits.get(aliasOf(BigInt(chain.chainId), forwarder)) ?? [];
    if (queued === undefined) continue;
    return { by: "queue", operation: await operationNow(session, { ...queued, chain, layerId: chainId }) };
  }
  return undefined;
}

type MessageName = Pick<MessageInfo, "sourceChainId" | "sender" | "messageHash">;

/** The message of that name among those that a transaction moved: others can have sent the same words. */
async function messageIn({ request }: Session, transaction: Hex, name: MessageName): Promise<MessageInfo | undefined> {
  const { messages } = (await request("hyperchain_messages", { transaction, limit: 200 }, { fresh: true })) as {
    readonly messages: readonly MessageInfo[];
  };
  return messages.find(
    ({ sourceChainId, sender, messageHash }) =>
      sourceChainId === name.sourceChainId && sender === name.sender && messageHash === name.messageHash,
  );
}

function executionOf({ steps }: MessageInfo): Hex | undefined {
  return steps.find(({ step }) => step === "executed")?.transactionHash;
}

/** A chain that is paused, or was removed, answers nothing. */
function answers({ info }: Session, chainId: number): boolean {
  return chainId === info.l1.chainId || info.chains.some((chain) => chain.chainId === chainId && chain.stopped !== true);
}

/** Words for a hop that there is not yet. */
export function notLeft({ info }: Session, chainId: number): string {
  return `it continues from ${memberName(info, chainId)} after its arrival there, when an account forwards it`;
}
