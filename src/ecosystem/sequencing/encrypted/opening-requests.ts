import type { Hex } from "../../../ground/protocol/hex.ts";

/** Share of a node in the key of an envelope. */
export interface HeldShare {
  /** Index of the node. */
  readonly holder: number;
  readonly share: Hex;
}

export interface OpenRequest {
  readonly identity: Hex;
  readonly ciphertext: Uint8Array;
  /** Threshold, or more. */
  readonly shares: readonly HeldShare[];
  readonly threshold: number;
  readonly publicKey: Uint8Array;
  readonly publicShares: readonly Uint8Array[];
}

/** Request to the thread. */
export type OpeningJob =
  | { readonly type: "share"; readonly identity: Hex; readonly secret: bigint }
  | ({ readonly type: "open" } & OpenRequest);

/** Answer of the thread. */
export type OpeningAnswer =
  | { readonly type: "share"; readonly share: Hex }
  /** `message` is undefined if the ciphertext has another form, or was encrypted to another identity. */
  | { readonly type: "open"; readonly message: Uint8Array | undefined }
  /** Nodes whose shares are not theirs. */
  | { readonly type: "forged"; readonly holders: readonly number[] };
