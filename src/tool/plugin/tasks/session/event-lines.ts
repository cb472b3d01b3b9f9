import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type {
  ChainInfo,
  EcosystemInfo,
  MessageInfo,
  NamedMessage,
  ReadyAction,
  ResealInfo,
  SettledBatchInfo,
  Stuck,
  UpgradeStatus,
} from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import { warning } from "./output.ts";

/** Names of members for lines. */
export type TitledMembers = Pick<EcosystemInfo, "l1" | "chains">;

/** The seven steps of a message, as sentences; `layer` is what the chain settles on on which the step is. */
const sentences = (layer: string): Readonly<Record<string, string>> => ({
  initiated: "1/7 sent",
  settled: `2/7 its batch is settled: ${layer} has accepted it`,
  inTransactionRoot: `3/7 in the Transaction Root on ${layer}`,
  imported: "4/7 the receiving chain has imported the root",
  delivered: "5/7 delivered, with its Merkle proof",
  executed: "6/7 executed, verified against the imported root",
  importSettled: `7/7 the import is settled: ${layer} has checked the root`,
});

/**
 * Sentences of a message that a fact about its batch proves, which the layer checks with the importing batch.
 */
const sentencesByFact = (layer: string): ReturnType<typeof sentences> => ({
  ...sentences(layer),
  imported: `4/7 the receiving chain has imported a fact about its batch, before ${layer} has executed it`,
  executed: "6/7 executed, verified against the imported fact",
  importSettled: `7/7 the import is settled: ${layer} has checked the fact`,
});

/** Sentences of a message that a promise proves: the layer checks it with the importing batch. */
const sentencesByPromise = (layer: string): ReturnType<typeof sentences> => ({
  ...sentences(layer),
  imported: `4/7 the receiving chain has imported its batch by a promise of its validators, before ${layer} has executed it`,
  executed: "6/7 executed, verified against the promised batch",
  importSettled: `7/7 the import is settled: ${layer} has executed the promised batch`,
});

/**
 * Sentences of a message to that layer, which has fewer steps: the layer needs only the execution of its
 * batch.
 */
const sentencesTo = (layer: string): ReturnType<typeof sentences> => ({
  initiated: "sent",
  settled: `${layer} has accepted its batch`,
  inTransactionRoot: `${layer} has executed its batch`,
  delivered: `claimed on ${layer}, with its Merkle proof`,
  executed: `paid on ${layer}`,
});

const sentencesOfCalls = (layer: string): ReturnType<typeof sentences> => ({
  ...sentencesTo(layer),
  delivered: `brought on ${layer}, with its Merkle proof`,
  executed: `made on ${layer}`,
});

/** Settlement layer of a chain, with its name in texts. */
export function layerOf({ l1, chains }: TitledMembers, chainId: number): { readonly chainId: number; readonly name: string } {
  return chains.find((chain) => chain.chainId === chainId)?.settlesOn ?? { chainId: l1.chainId, name: "L1" };
}

const sentencesOfMessages = (layer: string): ReturnType<typeof sentences> => ({
  ...sentencesOfCalls(layer),
  executed: `its recipient on ${layer} has taken it`,
});

/** One step of a message: what happened, where, in which transaction. */
export function stepLine(
  info: TitledMembers,
  message: MessageInfo,
  { step, chainId, transactionHash, timestamp, account }: MessageInfo["steps"][number],
  hasFailed = message.failed !== undefined,
): string {
  const layer = layerOf(info, message.sourceChainId);
  const isToLayer = message.destinationChainId === layer.chainId;
  const told = isToLayer ? sentencesToLayer(message) : toChain(message);
  // Roots that a chain has imported are checked where it settles, and not the sender.
  const where = step === "importSettled" ? layerOf(info, message.destinationChainId) : layer;
  // Any account may deliver or claim, so the one that did is worth a word.
  const by =
    account === undefined || timestamp === undefined ? "" : `, by ${account} at ${new Date(timestamp * 1_000).toISOString()}`;
  const failed = hasFailed && step === "executed" ? "; its call failed" : "";
  return `${messageTitle(info, message)}: ${told(where.name)[step] ?? step}${failed} (${memberName(info, chainId)}, ${transactionHash}${by})`;
}

function toChain({ imported }: MessageInfo): typeof sentences {
  if (imported === "promise") return sentencesByPromise;
  return imported === "fact" ? sentencesByFact : sentences;
}

function sentencesToLayer({ type }: MessageInfo): typeof sentences {
  if (type === "l1Message") return sentencesOfMessages;
  return type === "l1Call" ? sentencesOfCalls : sentencesTo;
}

/** Reason and remedy for a message that does not continue automatically. */
export function stuckLine(info: EcosystemInfo, { why, help, ...message }: NamedMessage & Stuck): string {
  return `${messageTitle(info, message)} is stuck: ${why}. ${help.charAt(0).toUpperCase()}${help.slice(1)}`;
}

/** A message that waits for a transaction of any account, with the command that sends it. */
export function readyLine(info: EcosystemInfo, { action, command, ...message }: NamedMessage & ReadyAction): string {
  return `${messageTitle(info, message)} is ready: ${action} with '${command}'`;
}

/** A chain that seals nothing though it has something to seal: why, and what helps. */
export function stuckChainLine(chain: string, { why, help }: Stuck): string {
  return `${chain} is stuck, it seals nothing: ${why}. ${help.charAt(0).toUpperCase()}${help.slice(1)}`;
}

/** Type of a message and its route: "transfer 0x1234…cdef alpha → beta". */
export function messageTitle(
  info: TitledMembers,
  { type, messageHash, sourceChainId, destinationChainId }: NamedMessage,
): string {
  const way = `${memberName(info, sourceChainId)} → ${memberName(info, destinationChainId)}`;
  return `${type} ${messageHash.slice(0, 10)} ${way}`;
}

/** Rebuilt batches, and a line for each change that was lost. */
export function resealLines(info: EcosystemInfo, { chainId, firstBatch, lost, unfulfilledPromises = [] }: ResealInfo): string {
  const lines = lost.map(({ hash, reason }) => `  lost: ${hash === undefined ? "" : `transaction ${hash}, `}${reason}`);
  const unfulfilled = unfulfilledPromises.map(({ batch, toChain }) =>
    warning(
      `  the promise of batch ${batch} to ${toChain} is not kept: its stake is slashed unless L1 executes the promised batch in time`,
    ),
  );
  return [
    `${memberName(info, chainId)} has formed its batches again, from batch ${firstBatch} on`,
    ...lines,
    ...unfulfilled,
  ].join("\n");
}

/** A protocol version that a chain waits for. */
export function upgradeLine(chain: string, { version, effectiveAt, operations }: UpgradeStatus): string {
  const time = new Date(effectiveAt * 1_000).toISOString();
  const after = operations === 0 ? "" : `, once ${operations} operations of its queue have been taken`;
  return `${chain} takes protocol version ${versionInWords(version)} with the batches that begin at ${time} or later${after}`;
}

/** Line for a chain that was added to a running ecosystem. */
export function createdLine({ name, chainId, url, hyperchain, settlesOn, dataAvailability }: ChainInfo): string {
  const runs = `${name} (${chainId}) runs at ${url}; its contract on ${settlesOn?.name ?? "L1"} is ${hyperchain}`;
  if (settlesOn === undefined) return runs;
  const data = dataAvailability === "rollup" ? "its data get to L1 from there" : "is not a rollup";
  return `${runs}. It settles there, not on L1, and ${data}`;
}

/** One settled batch. */
export function batchLine(info: TitledMembers, batch: SettledBatchInfo): string {
  const { chainId, batchNumber, transactions, proof } = batch;
  const proven =
    proof === undefined
      ? "NOT PROVEN"
      : `proof of ${proof.bytes.toLocaleString("en")} bytes${proof.seconds === undefined ? "" : ` in ${proof.seconds.toFixed(2)} s`}${proof.worker === undefined ? "" : ` by ${proof.worker}`}`;
  return (
    `${memberName(info, chainId)} batch ${batchNumber}: ${transactions} ${transactions === 1 ? "transaction" : "transactions"}, ` +
    `${dataOf(info, batch)}; ${proven}; gas of ${layerOf(info, chainId).name}: ${gasOf(batch)}`
  );
}

/** The data of a batch. The commit of some chains has the batch's inputs, whose bytes are not counted here, and no change. */
function dataOf({ chains }: TitledMembers, { chainId, pubdataBytes }: SettledBatchInfo): string {
  const bytes = pubdataBytes.toLocaleString("en");
  const isOfInputs = chains.find((chain) => chain.chainId === chainId)?.dataAvailability === "inputs";
  return isOfInputs ? `its inputs published, and not its ${bytes} bytes of changes` : `${bytes} bytes of data`;
}

/** Gas of each transaction, by the stages that it had: one may settle a batch alone, and is listed once. */
function gasOf({ l1Gas, l1Transactions }: Pick<SettledBatchInfo, "l1Gas" | "l1Transactions">): string {
  const sent = (["commit", "prove", "execute"] as const).flatMap((stage) => {
    const gas = l1Gas[stage];
    return gas === undefined ? [] : [{ stage, gas, hash: l1Transactions[stage] ?? stage }];
  });
  const byHash = Map.groupBy(sent, ({ hash }) => hash);
  return [...byHash.values()]
    .map((stages) => `${stages.map(({ stage }) => stage).join(" + ")} ${stages[0]?.gas.toLocaleString("en")}`)
    .join(", ");
}
