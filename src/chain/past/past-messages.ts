import type { StateClaim } from "./compare-state.ts";
import type { PlaceError } from "./place-error.ts";

/** Start data of the server's thread. */
export interface PastServerSetup {
  readonly chainId: number;
  readonly head: bigint;
  /** State in the witness's exported form. */
  readonly state: Uint8Array;
  /** Claim that the state is compared with, if it may be forged. */
  readonly claim?: StateClaim;
  /** Path of its URL, which other processes do not know. */
  readonly path: string;
}

/** The thread asks about a block. */
export interface PastQuestion {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export type PastThreadMessage =
  | { readonly type: "listening"; readonly port: number }
  /** The state is the claimed one. */
  | { readonly type: "agreed" }
  /** The state cannot be read, or is not the claimed one. */
  | { readonly type: "refused"; readonly code: PlaceError["code"]; readonly reason: string }
  | ({ readonly type: "question" } & PastQuestion);

/** The answer to a question, null for what is not there; or why it cannot be answered. */
export type PastAnswer = { readonly id: number } & ({ readonly answer: unknown } | { readonly failure: string });
