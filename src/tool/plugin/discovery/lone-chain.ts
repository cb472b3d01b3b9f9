import type { Hex } from "../../../ground/protocol/hex.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { callJsonRpc, JsonRpcError } from "./json-rpc.ts";

/**
 * Chain that answers alone, without its ecosystem: it was rebuilt from L1, for reading or for a new operator.
 */
export interface LoneChain {
  readonly url: string;
  readonly chainId: number;
  readonly blockNumber: number;
  /** The newest one that was sealed here; undefined where none was: of batches before the rebuild it has the state alone. */
  readonly batch: number | undefined;
  /** Whether the layer has executed that one; undefined where the node knows no node of its layer, too. */
  readonly isExecuted: boolean | undefined;
  /** Contract of the chain, and the id of the chain that has it; undefined without a node of its layer. */
  readonly hyperchain: Hex | undefined;
  readonly settlementChainId: number | undefined;
}

/**
 * An ecosystem was asked for, and one chain answers.
 * Remedy: pass the URL of the ecosystem, or the chain's name to a task for one chain.
 */
export class LoneChainError extends HyperchainError<"LoneChain"> {
  override readonly name = "LoneChainError";
  readonly chain: LoneChain;

  constructor(chain: LoneChain) {
    const { url, chainId } = chain;
    super("LoneChain", `${url} is the URL of chain ${chainId} alone, not of an ecosystem`);
    this.chain = chain;
  }
}

/** Description of the chain at the URL; undefined if none answers. */
export async function findLoneChain(url: string, timeoutMs: number): Promise<LoneChain | undefined> {
  const ask = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    callJsonRpc(url, method, params, { timeoutMs });
  /** Answer to a method that needs a node of the chain's layer. */
  const askIfKnown = (method: string): Promise<unknown> =>
    ask(method).catch((error: unknown) => {
      if (error instanceof JsonRpcError) return undefined;
      throw error;
    });
  try {
    // This software's chains alone answer it.
    await ask("hyperchain_getAccessLists");
    const [chainId, blockNumber, batch, hyperchain, settlementChainId] = await Promise.all([
      ask("eth_chainId"),
      ask("eth_blockNumber"),
      ask("zks_L1BatchNumber"),
      askIfKnown("zks_getMainContract"),
      askIfKnown("zks_L1ChainId"),
    ]);
    const details = (await ask("zks_getL1BatchDetails", [Number(batch)])) as { readonly status: string } | null;
    return {
      url,
      chainId: Number(chainId),
      blockNumber: Number(blockNumber),
      batch: details === null ? undefined : Number(batch),
      isExecuted: hyperchain === undefined || details === null ? undefined : details.status === "verified",
      hyperchain: hyperchain as Hex | undefined,
      settlementChainId: settlementChainId === undefined ? undefined : Number(settlementChainId),
    };
  } catch {
    return undefined;
  }
}
