import type { FlowRequest } from "../../../ecosystem/client/flows/build-flow.ts";
import type { FlowStatus } from "../../../ecosystem/client/flows/flow-status.ts";
import type { AtomicFlow } from "../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { From } from "./naming/names.ts";

/** Legs on several chains that happen all or not at all; `deadline` in seconds, default two hours by L1's clock. */
export type FlowOptions = Omit<FlowRequest, "deadline"> & { readonly deadline?: bigint | undefined };

/**
 * A flow that a test moves; legs are named by their numbers. All but `status` resolve with the hash of a transaction. They throw
 * ClientError: FlowOpen where L1 does not show yet what it takes, NotImported where the leg's chain cannot see that (`relay`, and
 * `bringRoot` where the chain's own batch must be seen).
 */
export interface Flow {
  readonly id: Hex;
  /** Terms in the form that contracts take. */
  readonly terms: AtomicFlow;
  /** Escrows a leg's demand by its party. */
  prepare(
    leg: number,
    options?: {
      /**
       * Reward of the account that ends the leg, in base token of its chain, in addition to the leg's demand.
       */
      readonly fee?: bigint | undefined;
    },
  ): Promise<Hex>;
  /** Adds to that fee; anyone may. Default `from`: the first account of the leg's chain. */
  addFee(leg: number, fee: bigint, options?: { readonly from?: From }): Promise<Hex>;
  /**
   * Imports the newest root on a leg's chain through L1's queue, which the chain reads in `relay`. Without it
   * a chain imports only roots for messages of other chains, so it may lack the later root with its leg.
   * Default `from`: the first account of the chains' settlement layer.
   */
  bringRoot(leg: number, options?: { readonly from?: From }): Promise<Hex>;
  /** Runs the pivot; default `from`: its chain's first account. `data` is what the flow's `call` is. */
  execute(options?: { readonly data?: Hex; readonly from?: From }): Promise<Hex>;
  /** Pays a leg out; `to` is for the recipient alone. */
  release(leg: number, options?: { readonly to?: string; readonly from?: From }): Promise<Hex>;
  /** Gives a leg back; `to` is for the party alone. */
  refund(leg: number, options?: { readonly to?: string; readonly from?: From }): Promise<Hex>;
  status(): Promise<FlowStatus>;
  /** Prepares all legs, runs the pivot, and moves the ecosystem until the legs are paid. `data` as for `execute`. */
  run(options?: { readonly data?: Hex }): Promise<FlowStatus>;
}
