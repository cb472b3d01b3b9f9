import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { ChainVersions } from "../../settlement-layer/reader/chain-versions.ts";
import type { L1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import {
  blocksOfOperations,
  inputsFrom,
  L1ReorgError,
  queuedOperations,
  type ChainInputs,
  type OperationsOrigin,
} from "./l1-inputs.ts";
import type { L1Contact } from "./l1-contact.ts";
import type { L1ViewAge } from "./l1-view-age.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { PastOfL1 } from "../described/chain-options.ts";

interface L1InflowOptions {
  readonly chainId: ChainId;
  /** Operations that the chain has taken from the queue: those before are passed over. */
  readonly operationsTaken: bigint;
  /** Data that the watcher's events do not contain. */
  readonly before: Pick<PastOfL1, "operations" | "root"> | undefined;
}

interface L1InflowDependencies {
  readonly watcher: L1Watcher;
  readonly view: L1ViewAge;
  readonly contact: L1Contact;
  readonly versions: ChainVersions;
  readonly nowSeconds: () => bigint;
  /** L1 reverted the chain's base. Called once, by the poll that finds it: no later one would. */
  readonly onReorg: (error: L1ReorgError) => void;
  /** An operation is in the queue; told before the chain takes it. */
  readonly onQueued?: ((operation: OperationsOrigin) => void) | undefined;
}

/** Rules for the operations that a chain takes. */
interface L1Taker {
  /** Returns true if the operation is left out, with all later ones, because the queue has an order. */
  readonly leavesOut: (operation: L2CanonicalTransaction) => boolean;
  readonly operation: (operation: L2CanonicalTransaction) => Promise<unknown>;
  /** Resolves with those of them that it had not taken over before. */
  readonly roots: (roots: readonly ImportedRoot[]) => Promise<readonly ImportedRoot[]>;
}

/** An operation of L1's queue, and the block there that has it. */
export interface OperationOnL1 {
  readonly operation: L2CanonicalTransaction;
  readonly blockNumber: number;
}

const NONE_TAKEN = { sealed: [], open: [] } as const;

/** Input of L1 for a chain: read once, and stored until the chain has taken it. One call at a time. */
export class L1Inflow {
  readonly #options: L1InflowOptions;
  readonly #dependencies: L1InflowDependencies;
  #operations: readonly L2CanonicalTransaction[];
  /** The newest root that the chain has not taken over; it commits to all before it. */
  #root: ImportedRoot | undefined;
  /** L1 blocks of waiting operations. */
  readonly #blocks = new Map<bigint, number>();
  #upTo: number | undefined;
  #operationsTaken: bigint;
  /** Operations that were taken one by one, of the last sealed batch and of the open one. */
  #takenOperations: Readonly<Record<"sealed" | "open", readonly OperationOnL1[]>> = NONE_TAKEN;

  constructor(options: L1InflowOptions, dependencies: L1InflowDependencies) {
    const { operations = [], root } = options.before ?? {};
    this.#options = options;
    this.#dependencies = dependencies;
    this.#operationsTaken = options.operationsTaken;
    this.#operations = operations;
    this.#root = root;
  }

  /** Reads what is new. Rejects with the provider's error, or with L1ReorgError. */
  async look(): Promise<void> {
    const { watcher, view, contact, versions, nowSeconds, onReorg, onQueued } = this.#dependencies;
    const since = nowSeconds();
    try {
      const seen = await watcher.poll();
      versions.take(seen);
      const { chainId } = this.#options;
      const { operations, roots } = inputsFrom(chainId, seen);
      if (onQueued !== undefined) queuedOperations(seen).forEach(onQueued);
      this.#operations = [...this.#operations, ...operations.filter(({ nonce }) => nonce >= this.#operationsTaken)];
      this.#root = roots.at(-1) ?? this.#root;
      for (const [place, blockNumber] of blocksOfOperations(seen)) this.#blocks.set(place, blockNumber);
      this.#upTo = seen.checkpoint?.blockNumber ?? this.#upTo;
      await view.looked(since, seen.checkpoint);
      contact.looked();
    } catch (error) {
      contact.looked(error);
      if (error instanceof L1ReorgError) onReorg(error);
      throw error;
    }
  }

  /** Hands everything over, in order; what is rejected is kept. Resolves with what was taken. */
  async handOver({ leavesOut, operation, roots }: L1Taker): Promise<ChainInputs> {
    const operations: L2CanonicalTransaction[] = [];
    for (let next = this.#operations[0]; next !== undefined; next = this.#operations[0]) {
      if (leavesOut(next)) break;
      await operation(next);
      this.#operations = this.#operations.slice(1);
      operations.push(next);
    }
    const imported = this.#root === undefined ? [] : await roots([this.#root]);
    this.#root = undefined;
    return { operations, roots: imported };
  }

  /** The newest block of L1 of which everything was read; undefined before the first look. */
  get upTo(): number | undefined {
    return this.#upTo;
  }

  /** The next operation of the queue, which waits until `takeNext`. Roots are for chains that choose when to import. */
  next(): OperationOnL1 | undefined {
    this.#root = undefined;
    const [operation] = this.#operations;
    const blockNumber = operation && this.#blocks.get(operation.nonce);
    return operation === undefined || blockNumber === undefined ? undefined : { operation, blockNumber };
  }

  /** The chain has the next operation. */
  takeNext(): void {
    const next = this.next();
    if (next === undefined) return;
    this.#blocks.delete(next.operation.nonce);
    this.#operations = this.#operations.slice(1);
    this.#takenOperations = { ...this.#takenOperations, open: [...this.#takenOperations.open, next] };
  }

  /** The chain has sealed the batch of the operations that were taken last. */
  sealed(): void {
    this.#takenOperations = { sealed: this.#takenOperations.open, open: [] };
  }

  /** The chain has returned to this number of operations: later ones wait again. Returns false if a later one was dropped. */
  untake(operationsTaken: bigint): boolean {
    const taken = [...this.#takenOperations.sealed, ...this.#takenOperations.open];
    const waiting = taken.filter(({ operation }) => operation.nonce >= operationsTaken);
    if (waiting[0]?.operation.nonce !== operationsTaken) return false;
    for (const { operation, blockNumber } of waiting) this.#blocks.set(operation.nonce, blockNumber);
    this.#operations = [...waiting.map(({ operation }) => operation), ...this.#operations];
    this.#takenOperations = { sealed: taken.filter((each) => !waiting.includes(each)), open: [] };
    return true;
  }

  /** The operations that wait, which the caller has the chain take over. */
  takeOperations(): readonly L2CanonicalTransaction[] {
    const taken = this.#operations;
    this.#operations = [];
    return taken;
  }

  /**
   * L1 and the chain have returned to an earlier state: what is new is read again. `operationsTaken` counts those that the
   * chain has taken from the queue, if it reads all of L1 again.
   */
  drop(operationsTaken = this.#operationsTaken): void {
    this.#operationsTaken = operationsTaken;
    this.#operations = [];
    this.#root = undefined;
    this.#blocks.clear();
    this.#takenOperations = NONE_TAKEN;
    this.#upTo = undefined;
  }
}
