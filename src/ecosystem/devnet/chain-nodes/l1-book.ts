import type { Provider } from "ethers";
import type { PriorityOperation } from "../../../ground/protocol/system-transactions.ts";
import { priorityOperation } from "../../../chain/predeploys/priority-operation.ts";
import { inputsFrom, L1ReorgError } from "../../../chain/node/inflow/l1-inputs.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { ChainVersions } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import { createL1Watcher, type L1Poll, type L1Watcher } from "../../../chain/settlement-layer/reader/l1-watcher.ts";
import type { NodeChain } from "./messages.ts";

interface L1BookParts {
  readonly l1: Provider;
  /** Receives the fees of operations. */
  readonly coinbase: Hex;
  /** Absent if another reader follows the chain's versions. */
  readonly versions?: ChainVersions;
  /** Seconds of the ecosystem's clock. Default: the age of the view does not matter. */
  readonly nowSeconds?: () => bigint;
  /** Number of operations that the chain has executed. */
  readonly operationsTaken: () => bigint;
}

interface SeenOperation {
  readonly operation: PriorityOperation;
  /** Second at which the read ended that showed it. */
  readonly seenAt: bigint;
}

/** Age of a view of L1 at which it may lack an upgrade. */
const MAX_AGE_SECONDS = 60n;

/** Operations and roots that L1 shows, by their indexes there. */
export class L1Book {
  readonly #chain: NodeChain["chain"];
  readonly #parts: L1BookParts;
  readonly #watcher: L1Watcher;
  readonly #operations = new Map<bigint, SeenOperation>();
  readonly #roots = new Map<bigint, ImportedRoot>();
  #newestRoot: ImportedRoot | undefined;
  #looking: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** Second at which the last successful read began. */
  #readAt: bigint | undefined;

  constructor({ chain, rootsFrom, confirmations }: Pick<NodeChain, "chain" | "rootsFrom" | "confirmations">, parts: L1BookParts) {
    this.#chain = chain;
    this.#parts = parts;
    const { hyperchain, registry, settings, verifiers } = chain;
    this.#watcher = createL1Watcher(
      { hyperchains: [hyperchain], registry, settings, verifiers, fromBlock: rootsFrom },
      { provider: parts.l1, confirmations },
    );
  }

  /** True if L1 was read in the last minute: an upgrade is announced longer before it counts. */
  get isFresh(): boolean {
    const { nowSeconds } = this.#parts;
    return nowSeconds === undefined || (this.#readAt !== undefined && nowSeconds() - this.#readAt <= MAX_AGE_SECONDS);
  }

  operation(index: bigint): PriorityOperation | undefined {
    return this.#operations.get(index)?.operation;
  }

  /** Second since which L1 shows the operation here; undefined if it does not, and 0 without a clock. */
  seenAt(index: bigint): bigint | undefined {
    return this.#operations.get(index)?.seenAt;
  }

  root(registryIndex: bigint): ImportedRoot | undefined {
    return this.#roots.get(registryIndex);
  }

  /** Newest root to import that has this index or a later one. */
  newestRoot(first: bigint): ImportedRoot | undefined {
    const newest = this.#newestRoot;
    return newest === undefined || newest.registryIndex < first ? undefined : newest;
  }

  /** Reads what is new, in a read that begins after the call. Rejects with the provider's error, or with L1ReorgError. */
  look(): Promise<void> {
    this.#next ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#looking = this.#read();
        return this.#looking;
      });
    return this.#next;
  }

  async #read(): Promise<void> {
    const begun = this.#parts.nowSeconds?.();
    const seen = await this.#watcher.poll();
    const { versions, coinbase } = this.#parts;
    versions?.take(seen);
    if (seen.reorg !== undefined) this.#forget(seen.reorg);
    const { operations, roots } = inputsFrom(this.#chain.configuration.chainId, { ...seen, reorg: undefined });
    const seenAt = this.#parts.nowSeconds?.() ?? 0n;
    for (const operation of operations)
      this.#operations.set(operation.nonce, { operation: priorityOperation(operation, coinbase), seenAt });
    for (const event of seen.events)
      if (event.type === "transactionRoot")
        this.#roots.set(event.rootIndex, { registryIndex: event.rootIndex, root: event.root });
    this.#newestRoot = roots.at(-1) ?? this.#newestRoot;
    this.#readAt = begun;
  }

  /** Throws L1ReorgError if the chain has executed an operation that L1 no longer has. */
  #forget({ blockNumber, removed }: NonNullable<L1Poll["reorg"]>): void {
    for (const event of removed) {
      if (event.type === "priorityOperation") {
        if (event.index < this.#parts.operationsTaken()) throw new L1ReorgError(blockNumber, event.type);
        this.#operations.delete(event.index);
      }
      if (event.type === "transactionRoot") this.#roots.delete(event.rootIndex);
    }
  }
}
