import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { factIndex } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import { PromiseRefused } from "../../../chain/settlement-layer/promises/promise-refused.ts";
import { contentFor } from "../../../chain/settlement-layer/promises/promised-content.ts";
import { checkPromise, type PromiseTerms } from "../../../chain/settlement-layer/promises/receiver-rule.ts";
import type { SourceAdmission } from "../facts/source-admission.ts";
import type { PromiseAccount } from "./promise-account.ts";
import type { PromiseBook, PromiseEvidence } from "./promise-book.ts";
import type { PromiseLayer } from "./promise-layer.ts";
import type { ShownPromise } from "./shown-promise.ts";

/** The chain that imports by promises. */
interface ReceivingChain {
  readonly chainId: ChainId;
  readonly hyperchain: Hex;
  /** True if the chain imports nothing now. */
  readonly isPaused: boolean;
  hasImported(index: bigint): Promise<boolean>;
  importRoots(roots: readonly ImportedRoot[]): Promise<void>;
  /** Ends the open batch. */
  seal(): Promise<unknown>;
}

/** A chain whose promises another one takes. */
export interface PromiseSource extends Omit<PromiseTerms, "protocolVersion"> {
  readonly hyperchain: Hex;
}

interface PromiseImportsDependencies {
  readonly chain: () => ReceivingChain;
  /** Undefined for a chain whose promises it does not take. */
  readonly findSource: (chainId: ChainId) => PromiseSource | undefined;
  readonly admission: SourceAdmission;
  readonly layer: PromiseLayer;
  readonly account: PromiseAccount;
  readonly book: PromiseBook;
  /** Resolves when all that was written is on disk. */
  readonly durable: () => Promise<void>;
  /** Runs the import next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

/** Imports facts on one chain by promises, before L1 or this chain has seen a proof, and reports the promises that are broken. */
export class PromiseImports {
  readonly #dependencies: PromiseImportsDependencies;
  /** Blocks of L1 that are to be noted, because reports need their hashes. */
  readonly #unnoted = new Set<number>();
  readonly #line = new OneAtATime();

  constructor(dependencies: PromiseImportsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Imports the fact about a promised batch, unless the chain has it. Resolves with its index. Rejects with PromiseRefused,
   * with FactRefused for a source that is shut out, or with L1's error.
   */
  import(promise: ShownPromise): Promise<bigint> {
    return this.#line.run(() => this.#import(promise));
  }

  /**
   * Reports the promise of an import that L1 does not show in time, or shows with another root. Resolves with true if the chain
   * may rebuild without the import: the reports are mined, or L1 takes none. Rejects with L1's error.
   */
  async mayVoid(index: bigint): Promise<boolean> {
    const { book, account } = this.#dependencies;
    const evidence = book.get(index);
    if (evidence === undefined) return true;
    const outcome = await account.report(evidence);
    if (outcome.state === "open") return false;
    book.delete(index);
    return true;
  }

  /** Evidence of promises that it imported by, without those that L1 was seen to execute. */
  evidence(): Iterable<PromiseEvidence> {
    return this.#dependencies.book.all().values();
  }

  /** Coins of imported promises that L1 has not executed. Forgets those that it has. Rejects with L1's error. */
  async atRiskWei(): Promise<bigint> {
    const { book, layer, chain } = this.#dependencies;
    let sum = 0n;
    for (const [index, { promised, coinsWei }] of [...book.all()]) {
      const value = await layer.valueOf(index, chain().hyperchain);
      if (value === promised.logRoot) book.delete(index);
      else if (await chain().hasImported(index)) sum += coinsWei;
    }
    return sum;
  }

  async #import(promise: ShownPromise): Promise<bigint> {
    const { chain, admission, book, durable, undisturbed } = this.#dependencies;
    const { fromChain, promised, signatures } = promise;
    const source = this.#sourceOf(fromChain);
    const index = factIndex(fromChain, promised.batchNumber);
    if (await chain().hasImported(index)) return index;
    if (chain().isPaused) throw new PromiseRefused("ReceiverPaused", "this chain is paused");
    admission.requireAdmitted(fromChain);
    const checked = await this.#check(promise, source);
    // Promises should not wait for the pace of this chain.
    if (!admission.hasRoom(fromChain)) await chain().seal();
    await undisturbed(async () => {
      if (await chain().hasImported(index)) return;
      // Before the import, so that no import is without its evidence.
      book.add(index, { fromChain, promised, signatures, ...checked });
      await durable();
      await chain().importRoots([{ registryIndex: index, root: promised.logRoot }]);
    });
    this.#note(checked.stakedNumber);
    return index;
  }

  #sourceOf(fromChain: ChainId): PromiseSource {
    const source = this.#dependencies.findSource(fromChain);
    if (source !== undefined) return source;
    throw new PromiseRefused("SourceNotListed", `chain ${fromChain} does not run here, or instant.from does not name it`);
  }

  async #check(
    promise: ShownPromise,
    source: PromiseSource,
  ): Promise<Pick<PromiseEvidence, "epoch" | "stakedNumber" | "coinsWei">> {
    const { layer } = this.#dependencies;
    const { fromChain, promised, logs } = promise;
    const protocolVersion = await layer.versionOf(source.hyperchain);
    if (promised.batchNumber < (await layer.executed(source.hyperchain)))
      throw new PromiseRefused("BatchExecuted", `L1 has executed batch ${promised.batchNumber} of chain ${fromChain}`);
    const view = await layer.viewFor(fromChain, promised);
    const coinsWei = await checkPromise(promise, { ...source, protocolVersion }, await this.atRiskWei(), view);
    const { otherContent } = contentFor(logs, source);
    if (coinsWei === 0n && !otherContent)
      throw new PromiseRefused("NothingForReceiver", `batch ${promised.batchNumber} has no message for this chain`);
    // The rule has found the block of the stake.
    return { coinsWei, epoch: view.epoch, stakedNumber: view.stakedNumber ?? 0 };
  }

  /** L1 remembers 256 blocks. What cannot be noted now is noted with the next promise. */
  #note(blockNumber: number): void {
    this.#unnoted.add(blockNumber);
    for (const each of this.#unnoted)
      this.#dependencies.account
        .note(each)
        .then(() => this.#unnoted.delete(each))
        .catch(() => undefined);
  }
}
