import type { JsonRpcProvider } from "ethers";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { historyInMessages } from "./carried-history.ts";
import { rebuild, type Reconstruction, type ReconstructionOptions } from "./reconstruct.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { startReconstructedChain, type ReconstructedChainDependencies } from "./start-reconstructed-chain.ts";
import { withProvider } from "./with-provider.ts";

interface CarriedReconstructionOptions extends Pick<ReconstructionOptions, "genesis" | "upTo" | "onProgress"> {
  /** The chain on which it settles, rebuilt up to its last executed batch; it may be a carried one itself. */
  readonly base: Reconstruction;
  /** The chain's contract there: 20 bytes. */
  readonly hyperchain: Hex;
}

/**
 * Rebuilds a chain on a chain from L1 alone: its batches' data are in messages of the chain below, the hashes of its
 * records in that
 * chain's state, both rebuilt from L1 before. No node of either is asked. Operations of its queue that no batch has
 * taken are known by their
 * hashes alone. Rejects as `reconstruct` does, with NotARollup where its data are not carried.
 */
export function reconstructCarried(
  options: CarriedReconstructionOptions,
  dependencies: Pick<ReconstructedChainDependencies, "connect" | "clock">,
): Promise<Reconstruction> {
  return withRebuiltChain(options.base, dependencies, (provider) => reconstructCarriedOn(provider, options));
}

/** Rebuilds a chain on another with a provider of the rebuilt chain below. */
export async function reconstructCarriedOn(
  provider: JsonRpcProvider,
  { base, ...options }: CarriedReconstructionOptions,
): Promise<Reconstruction> {
  // It has one state: that of its newest block.
  const read = { ...options, fromBlock: 0, toBlock: Number(base.last.lastBlock) };
  const rebuilt = await rebuild(read, provider, (context) => historyInMessages(base, context));
  const reader = new ChainContractReader(provider, rebuilt.contract.hyperchain, rebuilt.l1.blockNumber);
  const [newestRoot, upgrades] = await Promise.all([reader.newestRoot(rebuilt.contract), reader.upgrades(rebuilt.contract)]);
  return { ...rebuilt, below: { newestRoot }, upgrades };
}

/** Whether a chain was not rebuilt since its data stay on the chain below, at whose nodes they can be had. */
export function staysBelow(error: unknown): boolean {
  return error instanceof ReconstructionError && error.code === "NotARollup";
}

/** Does work with a provider of a rebuilt chain, which is served to this process alone as long as it takes. */
export async function withRebuiltChain<T>(
  chain: Reconstruction,
  dependencies: Pick<ReconstructedChainDependencies, "connect" | "clock">,
  work: (provider: JsonRpcProvider) => Promise<T>,
): Promise<T> {
  const served = await startReconstructedChain(chain, {}, dependencies);
  try {
    return await withProvider(served.url, work);
  } finally {
    await served.close();
  }
}
