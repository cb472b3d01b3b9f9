import type { MessagePort } from "node:worker_threads";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { JudgedOperation, OperationVerdict } from "../model/operation-verdict.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { ChangeSize } from "./change-size.ts";
import type { OrderedBlock, OrderedResult, ReadAccount } from "./batch-witness.ts";
import type { NetChanges } from "./net-changes.ts";
import type { Preview, PreviewedTransaction } from "./reexecution.ts";
import type { ExportedState } from "./state-feed.ts";
import type { RunBounds } from "./run-watch.ts";
import type { Mismatch, WitnessError } from "./witness-error.ts";

/** Start data of the witness thread. */
export interface WitnessSetup {
  readonly chainId: number;
  readonly genesis: readonly GenesisAccount[];
  /** A later state to begin with, as `export` gave it. The genesis then only says what codes may be. */
  readonly state?: Uint8Array | undefined;
}

/** Message that gives a thread a witness, until the port is closed. */
export interface WitnessStart {
  readonly setup: WitnessSetup;
  /** For its requests and replies. */
  readonly port: MessagePort;
}

interface NumberedHash {
  readonly number: bigint;
  readonly hash: Hex;
}

/** The operations of the witness thread: arguments and result of each. */
export interface WitnessOperations {
  /** Hashes of blocks that it did not execute, for BLOCKHASH. */
  readonly remember: { readonly request: readonly NumberedHash[]; readonly result: undefined };
  /** Makes a block itself, instead of repeating another engine's. */
  readonly make: { readonly request: OrderedBlock; readonly result: OrderedResult };
  readonly read: { readonly request: { readonly address: Hex; readonly slot?: bigint }; readonly result: ReadAccount };
  /** True if a slot of the account holds something now. */
  readonly hasStorage: { readonly request: Hex; readonly result: boolean };
  /** Empty blocks, which need no execution. */
  readonly pass: { readonly request: readonly NumberedHash[]; readonly result: undefined };
  readonly cheat: { readonly request: StateCheat; readonly result: ChangeSize };
  readonly preview: {
    readonly request: PreviewedTransaction & RunBounds;
    readonly result: Preview;
  };
  readonly judge: { readonly request: JudgedOperation; readonly result: OperationVerdict };
  /** Port for updates of the state to the thread that answers questions. */
  readonly feed: { readonly request: MessagePort; readonly result: undefined };
  /** Passes a question on, behind all that came before it. */
  readonly forward: { readonly request: unknown; readonly result: undefined };
  /** All that it knows of the present state and of recent ones, for one that begins there. Between two batches. */
  readonly export: { readonly request: undefined; readonly result: ExportedState };
  readonly measure: { readonly request: undefined; readonly result: ChangeSize };
  readonly seal: { readonly request: undefined; readonly result: NetChanges };
  readonly snapshot: { readonly request: undefined; readonly result: number };
  readonly revert: { readonly request: number; readonly result: undefined };
  readonly discard: { readonly request: number; readonly result: undefined };
}

export type WitnessOperation = keyof WitnessOperations;

/** From the chain to the witness thread; answered in order. */
export interface WitnessRequest {
  readonly id: number;
  readonly operation: WitnessOperation;
  readonly request: unknown;
}

/** From the witness thread to the chain. */
export type WitnessReply =
  | { readonly id: number; readonly type: "done"; readonly result: unknown }
  | {
      readonly id: number;
      readonly type: "failed";
      readonly code: WitnessError["code"];
      readonly message: string;
      readonly mismatch: Mismatch | undefined;
    };
