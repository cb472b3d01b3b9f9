import type { Hex } from "../../ground/protocol/hex.ts";
import type { Decision, OpenedEnvelope } from "../ordering/command.ts";

/** Change that the host of a chain requests and no transaction makes. The host numbers all requests from 0. */
export type NumberedWish = Extract<Decision, { readonly type: "empty" | "cheat" | "impersonation" }>;

/** Change that every sequencer of a chain sees outside it, and that the next leader makes. */
export type SharedInput =
  | NumberedWish
  | Extract<Decision, { readonly type: "operation" | "imports" }>
  /** `payer` sent the envelope. */
  | { readonly type: "opened"; readonly envelope: OpenedEnvelope; readonly payer: Hex };
