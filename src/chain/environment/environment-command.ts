import type { L2CanonicalTransaction } from "../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { ProvenMessage } from "./message-proof.ts";

/** A decided step of a chain with an execution environment. Plain data, if the environment's own commands are. */
export type EnvironmentCommand<Command> = {
  /** Seconds; not before the step before it. */
  readonly timestamp: bigint;
} & EnvironmentDecision<Command>;

/** A step without its time. */
export type EnvironmentDecision<Command> =
  | { readonly type: "command"; readonly command: Command }
  | { readonly type: "operation"; readonly operation: L2CanonicalTransaction }
  | { readonly type: "imports"; readonly roots: readonly ImportedRoot[] }
  /** Delivers a transfer of another chain. */
  | { readonly type: "delivery"; readonly message: ProvenMessage }
  /** Refunds a transfer of this chain, because L1 refused these destinations in its batch. */
  | { readonly type: "refund"; readonly message: ProvenMessage; readonly refused: readonly bigint[] }
  | { readonly type: "seal" };
