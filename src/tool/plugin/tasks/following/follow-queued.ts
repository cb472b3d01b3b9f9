import { pausedChain, endedChain } from "../../../../ecosystem/client/standing/chain-standing.ts";
import { hyperchainInterface, topicOf } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { GATEWAY_DELIVERED, gatewayMessagesIn } from "../../../../ecosystem/client/messages/gateway-messages.ts";
import { messageGateways } from "../../../../ecosystem/client/messages/message-gateway.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { ChainInfo, ReadyAction, Stuck } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import type { Session } from "../session/session.ts";
import { includedOn } from "./wait-for-transaction.ts";

/** An operation in a chain's queue on the layer on which it settles. */
interface QueuedOperation {
  readonly chain: ChainInfo;
  readonly layerId: number;
  /** Hash of the transaction on the chain. */
  readonly hash: Hex;
  /** Hash of the transaction on the layer that queued the operation. */
  readonly transactionHash: Hex;
}

/** Progress of an operation from a layer to a chain. */
export interface DownwardJourney {
  /** Kind: an operation of the queue, or a message of the gateway, which the queue announces. */
  readonly type: "operation" | "gatewayMessage";
  /** Hash of the transaction on the chain, or the gateway's id of the message. */
  readonly hash: Hex;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly steps: readonly { readonly step: "initiated" | "executed"; readonly chainId: number; readonly transactionHash: Hex }[];
  /** True if its execution reverted. */
  readonly reverted?: true;
  readonly waitingFor?: string;
  readonly ready?: ReadyAction;
  readonly stuck?: Stuck;
}

const QUEUED = topicOf(hyperchainInterface, "NewPriorityRequestId");

/** Operations that a transaction queued for chains, or the operation of a hash; empty for any other hash. */
export async function queuedBy({ info, provider }: Session, hash: Hex): Promise<readonly QueuedOperation[]> {
  const found: QueuedOperation[] = [];
  for (const chain of info.chains) {
    const { l1: layer } = ecosystemOf(info, chain);
    if (info.chains.some(({ chainId, stopped }) => chainId === layer.chainId && stopped === true)) continue;
    const below = provider(layer.chainId);
    const receipt = await below.getTransactionReceipt(hash);
    const named = { address: chain.hyperchain, topics: [QUEUED, null, hash], fromBlock: layer.fromBlock };
    const logs = receipt?.logs ?? (await readLogs(below, { ...named, toBlock: await below.getBlockNumber() }));
    for (const { address, topics, transactionHash } of logs)
      // A token that travels with it can log the same event.
      if (address.toLowerCase() === chain.hyperchain && topics[0] === QUEUED)
        found.push({ chain, layerId: layer.chainId, hash: topics[2] as Hex, transactionHash: transactionHash as Hex });
  }
  return found;
}

/**
 * Progress of the operations, and of messages that their transactions sent by the gateway. Waits for
 * execution on the chains if `wait` is set.
 */
export async function followQueued(
  session: Session,
  operations: readonly QueuedOperation[],
  noWait: boolean,
): Promise<readonly DownwardJourney[]> {
  const journeys: DownwardJourney[] = [];
  for (const operation of operations) {
    const { chain, hash } = operation;
    if (!noWait && chain.stopped !== true) await includedOn(session, chain.chainId, hash);
    journeys.push(await operationNow(session, operation));
  }
  const senders = new Map(operations.map((operation) => [`${operation.transactionHash} ${operation.chain.chainId}`, operation]));
  for (const operation of senders.values()) journeys.push(...(await gatewayMessagesNow(session, operation)));
  return journeys;
}

/** Progress of an operation. */
export async function operationNow({ info, provider }: Session, operation: QueuedOperation): Promise<DownwardJourney> {
  const { chain, layerId, hash, transactionHash } = operation;
  const begun = { type: "operation" as const, hash, sourceChainId: layerId, destinationChainId: chain.chainId };
  const steps = [{ step: "initiated" as const, chainId: layerId, transactionHash }];
  const waitingFor = `${chain.name} takes it from its queue on ${memberName(info, layerId)}`;
  if (chain.stopped === true) return { ...begun, steps, waitingFor, stuck: standsStill(chain) };
  const receipt = await provider(chain.chainId).getTransactionReceipt(hash);
  if (receipt === null) return { ...begun, steps, waitingFor };
  const done = { step: "executed" as const, chainId: chain.chainId, transactionHash: hash };
  return { ...begun, steps: [...steps, done], ...(receipt.status === 1 ? {} : { reverted: true as const }) };
}

function standsStill({ name, ended, settlesOn }: ChainInfo): Stuck {
  return ended === true ? endedChain(name, settlesOn?.name ?? "L1") : pausedChain(name);
}

/** The chain takes an announcement; the message itself is brought by any account. */
async function gatewayMessagesNow(
  { info, provider }: Session,
  { chain, layerId, transactionHash }: QueuedOperation,
): Promise<readonly DownwardJourney[]> {
  const receipt = await provider(layerId).getTransactionReceipt(transactionHash);
  const sent = receipt === null ? [] : gatewayMessagesIn(info, layerId, receipt);
  const journeys: DownwardJourney[] = [];
  for (const { direction, chainId, id } of sent) {
    if (direction !== "toChain" || chainId !== chain.chainId) continue;
    const begun = { type: "gatewayMessage" as const, hash: id, sourceChainId: layerId, destinationChainId: chainId };
    const steps = [{ step: "initiated" as const, chainId: layerId, transactionHash }];
    const member = chain.stopped === true ? undefined : provider(chainId);
    const question = { address: messageGateways(info, chainId).onChain, topics: [GATEWAY_DELIVERED, id], fromBlock: 0 };
    const [delivery] =
      member === undefined ? [] : await readLogs(member, { ...question, toBlock: await member.getBlockNumber() });
    if (delivery !== undefined) {
      const done = { step: "executed" as const, chainId, transactionHash: delivery.transactionHash as Hex };
      journeys.push({ ...begun, steps: [...steps, done] });
      continue;
    }
    const command = `npx hardhat hyperchain:claim ${memberName(info, layerId)} ${transactionHash}`;
    const next = member === undefined ? { stuck: standsStill(chain) } : { ready: { action: "deliver it", command } };
    journeys.push({ ...begun, steps, waitingFor: `an account delivers it on ${chain.name}`, ...next });
  }
  return journeys;
}

/** Steps of the journey, and the next one. */
export function journeyText({ info }: Session, journey: DownwardJourney): string {
  const { type, hash, sourceChainId, destinationChainId, steps, reverted, waitingFor, ready, stuck } = journey;
  const name = (chainId: number): string => memberName(info, chainId);
  const what = type === "operation" ? "operation" : "message of the gateway";
  const title = `${what} ${hash.slice(0, 10)} ${name(sourceChainId)} → ${name(destinationChainId)}`;
  const done = type === "operation" ? "executed" : "delivered";
  const words = { initiated: type === "operation" ? "queued" : "sent", executed: reverted === true ? "reverted" : done };
  const lines = steps.map(
    ({ step, chainId, transactionHash }) => `${title}: ${words[step]} (${name(chainId)}, ${transactionHash})`,
  );
  const standing = (): string => {
    if (ready !== undefined) return ` is ready: ${ready.action} with '${ready.command}'`;
    if (stuck !== undefined) return ` is stuck: ${stuck.why}. ${stuck.help.charAt(0).toUpperCase()}${stuck.help.slice(1)}`;
    if (waitingFor !== undefined) return `: waiting until ${waitingFor}`;
    return reverted === true ? `: ${name(destinationChainId)} has executed it, and it reverted there` : ": every step is done";
  };
  return [...lines, `${title}${standing()}`].join("\n");
}
