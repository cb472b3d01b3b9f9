import { hexQuantity, type Hex } from "../../../../ground/protocol/hex.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { LocalL1 } from "../../l1/local-l1.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { ActorsTransaction } from "../feed/actor.ts";

/** Transaction of a block, as members answer it. */
export interface SourceTransaction extends ActorsTransaction {
  readonly to: Hex | null;
  readonly input: Hex;
}

/** Block of a member with its transactions. */
export interface SourceBlock {
  readonly number: number;
  readonly hash: Hex;
  /** Seconds, by the member's clock. */
  readonly timestamp: number;
  readonly transactions: readonly SourceTransaction[];
}

interface SourceReceipt {
  readonly contractAddress: Hex | null;
  readonly logs: readonly { readonly address: Hex }[];
}

/** A member's blocks, from the ecosystem's first one to the newest. */
export interface BlockSource {
  readonly chainId: number;
  /** Number of the first block. */
  readonly first: () => Promise<number>;
  readonly newest: () => Promise<number>;
  /** Undefined if there is no such block. */
  readonly block: (number: number) => Promise<SourceBlock | undefined>;
  readonly receipt: (hash: Hex) => Promise<SourceReceipt | null>;
  /** False if the block certainly has no transaction of a user. */
  readonly canHoldUsers: (number: number) => boolean;
  /** True if each block costs a request to another machine, which may be a public one. */
  readonly isRemote: boolean;
}

type Request = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Blocks of an L1 elsewhere that belong to the index, before the newest one at its start. */
const MAX_REMOTE_BLOCKS = 250;

/** Blocks of a chain; those that its index knows to be its own work alone are not read. */
export function chainSource({
  chainId,
  provider,
  pipeline,
}: Pick<DevnetChain, "chainId" | "provider" | "pipeline">): BlockSource {
  const { index } = pipeline.chain;
  return {
    ...readsOf((method, params) => provider.request({ method, params: [...params] })),
    chainId: Number(chainId),
    first: () => Promise.resolve(0),
    canHoldUsers(number) {
      const isIndexed = index.batchOf(BigInt(number)) !== undefined;
      const { priorityOps, signed } = index.countsOf(BigInt(number));
      return !isIndexed || priorityOps + signed > 0;
    },
    isRemote: false,
  };
}

/** Blocks of L1: all of one in this process after the block of its fork, and the newest ones of an L1 elsewhere. */
export function l1Source(
  { request }: Pick<LocalL1, "request">,
  { chainId, fork, runsElsewhere }: EcosystemInfo["l1"],
): BlockSource {
  const reads = readsOf(request);
  let first: Promise<number> | undefined;
  const firstOf = async (): Promise<number> => {
    if (runsElsewhere === true) return Math.max(0, (await reads.newest()) + 1 - MAX_REMOTE_BLOCKS);
    return fork === undefined ? 0 : fork.blockNumber + 1;
  };
  return {
    ...reads,
    chainId,
    first() {
      first ??= firstOf().catch((error: unknown) => {
        first = undefined;
        throw error;
      });
      return first;
    },
    canHoldUsers: () => true,
    isRemote: runsElsewhere === true,
  };
}

function readsOf(request: Request): Pick<BlockSource, "newest" | "block" | "receipt"> {
  return {
    newest: async () => Number(await request("eth_blockNumber", [])),
    async block(number) {
      const block = (await request("eth_getBlockByNumber", [hexQuantity(BigInt(number)), true])) as
        | (Omit<SourceBlock, "number" | "timestamp"> & { readonly timestamp: string })
        | null;
      if (block === null) return undefined;
      return { number, hash: block.hash, timestamp: Number(block.timestamp), transactions: block.transactions };
    },
    receipt: async (hash) => (await request("eth_getTransactionReceipt", [hash])) as SourceReceipt | null,
  };
}
