import type { CardSetup } from "../devices/card-setup.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import type { ChosenPrograms } from "./described-programs.ts";
import type { HubForL1 } from "./hub-for-l1.ts";
import type { L1ProofRefusal } from "./l1-proof-error.ts";
import type { AskedL1Proof, KeyedPlan, MadeL1Proof } from "./l1-proving.ts";
import type { BatchForL1 } from "./batch-for-l1.ts";

/** Options of the thread. */
export interface L1ThreadSetup {
  readonly workers: number | undefined;
  readonly programs: ChosenPrograms;
  readonly card: CardSetup | undefined;
}

/** Request to the thread. */
export type L1ProofJob =
  | {
      readonly type: "plan";
      readonly batches: readonly BatchForL1[];
      readonly last: LastProof;
      readonly hub: HubForL1 | undefined;
    }
  | { readonly type: "make"; readonly request: AskedL1Proof }
  | { readonly type: "check"; readonly program: string; readonly statement: Uint8Array; readonly proof: Uint8Array };

/** Answer to a request; the answer to a check is the reason of a refusal, or undefined. */
export type L1ProofAnswer = KeyedPlan | MadeL1Proof | string | undefined;

/** Why nothing comes of it. */
export type L1ProofFailure =
  | { readonly kind: "refused"; readonly code: L1ProofRefusal; readonly message: string }
  | { readonly kind: "fault"; readonly reason: string };
