import type { MemberSlots } from "../../ground/protocol/hub-slots.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { HubPaths } from "./hub-step-input.ts";

/** Step of a hub's state by a batch: the member's slots after the batch, and the hub's paths before it. Plain data. */
interface HubStepForL1 {
  readonly slots: MemberSlots;
  readonly paths: HubPaths;
  /** State of the hub after the batch. */
  readonly after: Hex;
}

/** States of a hub before and after the batches of a block, for a proof of both. Plain data. */
export interface HubForL1 {
  readonly before: Hex;
  readonly after: Hex;
  /** Step of each batch, in order; empty if L1 accepts markers. */
  readonly steps: readonly HubStepForL1[];
}
