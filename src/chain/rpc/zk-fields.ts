import type { Chain } from "../chain.ts";
import { messagesOf } from "../sequencer/l1-messages.ts";
import type { IndexedPriorityOp } from "../chain-index.ts";
import { parseReceipt } from "../execution/rpc-shapes.ts";
import { messageLog, priorityOpLog } from "../../protocol/l2-log.ts";
import type { L2Log } from "../../protocol/l2-log.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { RpcMethod } from "./dispatch.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Type under which clients know priority operations. */
const PRIORITY_TYPE = "0xff";

/**
 * Receipts, transactions and blocks with the fields that ZK Stack's clients read: batch, messages to L1. Priority operations
 * are served under their canonical hash. Clients throw while they read a receipt that lacks one of these fields.
 */
export function zkFieldMethods(chain: Chain): ReadonlyMap<string, RpcMethod> {
  const { engine, index } = chain;
  const engineHash = (operation: IndexedPriorityOp): Hex => operation.operationHash ?? operation.resultHash;
  const batchFields = (blockNumber: unknown): Fields => {
    const batch = typeof blockNumber === "string" ? index.batchOf(BigInt(blockNumber)) : undefined;
    return { l1BatchNumber: batch === undefined ? null : quantity(batch) };
  };
  const withBatch = async (method: string, params: readonly unknown[], field: string): Promise<unknown> => {
    const answer = (await engine.request(method, params)) as Fields | null;
    return answer === null ? null : { ...answer, ...batchFields(answer[field]), l1BatchTimestamp: null };
  };

  const receipt: RpcMethod = async ([hash]) => {
    const operation = typeof hash === "string" ? index.priorityOp(hash.toLowerCase() as Hex) : undefined;
    const answer = (await engine.request("eth_getTransactionReceipt", [operation === undefined ? hash : engineHash(operation)])) as Fields | null;
    return answer === null ? null : decorateReceipt(chain, answer, operation);
  };
  const transaction: RpcMethod = async ([hash]) => {
    const operation = typeof hash === "string" ? index.priorityOp(hash.toLowerCase() as Hex) : undefined;
    const answer = (await engine.request("eth_getTransactionByHash", [operation === undefined ? hash : engineHash(operation)])) as Fields | null;
    if (answer === null) return null;
    const own = operation === undefined ? {} : { hash: operation.canonicalTxHash, type: PRIORITY_TYPE };
    return { ...answer, ...own, ...batchFields(answer["blockNumber"]), l1BatchTxIndex: "0x0" };
  };
  return new Map<string, RpcMethod>([
    ["eth_getTransactionReceipt", receipt],
    ["eth_getTransactionByHash", transaction],
    ["eth_getBlockByNumber", (params) => withBatch("eth_getBlockByNumber", params, "number")],
    ["eth_getBlockByHash", (params) => withBatch("eth_getBlockByHash", params, "number")],
    ["eth_getLogs", async (params) => {
      const logs = (await engine.request("eth_getLogs", params)) as readonly Fields[];
      return logs.map((log) => ({ ...log, ...batchFields(log["blockNumber"]), transactionLogIndex: log["logIndex"], logType: null }));
    }],
  ]);
}

function decorateReceipt(chain: Chain, answer: Fields, operation: IndexedPriorityOp | undefined): Fields {
  const { index } = chain;
  const { transactionHash, success } = parseReceipt(answer);
  const name = operation?.canonicalTxHash ?? transactionHash;
  const { blockNumber, blockHash, transactionIndex, logs } = answer;
  const batch = index.batchOf(BigInt(blockNumber as Hex));
  const l1BatchNumber = batch === undefined ? null : quantity(batch);
  const place = { blockNumber, blockHash, l1BatchNumber, transactionIndex, transactionHash: name, shardId: "0x0" };
  // A priority operation that never ran is shown by the transaction that logged its result: without that one's own logs.
  const ran = operation === undefined || operation.operationHash !== undefined;
  const first = index.logPosition(transactionHash)?.firstIndex ?? 0;
  const messages = ran ? messagesOf(parseReceipt(answer)).map(({ sender, body }) => messageLog(sender, body)) : [];
  const sent: { log: L2Log; at: number }[] = messages.map((log, i) => ({ log, at: first + i }));
  if (operation !== undefined) sent.push({ log: priorityOpLog(operation.canonicalTxHash, operation.success), at: operation.resultIndex });
  return {
    ...answer,
    transactionHash: name,
    ...(operation === undefined ? {} : { type: PRIORITY_TYPE }),
    status: (operation?.success ?? success) ? "0x1" : "0x0",
    l1BatchNumber,
    l1BatchTxIndex: "0x0",
    logs: (ran ? (logs as readonly Fields[]) : []).map((log, i) => ({
      ...log,
      transactionHash: name,
      l1BatchNumber,
      transactionLogIndex: quantity(BigInt(i)),
      logType: null,
    })),
    l2ToL1Logs: sent.map(({ log, at }, i) => ({
      ...place,
      isService: log.isService,
      sender: log.sender,
      key: log.key,
      value: log.value,
      logIndex: quantity(BigInt(i)),
      transactionLogIndex: quantity(BigInt(i)),
      txIndexInL1Batch: "0x0",
      // Place in the batch's log tree, which proofs name.
      indexInBatch: quantity(BigInt(at)),
    })),
  };
}

function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}
