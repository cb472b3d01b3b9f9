import { hashAggregate, type AggregatedFields } from "../../../protocol/aggregate.ts";
import { digestFromHex } from "../../../protocol/digest.ts";
import { hexQuantity, type Hex } from "../../../protocol/hex.ts";
import { hyperchainInterface, proofAggregatorInterface, topicOf } from "../../../settlement-layer/reader/contract-interfaces.ts";
import type { SettledSource } from "./batch-on-l1.ts";

/** Proof that an aggregator took before the batch was settled. */
interface StoredProof {
  readonly proof: Hex;
  /** Transaction that has it in its input. */
  readonly proofTransactionHash: Hex;
}

/** Log of `eth_getLogs` and of receipts. */
export interface L1Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/**
 * The proof of a batch that was settled without one in the same call. `logs`: those of the chain's contract in that transaction,
 * which name the aggregator. Undefined if none was sent to the aggregator directly. Rejects with L1's error.
 */
export async function readStoredProof(
  l1: SettledSource["base"],
  logs: readonly L1Log[],
  settled: { readonly item: AggregatedFields; readonly digest: Hex },
): Promise<StoredProof | undefined> {
  const proven = logs.map((log) => hyperchainInterface.parseLog(log)).find((event) => event?.name === "ExecutionProven");
  if (proven == null) return undefined;
  const address = String(proven.args["aggregator"]).toLowerCase();
  const statement = hashAggregate([settled.item], digestFromHex(settled.digest));
  const asked = { to: address, data: proofAggregatorInterface.encodeFunctionData("storedAt", [statement]) };
  const block = BigInt(String(await l1.request("eth_call", [asked, "latest"])));
  if (block === 0n) return undefined;
  const [fromBlock, toBlock] = [hexQuantity(block), hexQuantity(block)];
  const topics = [topicOf(proofAggregatorInterface, "ProofStored"), statement];
  const found = (await l1.request("eth_getLogs", [{ address, topics, fromBlock, toBlock }])) as readonly StoringLog[];
  for (const { transactionHash } of found) {
    const transaction = (await l1.request("eth_getTransactionByHash", [transactionHash])) as StoringTransaction | null;
    if (transaction?.to?.toLowerCase() !== address) continue;
    const call = proofAggregatorInterface.parseTransaction({ data: transaction.input });
    if (call?.name === "storeProof") return { proof: call.args["proof"] as Hex, proofTransactionHash: transactionHash };
  }
  return undefined;
}

interface StoringLog {
  readonly transactionHash: Hex;
}

interface StoringTransaction {
  readonly to: string | null;
  readonly input: string;
}
