import { HyperchainError } from "../../runtime/hyperchain-error.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import type { RemovedChainInfo } from "../view/ecosystem-info.ts";
import type { EcosystemView } from "../view/ecosystem-view.ts";
import { hasArrived } from "../view/message-info.ts";

/** What a chain would leave behind. */
export type LeftOpen = RemovedChainInfo["leftOpen"];

/** LastChain: an ecosystem has at least one chain. ChainInUse: something of the chain is under way. Nothing was removed. */
export class ChainRemovalError extends HyperchainError {
  override readonly name = "ChainRemovalError";
  readonly code: "LastChain" | "ChainInUse";

  constructor(code: ChainRemovalError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export interface RemovalDependencies {
  readonly chains: readonly DevnetChain[];
  readonly view: Pick<EcosystemView, "messages">;
  readonly force: boolean;
}

/** What is open of the chain. Rejects with ChainRemovalError where it may not be removed, or with a provider's error. */
export async function requireRemovable(chain: DevnetChain, { chains, view, force }: RemovalDependencies): Promise<LeftOpen> {
  const { name, chainId, pipeline } = chain;
  if (chains.length === 1)
    throw new ChainRemovalError(
      "LastChain",
      `${name} is the last chain of this ecosystem; add another before, or end the ecosystem`,
    );
  const { sealed, executed } = pipeline.progress();
  const { sequencer, mempool } = pipeline.chain;
  const id = Number(chainId);
  const ofChain = (await view.messages()).filter((each) => each.sourceChainId === id || each.destinationChainId === id);
  const leftOpen = {
    messages: ofChain.filter((each) => !hasArrived(each) && each.sentTooEarly !== "wentBack").length,
    batches: sealed - executed + (sequencer.hasOpenBatch ? 1 : 0),
    transactions: mempool.size,
  };
  if (!force && Object.values(leftOpen).some((count) => count > 0))
    throw new ChainRemovalError(
      "ChainInUse",
      `${name} has ${leftOpen.messages} messages that have not arrived, ${leftOpen.batches} batches that L1 has not executed and ` +
        `${leftOpen.transactions} transactions that wait; settle and relay first, claim its withdrawals, or force the removal, ` +
        "and then they are left behind",
    );
  return leftOpen;
}

/** What the caller of a removal is told. */
export function removedInfo({ name, chainId, plan, pipeline }: DevnetChain, leftOpen: LeftOpen): RemovedChainInfo {
  const { hyperchain } = pipeline.created;
  return { name, chainId: Number(chainId), hyperchain, leftOpen, money: moneySentence(name, plan) };
}

function moneySentence(name: string, { dataAvailability }: Pick<DevnetChain["plan"], "dataAvailability">): string {
  const stays = `what accounts have on ${name} stays locked in L1's bridge`;
  return dataAvailability === "rollup"
    ? `${stays}: its holders take it out by the chain's exit on L1, or by hyperchain:reconstruct, which rebuilds the chain from L1 (docs/security.md)`
    : `${stays}: this ecosystem's keepers have its data no more, and without a copy elsewhere the exit pays nothing (docs/security.md)`;
}
