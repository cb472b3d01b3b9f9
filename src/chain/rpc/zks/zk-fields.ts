import type { Chain } from "../../chain.ts";
import type { IndexedPriorityOp } from "../../index/chain-index.ts";
import type { Eip712Transaction } from "../../../ground/transaction/eip712-transaction.ts";
import { parseReceipt } from "../../execution/rpc-shapes.ts";
import { hashParameter } from "../request/parameters.ts";
import { messagesOf } from "../../model/l1-messages.ts";
import { messageLog, priorityOpLog, type L2Log } from "../../../ground/protocol/l2-log.ts";
import type { ShownFields } from "../../../ground/transaction/shown-transaction.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";

/** Type under which clients know priority operations. */
const PRIORITY_TYPE = "0xff";
const EIP712_TYPE = "0x71";

/**
 * Gives the engine's answers the names and fields that users know. Transactions of type 0x71 and priority operations have
 * their own hashes everywhere; receipts, transactions, logs and blocks have the fields that ZK Stack's clients read, which
 * throw where one is missing.
 */
export class ZkFields {
  readonly #index: Chain["index"];

  constructor({ index }: Pick<Chain, "index">) {
    this.#index = index;
  }

  /** The engine's name for a transaction. Throws RpcError for a malformed hash. */
  engineHash(hash: unknown): Hex {
    return this.#index.engineHash(hashParameter(hash));
  }

  block(answer: ShownFields): ShownFields {
    const transactions = Array.isArray(answer["transactions"]) ? (answer["transactions"] as readonly unknown[]) : [];
    return {
      ...answer,
      ...this.#batch(answer["number"]),
      l1BatchTimestamp: null,
      transactions: transactions.map((one) =>
        typeof one === "string" ? this.#publicHash(one) : this.transaction(one as ShownFields),
      ),
    };
  }

  transaction(answer: ShownFields): ShownFields {
    const hash = this.#publicHash(answer["hash"]);
    const eip712 = this.#index.eip712(hash)?.transaction;
    const operation = this.#index.priorityOp(hash);
    const own = eip712 !== undefined ? eip712Fields(eip712) : operation !== undefined ? operationFields(operation) : {};
    return { ...answer, ...signatureFields(answer), ...own, hash, ...this.#batch(answer["blockNumber"]), l1BatchTxIndex: "0x0" };
  }

  log(answer: ShownFields): ShownFields {
    const transactionHash = this.#publicHash(answer["transactionHash"]);
    return {
      ...answer,
      transactionHash,
      ...this.#batch(answer["blockNumber"]),
      transactionLogIndex: answer["logIndex"],
      logType: null,
    };
  }

  receipt(answer: ShownFields): ShownFields {
    const index = this.#index;
    const { transactionHash: engineHash, success } = parseReceipt(answer);
    const transactionHash = index.publicHash(engineHash);
    const operation = index.priorityOp(transactionHash);
    const type =
      operation !== undefined ? PRIORITY_TYPE : index.eip712(transactionHash) !== undefined ? EIP712_TYPE : answer["type"];
    const { blockNumber, blockHash, transactionIndex, logs } = answer;
    const { l1BatchNumber } = this.#batch(blockNumber);
    const place = { blockNumber, blockHash, l1BatchNumber, transactionIndex, transactionHash, shardId: "0x0" };
    // A priority operation that never ran is shown by the transaction that logged its result: without that one's own logs.
    const ran = operation === undefined || operation.operationHash !== undefined;
    const sent = this.#sentLogs(answer, engineHash, operation);
    return {
      ...answer,
      transactionHash,
      type,
      // The engine knows of no price, since the fee came from L1, nor what an operation paid that never ran.
      ...(operation === undefined
        ? {}
        : { effectiveGasPrice: hexQuantity(operation.gasPriceWei), gasUsed: hexQuantity(operation.gasUsed) }),
      ...(operation?.notRun === undefined ? {} : { notRun: operation.notRun }),
      status: (operation?.success ?? success) ? "0x1" : "0x0",
      l1BatchNumber,
      l1BatchTxIndex: "0x0",
      logs: (ran ? (logs as readonly ShownFields[]) : []).map((log, i) => ({
        ...log,
        transactionHash,
        l1BatchNumber,
        transactionLogIndex: hexQuantity(BigInt(i)),
        logType: null,
      })),
      l2ToL1Logs: sent.map(({ log, at }, i) => ({
        ...place,
        isService: log.isService,
        sender: log.sender,
        key: log.key,
        value: log.value,
        logIndex: hexQuantity(BigInt(i)),
        transactionLogIndex: hexQuantity(BigInt(i)),
        txIndexInL1Batch: "0x0",
        // Place in the batch's log tree, which proofs name.
        indexInBatch: hexQuantity(BigInt(at)),
      })),
    };
  }

  #sentLogs(
    answer: ShownFields,
    engineHash: Hex,
    operation: IndexedPriorityOp | undefined,
  ): readonly { readonly log: L2Log; readonly at: number }[] {
    const ran = operation === undefined || operation.operationHash !== undefined;
    const first = this.#index.logPosition(engineHash)?.firstIndex ?? 0;
    const messages = ran ? messagesOf(parseReceipt(answer)) : [];
    const sent = messages.map(({ sender, body }, i) => ({ log: messageLog(sender, body), at: first + i }));
    if (operation === undefined) return sent;
    return [...sent, { log: priorityOpLog(operation.canonicalTxHash, operation.success), at: operation.resultIndex }];
  }

  #batch(blockNumber: unknown): { readonly l1BatchNumber: string | null } {
    const batch = typeof blockNumber === "string" ? this.#index.batchOf(BigInt(blockNumber)) : undefined;
    return { l1BatchNumber: batch === undefined ? null : hexQuantity(batch) };
  }

  #publicHash(hash: unknown): Hex {
    return this.#index.publicHash(String(hash).toLowerCase() as Hex);
  }
}

/**
 * Field of a signature besides its `v` in answers of Ethereum's nodes: the parity, or the chain of an old
 * transaction (EIP-155).
 */
function signatureFields({ type, v }: ShownFields): ShownFields {
  if (typeof v !== "string") return {};
  if (type !== "0x0") return { yParity: v };
  const chainId = (BigInt(v) - 35n) / 2n;
  return chainId > 0n ? { chainId: hexQuantity(chainId) } : {};
}

function operationFields({ gasPriceWei }: IndexedPriorityOp): ShownFields {
  const gasPrice = hexQuantity(gasPriceWei);
  return { type: PRIORITY_TYPE, gasPrice, maxFeePerGas: gasPrice, maxPriorityFeePerGas: "0x0" };
}

function eip712Fields({ signature, maxFeePerGasWei, maxPriorityFeePerGasWei }: Eip712Transaction): ShownFields {
  const { r, s, yParity } = signature;
  return {
    type: EIP712_TYPE,
    maxFeePerGas: hexQuantity(maxFeePerGasWei),
    maxPriorityFeePerGas: hexQuantity(maxPriorityFeePerGasWei),
    r: hexQuantity(BigInt(r)),
    s: hexQuantity(BigInt(s)),
    v: hexQuantity(BigInt(yParity)),
    yParity: hexQuantity(BigInt(yParity)),
  };
}
