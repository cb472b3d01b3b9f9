import { Contract, type Provider, type Signer, type TransactionReceipt } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { proofAggregatorAbi } from "../../../ground/abi/proof-aggregator.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { JoinableBatch } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { SharedProofs, type SharedProof } from "../../../chain/node/settling/shared-proofs.ts";
import type { AggregatedBatch } from "../../../ground/protocol/aggregate.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { MAX_SHOWN_BATCHES } from "../../../ground/protocol/way-to-l1.ts";
import { type Clock, pauseBy } from "../../../ground/runtime/clock.ts";
import { patientReader, readAggregator, readContract, readTotals } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { createL1Retry } from "../../../chain/settlement/l1-sender/l1-retry.ts";
import { isProven, showBatches } from "../../../chain/settlement/l1-sender/prove.ts";
import type { SenderContext } from "../../../chain/settlement/l1-sender/sender-context.ts";
import { createTransactor } from "../../../chain/settlement/l1-sender/transactor.ts";
import type { PaceRules } from "../../../chain/settlement/pace/decide.ts";
import { PaceOfRuns } from "../../../chain/settlement/pace/proof-pace.ts";
import { SigningRecord } from "../../../chain/settlement/signing/signing-record.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { AggregatorError } from "../offers/aggregator-error.ts";
import { readOfferedBatches, readOfferedProof } from "../offers/offered-answers.ts";

/** A node whose chain offers its batches, asked over JSON-RPC. */
export interface OfferingNode {
  readonly url: string;
  /** Rejects where it does not answer in time, or too long. */
  readonly ask: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

export type AggregatorEvent =
  /** One proof of this number of batches is being made. */
  | { readonly type: "proving"; readonly batches: number }
  /** L1 has these proven by one transaction; `hash` is undefined where L1 had them before it was sent. */
  | {
      readonly type: "shown";
      readonly batch: string;
      readonly batches: number;
      readonly hash: string | undefined;
      readonly gasUsed: bigint;
    }
  /** The batch's chain proves it alone. */
  | { readonly type: "left"; readonly batch: string; readonly reason: string }
  /** A node is excluded until its answers are valid. Sent once for each reason. */
  | { readonly type: "passedOver"; readonly url: string; readonly reason: string }
  /** L1 does not answer, or the account has no money: the aggregator retries. `undefined` after it has recovered. */
  | { readonly type: "trouble"; readonly reason: string | undefined };

interface AggregatorOptions {
  /** The contract on L1 that takes the proofs. */
  readonly aggregator: Hex;
  readonly settlementChainId: ChainId;
  /** When a proof is made of what waits: by time since it was seen, by number, by L1's price. */
  readonly rules: PaceRules;
}

interface AggregatorDependencies {
  readonly nodes: readonly OfferingNode[];
  readonly l1: Provider;
  readonly onL1: BatchesProver;
  /** Sends and pays; no other program may send from its account. */
  readonly sender: Signer;
  readonly clock: Clock;
  readonly onEvent: (event: AggregatorEvent) => void;
}

const LONGEST_LOOK_MS = 5_000;
/** For a node whose proof does not hold: to see that takes a second of this processor, which it must not have all the time. */
const REST_MS = 60_000;
/** Maximum length of a node's text that is shown. */
const MOST_OF_REASON = 256;

/** An accepted batch, until L1 has its number proven or no node offers it. */
interface TakenBatch {
  /** Nodes that offer it: another chain's may hand it out, too, and must not take it back for all. */
  readonly from: Set<string>;
  readonly stored: StoredBatch;
  readonly end: AbortController;
  readonly proven: PromiseWithResolvers<void>;
}

/** A chain as L1 has it, and what was taken of it. */
interface AggregatedChain {
  readonly context: SenderContext;
  readonly acceptedBatches: Map<Hex, TakenBatch>;
}

/**
 * Collects batches that wait for it at nodes, and submits to L1 one proof of many, of any chains of one ecosystem.
 * Answers of nodes count if L1 confirms them, and a batch's proof if it is valid. A node that is silent, or lies, is
 * excluded; others are not delayed. Nothing is stored: a restarted process reads the waiting batches from the nodes, and
 * the results from L1.
 */
export class Aggregator {
  readonly #options: AggregatorOptions;
  readonly #dependencies: AggregatorDependencies;
  readonly #shared: SharedProofs;
  readonly #chains = new Map<ChainId, AggregatedChain>();
  readonly #end = new AbortController();
  readonly #pass: ReturnType<PaceOfRuns["begin"]>;
  readonly #patience: SenderContext["patience"];
  readonly #transactor: SenderContext["transactor"];
  readonly #reportedReasons = new Map<string, string>();
  readonly #underWay = new Set<Promise<void>>();
  /** Nodes that have not answered yet. */
  readonly #pendingNodes = new Set<string>();
  /** Nodes that are not asked for a while. */
  readonly #resting = new Set<string>();
  /** Resolves at the end of the look that accepts a batch. */
  #taking: Promise<unknown> = Promise.resolve();
  /** Batches whose proof is on its way to L1. */
  readonly #leaving = new Set<Hex>();
  /** Proofs that this account has begun to send: a second transaction of one would be paid for, too. */
  readonly #sent = new WeakSet<Uint8Array>();
  #seen = 0n;

  constructor(options: AggregatorOptions, dependencies: AggregatorDependencies) {
    const { onL1, clock, l1, sender, onEvent } = dependencies;
    this.#options = options;
    this.#dependencies = dependencies;
    // A batch's own proof is checked before the batch is taken.
    const checked: BatchesProver["prepare"] = () => Promise.resolve({ release: () => undefined, joinable: unasked });
    const prove: BatchesProver["prove"] = (batches, options) => {
      onEvent({ type: "proving", batches: batches.length });
      return onL1.prove(batches, options);
    };
    this.#shared = new SharedProofs({ onL1: { prepare: checked, prove }, clock });
    const { signal } = this.#end;
    this.#patience = createL1Retry(
      {},
      {
        signal,
        delay: (ms) => pauseBy(clock, ms, signal),
        onTrouble: (trouble) => onEvent({ type: "trouble", reason: trouble?.message }),
      },
    );
    this.#transactor = createTransactor({}, { signer: sender, patience: this.#patience });
    this.#pass = new PaceOfRuns({ ...options.rules, atMostBatches: MAX_SHOWN_BATCHES }).begin({
      signal,
      wait: (ms, wake) => pauseBy(clock, ms, AbortSignal.any([signal, wake])),
      nowSeconds: () => this.#nowSeconds(),
      gasPriceWei: async () => (await l1.getBlock("latest"))?.baseFeePerGas ?? 0n,
    });
  }

  /**
   * Accepts the current offers of nodes; batches of one look are proven together. Resolves when all have answered, or
   * after five seconds: a slow node delays the others no longer, and is not queried again in the meantime. Accepted
   * batches are processed independently.
   */
  async look(): Promise<void> {
    const { nodes, clock } = this.#dependencies;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#taking = promise;
    const cancel = clock.after(LONGEST_LOOK_MS, () => resolve(undefined));
    const idle = nodes.filter(({ url }) => !this.#pendingNodes.has(url) && !this.#resting.has(url));
    void Promise.all(idle.map((node) => this.#tellOf(node))).then(() => resolve(undefined));
    await promise;
    cancel();
  }

  async #tellOf(node: OfferingNode): Promise<void> {
    const { url } = node;
    this.#pendingNodes.add(url);
    const reason = await this.#lookAt(node).then(
      () => undefined,
      (error: unknown) => reasonOf(error).slice(0, MOST_OF_REASON),
    );
    this.#pendingNodes.delete(url);
    if (this.#end.signal.aborted || reason === this.#reportedReasons.get(url)) return;
    if (reason === undefined) {
      this.#reportedReasons.delete(url);
      return;
    }
    this.#reportedReasons.set(url, reason);
    this.#dependencies.onEvent({ type: "passedOver", url, reason });
  }

  /** Resolves when L1 has proven every accepted batch, or its chain proves it alone. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Nothing more is sent; what was sent may be mined. */
  close(): void {
    const closed = new Error("the aggregator was closed");
    this.#end.abort(closed);
    for (const { acceptedBatches } of this.#chains.values())
      for (const { end, proven } of acceptedBatches.values()) {
        proven.resolve();
        end.abort(closed);
      }
  }

  async #lookAt({ url, ask }: OfferingNode): Promise<void> {
    const chainId = BigInt((await ask("eth_chainId", [])) as string);
    const records = readOfferedBatches(await ask("hyperchain_getOfferedBatches", []));
    const known = this.#chains.get(chainId);
    if (known === undefined && records.length === 0) return;
    const chain = known ?? (await this.#chain(chainId));
    const { verified } = await readTotals(chain.context);
    this.#forget(chain, url, records, verified);
    let next = verified;
    for (const stored of records) {
      if (stored.batchNumber !== next || this.#end.signal.aborted) continue;
      next++;
      if (chain.acceptedBatches.has(stored.commitment)) continue;
      await this.#requireOnL1(chain, stored);
      const { commitment, program, proof } = readOfferedProof(
        await ask("hyperchain_getOfferedProof", [Number(stored.batchNumber)]),
      );
      if (commitment !== stored.commitment)
        throw new AggregatorError(
          "ProofMismatch",
          `the proof that is handed out for batch ${stored.batchNumber} is of another batch`,
        );
      const joinable: JoinableBatch = { fields: { chainId, batch: stored }, program, proof };
      // Checked before it is accepted, so that an invalid proof does not replace a valid one.
      await this.#check(url, joinable);
      if (!chain.acceptedBatches.has(stored.commitment)) this.#take(chainId, chain, { url, stored, joinable });
    }
  }

  async #check(url: string, joinable: JoinableBatch): Promise<void> {
    const { onL1, clock } = this.#dependencies;
    const { signal } = this.#end;
    try {
      await onL1.prepare(joinable, { signal });
    } catch (error) {
      this.#resting.add(url);
      void pauseBy(clock, REST_MS, signal).then(() => this.#resting.delete(url));
      throw error;
    }
  }

  /** Chain of an id. Throws AggregatorError ChainUnknown, and SyntaxError for a malformed id. */
  async #chain(chainId: ChainId): Promise<AggregatedChain> {
    const { settlementChainId, aggregator } = this.#options;
    const { l1 } = this.#dependencies;
    const directory = (await new Contract(aggregator, proofAggregatorAbi, l1).getFunction("directory")()) as string;
    const hyperchain = (await new Contract(directory, chainFactoryAbi, l1).getFunction("getHyperchain")(chainId)) as string;
    if (BigInt(hyperchain) === 0n) throw new AggregatorError("ChainUnknown", `L1 has no chain with the id ${chainId}`);
    const context: SenderContext = {
      settlementChainId,
      hyperchain: lowerCaseAddress(hyperchain),
      provider: patientReader(l1, this.#patience),
      fromBlock: 0,
      // The aggregator resubmits proofs after a reorg.
      confirmations: 1,
      transactor: this.#transactor,
      patience: this.#patience,
      approvals: new SigningRecord(),
      delay: (ms) => pauseBy(this.#dependencies.clock, ms, this.#end.signal),
      onBroadcast: () => Promise.resolve(),
    };
    const chain = this.#chains.get(chainId) ?? { context, acceptedBatches: new Map() };
    this.#chains.set(chainId, chain);
    return chain;
  }

  /** Drops batches that L1 has proven, and those that no node offers, which their chains prove alone. */
  #forget({ acceptedBatches }: AggregatedChain, url: string, records: readonly StoredBatch[], verified: bigint): void {
    const offered = new Set(records.map(({ commitment }) => commitment));
    for (const [commitment, { from, stored, end, proven }] of acceptedBatches) {
      if (offered.has(commitment)) from.add(url);
      else from.delete(url);
      const isProvenNow = stored.batchNumber < verified;
      // Possibly its transaction proved the batch, and then the result is reported with it.
      if (isProvenNow ? this.#leaving.has(commitment) : from.size > 0) continue;
      // A restarted node may offer it again.
      acceptedBatches.delete(commitment);
      proven.resolve();
      end.abort(new Error(isProvenNow ? "L1 has it proven by another proof" : "the batch no longer waits for an aggregator"));
    }
  }

  async #requireOnL1({ context }: AggregatedChain, stored: StoredBatch): Promise<void> {
    const { batchNumber, protocolVersion } = stored;
    const [own, hash] = await Promise.all([
      readAggregator(context, protocolVersion),
      readContract<Hex>(context, "storedBatchHash", batchNumber),
    ]);
    if (own?.address !== this.#options.aggregator)
      throw new AggregatorError(
        "VersionOfOther",
        `proofs of batch ${batchNumber}, of version ${protocolVersion}, go to another contract`,
      );
    if (hash !== hashStoredBatch(stored))
      throw new AggregatorError("RecordMismatch", `L1 has another record of batch ${batchNumber} than the one that is offered`);
  }

  #take(
    chainId: ChainId,
    { context, acceptedBatches }: AggregatedChain,
    { url, stored, joinable }: Pick<OfferingNode, "url"> & Pick<TakenBatch, "stored"> & { readonly joinable: JoinableBatch },
  ): void {
    const { onEvent } = this.#dependencies;
    const name = `${chainId}:${stored.batchNumber}`;
    const batch: TakenBatch = { from: new Set([url]), stored, end: new AbortController(), proven: Promise.withResolvers() };
    acceptedBatches.set(stored.commitment, batch);
    const shown = this.#shared.show({
      chainId,
      stored,
      executed: joinable,
      signal: batch.end.signal,
      due: () =>
        this.#taking.then(() => this.#pass({ batchNumber: this.#seen++ as BatchNumber, lastTimestamp: this.#nowSeconds() })),
      made: () => Promise.resolve(),
      send: (batches, proof, leaving) => this.#send(batches, { ...leaving, shown: proof }),
      isProven: () => isProven(context, stored.batchNumber),
      proven: () => batch.proven.promise,
    });
    const over = shown.then(
      ({ batches, receipt }: SharedProof) =>
        onEvent({ type: "shown", batch: name, batches, hash: receipt?.hash, gasUsed: receipt?.gasUsed ?? 0n }),
      (error: unknown) => {
        if (!this.#end.signal.aborted) onEvent({ type: "left", batch: name, reason: reasonOf(error) });
      },
    );
    this.#underWay.add(over);
    void over.then(() => this.#underWay.delete(over));
  }

  /** Once for each proof, and not where L1 has all of its batches proven by now. */
  async #send(
    batches: readonly AggregatedBatch[],
    { shown, ...leaving }: Omit<Parameters<typeof showBatches>[2], "batches">,
  ): Promise<TransactionReceipt | undefined> {
    if (this.#sent.has(shown.proof)) throw new Error("this account has begun to send the proof");
    this.#sent.add(shown.proof);
    for (const { batch } of batches) this.#leaving.add(batch.commitment);
    try {
      for (const { chainId, batch } of batches) {
        const context = this.#chains.get(chainId)?.context;
        if (context === undefined || (await isProven(context, batch.batchNumber))) continue;
        // The chain of that batch may be about to submit it alone: the others must be submitted in any case.
        const receipt = await showBatches(context, batch, { batches, shown, ...leaving });
        if (receipt !== undefined) return receipt;
      }
      return undefined;
    } finally {
      for (const { batch } of batches) this.#leaving.delete(batch.commitment);
    }
  }

  #nowSeconds(): bigint {
    return BigInt(Math.floor(this.#dependencies.clock.nowMs() / 1_000));
  }
}

/** Rejects requests for the data of nodes, which are not passed on. */
function unasked(): Promise<never> {
  return Promise.reject(new Error("an aggregator offers no batches"));
}
