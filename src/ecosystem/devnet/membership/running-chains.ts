import type { ServedChain } from "../chains/served-chain.ts";

/** The current chains of an ecosystem: changed by additions and removals, and restored from snapshots. */
export class RunningChains {
  #current: readonly ServedChain[] = [];
  readonly #departed = new Set<bigint>();
  readonly #followers = new Set<() => void>();

  /** In the order in which they were added. The list itself does not change. */
  current(): readonly ServedChain[] {
    return this.#current;
  }

  /** Ids of chains of this process that were removed. */
  departed(): readonly bigint[] {
    return [...this.#departed].filter((id) => !this.#current.some(({ chainId }) => chainId === id));
  }

  /** Replaces the chains, and tells all that follow them. */
  become(chains: readonly ServedChain[]): void {
    for (const { chainId } of this.#current) this.#departed.add(chainId);
    this.#current = chains;
    for (const follower of this.#followers) follower();
  }

  /** Tells of each change, after it; returns what ends that. */
  onChange(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}
