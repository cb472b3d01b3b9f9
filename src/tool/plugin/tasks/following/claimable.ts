import { messenger, topicOf } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { memberName, type Ecosystem } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { SentL1Call } from "../../../../ecosystem/client/calls/direct-call.ts";
import { callFor, onwardCall } from "../../../../ecosystem/client/calls/l1-calls.ts";
import {
  readMessageLog,
  sentMessages,
  type MessageLogs,
  type SentMessage,
} from "../../../../ecosystem/client/messages/sent-messages.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import { readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import { pluginError } from "../../plugin-error.ts";
import type { Session } from "../session/session.ts";

/** Copies of a call that a refusal lists: anyone can send thousands. */
const MOST_LISTED = 5;

/**
 * The withdrawals and the calls on L1 that a transaction sent, in order. Words for another contract there are no call:
 * waiting for it would never end.
 */
export function claimableIn({ l1 }: Pick<Ecosystem, "l1">, chainId: number, receipt: MessageLogs): readonly SentMessage[] {
  const layer = { chainId: BigInt(l1.chainId), factory: l1.contracts.factory };
  const bodies = receipt.logs.flatMap((log) => readMessageLog(log) ?? []);
  const calls = new Set(bodies.filter(({ body }) => callFor(layer, body) !== undefined).map(({ messageHash }) => messageHash));
  return sentMessages(chainId, l1.chainId, receipt).filter(
    ({ type, messageHash }) => type === "withdrawal" || (type === "l1Call" && calls.has(messageHash)),
  );
}

/** A call on L1, and those that follow from it over chains between, in order. `whole` is the session of all members. */
export async function callsOf(whole: Session, { sourceChainId, ...sent }: SentMessage): Promise<readonly SentL1Call[]> {
  const receipt = await whole.provider(sourceChainId).getTransactionReceipt(sent.transactionHash);
  const messages = (receipt?.logs ?? []).flatMap((log) => readMessageLog(log) ?? []);
  let body = messages.find(({ sender, messageHash }) => sender === sent.sender && messageHash === sent.messageHash)?.body;
  const calls: SentL1Call[] = [{ chain: sourceChainId, sender: sent.sender, messageHash: sent.messageHash }];
  for (let last = calls.at(-1); body !== undefined && last !== undefined;) {
    const onward = onwardCall(whole.info, last, body);
    if (onward !== undefined) calls.push(onward.name);
    [body, last] = [onward?.body, onward?.name];
  }
  return calls;
}

/**
 * Call on L1 that a message's hash names on a chain; undefined if it names none. Throws a plugin error if
 * several accounts sent equal messages: each has its call, and the hash does not distinguish them.
 */
export async function callNamed(
  { info, provider }: Pick<Session, "info" | "provider">,
  chainId: number,
  messageHash: Hex,
): Promise<SentMessage | undefined> {
  const chain = provider(chainId);
  const topics = [topicOf(messenger, "L1MessageSent"), null, messageHash];
  const question = { address: PREDEPLOYS.L1Messenger, topics, fromBlock: 0, toBlock: await chain.getBlockNumber() };
  const sent = (await readLogs(chain, question)).flatMap((log) =>
    claimableIn(info, chainId, { transactionHash: log.transactionHash, logs: [log] }).filter(({ type }) => type === "l1Call"),
  );
  const bySender = [...new Map(sent.map((message) => [message.sender, message])).values()];
  if (bySender.length < 2) return bySender[0];
  const listed = bySender.slice(0, MOST_LISTED).map(({ sender, transactionHash }) => `\n  ${sender} in ${transactionHash}`);
  throw pluginError(
    `${bySender.length} accounts of ${memberName(info, chainId)} have sent ${messageHash}, which is a call of each; ` +
      `name the transaction of your call:${listed.join("")}`,
  );
}
