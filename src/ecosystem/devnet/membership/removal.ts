import type { Provider } from "ethers";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { dataFactsOf, isStoredByOwners } from "../../options/data-facts.ts";
import { externalSequencerOf } from "../../options/plan.ts";
import { readContract } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import type { RemovedChainInfo } from "../view/books/ecosystem-info.ts";
import type { EcosystemView } from "../view/books/ecosystem-view.ts";
import { hasArrived } from "../view/books/has-arrived.ts";

/** Items that a chain would leave behind. */
type LeftOpen = RemovedChainInfo["leftOpen"];

/**
 * LastChain: an ecosystem has at least one chain. ChainInUse: the chain has pending messages or batches. Nothing was
 * removed.
 * Remedy: settle and relay open batches and messages, or remove the chain with `--force`.
 */
export class ChainRemovalError extends HyperchainError<"LastChain" | "ChainInUse"> {
  override readonly name = "ChainRemovalError";
}

interface RemovalDependencies {
  readonly chains: readonly DevnetChain[];
  /** Number of open messages, by `openMessages`. */
  readonly messages: number;
  readonly l1: Provider;
  readonly force: boolean;
}

/** Operations that a refusal names. */
const MOST_NAMED = 5;

/** Messages from and to the chain that have not arrived. Looks pass the gate, so this is not to be called alone in it. */
export async function openMessages({ chainId }: DevnetChain, view: Pick<EcosystemView, "messages">): Promise<number> {
  const id = Number(chainId);
  const ofChain = (await view.messages({ fresh: true })).filter(
    (each) => each.sourceChainId === id || each.destinationChainId === id,
  );
  return ofChain.filter((each) => !hasArrived(each) && each.sentTooEarly !== "wentBack" && each.ended === undefined).length;
}

/** Open items of the chain. Rejects with ChainRemovalError if it may not be removed, or with a provider's error. */
export async function requireRemovable(
  chain: DevnetChain,
  { chains, messages, l1, force }: RemovalDependencies,
): Promise<LeftOpen> {
  const { name, pipeline } = chain;
  if (chains.length === 1)
    throw new ChainRemovalError(
      "LastChain",
      `${name} is the last chain of this ecosystem; add another before, or end the ecosystem`,
    );
  requireNoSlotsWith(chain, chains);
  const queued = await queuedOperations(chain, l1);
  // Last, and without a pause: what is confirmed while L1 answers counts.
  const { sealed, executed } = pipeline.progress();
  const { sequencer, mempool } = pipeline.chain;
  const leftOpen = {
    messages,
    batches: sealed - executed + (sequencer.isAwaited ? 1 : 0),
    operations: queued.count,
    transactions: mempool.size,
  };
  if (!force && Object.values(leftOpen).some((count) => count > 0))
    throw new ChainRemovalError(
      "ChainInUse",
      `${name} has ${leftOpen.messages} messages that have not arrived, ${leftOpen.batches} batches that L1 has not executed, ` +
        `${leftOpen.operations} operations in its queue on L1 that no executed batch has taken${queued.names} and ` +
        `${leftOpen.transactions} transactions that wait; settle and relay first, after a start where it is stopped, ` +
        "claim its withdrawals, or force the removal, and then they are left behind",
    );
  return leftOpen;
}

/** Throws ChainRemovalError if another chain needs this one to take slots, or to end them. Forced removals too. */
function requireNoSlotsWith({ name, pipeline }: DevnetChain, chains: readonly DevnetChain[]): void {
  if (pipeline.external === undefined || pipeline.external.status.isCut) return;
  const others = chains.filter(({ plan }) => externalSequencerOf(plan)?.peers.includes(name)).map((other) => other.name);
  if (others.length === 0) return;
  throw new ChainRemovalError(
    "ChainInUse",
    `${name} has one external sequencer with ${others.join(" and ")}, which could take no slot without it; run hyperchain:cut-slot ${name} first`,
  );
}

interface QueuedOperations {
  readonly count: number;
  /** The oldest by their hashes, for a sentence; empty where there are none. */
  readonly names: string;
}

/** L1 has taken the money of each. */
async function queuedOperations({ pipeline: { created } }: DevnetChain, provider: Provider): Promise<QueuedOperations> {
  const contract = { provider, hyperchain: created.hyperchain, fromBlock: created.fromBlock };
  const count = Number(await readContract<bigint>(contract, "getPriorityQueueSize"));
  if (count === 0) return { count, names: "" };
  const first = await readContract<bigint>(contract, "getFirstUnprocessedPriorityTx");
  const named = Array.from({ length: Math.min(count, MOST_NAMED) }, async (_, i) => {
    const { hash } = await readContract<{ readonly hash: string }>(contract, "priorityOperation", first + BigInt(i));
    return hash;
  });
  const others = count > MOST_NAMED ? [`and ${count - MOST_NAMED} more`] : [];
  return { count, names: ` (${[...(await Promise.all(named)), ...others].join(", ")})` };
}

/** Answer to the caller of a removal. */
export function removedInfo({ name, chainId, plan, pipeline }: DevnetChain, leftOpen: LeftOpen): RemovedChainInfo {
  const { hyperchain } = pipeline.created;
  return { name, chainId: Number(chainId), hyperchain, leftOpen, money: moneySentence(name, plan.availability) };
}

function moneySentence(name: string, availability: DevnetChain["plan"]["availability"]): string {
  const stays = `what accounts have on ${name} stays locked in L1's bridge`;
  if (isStoredByOwners(availability))
    return `${stays}: its data are lost. Owners of held accounts claim them on L1 by their files (docs/recipes/held-accounts.md)`;
  return dataFactsOf(availability).publishes === "always"
    ? `${stays}: its holders take it out by the chain's exit on L1, or by hyperchain:reconstruct, which rebuilds the chain from L1 (docs/security.md)`
    : `${stays}: this ecosystem's keepers no longer have its data, and without a copy elsewhere the exit pays nothing (docs/security.md)`;
}
