import type { HubBlock } from "../../hub/hub-block.ts";
import type { HubState } from "../../hub/hub-state.ts";
import { hubSteps } from "../../hub/hub-steps.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import type { MemberSlots } from "../../../ground/protocol/hub-slots.ts";
import type { ShownExecution } from "../../../ground/protocol/shown-execution.ts";
import type { HubOffers } from "./hub-offers.ts";

interface HubProofsDependencies {
  readonly offers: HubOffers;
  /** Makes proofs, or the markers that L1 accepts instead. */
  readonly prover: Pick<BatchesProver, "prove">;
  /** False if L1 accepts markers: these need no steps. */
  readonly isProven: boolean;
}

/** Makes the proofs of a hub's blocks from the batches' proofs that members offer. */
export class HubProofs {
  readonly #dependencies: HubProofsDependencies;

  constructor(dependencies: HubProofsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Proof that the block's batches are valid and lead the hub from the state `before` to the block's. Rejects with HubError,
   * L1ProofError, or the signal's reason.
   */
  async prove({ header, entries }: HubBlock, before: HubState, signal: AbortSignal): Promise<ShownExecution> {
    const { offers, prover, isProven } = this.#dependencies;
    // Aggregators in other processes may have read a batch that this process has not.
    if (!offers.hasVerified(entries)) await offers.read({ header: { number: header.number - 1n }, state: before });
    const offered = entries.map((entry) => offers.offerOf(entry));
    const steps = isProven ? hubSteps(before, entries).map((step, i) => ({ ...step, slots: slotsOf(offered[i]) })) : [];
    const hub = { before: before.digest(), after: header.state, steps };
    const batches = offered.map(({ joinable }) => joinable);
    return prover.prove(batches, { signal, hub });
  }
}

/** Offers of a hub with proofs have slots (`HubOffers`). */
function slotsOf(offer: ReturnType<HubOffers["offerOf"]> | undefined): MemberSlots {
  if (offer?.slots === undefined) throw new TypeError("an offered batch of a proven hub has the slots of its state");
  return offer.slots;
}
