import type { BlockEnvironment } from "../model/block.ts";
import type { Chain } from "../chain.ts";
import { parseBlock } from "../execution/rpc-shapes.ts";
import { prevRandaoOf } from "../../protocol/prev-randao.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** A block that a question is about: the state after it, and what a call sees of it. */
interface AskedPlace {
  readonly at: bigint;
  readonly block: BlockEnvironment;
}

/** Tags that mean the newest block where no settlement layer says otherwise. */
const NEWEST_TAGS = new Set<unknown>(["latest", "safe", "finalized"]);

/** The block that a number or tag names. Throws RpcError if there is no such block, and the engine's error for another value. */
export async function askedPlace(chain: Chain, tag: unknown): Promise<AskedPlace> {
  const { sequencer, engine } = chain;
  if (tag === "pending") return nextPlace(chain);
  if (NEWEST_TAGS.has(tag) || isNumberOf(tag, sequencer.head.number)) return newestPlace(chain);
  const answer = await engine.request("eth_getBlockByNumber", [tag, false]);
  if (answer === null)
    throw new RpcError(
      RpcCode.rejected,
      `there is no block ${String(tag).slice(0, 80)}; the newest is ${sequencer.head.number}`,
      {
        code: "UnknownBlock",
      },
    );
  const { environment } = parseBlock(answer);
  return { at: environment.number, block: environment };
}

/** The newest state, and the block that would follow. */
export function nextPlace({ sequencer }: Chain): AskedPlace {
  return { at: sequencer.head.number, block: sequencer.nextEnvironment };
}

function newestPlace({ sequencer, chainId }: Chain): AskedPlace {
  const { number, timestamp } = sequencer.head;
  return {
    at: number,
    block: {
      ...sequencer.nextEnvironment,
      number,
      timestamp,
      prevRandao: prevRandaoOf(BigInt(chainId), number, sequencer.nextFormat),
    },
  };
}

function isNumberOf(tag: unknown, number: bigint): boolean {
  return typeof tag === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(tag) && BigInt(tag) === number;
}
