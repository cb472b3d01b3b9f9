import type { BlockEnvironment } from "../../model/block.ts";
import type { Chain } from "../../chain.ts";
import { environmentOf } from "../../execution/rpc-shapes.ts";
import type { StateReader } from "../../model/state-reader.ts";
import { prevRandaoOf } from "../../../ground/protocol/prev-randao.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import { quantity } from "../request/quantities.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** A block that a question is about: the state after it, and what a call sees of it. */
export interface BlockContext {
  readonly at: bigint;
  readonly block: BlockEnvironment;
}

/** A block that a transaction may be in which is not sent yet, and others that it may be in instead. */
export interface EstimatePlace extends BlockContext {
  readonly otherBlocks: readonly BlockEnvironment[];
}

/** Tags that mean the newest block where no settlement layer says otherwise. */
const NEWEST_TAGS = new Set<unknown>(["latest", "pending", "safe", "finalized"]);

/** The block that a number or tag names. Throws RpcError if there is no such block. */
export async function readBlockContext(chain: Chain, tag: unknown): Promise<BlockContext> {
  if (tag === "pending") return nextPlace(chain);
  const number = blockNumber(chain, tag);
  if (number === chain.sequencer.head.number) return newestPlace(chain);
  const block = await chain.blocks.block(number);
  if (block === undefined) throw unknownBlock(chain, tag);
  return { at: number, block: environmentOf(block, isMetered(chain, number)) };
}

/** True if the transactions of an existing block paid for their proof. */
export function isMetered({ blocks, index, archive }: Chain, number: bigint): boolean {
  const own = blocks.decided(number);
  if (own !== undefined) return own.environment.isMetered;
  const batch = archive.batch(index.batchOf(number) ?? -1n);
  return batch !== undefined && isProvenOnL1(batch.protocolVersion);
}

/** The number of the block that a number or tag names: of the newest for the next one. Throws RpcError if there is none. */
export function blockNumber(chain: Chain, tag: unknown): bigint {
  const { number: newest } = chain.sequencer.head;
  if (isNewestTag(tag)) return newest;
  const number = tag === "earliest" ? 0n : quantity(tag);
  if (number > newest) throw unknownBlock(chain, tag);
  return number;
}

/** The state after the block that a number names; now, for a tag. Throws RpcError. */
export function askedState(chain: Chain, tag: unknown): StateReader {
  const number = blockNumber(chain, tag);
  // The newest block may be another by the time that the engine is asked.
  return chain.engine.state(isNewestTag(tag) ? "now" : number);
}

/** Whether the tag names the newest block, or the next one. */
export function isNewest({ sequencer }: Chain, tag: unknown): boolean {
  if (tag === "latest" || tag === "pending") return true;
  return typeof tag === "string" && /^0x[0-9a-fA-F]+$/.test(tag) && BigInt(tag) === sequencer.head.number;
}

function isNewestTag(tag: unknown): boolean {
  return NEWEST_TAGS.has(tag) || (tag ?? undefined) === undefined;
}

function unknownBlock({ sequencer }: Chain, tag: unknown): RpcError {
  const reason = `there is no block ${String(tag).slice(0, 80)}; the newest is ${sequencer.head.number}`;
  return new RpcError(RpcCode.rejected, reason, { code: "UnknownBlock" });
}

/** Newest executed state, and the block that would follow. */
export function nextPlace({ sequencer }: Chain): BlockContext {
  const block = sequencer.nextEnvironment;
  return { at: block.number - 1n, block };
}

/** Newest executed state, and the blocks of which one will hold a transaction that is estimated now. */
export function estimatePlace({ sequencer }: Chain): EstimatePlace {
  const [block, ...otherBlocks] = sequencer.expectedEnvironments;
  return { at: block.number - 1n, block, otherBlocks };
}

function newestPlace({ sequencer, chainId }: Chain): BlockContext {
  const { number, timestamp } = sequencer.head;
  return {
    at: number,
    block: {
      ...sequencer.nextEnvironment,
      number,
      timestamp,
      prevRandao: prevRandaoOf(BigInt(chainId), number),
    },
  };
}

/** The number of the block that a number or tag names; undefined for the next one, and where there is none. Throws RpcError. */
export function shownNumber({ blocks }: Chain, tag: unknown): bigint | undefined {
  if (tag === "pending") return undefined;
  const number = tag === "earliest" ? 0n : isNewestTag(tag) ? blocks.newest : quantity(tag);
  return number > blocks.newest ? undefined : number;
}
