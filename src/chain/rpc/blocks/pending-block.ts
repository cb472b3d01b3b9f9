import type { Chain } from "../../chain.ts";
import { pendingTransaction, type ShownFields } from "../../../ground/transaction/shown-transaction.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";

/** Maximum number of transactions, that of a block of a chain with an interval. */
const MAX_TRANSACTIONS = 1_000;

/** keccak of the RLP of an empty string: the root of a trie that holds nothing. */
const EMPTY_TRIE = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const NO_LOGS = `0x${"00".repeat(256)}`;

/**
 * The block that would follow the newest one now, with what is ready in the pool. It has no hash and no
 * nonce. Its state's root is the newest block's, its other roots and its bloom those of nothing, since nothing is executed;
 * strict clients, such as Foundry's, read no null there.
 */
export async function pendingBlock(chain: Chain, whole: boolean): Promise<ShownFields> {
  const { blocks, sequencer, chainId } = chain;
  const head: ShownFields = (await blocks.block(blocks.newest)) ?? {};
  const { timestamp, prevRandao } = sequencer.nextEnvironment;
  const ready = pendingTransactions(chain);
  return {
    ...head,
    number: hexQuantity(BigInt(String(head["number"])) + 1n),
    hash: null,
    nonce: null,
    logsBloom: NO_LOGS,
    receiptsRoot: EMPTY_TRIE,
    transactionsRoot: EMPTY_TRIE,
    parentHash: head["hash"],
    timestamp: hexQuantity(timestamp),
    mixHash: prevRandao,
    gasUsed: "0x0",
    size: "0x0",
    transactions: ready.map((transaction) => (whole ? pendingTransaction(transaction, chainId) : transaction.hash)),
    l1BatchNumber: null,
    l1BatchTimestamp: null,
  };
}

/** Ready transactions of the pool, up to the capacity of a block. */
export function pendingTransactions({ mempool }: Pick<Chain, "mempool">): Chain["mempool"]["line"] {
  return mempool.line.slice(0, MAX_TRANSACTIONS);
}
