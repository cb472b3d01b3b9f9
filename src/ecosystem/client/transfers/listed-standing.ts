import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { MemberClient } from "../ecosystem/member-client.ts";
import { messageStatus, type MessageStanding } from "../ecosystem/running-ecosystem.ts";
import { findSentList, type ListedTransfer } from "./transfer-list.ts";

/**
 * Progress of a listed transfer, which is that of its list's message. The message has a hash after the batch
 * is sealed.
 */
export interface ListedStanding extends Omit<MessageStanding, "messageHash" | "type"> {
  readonly messageHash?: Hex;
}

/**
 * Progress of a listed transfer. `member` is any member of the running ecosystem, `source` is on the sending
 * chain.
 */
export async function listedStanding(
  member: MemberClient,
  { list, sourceChainId, destinationChainId, transactionHash }: Omit<ListedTransfer, "place" | "approvals">,
  source: Provider,
): Promise<ListedStanding> {
  const steps = [{ step: "initiated", chainId: sourceChainId, transactionHash }];
  const listed = { sourceChainId, destinationChainId, steps };
  const sent = await findSentList(source, list);
  if (sent === undefined) return { ...listed, waitingFor: "the sender's batch is sealed, and sends its lists" };
  const { messageHash } = sent;
  const standing = await messageStatus(member, messageHash, sourceChainId);
  return standing ?? { ...listed, messageHash, waitingFor: "the ecosystem sees the list's message" };
}
