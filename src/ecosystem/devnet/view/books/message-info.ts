import type { Hex } from "../../../../ground/protocol/hex.ts";
import { type AssetTransfer, deliveryFee } from "../../../../ground/protocol/asset-message.ts";
import { JOURNEY_STEPS, type JourneyStep } from "../../../../ground/protocol/cross-chain-message.ts";
import { isTransferList } from "../../../../ground/protocol/transfer-list.ts";
import type { Journey } from "../../../relayer/journey.ts";
import type { FailedCalls, MessageInfo } from "./ecosystem-info.ts";
import { layerName } from "./layer-name.ts";

const TYPES = { transfer: "transfer", bundle: "bundle", result: "callback", refund: "refund" } as const;

/** Steps on the receiving chain. */
const ARRIVAL = ["imported", "delivered", "executed"] as const;

/** Condition of each step, by the settlement layers of the sender's chain and the receiver's. */
const nextSteps = (sent: string, received: string): Readonly<Record<JourneyStep, string>> => ({
  initiated: "the message is sent",
  settled: `the sender's batch is sealed and proven on ${sent}`,
  inTransactionRoot: `the sender's batch is executed on ${sent}`,
  imported: "the receiving chain imports a root that holds the message, or a fact about its batch",
  delivered: "a relayer delivers the message",
  executed: "the receiving chain executes the message",
  importSettled: `the receiver's batch is sealed, proven and executed on ${received}`,
});

/** Import for the receiving chain's check of a message before L1 has executed the sender's batch. */
export type EarlyImport = NonNullable<MessageInfo["imported"]>;

const earlyImports = (sent: string): Readonly<Record<EarlyImport, string>> => ({
  fact: `the receiving chain imports a fact about the sender's batch, or ${sent} has executed that batch`,
  promise: `the receiving chain imports the sender's batch by a promise, or ${sent} has executed that batch`,
});

/**
 * A message as the ecosystem's methods tell it. `failed`: outcome of its calls. `early`: import that the receiving chain takes
 * from the sender's; undefined if it waits for L1.
 */
export function messageInfo(journey: Journey, failed?: FailedCalls, early?: EarlyImport): MessageInfo {
  const { messageHash, sender, content, sourceChainId, destinationChainId, steps, refusal, sentTooEarly } = journey;
  const done = JOURNEY_STEPS.flatMap((step) => {
    const record = steps.get(step);
    return record === undefined ? [] : [{ step, chainId: Number(record.chainId), transactionHash: record.transactionHash }];
  });
  const waitingFor = waitsFor(journey, early);
  const fee = feeOf(content);
  return {
    messageHash,
    sender,
    type: TYPES[content.type],
    sourceChainId: Number(sourceChainId),
    destinationChainId: Number(destinationChainId),
    steps: done,
    ...(journey.imported !== undefined && "fact" in journey.imported ? { imported: kindOf(journey.imported) } : {}),
    ...(content.type === "transfer" || content.type === "refund" ? { carries: carriedBy(content.transfer) } : {}),
    ...(fee === 0n ? {} : { fee: String(fee) }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(sentTooEarly === undefined ? {} : { sentTooEarly }),
    ...(failed === undefined ? {} : { failed }),
  };
}

function kindOf({ isPromised }: { readonly isPromised?: true }): EarlyImport {
  return isPromised === true ? "promise" : "fact";
}

/** Contents of an asset message. */
export function carriedBy({ amount, originChainId, originToken }: AssetTransfer): NonNullable<MessageInfo["carries"]> {
  return { amount: String(amount), originChainId: Number(originChainId), originToken };
}

/** A list's fee is what its entries leave, which its message does not name. */
function feeOf(content: Journey["content"]): bigint {
  return content.type === "transfer" && !isTransferList(content.transfer) ? deliveryFee(content.transfer) : 0n;
}

function waitsFor(journey: Journey, early: EarlyImport | undefined): string | undefined {
  const { steps, imported, sentTooEarly, sourceChainId, destinationChainId } = journey;
  if (sentTooEarly === "wentBack") return undefined;
  if (sentTooEarly === "goesBack") return "the sending chain must refund it";
  const [sent, received] = [layerName(sourceChainId), layerName(destinationChainId)];
  if (imported === undefined && early !== undefined && !steps.has("inTransactionRoot")) return earlyImports(sent)[early];
  // L1's steps with the sender's batch delay nothing that a fact or a promise proves.
  const isByFact = imported !== undefined && "fact" in imported;
  const order: readonly JourneyStep[] = isByFact ? [...ARRIVAL, ...JOURNEY_STEPS] : JOURNEY_STEPS;
  const next = order.find((step) => !steps.has(step));
  return next === undefined ? undefined : nextSteps(sent, received)[next];
}

/** Whether one of these hashes names the message: its own, or that of a transaction that brought it a step further. */
export function isNamedBy({ messageHash, steps }: MessageInfo, hashes: ReadonlySet<Hex>): boolean {
  return hashes.has(messageHash) || steps.some(({ transactionHash }) => hashes.has(transactionHash));
}
