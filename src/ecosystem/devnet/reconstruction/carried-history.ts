import { identityOf } from "../../../chain/node/described/chain-options.ts";
import { carriedRecord } from "../../../chain/reconstruction/carried-record.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { carriedBatches, type CarriedBatch, type CarrierMessage } from "../../../ground/protocol/carried-pubdata.ts";
import { keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { genesisStoredBatch, hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import type { BatchLedger, BatchPlace } from "./batch-ledger.ts";
import { codesOf } from "./published-code.ts";
import type { PublishedHistory } from "./published-history.ts";
import { publishingChain } from "../chain-on-l1/publishing-chain.ts";
import type { HistoryContext, Reconstruction } from "./reconstruct.ts";

/** Operations of the queue asked for at the same time. */
const PARALLEL_READS = 16;

/**
 * History of a chain in the messages of the rebuilt chain on which it settles. Hashes of records and of operations are
 * slots of the former's contract, in the state of the latter; a record follows from the one before and the batch's
 * message.
 */
export function historyInMessages(base: Reconstruction, context: HistoryContext): PublishedHistory {
  const { contract, state, toBlock: blockNumber } = context;
  const { hyperchain, configuration } = contract;
  const carried = carriedBatches(sentBy(base), { carrier: configuration.dataAvailabilityPolicy, hyperchain });
  if (!contract.isCarried)
    throw new ReconstructionError(
      "NotARollup",
      `what chain ${configuration.chainId} publishes stays on chain ${contract.settlementChainId}: its data are at nodes of that chain alone`,
    );
  const genesis = genesisStoredBatch(configuration.protocolVersion, state.stateRoot, BigInt(state.leafCount));
  // The state after the base's last batch does not contain the time of its parts.
  const place: BatchPlace = { blockNumber, transactionHash: undefined };
  const calls = new Map<bigint, CommitCall>();
  return {
    async *pages(ledger) {
      const { totals } = context.onL1;
      const hashes = await queueOperations(ledger, context);
      let previous = genesis;
      for (let number = 0n; number < totals.committed; number++) {
        const found = await findBatch({ number, previous, hashes, candidates: carried, context });
        const { stored } = found;
        calls.set(number, callOf(found, previous));
        ledger.commit({ stored, committed: place, proven: number < totals.verified ? place : undefined, executed: undefined });
        const executed = number < totals.executed ? [ledger.execute(number, hashStoredBatch(stored), place)] : [];
        yield { blockNumber, executed, upgrades: [] };
        previous = stored;
      }
    },
    callsOf: ({ stored }) => Promise.resolve([calls.get(stored.batchNumber) ?? []].flat()),
    furtherCallsOf: () => Promise.resolve([]),
    // Of reverted batches too: the chain's contract counts their codes as carried.
    codeOf: (hash) =>
      Promise.resolve(carried.flatMap((batch) => codesOf({ ...batch, oldLeafCount: 0n })).find((code) => keccak(code) === hash)),
  };
}

function* sentBy({ batches }: Reconstruction): Iterable<CarrierMessage> {
  for (const { logs } of batches) for (const log of logs) if (log.type === "message") yield log;
}

/** Tells the ledger the hashes of all operations of the queue, and returns them. */
async function queueOperations(ledger: BatchLedger, { reader, onL1 }: HistoryContext): Promise<readonly Hex[]> {
  const count = Number(onL1.operationsQueued);
  const hashes: Hex[] = [];
  for (let start = 0; start < count; start += PARALLEL_READS) {
    const length = Math.min(PARALLEL_READS, count - start);
    hashes.push(...(await Promise.all(Array.from({ length }, (_, i) => reader.operationHash(BigInt(start + i))))));
  }
  for (const hash of hashes) ledger.queueHash(hash);
  return hashes;
}

interface FoundBatch {
  readonly stored: StoredBatch;
  readonly batch: CarriedBatch;
}

/**
 * The carried batch whose record is the one that the contract knows by its hash: of one that was reverted, another
 * message has the same number.
 * Rejects with ReconstructionError PubdataMissing.
 */
async function findBatch({
  number,
  previous,
  hashes,
  candidates,
  context: { contract, reader, state },
}: {
  readonly number: bigint;
  readonly previous: StoredBatch;
  /** Hashes of the queue's operations. */
  readonly hashes: readonly Hex[];
  readonly candidates: readonly CarriedBatch[];
  readonly context: HistoryContext;
}): Promise<FoundBatch> {
  const expected = await reader.storedBatchHash(number);
  const { extensions: exported } = identityOf(contract).identity;
  const first = Number(previous.priorityOpTotal);
  // What replaced a batch came later.
  for (const batch of candidates.filter(({ batchNumber }) => batchNumber === number).toReversed()) {
    const canonicalTxHashes = hashes.slice(first, first + Number(batch.priorityOpCount));
    const asked = await reader.versionOfBatch(contract, batch.firstTimestamp, previous.priorityOpTotal);
    for (const protocolVersion of versionsBetween(previous.protocolVersion, asked)) {
      const read = { previous, canonicalTxHashes, exported, protocolVersion };
      const stored = carriedRecord(batch, read, publishingChain(contract), state.compress);
      if (stored !== undefined && hashStoredBatch(stored) === expected) return { stored, batch };
    }
  }
  throw new ReconstructionError(
    "PubdataMissing",
    `no message of chain ${contract.settlementChainId} leads to its record ${expected}`,
    {
      batchNumber: number,
    },
  );
}

/** The settings have a chain's last two versions; before those it had others, each later than the one before as a rule. */
function versionsBetween(before: bigint, now: bigint): readonly bigint[] {
  const [low, high] = before < now ? [before, now] : [now, before];
  const between = Array.from({ length: Math.min(Number(high - low), 64) }, (_, i) => low + BigInt(i));
  return [before, ...[...between, high].filter((version) => version !== before)];
}

/** The call in the form of calldata. */
function callOf({ stored, batch }: FoundBatch, previous: StoredBatch): CommitCall {
  const { batchNumber, firstTimestamp, cheatCount, coinbase, pubdata, priorityOpCount } = batch;
  return {
    batchNumber,
    firstTimestamp,
    cheatCount,
    coinbase,
    pubdata,
    priorityOpCount,
    commitment: stored.commitment,
    firstBlock: previous.lastBlock + 1n,
    // `DataCarrier` takes no batch with one.
    transactionsHash: wordToHex(0n),
    withheldHash: wordToHex(0n),
    withheldLogs: new Uint8Array(),
    policyData: "0x",
    oldLeafCount: previous.leafCount,
    approval: undefined,
  };
}
