import { hashAtomicFlow, type AtomicFlow } from "../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";

/** Event of a chain's contract of atomic flows. */
export type FlowEvent =
  | { readonly type: "escrowHeld"; readonly id: Hex; readonly leg: bigint; readonly flow: AtomicFlow }
  /** The fee for the account that ends the leg grew by this amount of the base token. */
  | { readonly type: "feeAdded"; readonly id: Hex; readonly leg: bigint; readonly feeWei: bigint }
  /** The escrow was paid out or refunded. */
  | { readonly type: "escrowEnded"; readonly id: Hex; readonly leg: bigint }
  | { readonly type: "pivotExecuted"; readonly id: Hex; readonly leg: bigint };

/** A leg that is in escrow on its chain. */
export interface HeldEscrow {
  readonly id: Hex;
  readonly flow: AtomicFlow;
  readonly leg: number;
  /** Base token that the account gets that ends it; grows. */
  feeWei: bigint;
}

/** Which legs of atomic flows are in escrow on each chain, and which pivots have run there: a reducer of the chains' events. */
export class FlowBook {
  readonly #escrows = new Map<ChainId, Map<string, HeldEscrow>>();
  readonly #ran = new Set<string>();
  readonly #changes = new Map<ChainId, number>();

  /**
   * Processes the next event of a chain. Ignores an event that does not match a leg of the named flow on that
   * chain.
   */
  take(chainId: ChainId, event: FlowEvent): void {
    const { id, leg } = event;
    this.#changes.set(chainId, this.changes(chainId) + 1);
    const key = `${id} ${leg}`;
    if (event.type === "escrowHeld") {
      const { flow } = event;
      if (flow.legs[Number(leg)]?.chainId !== chainId || hashAtomicFlow(flow) !== id) return;
      const held = this.#escrows.get(chainId) ?? new Map<string, HeldEscrow>();
      this.#escrows.set(chainId, held.set(key, { id, flow, leg: Number(leg), feeWei: 0n }));
      return;
    }
    if (event.type === "feeAdded") {
      const escrow = this.#escrows.get(chainId)?.get(key);
      if (escrow !== undefined) escrow.feeWei += event.feeWei;
      return;
    }
    if (event.type === "pivotExecuted") this.#ran.add(`${chainId} ${id}`);
    this.#escrows.get(chainId)?.delete(key);
  }

  /** Escrows on a chain, oldest first. */
  held(chainId: ChainId): readonly HeldEscrow[] {
    return [...(this.#escrows.get(chainId)?.values() ?? [])];
  }

  /** Grows with each event of the chain. */
  changes(chainId: ChainId): number {
    return this.#changes.get(chainId) ?? 0;
  }

  /** Whether a flow's pivot ran on this chain, whatever L1 has executed of that. */
  hasRun(chainId: ChainId, id: Hex): boolean {
    return this.#ran.has(`${chainId} ${id}`);
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    this.#escrows.clear();
    this.#ran.clear();
  }
}
