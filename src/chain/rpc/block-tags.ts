import type { Chain } from "../chain.ts";
import type { RpcMethod } from "./dispatch.ts";
import { newestBlock } from "./newest-block.ts";
import type { BatchCounts, SettlementView } from "./settlement-view.ts";
import { hexQuantity } from "../../protocol/hex.ts";

/** Methods that take a block's number or tag, and where among their parameters. */
const TAG_PLACES: Readonly<Record<string, number>> = {
  eth_getBlockByNumber: 0,
  eth_getBlockReceipts: 0,
  eth_getBlockTransactionCountByNumber: 0,
  eth_getTransactionByBlockNumberAndIndex: 0,
  debug_traceBlockByNumber: 0,
  debug_traceCall: 1,
  eth_call: 1,
  eth_createAccessList: 1,
  eth_estimateGas: 1,
  eth_feeHistory: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_simulateV1: 1,
  eth_getProof: 2,
  eth_getStorageAt: 2,
};
/** Those of them that show a block itself. */
const BLOCK_METHODS = new Set([
  "eth_getBlockByNumber",
  "eth_getBlockReceipts",
  "eth_getBlockTransactionCountByNumber",
  "eth_getTransactionByBlockNumberAndIndex",
]);
const FILTER_METHODS = ["eth_getLogs", "eth_newFilter"];

/** The batches whose last block a tag of Ethereum's stands for. */
const STAGE_OF_TAG: Readonly<Record<string, keyof BatchCounts>> = { safe: "committed", finalized: "executed" };

/**
 * Gives block tags their meaning on a chain that settles: `committed` is the newest block, as ZK Stack's clients mean it;
 * `safe` and `finalized` are the last blocks that L1 has committed and executed. Without a settlement layer the engine says
 * what the latter two are.
 */
export function withBlockTags(
  methods: ReadonlyMap<string, RpcMethod>,
  chain: Chain,
  settlement: SettlementView | undefined,
): Map<string, RpcMethod> {
  const resolve = async (tag: unknown): Promise<unknown> => {
    if (tag === "committed") return "latest";
    const stage = typeof tag === "string" ? STAGE_OF_TAG[tag] : undefined;
    if (stage === undefined || settlement === undefined) return tag;
    const count = (await settlement.counts())[stage];
    if (count === 0n) return "0x0";
    // Of earlier batches a process that began later has only the last block, behind which it began.
    const { index, sequencer } = chain;
    const before = index.firstBlock === undefined ? sequencer.head.number : index.firstBlock - 1n;
    return hexQuantity(chain.archive.batch(count - 1n)?.lastBlock ?? before);
  };
  const tagged = new Map(methods);
  for (const [name, place] of Object.entries(TAG_PLACES)) {
    const answer = methods.get(name);
    if (answer === undefined) continue;
    const shown = (tag: unknown): unknown =>
      tag === "latest" && BLOCK_METHODS.has(name) ? hexQuantity(newestBlock(chain)) : tag;
    tagged.set(name, async (params, client) =>
      answer(place in params ? params.with(place, shown(await resolve(params[place]))) : params, client),
    );
  }
  for (const name of FILTER_METHODS) {
    const answer = methods.get(name);
    if (answer === undefined) continue;
    tagged.set(name, async ([filter, ...rest], client) => answer([await resolveFilter(filter, resolve), ...rest], client));
  }
  return tagged;
}

async function resolveFilter(filter: unknown, resolve: (tag: unknown) => Promise<unknown>): Promise<unknown> {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) return filter;
  const resolved: Record<string, unknown> = { ...filter };
  for (const field of ["fromBlock", "toBlock"])
    if (resolved[field] !== undefined) resolved[field] = await resolve(resolved[field]);
  return resolved;
}
