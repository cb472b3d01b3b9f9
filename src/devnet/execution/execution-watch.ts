import { createHash } from "node:crypto";
import type { Provider } from "ethers";
import type { GenesisAccount, GenesisOf } from "../../chain/model/genesis.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import { ExecutionProofError } from "../../execution-proof/batch/execution-proof-error.ts";
import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import type { VerifiedExecution } from "../../execution-proof/batch/verify-execution.ts";
import type { ServedExecution } from "../../node/execution/node-execution.ts";
import type { Hex } from "../../protocol/hex.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { createL1Watcher, type L1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import type { ChainContractFacts } from "../chain-on-l1/chain-contract.ts";
import { CommittedBatches, type FoundCommit } from "./committed-batches.ts";
import { executionClaims, verifyAny } from "./execution-claims.ts";
import type { NamedCode } from "./named-code.ts";
import { ExecutionCheckError } from "./served-execution.ts";

/** A batch of which no proof shows that its transactions led to what L1 has of it. */
export interface NamedBatch {
  readonly batchNumber: bigint;
  readonly commitment: Hex;
  readonly stage: FoundCommit["stage"];
  readonly code: NamedCode;
  readonly message: string;
  /** When L1 can execute it; seconds of L1's time. */
  readonly executableAt: bigint;
}

/** A batch whose execution has been verified. */
export interface WatchedExecution {
  readonly batchNumber: bigint;
  readonly commitment: Hex;
  /** Changes of the state that no signed transaction made. */
  readonly cheatCount: bigint;
  readonly provenBits: number;
}

export interface ExecutionWatchOptions {
  readonly facts: ChainContractFacts;
  /** The record before the chain's first batch. */
  readonly genesisRecord: StoredBatch;
  /** Of the protocol: L1 has the root of the chain's own. */
  readonly genesis: GenesisOf;
  /** Contracts of bridges with which the chain may have been born: L1 does not say whether it was. */
  readonly bridges: readonly GenesisAccount[];
  /** L1 block of the chain's creation or an earlier one. */
  readonly fromBlock: number;
  /** The first batch that is watched. Default: the chain's first. */
  readonly fromBatch?: bigint;
  /** Longest pause before a batch's proof is asked for again, in milliseconds; 0 asks at each look. Default 8 seconds. */
  readonly longestPauseMs?: number;
}

export interface ExecutionWatchDependencies {
  readonly l1: Provider;
  /** L1 blocks that must stand on a commit, its own included, before the batch is looked at. */
  readonly confirmations: number;
  /** Seconds of L1's next block. */
  readonly l1Time: () => Promise<bigint>;
  readonly nowMs: () => number;
  /** What is served of a batch's proof; nothing of it is believed. Rejects with ExecutionCheckError. */
  readonly served: (batchNumber: bigint) => Promise<ServedExecution>;
  readonly prover: Pick<ExecutionProver, "verify">;
  /** What this process has verified already of just this batch. Default: nothing. */
  readonly verified?: (record: StoredBatch) => WatchedExecution | undefined;
  /** A batch has been named, or has another code or stage than before. */
  readonly onNamed?: (batch: NamedBatch) => void;
  readonly onVerified?: (batch: WatchedExecution) => void;
}

/** What is known of a batch that is watched. */
interface Watched {
  readonly commitment: Hex;
  named?: NamedBatch;
  /** Why there is no verdict yet. */
  open: Pick<NamedBatch, "code" | "message">;
  /** SHA-256 of the proof that was refused last. */
  refused?: string;
  tries: number;
  askAgainAtMs: number;
}

/** Executed batches that are named and asked for again: for older ones a name comes too late. */
const MOST_PAST = 1_000;
/** Verified batches that are known again when a reorg has everything read anew. */
const MOST_REMEMBERED = 10_000;
/** Of a check. */
const LONG_MS = 1_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** How long a proof may take where L1 executes at once. */
const PATIENCE_SECONDS = 60n;

/**
 * Follows a chain on L1 and checks the execution of each batch that is committed there, by L1's records and the proof that is
 * served. What it cannot show to be right it names while L1 cannot execute it yet.
 */
export class ExecutionWatch {
  readonly #options: ExecutionWatchOptions;
  readonly #dependencies: ExecutionWatchDependencies;
  readonly #watcher: L1Watcher;
  readonly #batches = new CommittedBatches();
  /** By number, in the order of numbers. */
  readonly #watched = new Map<bigint, Watched>();
  /** Commitments of batches that were verified, the oldest first. */
  readonly #verified = new Set<Hex>();
  #fromBatch: bigint;
  #l1Time = 0n;
  #looking: Promise<void> | undefined;

  constructor(options: ExecutionWatchOptions, dependencies: ExecutionWatchDependencies) {
    const { facts, fromBlock, fromBatch = 0n } = options;
    this.#fromBatch = fromBatch;
    this.#options = options;
    this.#dependencies = dependencies;
    const watched = { hyperchains: [facts.hyperchain], fromBlock, checkpointLimit: 1 };
    this.#watcher = createL1Watcher(watched, { provider: dependencies.l1, confirmations: dependencies.confirmations });
  }

  /** Batches that are named now, in the order of their numbers. */
  named(): readonly NamedBatch[] {
    return [...this.#watched.values()].flatMap(({ named }) => named ?? []);
  }

  /**
   * Reads what is new on L1, and asks for the proofs that are missing. Rejects with the provider's error, and is to be asked
   * again then. Calls that overlap are one.
   */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    await this.#read();
    for (const [number, watched] of [...this.#watched]) {
      // It may have been taken back while others were checked.
      if (this.#watched.get(number) !== watched || this.#dependencies.nowMs() < watched.askAgainAtMs) continue;
      const begunMs = this.#dependencies.nowMs();
      await this.#check(number, watched);
      // What takes long must not keep the others from being named in time.
      if (this.#dependencies.nowMs() - begunMs > LONG_MS) {
        await this.#read();
        for (const [each, open] of this.#watched) this.#nameOverdue(each, open);
      }
      this.#nameOverdue(number, watched);
    }
    for (const [number, watched] of this.#watched) this.#nameOverdue(number, watched);
    this.#forgetPast();
  }

  /** Brings everything to L1's present. */
  async #read(): Promise<void> {
    this.#batches.take(await this.#watcher.poll());
    this.#l1Time = await this.#dependencies.l1Time();
    for (const [number, { commitment }] of this.#watched)
      if (this.#batches.get(number)?.record.commitment !== commitment) this.#watched.delete(number);
    for (const { record } of this.#batches.all()) {
      const { batchNumber, commitment } = record;
      const isKnown = batchNumber < this.#fromBatch || this.#verified.has(commitment) || this.#watched.has(batchNumber);
      if (!isKnown) this.#watched.set(batchNumber, unchecked(commitment));
    }
  }

  async #check(number: bigint, watched: Watched): Promise<void> {
    const batch = this.#batches.get(number);
    const previous = number === 0n ? this.#options.genesisRecord : this.#batches.get(number - 1n)?.record;
    if (batch === undefined || previous === undefined) return;
    const { longestPauseMs = LONGEST_PAUSE_MS } = this.#options;
    const { nowMs, prover, served: ask, verified } = this.#dependencies;
    watched.askAgainAtMs = nowMs() + Math.min(longestPauseMs, FIRST_PAUSE_MS * 2 ** Math.min(watched.tries++, 30));
    let digest: string | undefined;
    try {
      if (!isProvenVersion(batch.record.protocolVersion))
        throw new ExecutionCheckError("ChangesUnproven", "L1 takes a marker instead of the proof of its published changes");
      const known = verified?.(batch.record);
      if (known !== undefined) return this.#pass(known);
      const served = await ask(number);
      digest = digestOf(served);
      if (digest === watched.refused) return;
      const claims = executionClaims({ batch: batch.record, previous }, served, this.#options);
      const checked = await verifyAny((claim, proof) => prover.verify(claim, proof), claims, served.proof);
      this.#pass(watchedExecution(batch.record, served, checked[0]));
    } catch (error) {
      this.#refuse(number, watched, error);
      if (error instanceof ExecutionProofError && digest !== undefined) watched.refused = digest;
    }
  }

  #pass(execution: WatchedExecution): void {
    const { batchNumber, commitment } = execution;
    this.#watched.delete(batchNumber);
    this.#verified.add(commitment);
    for (const oldest of this.#verified) {
      if (this.#verified.size <= MOST_REMEMBERED) break;
      this.#verified.delete(oldest);
    }
    this.#dependencies.onVerified?.(execution);
  }

  #refuse(number: bigint, watched: Watched, error: unknown): void {
    const message = reasonOf(error);
    if (error instanceof ExecutionProofError) return this.#name(number, watched, { code: error.code, message });
    const code = error instanceof ExecutionCheckError ? MEANINGS[error.code] : "Unchecked";
    if (code === "ProofMissing" || code === "Unchecked") watched.open = { code, message };
    else this.#name(number, watched, { code, message });
  }

  /** Names a batch without a verdict of which too much time is over. */
  #nameOverdue(number: bigint, watched: Watched): void {
    const batch = this.#batches.get(number);
    if (batch === undefined || this.#watched.get(number) !== watched) return;
    const { executionDelay } = this.#options.facts.configuration;
    const patience = executionDelay === 0n ? PATIENCE_SECONDS : executionDelay / 2n;
    // For what is executed a name comes too late, so it is checked first.
    if (watched.tries === 0 && batch.stage === "executed") return;
    // A code that says more stays.
    if (watched.named !== undefined && watched.named.code !== "Unchecked") this.#name(number, watched, watched.named);
    else if (this.#l1Time >= batch.record.committedAt + patience) this.#name(number, watched, watched.open);
  }

  #name(number: bigint, watched: Watched, { code, message }: Pick<NamedBatch, "code" | "message">): void {
    const batch = this.#batches.get(number);
    if (batch === undefined) return;
    const { record, stage } = batch;
    const { commitment } = watched;
    const executableAt = record.committedAt + this.#options.facts.configuration.executionDelay;
    const before = watched.named;
    watched.named = { batchNumber: number, commitment, stage, code, message, executableAt };
    const isNews = before?.code !== code || (stage === "executed" && before.stage !== stage);
    if (isNews) this.#dependencies.onNamed?.(watched.named);
  }

  /** Executed batches that no verdict needs any more, and those of which it comes too late. */
  #forgetPast(): void {
    const executed = this.#batches.all().flatMap(({ record, stage }) => (stage === "executed" ? [record.batchNumber] : []));
    const open = executed.filter((number) => this.#watched.has(number));
    for (const number of open.slice(0, -MOST_PAST)) {
      this.#watched.delete(number);
      this.#fromBatch = number + 1n;
    }
    // The last is what the next one began with.
    const needed = (number: bigint): boolean => this.#watched.has(number) || this.#watched.has(number + 1n);
    for (const number of executed.slice(0, -1)) if (!needed(number)) this.#batches.forget(number);
  }
}

function unchecked(commitment: Hex): Watched {
  const open = { code: "Unchecked", message: "this machine has not come to check it" } as const;
  return { commitment, open, tries: 0, askAgainAtMs: 0 };
}

/** What the reasons why there is no proof to check are named as. */
const MEANINGS: Readonly<Record<ExecutionCheckError["code"], NamedCode>> = {
  NotServed: "ProofMissing",
  NotMade: "ProofMissing",
  BatchUnknown: "ProofMissing",
  ChainSilent: "ProofMissing",
  ProofPruned: "ProofMissing",
  NotCommitted: "ProofMissing",
  NotProven: "Labelled",
  Unreadable: "Unreadable",
  ChangesUnproven: "ChangesUnproven",
  GenesisMismatch: "GenesisMismatch",
};

function watchedExecution(
  { batchNumber, commitment }: StoredBatch,
  { outputs }: ServedExecution,
  { provenBits }: VerifiedExecution,
): WatchedExecution {
  return { batchNumber, commitment, cheatCount: outputs.cheatCount, provenBits };
}

/** Of the proof and of all that a verdict depends on. */
function digestOf({ outputs, coinbase, proof }: ServedExecution): string {
  const fields = Object.entries(outputs).map(([field, value]) => `${field}=${value}`);
  return createHash("sha256")
    .update([...fields, coinbase, ""].join())
    .update(proof)
    .digest("hex");
}
