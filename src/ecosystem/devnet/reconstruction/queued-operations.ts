import { AbiCoder, type Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import {
  canonicalTxHash,
  L2_CANONICAL_TRANSACTION_ABI_TYPE,
  type L2CanonicalTransaction,
} from "../../../ground/protocol/priority-op.ts";
import { ifDecodable } from "../../../ground/protocol/undecodable.ts";
import { hyperchainInterface, topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { plainOperation } from "../../../chain/settlement-layer/reader/l1-event.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** An operation of the queue of which only the hash is known. */
export interface MissingOperation {
  /** In the queue. */
  readonly index: bigint;
  readonly hash: Hex;
}

/** A log as nodes and receipts have it. */
export interface PlainLog {
  readonly topics: readonly string[];
  readonly data: string;
}

const QUEUED = topicOf(hyperchainInterface, "NewPriorityRequest");
/** The event up to its operation. A list of byte strings follows, which can name one place often: 100 kB would take gigabytes. */
const EVENT = ["uint256", "bytes32", "uint64", L2_CANONICAL_TRANSACTION_ABI_TYPE];
/** More than an operation takes, whose calldata is 32,768 bytes at most (`PriorityQueue.sol`). */
const MAX_EVENT_BYTES = 40_000;

/** Queue of a rebuilt chain. */
type RebuiltQueue = Pick<Reconstruction, "last" | "pendingHashes" | "pendingOperations">;

/** Operations that no applied batch has taken, as far as no more than their hashes is known. */
export function missingOperations({ last, pendingHashes, pendingOperations }: RebuiltQueue): readonly MissingOperation[] {
  const known = new Set(pendingOperations.map(({ nonce }) => nonce));
  return pendingHashes
    .map((hash, place) => ({ index: last.priorityOpTotal + BigInt(place), hash }))
    .filter(({ index }) => !known.has(index));
}

/**
 * Takes from logs the operations of which the queue has the hashes alone. They may come from any source: an operation counts
 * where its hash is the queue's, and everything else is passed over.
 */
export function withOperations<R extends RebuiltQueue>(reconstruction: R, logs: readonly PlainLog[]): R {
  const missing = new Set(missingOperations(reconstruction).map(({ hash }) => hash));
  const found = new Map<bigint, L2CanonicalTransaction>();
  for (const operation of logs.flatMap(operationIn)) {
    if (missing.has(canonicalTxHash(operation))) found.set(operation.nonce, operation);
  }
  const pendingOperations = [...reconstruction.pendingOperations, ...found.values()];
  return { ...reconstruction, pendingOperations: pendingOperations.sort((a, b) => (a.nonce < b.nonce ? -1 : 1)) };
}

/** Adds operations from a settlement layer's node, which has logs up to the rebuilt state. */
export async function withOperationsOf(reconstruction: Reconstruction, provider: Provider): Promise<Reconstruction> {
  if (missingOperations(reconstruction).length === 0) return reconstruction;
  const { contract, l1 } = reconstruction;
  const question = { address: contract.hyperchain, topics: [QUEUED], fromBlock: 0, toBlock: l1.blockNumber };
  const logs: PlainLog[] = [];
  for await (const page of readLogPages(provider, question, new PageWidth())) logs.push(...page.logs);
  return withOperations(reconstruction, logs);
}

/** None where the log is another event, or cannot be read. */
function operationIn({ topics, data }: PlainLog): readonly L2CanonicalTransaction[] {
  if (topics[0] !== QUEUED) return [];
  if (data.length > 2 + 2 * MAX_EVENT_BYTES) return [];
  const read = ifDecodable(
    () => AbiCoder.defaultAbiCoder().decode(EVENT, data),
    ([, , , operation]) => plainOperation(operation as Readonly<Record<string, unknown>>),
  );
  return read === undefined ? [] : [read];
}
