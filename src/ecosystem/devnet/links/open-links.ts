import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { LinkRefused } from "./link-refused.ts";

/** Linked batches of a chain that are open at one time, as many as L1 executes together. */
const MAX_OPEN = 4;
const SHUT_OUT_SECONDS = 3_600n;

/** A linked batch of a chain, and of its peer. */
interface OpenLink {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  readonly peer: ChainId;
}

interface OpenLinksDependencies {
  /** Number of batches of a chain that L1 has executed. */
  readonly executed: (chainId: ChainId) => bigint;
  readonly nowSeconds: () => bigint;
}

/** Linked batches that L1 has not executed, and peers that are shut out. */
export class OpenLinks {
  readonly #dependencies: OpenLinksDependencies;
  #open: readonly OpenLink[] = [];
  /** Second until which two chains exchange no links, by both chains. */
  readonly #shutOut = new Map<string, bigint>();

  constructor(dependencies: OpenLinksDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Throws LinkRefused if two chains may not link batches now. A chain has one open peer, because a ring of chains would need one
   * transaction that no chain foresees.
   */
  require(one: ChainId, other: ChainId): void {
    const { executed, nowSeconds } = this.#dependencies;
    this.#open = this.#open.filter(({ chainId, batchNumber }) => batchNumber >= executed(chainId));
    const until = this.#shutOut.get(pairOf(one, other)) ?? 0n;
    if (nowSeconds() < until)
      throw new LinkRefused(
        "PeerShutOut",
        `a link between chains ${one} and ${other} was void, so none is made before second ${until}; send it then`,
      );
    for (const [chainId, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      const open = this.#open.filter((link) => link.chainId === chainId);
      const [foreign] = open.filter((link) => link.peer !== peer);
      if (foreign !== undefined)
        throw new LinkRefused(
          "PeerOpen",
          `batch ${foreign.batchNumber} of chain ${chainId} is linked with chain ${foreign.peer} and not executed; settle both first`,
        );
      if (open.length >= MAX_OPEN)
        throw new LinkRefused(
          "LinkedTooMuch",
          `chain ${chainId} has ${MAX_OPEN} linked batches that L1 has not executed; settle it first`,
        );
    }
  }

  /** Adds the linked batches of two chains. */
  add(one: Omit<OpenLink, "peer">, other: Omit<OpenLink, "peer">): void {
    this.#open = [...this.#open, { ...one, peer: other.chainId }, { ...other, peer: one.chainId }];
  }

  /** Blocks links between these chains for an hour after an invalid one, and drops their open ones. */
  shutOut(one: ChainId, other: ChainId): void {
    const { nowSeconds } = this.#dependencies;
    this.#shutOut.set(pairOf(one, other), nowSeconds() + SHUT_OUT_SECONDS);
    this.#open = this.#open.filter(({ chainId, peer }) => pairOf(chainId, peer) !== pairOf(one, other));
  }
}

/** Name of two chains in any order. */
export function pairOf(one: ChainId, other: ChainId): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
