import { messenger, topicOf } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { findChain, memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import {
  deliverGatewayMessage,
  gatewayMessagesIn,
  type DeliveredGatewayMessage,
  type GatewayMessage,
} from "../../../../ecosystem/client/messages/gateway-messages.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import { readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import { readSender, signerOf, type AccountPlace } from "../session/accounts.ts";
import { whenExecuted } from "../following/claim-withdrawal.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import { sessionOf, type Session } from "../session/session.ts";

/**
 * The messages that a transaction on L1 or on a chain sent by the gateway; for a message's hash the one that the chain sent.
 * Empty for any other hash.
 */
export async function gatewayMessagesNamed(
  { info, provider }: Pick<Session, "info" | "provider">,
  memberId: number,
  hash: Hex,
): Promise<readonly GatewayMessage[]> {
  const member = provider(memberId);
  const receipt = await member.getTransactionReceipt(hash);
  if (receipt !== null) return gatewayMessagesIn(info, memberId, receipt);
  if (memberId === info.l1.chainId) return [];
  const topics = [topicOf(messenger, "L1MessageSent"), null, hash];
  const question = { address: PREDEPLOYS.L1Messenger, topics, fromBlock: 0, toBlock: await member.getBlockNumber() };
  // Another account can have sent the same bytes directly, which is not a message of the gateway.
  return gatewayMessagesIn(info, memberId, { logs: await readLogs(member, question) }).slice(0, 1);
}

/** Delivers messages one by one, each as soon as it can be, and prints what came of them. Throws ClientError Failed. */
export async function claimMessages(
  whole: Session,
  messages: readonly GatewayMessage[],
  from: string | undefined,
): Promise<void> {
  const made: { readonly message: GatewayMessage; readonly transactionHash: Hex | undefined; readonly where: string }[] = [];
  for (const message of messages) {
    const session = sessionOf(whole, message.chainId);
    const { info } = session;
    const to = message.direction === "toL1" ? info.l1.name : memberName(info, message.chainId);
    const payer = await readSender(session, from, to);
    const delivered = message.direction === "toL1" ? await onL1(session, message, payer) : await onChain(session, message, payer);
    made.push({ message, transactionHash: delivered.state === "delivered" ? delivered.transactionHash : undefined, where: to });
  }
  whole.output.result(
    () =>
      made
        .map(({ where, transactionHash }) =>
          transactionHash === undefined ? `delivered on ${where} before` : `delivered on ${where}: ${transactionHash}`,
        )
        .join("\n"),
    {
      messages: made.map(({ message: { chainId, direction, id }, transactionHash }) => ({
        chainId,
        direction,
        id,
        claimTransactionHash: transactionHash ?? null,
        claimedBefore: transactionHash === undefined,
      })),
    },
  );
}

async function onL1(session: Session, message: GatewayMessage, payer: AccountPlace): Promise<DeliveredGatewayMessage> {
  const names = await session.names();
  return whenExecuted(session, message.chainId, payer, (signer, view) =>
    deliverGatewayMessage(session.info, message, signer, view, names),
  );
}

/** The chain reads L1 automatically: it announces a message that was sent there soon. */
async function onChain(session: Session, message: GatewayMessage, payer: AccountPlace): Promise<DeliveredGatewayMessage> {
  const names = await session.names();
  const patience = createProgressWait(session);
  const { name } = findChain(session.info, message.chainId);
  for (;;) {
    const made = await deliverGatewayMessage(session.info, message, signerOf(session, payer), undefined, names);
    if (made.state !== "queued") return made;
    await patience.wait(`waiting until ${name} takes it from its queue on ${session.info.l1.name}`);
  }
}
