import { hashAggregate, type AggregatedFields } from "../../../../ground/protocol/aggregate.ts";
import { digestFromHex } from "../../../../ground/protocol/digest.ts";
import { hexQuantity, type Hex } from "../../../../ground/protocol/hex.ts";
import {
  hyperchainInterface,
  proofAggregatorInterface,
  topicOf,
} from "../../../../chain/settlement-layer/reader/contract-interfaces.ts";
import type { SettledSource } from "./batch-on-l1.ts";

/** Proof that an aggregator took in an earlier transaction than the one that uses the proof. */
interface StoredProof {
  /** Undefined if only contracts have sent the proof, whose transactions may have it anywhere or not at all. */
  readonly proof: Hex | undefined;
  /** Transaction that stored the proof: the first one that has it in its input, or the first of all. */
  readonly proofTransactionHash: Hex;
}

/** Statement of a proof, and the aggregator that has stored the proof. */
interface StoredStatement {
  readonly aggregator: Hex;
  readonly items: readonly AggregatedFields[];
  readonly digest: Hex;
  /** Block of the transaction that uses the proof, as L1 answers it. */
  readonly usedAt: Hex;
}

/** Log of `eth_getLogs` and of receipts. */
export interface L1Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** Aggregator that the chain's contract names in its logs; undefined if it names none. */
export function aggregatorIn(logs: readonly L1Log[]): Hex | undefined {
  const proven = logs.map((log) => hyperchainInterface.parseLog(log)).find((event) => event?.name === "ExecutionProven");
  return proven == null ? undefined : (String(proven.args["aggregator"]).toLowerCase() as Hex);
}

/**
 * Reads the proof of a transaction that has none because an earlier one has stored it. Undefined if the aggregator has stored no
 * proof of the statement. Rejects with L1's error.
 */
export async function readStoredProof(
  l1: SettledSource["base"],
  { aggregator: address, items, digest, usedAt }: StoredStatement,
): Promise<StoredProof | undefined> {
  const statement = hashAggregate(items, digestFromHex(digest));
  const asked = { to: address, data: proofAggregatorInterface.encodeFunctionData("storedAt", [statement]) };
  const block = BigInt(String(await l1.request("eth_call", [asked, "latest"])));
  if (block === 0n) return undefined;
  const topics = [topicOf(proofAggregatorInterface, "ProofStored"), statement];
  const range = { fromBlock: hexQuantity(block), toBlock: usedAt };
  const found = (await l1.request("eth_getLogs", [{ address, topics, ...range }])) as readonly StoringLog[];
  for (const { transactionHash } of found) {
    const transaction = (await l1.request("eth_getTransactionByHash", [transactionHash])) as StoringTransaction | null;
    if (transaction?.to?.toLowerCase() !== address) continue;
    const call = proofAggregatorInterface.parseTransaction({ data: transaction.input });
    if (call?.name === "storeProof") return { proof: call.args["proof"] as Hex, proofTransactionHash: transactionHash };
  }
  const [first] = found;
  return first === undefined ? undefined : { proof: undefined, proofTransactionHash: first.transactionHash };
}

interface StoringLog {
  readonly transactionHash: Hex;
}

interface StoringTransaction {
  readonly to: string | null;
  readonly input: string;
}
