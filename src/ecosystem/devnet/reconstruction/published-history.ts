import type { Provider } from "ethers";
import { versionedChain } from "../../../chain/node/described/chain-on-l1.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { settingsEventsIn, type SettingsEvent } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import type { BatchLedger, CommittedBatch } from "./batch-ledger.ts";
import type { ChainContractFacts } from "../chain-on-l1/chain-contract.ts";
import { readHistory } from "../chain-on-l1/l1-history.ts";
import { findPublishedCode } from "./published-code.ts";
import { readCommits, readEmittedCommits } from "./published-commits.ts";

/** A part of a chain's history. */
interface HistoryPage {
  /** Last block of the part. */
  readonly blockNumber: number;
  /** Batches that are executed in it, in order. */
  readonly executed: readonly CommittedBatch[];
  readonly upgrades: readonly SettingsEvent[];
}

/** Source of a chain's records, operations and data. It is trusted only as far as the chain's contract binds it. */
export interface PublishedHistory {
  /** Tells the ledger what happened, part by part. Rejects with ReconstructionError. */
  pages(ledger: BatchLedger): AsyncIterable<HistoryPage>;
  /** Candidates for a batch's commit: usually one call, more if there are decoys. Rejects with ReconstructionError. */
  callsOf(batch: CommittedBatch): Promise<readonly CommitCall[]>;
  /** Further candidates from another source, if none of the former is the commit. */
  furtherCallsOf(batch: CommittedBatch): Promise<readonly CommitCall[]>;
  /** A code that no batch of the chain's own that was applied has published; undefined where there is none. */
  codeOf(hash: Hex): Promise<Uint8Array | undefined>;
}

interface HistoryRange {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly blocksPerRequest: number;
}

/** The events of the chain's contract, and the calldata of its commits. */
export function historyInEvents(provider: Provider, contract: ChainContractFacts, range: HistoryRange): PublishedHistory {
  const { hyperchain, settings, bytecodes } = contract;
  const { toBlock, blocksPerRequest } = range;
  const versioned = versionedChain(contract);
  return {
    async *pages(ledger) {
      for await (const { blockNumber, events } of readHistory(provider, { hyperchain, settings, ...range })) {
        const executed = events.flatMap((event) => ledger.take(event) ?? []);
        yield { blockNumber, executed, upgrades: settingsEventsIn(events, versioned) };
      }
    },
    callsOf({ stored, committed: { transactionHash } }) {
      return transactionHash === undefined ? Promise.resolve([]) : readCommits(provider, transactionHash, stored);
    },
    // A contract may have put the call together itself: then the chain's contract tells it in an event.
    furtherCallsOf({ stored, committed: { transactionHash } }) {
      return transactionHash === undefined
        ? Promise.resolve([])
        : readEmittedCommits(provider, { transactionHash, hyperchain }, stored);
    },
    codeOf: (hash) => findPublishedCode(provider, { bytecodes, toBlock, blocksPerRequest }, hash),
  };
}
