import type { L1Facts } from "../../../chain/verification/decode-batch.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { FirstPolicy, PolicyOf } from "../../../ground/protocol/terms.ts";
import type { VersionOf } from "../../../ground/protocol/upgrade.ts";
import type { ChainVersions } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import type { L1Watcher } from "../../../chain/settlement-layer/reader/l1-watcher.ts";

/** Facts that a member has read from L1 itself: the chain's queue and versions, and the registry's roots. */
export class L1Knowledge implements L1Facts {
  readonly versionOf: VersionOf;
  readonly policyOf: PolicyOf;
  readonly #watcher: L1Watcher;
  readonly #versions: ChainVersions;
  readonly #operations = new Map<bigint, L2CanonicalTransaction>();
  readonly #roots = new Map<bigint, Hex>();

  /** `watcher` reads the settings too; `first` is of the chain's creation. */
  constructor(watcher: L1Watcher, versions: ChainVersions, first: FirstPolicy) {
    this.#watcher = watcher;
    this.#versions = versions;
    this.versionOf = versions.versionOf;
    this.policyOf = versions.policyOf(first);
  }

  /** Reads new facts, and drops reverted ones. Rejects with the provider's error. */
  async refresh(): Promise<void> {
    const seen = await this.#watcher.poll();
    const { events, reorg } = seen;
    this.#versions.take(seen);
    for (const event of reorg?.removed ?? []) {
      if (event.type === "priorityOperation") this.#operations.delete(event.index);
      if (event.type === "transactionRoot") this.#roots.delete(event.rootIndex);
    }
    for (const event of events) {
      if (event.type === "priorityOperation") this.#operations.set(event.index, event.operation);
      if (event.type === "transactionRoot") this.#roots.set(event.rootIndex, event.root);
    }
  }

  operation(index: bigint): Promise<L2CanonicalTransaction | undefined> {
    return Promise.resolve(this.#operations.get(index));
  }

  hasRoot({ registryIndex, root }: { readonly registryIndex: bigint; readonly root: Hex }): Promise<boolean> {
    return Promise.resolve(this.#roots.get(registryIndex) === root);
  }
}
