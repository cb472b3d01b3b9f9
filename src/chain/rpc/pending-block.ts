import type { Chain } from "../chain.ts";
import { hexQuantity } from "./hex-quantity.ts";
import { pendingTransaction } from "./pending-transaction.ts";
import type { Fields } from "./zk-fields.ts";

/** As many as a block of a chain with an interval holds. */
const MAX_TRANSACTIONS = 1_000;

/** The block that would follow the newest one now, with what is ready in the pool; what only its execution tells is null. */
export async function pendingBlock({ engine, mempool, sequencer, chainId }: Chain, whole: boolean): Promise<Fields> {
  const head = (await engine.request("eth_getBlockByNumber", ["latest", false])) as Fields;
  const { timestamp, prevRandao } = sequencer.nextEnvironment;
  const ready = mempool.line.slice(0, MAX_TRANSACTIONS);
  return {
    ...head,
    number: hexQuantity(BigInt(String(head["number"])) + 1n),
    hash: null,
    nonce: null,
    logsBloom: null,
    stateRoot: null,
    receiptsRoot: null,
    transactionsRoot: null,
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
