import type * as v from "valibot";
import type { chainConfig } from "../../options/config.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { DevnetChainOptions } from "../options.ts";

/** A chain as the config describes it, and `hyperchain_addChain`. */
export interface ConfiguredChain extends Omit<
  v.InferOutput<typeof chainConfig>,
  "chainId" | "readers" | "senders" | "deployers"
> {
  readonly name: string;
  readonly chainId: number;
  readonly readers?: readonly Hex[] | undefined;
  readonly senders?: readonly Hex[] | undefined;
  readonly deployers?: readonly Hex[] | undefined;
}

/** What a chain has where its description says nothing. */
export interface ChainDefaults {
  /** Age at which a batch is sealed; undefined for on demand. */
  readonly batchAgeMs?: number | undefined;
  /** Instructions that a transaction may run; undefined for the chain's own default. */
  readonly maxInstructions?: number | undefined;
}

/** The chain as a devnet starts it. */
export function chainOptions(chain: ConfiguredChain, { batchAgeMs, maxInstructions: most }: ChainDefaults): DevnetChainOptions {
  const { chainId, blocks, batches, maxInstructions = most, ...rest } = chain;
  const { maxAgeMs = batchAgeMs, maxTransactions } = batches;
  return {
    ...rest,
    chainId: BigInt(chainId),
    blocks:
      blocks === "instant"
        ? { type: "instant" }
        : { type: "interval", intervalMs: blocks, maxTransactions: TRANSACTIONS_PER_BLOCK },
    batches: { maxAgeMs: maxAgeMs ?? undefined, maxTransactions },
    ...(maxInstructions === undefined ? {} : { maxInstructions }),
  };
}

/** Of a chain with a block every so often. */
const TRANSACTIONS_PER_BLOCK = 1_000;
