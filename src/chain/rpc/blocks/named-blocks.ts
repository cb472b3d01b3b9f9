import type { Chain } from "../../chain.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { newestBlock } from "../request/newest-block.ts";
import { readQuantity } from "../request/quantities.ts";
import type { BatchCounts, SettlementView } from "../zks/settlement-view.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";

/** Methods that take a block, and where among their parameters. */
const BLOCK_PLACES: Readonly<Record<string, number>> = {
  eth_getBlockByNumber: 0,
  eth_getBlockReceipts: 0,
  eth_getBlockTransactionCountByNumber: 0,
  eth_getRawTransactionByBlockNumberAndIndex: 0,
  eth_getTransactionByBlockNumberAndIndex: 0,
  debug_getRawBlock: 0,
  debug_getRawHeader: 0,
  debug_getRawReceipts: 0,
  debug_traceBlockByNumber: 0,
  trace_block: 0,
  trace_replayBlockTransactions: 0,
  debug_traceCall: 1,
  eth_call: 1,
  eth_createAccessList: 1,
  eth_estimateGas: 1,
  eth_feeHistory: 1,
  eth_getAccountInfo: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getStorageValues: 1,
  eth_getTransactionCount: 1,
  eth_simulateV1: 1,
  eth_getStorageAt: 2,
  trace_call: 2,
  ots_hasCode: 1,
};
/** Methods that return a block itself, and null if no block has that hash. */
const BLOCK_METHODS = new Set([
  "debug_getRawBlock",
  "debug_getRawHeader",
  "debug_getRawReceipts",
  "eth_getBlockByNumber",
  "eth_getBlockReceipts",
  "eth_getBlockTransactionCountByNumber",
  "eth_getRawTransactionByBlockNumberAndIndex",
  "eth_getTransactionByBlockNumberAndIndex",
]);
const FILTER_METHODS = ["eth_getLogs", "eth_newFilter", "trace_filter"];

/** Stages of the batches whose last block is named by a tag of Ethereum. */
const STAGE_OF_TAG: ReadonlyMap<unknown, keyof BatchCounts> = new Map([
  ["safe", "committed"],
  ["finalized", "executed"],
]);

/** A block that there is not; the methods that show blocks answer null then. */
class UnknownBlockError extends RpcError {
  constructor(hash: string, newest: bigint) {
    super(RpcCode.rejected, `there is no block ${hash}; the newest is ${newest}`, { code: "UnknownBlock" });
  }
}

/**
 * Unifies the names of blocks for all methods: later code handles numbers and Ethereum's tags alone. A hash,
 * alone or in EIP-1898's form, is the number of its block: a chain has one block of a height, so
 * `requireCanonical` has no effect. `committed` is the newest block, as in ZK Stack's clients; `safe` and
 * `finalized` are the last blocks that L1 has committed and executed. Without a settlement layer the engine
 * defines the latter two.
 */
export function withNamedBlocks(
  methods: ReadonlyMap<string, RpcMethod>,
  chain: Chain,
  settlement: SettlementView | undefined,
): Map<string, RpcMethod> {
  const resolveTag = async (name: unknown): Promise<unknown> => {
    const tag = asTag(name);
    if (tag === "committed") return "latest";
    const stage = STAGE_OF_TAG.get(tag);
    if (stage === undefined || settlement === undefined) return tag;
    const count = (await settlement.counts())[stage];
    if (count === 0n) return "0x0";
    // Of earlier batches a process that began later has only the last block, behind which it began.
    const { index, sequencer } = chain;
    const before = index.firstBlock === undefined ? sequencer.head.number : index.firstBlock - 1n;
    return hexQuantity(chain.archive.batch(count - 1n)?.lastBlock ?? before);
  };
  const resolve = async (value: unknown): Promise<unknown> => {
    const name = readName(value);
    return "hash" in name ? hexQuantity(numberOf(chain, name.hash)) : resolveTag(name.tag);
  };
  const named = new Map(methods);
  for (const [name, place] of Object.entries(BLOCK_PLACES)) {
    const answer = methods.get(name);
    if (answer === undefined) continue;
    const showsBlock = BLOCK_METHODS.has(name);
    const shown = (tag: unknown): unknown =>
      tag === "latest" && (showsBlock || isAhead(chain)) ? hexQuantity(newestBlock(chain)) : tag;
    named.set(name, async (values, client) => {
      const params = values.length === place && isAhead(chain) ? [...values, "latest"] : values;
      if (!(place in params)) return answer(params, client);
      try {
        return await answer(params.with(place, shown(await resolve(params[place]))), client);
      } catch (error) {
        if (showsBlock && error instanceof UnknownBlockError) return null;
        throw error;
      }
    });
  }
  for (const name of FILTER_METHODS) {
    const answer = methods.get(name);
    if (answer === undefined) continue;
    named.set(name, async ([filter, ...rest], client) => answer([await resolveFilter(filter, resolveTag), ...rest], client));
  }
  return named;
}

/** Whether the engine has blocks of which readers are not told: they may be dropped. */
function isAhead(chain: Chain): boolean {
  return chain.sequencer.nextEnvironment.number > newestBlock(chain) + 1n;
}

/** The parts of a block's name: a hash, or a number or tag. Throws RpcError for an object that is not EIP-1898's. */
function readName(name: unknown): { readonly hash: string } | { readonly tag: unknown } {
  if (isHash(name)) return { hash: name };
  if (typeof name !== "object" || name === null || Array.isArray(name)) return { tag: name };
  const { blockHash, blockNumber } = name as Readonly<Record<string, unknown>>;
  const [hash, number] = [blockHash ?? undefined, blockNumber ?? undefined];
  if ((hash === undefined) === (number === undefined))
    throw new RpcError(RpcCode.invalidParams, "a block is named by either blockHash or blockNumber (EIP-1898)");
  if (hash === undefined) return { tag: number };
  if (isHash(hash)) return { hash };
  throw new RpcError(RpcCode.invalidParams, `blockHash is 32 hexadecimal bytes, got ${JSON.stringify(hash).slice(0, 80)}`);
}

/** Throws UnknownBlockError. */
function numberOf(chain: Chain, hash: string): bigint {
  const number = chain.blocks.numberOf(hash);
  if (number === undefined) throw new UnknownBlockError(hash, newestBlock(chain));
  return number;
}

/** Tag, or number of a block in the one form that the methods know. */
function asTag(tag: unknown): unknown {
  const number = readQuantity(tag);
  return number === undefined ? tag : hexQuantity(number);
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value);
}

async function resolveFilter(filter: unknown, resolve: (tag: unknown) => Promise<unknown>): Promise<unknown> {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) return filter;
  const resolved: Record<string, unknown> = { ...filter };
  for (const field of ["fromBlock", "toBlock"])
    if (resolved[field] !== undefined) resolved[field] = await resolve(resolved[field]);
  return resolved;
}
