import type { Hex } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import type { GasPrice } from "../mempool/gas-price.ts";
import type { RpcMethod } from "./dispatch.ts";
import { fairLine } from "./fair-line.ts";
import { checkFeeHistory, shownHistory } from "./fee-history.ts";
import { filterMethods } from "./filters.ts";
import { parseLogFilter } from "./log-filter.ts";
import { LogReader, logLimitsOf } from "./log-reader.ts";
import { newestBlock } from "./newest-block.ts";
import { pendingBlock } from "./pending-block.ts";
import { pendingTransaction } from "./pending-transaction.ts";
import { rawTransactionMethods } from "./raw-transactions.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { ZkFields } from "./zk-fields.ts";
import type { Fields } from "./zk-fields.ts";

/**
 * Reads that the engine answers side by side: it makes blocks meanwhile, and one that waits for the next block is not to
 * hold up all.
 */
const READS_AT_A_TIME = 8;
const MAX_WAITING = 4096;
const MAX_OF_ONE = 1024;
/** Storage keys of `eth_getProof`, as of `zks_getProof`: a key's proof is 45 times as long as the key. */
const MAX_PROVEN_KEYS = 100;
/** Place of a transaction that is in no block yet. */
const NO_BLOCK = { blockNumber: null, blockHash: null, transactionIndex: null };

/** All receipts of a block, by its number or tag. The engine has no such method. */
async function blockReceipts(chain: Chain, fields: ZkFields, block: unknown): Promise<readonly Fields[] | null> {
  const { engine } = chain;
  const found = (await engine.request("eth_getBlockByNumber", [block, false])) as {
    /** Null for the block that would be next. */
    readonly number: Hex | null;
    readonly transactions: readonly string[];
  } | null;
  if (found === null || found.number === null || BigInt(found.number) > newestBlock(chain)) return null;
  const receipts: Fields[] = [];
  for (const hash of found.transactions)
    receipts.push(fields.receipt((await engine.request("eth_getTransactionReceipt", [hash])) as Fields));
  return receipts;
}

function checkProvenKeys(keys: unknown): void {
  if (!Array.isArray(keys) || keys.length <= MAX_PROVEN_KEYS) return;
  throw new RpcError(RpcCode.limitExceeded, `at most ${MAX_PROVEN_KEYS} keys are proven at once, got ${keys.length}`);
}

const FREE: Pick<GasPrice, "toldWei"> = { toldWei: 0n };

interface NamedReadOptions {
  readonly gasPrice?: Pick<GasPrice, "toldWei">;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: (() => number) | undefined;
}

/** Reads that show transactions, logs or blocks: the engine's answers under the names, and with the fields, that users know. */
export function namedReads(chain: Chain, options: NamedReadOptions = {}): ReadonlyMap<string, RpcMethod> {
  const { gasPrice = FREE, nowMs = () => performance.now() } = options;
  const { engine, mempool } = chain;
  const fields = new ZkFields(chain);
  // An answer can have 20 megabytes: only some are to wait in this process until they are given their names.
  const inTurn = fairLine({
    width: READS_AT_A_TIME,
    places: MAX_WAITING,
    placesPerClient: MAX_OF_ONE,
    what: "reads are being answered",
  });
  type Show = (answer: Fields) => Fields | null;
  /** Passes the method on; its first parameter is a transaction's hash where `byHash`. */
  const shown = (method: string, show: Show, byHash = false): [string, RpcMethod] => [
    method,
    (params, client) =>
      inTurn(client, async () => {
        const [first, ...rest] = params;
        const answer = (await engine.request(method, byHash ? [fields.engineHash(first), ...rest] : params)) as Fields | null;
        return answer === null ? null : show(answer);
      }),
  ];
  const reader = new LogReader(chain, fields);
  // The engine has a transaction in its own pool for a moment, in no block.
  const isTooNew = (number: unknown): boolean => typeof number !== "string" || BigInt(number) > reader.head;
  const transaction: Show = (answer) => fields.transaction(isTooNew(answer["blockNumber"]) ? { ...answer, ...NO_BLOCK } : answer);
  const receipt: Show = (answer) => (isTooNew(answer["blockNumber"]) ? null : fields.receipt(answer));
  const block: Show = (answer) => (isTooNew(answer["number"]) ? null : fields.block(answer));
  const [, minedBlock] = shown("eth_getBlockByNumber", block);
  const [, minedTransaction] = shown("eth_getTransactionByHash", transaction, true);
  return new Map<string, RpcMethod>([
    shown("eth_getTransactionReceipt", receipt, true),
    [
      "eth_getTransactionByHash",
      async (params, client) => {
        const [hash] = params;
        const waiting = typeof hash === "string" ? mempool.find(hash.toLowerCase() as `0x${string}`) : undefined;
        return (
          (await minedTransaction(params, client)) ?? (waiting === undefined ? null : pendingTransaction(waiting, chain.chainId))
        );
      },
    ],
    shown("eth_getTransactionByBlockHashAndIndex", transaction),
    shown("eth_getTransactionByBlockNumberAndIndex", transaction),
    [
      "eth_getBlockByNumber",
      async (params, client) => (params[0] === "pending" ? pendingBlock(chain, params[1] === true) : minedBlock(params, client)),
    ],
    shown("eth_getBlockByHash", block),
    [
      "eth_feeHistory",
      (params, client) => {
        checkFeeHistory(params);
        return inTurn(client, async () => shownHistory(await engine.request("eth_feeHistory", params), gasPrice.toldWei));
      },
    ],
    [
      "eth_getProof",
      (params, client) => {
        checkProvenKeys(params[1]);
        return inTurn(client, () => engine.request("eth_getProof", params));
      },
    ],
    ...rawTransactionMethods(chain, fields, inTurn),
    ["eth_getBlockReceipts", ([block], client) => inTurn(client, () => blockReceipts(chain, fields, block))],
    ["eth_getLogs", ([filter], client) => reader.all(parseLogFilter(filter), logLimitsOf(client), client)],
    ...filterMethods({ chain, reader, nowMs }),
  ]);
}
