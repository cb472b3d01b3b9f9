import type { RestorableMember } from "../../../chain/node/snapshot-member.ts";
import { layersBelow } from "../../../ground/protocol/chain-ancestry.ts";
import { createDisposer } from "../../../ground/runtime/disposer.ts";
import type { ServedChain } from "../chains/served-chain.ts";
import type { SnapshotChains } from "../l1/settlement-layer.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import type { RunningChains } from "./running-chains.ts";

interface LeavingChainsDependencies {
  readonly chains: RunningChains;
  /** A chain has ended, and no snapshot can restore it. */
  readonly onGone: (chain: ServedChain) => void;
}

/** Removed chains that are held as long as a snapshot could restore them. */
export class LeavingChains {
  readonly #dependencies: LeavingChainsDependencies;
  readonly #marks = new Map<string, readonly ServedChain[]>();
  #restorable: readonly ServedChain[] = [];

  constructor(dependencies: LeavingChainsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Chains of the ecosystem, and those that a snapshot could restore. */
  all(): readonly ServedChain[] {
    return [...this.#dependencies.chains.current(), ...this.#restorable];
  }

  /** Removes the chain from the ecosystem. Resolves when it has ended, or is held. */
  leave(chain: ServedChain): Promise<void> {
    this.#become(this.#dependencies.chains.current().filter((each) => each !== chain));
    return this.#endUnheld();
  }

  /** Which chains snapshots mark, and return to. */
  readonly marked: SnapshotChains = {
    members: () => this.#dependencies.chains.current().map(({ runSwitch }) => runSwitch),
    layerOf: (member) => layersBelow(this.all().find(({ runSwitch }) => runSwitch === member)?.chainId ?? 0n),
    returnTo: (members: ReadonlySet<RestorableMember>) => {
      const known = this.all();
      this.#become([...members].flatMap((member) => known.find(({ runSwitch }) => runSwitch === member) ?? []));
      // Watchers would report votes of a time that L1 no longer has.
      for (const { pipeline } of known) pipeline.nodes?.forgetEvidence();
    },
  };

  /** Snapshots that decide how long chains are held. */
  keptBy(snapshots: Snapshots): Snapshots {
    return {
      snapshot: async () => {
        const id = await snapshots.snapshot();
        this.#marks.set(id, this.#dependencies.chains.current());
        return id;
      },
      revert: async (id) => {
        const returned = await snapshots.revert(id);
        if (!returned) return false;
        const ids = [...this.#marks.keys()];
        for (const ended of ids.slice(ids.indexOf(id))) this.#marks.delete(ended);
        // Not before: what waits for the return's end would keep a chain from ending.
        await this.#endUnheld();
        return true;
      },
    };
  }

  /** Ends those that are held. */
  close(): Promise<void> {
    this.#marks.clear();
    return this.#endUnheld();
  }

  #become(chains: readonly ServedChain[]): void {
    this.#restorable = this.all().filter((chain) => !chains.includes(chain));
    this.#dependencies.chains.become(chains);
  }

  async #endUnheld(): Promise<void> {
    const gone = this.#restorable.filter((chain) => ![...this.#marks.values()].some((then) => then.includes(chain)));
    this.#restorable = this.#restorable.filter((chain) => !gone.includes(chain));
    const closing = createDisposer("the chains that have left");
    for (const chain of gone) {
      // Its handles tell why they do not answer.
      chain.runSwitch.end("removed");
      closing.add(() => this.#dependencies.onGone(chain));
      closing.add(() => chain.close());
    }
    await closing.close();
  }
}
