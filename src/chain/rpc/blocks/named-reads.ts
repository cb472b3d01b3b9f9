import { setImmediate } from "node:timers/promises";
import { hexQuantity } from "../../../ground/protocol/hex.ts";
import type { TransactionPlace } from "../../index/block-store.ts";
import type { Chain } from "../../chain.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { fairLine } from "../calls/fair-line.ts";
import { quantity } from "../request/quantities.ts";
import { hashParameter, wholeParameter } from "../request/parameters.ts";
import { shownNumber } from "../calls/asked-place.ts";
import { chainFeeHistory } from "./fee-history.ts";
import { filterMethods } from "../logs/filters.ts";
import { parseLogFilter } from "../logs/log-filter.ts";
import { LogReader, logLimitsOf } from "../logs/log-reader.ts";
import { pendingBlock, pendingTransactions } from "./pending-block.ts";
import { pendingTransaction, type ShownFields } from "../../../ground/transaction/shown-transaction.ts";
import { rawBlockMethods } from "./raw-blocks.ts";
import { rawTransactionMethods } from "./raw-transactions.ts";
import { ZkFields } from "../zks/zk-fields.ts";

/** Some wait for the engine, which makes blocks meanwhile. */
const READS_AT_A_TIME = 8;
const MAX_WAITING = 4096;
const MAX_OF_ONE = 1024;
/** Number of transactions with which a block is shown, including the next block. */
function countAt(chain: Chain, tag: unknown): string | null {
  if (tag === "pending") return hexQuantity(pendingTransactions(chain).length);
  return countIn(chain, shownNumber(chain, tag));
}

function countIn({ blocks }: Chain, number: bigint | undefined): string | null {
  return number === undefined ? null : hexQuantity(blocks.transactionsOf(number).length);
}

const FREE: Pick<GasPrice, "toldWei"> = { toldWei: 0n };

interface NamedReadOptions {
  readonly gasPrice?: Pick<GasPrice, "toldWei">;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs?: (() => number) | undefined;
}

/** Reads that show transactions, logs or blocks, under the names, and with the fields, that users know. */
export function namedReads(chain: Chain, options: NamedReadOptions = {}): ReadonlyMap<string, RpcMethod> {
  const { gasPrice = FREE, nowMs = () => performance.now() } = options;
  const { blocks, mempool } = chain;
  const fields = new ZkFields(chain);
  // An answer can have 20 megabytes: only some are to wait in this process until they are given their names.
  const inTurn = fairLine({
    width: READS_AT_A_TIME,
    places: MAX_WAITING,
    placesPerClient: MAX_OF_ONE,
    what: "reads are being answered",
  });
  const reader = new LogReader(chain, fields);
  const byHash = (hash: unknown) => blocks.numberOf(hashParameter(hash));
  const block = async (number: bigint | undefined, isWhole: unknown): Promise<ShownFields | null> => {
    const found = number === undefined ? undefined : await blocks.block(number, wholeParameter(isWhole));
    return found === undefined ? null : fields.block(found);
  };
  const transaction = (place: TransactionPlace | undefined): ShownFields | null => {
    const found = place === undefined ? undefined : blocks.transaction(place);
    return found === undefined ? null : fields.transaction(found);
  };
  const receipt = (place: TransactionPlace | undefined): ShownFields | null => {
    const found = place === undefined ? undefined : blocks.receipt(place);
    return found === undefined ? null : fields.receipt(found);
  };
  const receipts = (number: bigint | undefined): readonly ShownFields[] | null =>
    number === undefined ? null : blocks.receipts(number).map((one) => fields.receipt(one));
  const placed = (number: bigint | undefined, index: unknown): TransactionPlace | undefined =>
    number === undefined ? undefined : { block: number, index: Number(quantity(index)) };
  const shown = (method: string, show: (params: readonly unknown[]) => unknown): [string, RpcMethod] => [
    method,
    (params, client) =>
      inTurn(client, async () => {
        // A client of this process may ask without a rest until something has happened.
        await setImmediate();
        return show(params);
      }),
  ];
  return new Map<string, RpcMethod>([
    shown("eth_getTransactionReceipt", ([hash]) => receipt(blocks.place(fields.engineHash(hash)))),
    shown("eth_getTransactionByHash", ([hash]) => {
      const waiting = mempool.find(hashParameter(hash));
      const mined = transaction(blocks.place(fields.engineHash(hash)));
      return mined ?? (waiting === undefined ? null : pendingTransaction(waiting, chain.chainId));
    }),
    shown("eth_getTransactionByBlockHashAndIndex", ([hash, index]) => transaction(placed(byHash(hash), index))),
    shown("eth_getTransactionByBlockNumberAndIndex", ([tag, index]) => transaction(placed(shownNumber(chain, tag), index))),
    shown("eth_getBlockByNumber", ([tag, isWhole]) =>
      tag === "pending" ? pendingBlock(chain, wholeParameter(isWhole)) : block(shownNumber(chain, tag), isWhole),
    ),
    shown("eth_getBlockByHash", ([hash, isWhole]) => block(byHash(hash), isWhole)),
    shown("eth_getBlockTransactionCountByNumber", ([tag]) => countAt(chain, tag)),
    shown("eth_getBlockTransactionCountByHash", ([hash]) => countIn(chain, byHash(hash))),
    shown("eth_feeHistory", (params) => chainFeeHistory(chain, params, gasPrice.toldWei)),
    ...rawTransactionMethods(chain, fields, inTurn),
    ...rawBlockMethods(chain, inTurn),
    shown("eth_getBlockReceipts", ([tag]) => receipts(shownNumber(chain, tag))),
    ["eth_getLogs", ([filter], client) => reader.all(parseLogFilter(filter), logLimitsOf(client), client)],
    ...filterMethods({ chain, reader, nowMs }),
  ]);
}
