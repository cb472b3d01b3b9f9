import { hashAtomicFlow, type AtomicFlow } from "../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { outcomeOf, placeOfFact } from "../../relayer/flow-proofs.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { viewOfFlow } from "./flow-layer.ts";
import { askFlows, legStatus, type LegStatus } from "./leg-status.ts";

/** Status of an atomic flow. */
export interface FlowStatus {
  readonly id: Hex;
  /**
   * State by executed batches and marks. Legs of a `committed` flow can be released, legs of an `aborted`
   * flow refunded.
   */
  readonly state: "open" | "committed" | "aborted";
  /** Missing leg of an aborted flow. */
  readonly missing?: number | undefined;
  readonly legs: readonly {
    readonly status: LegStatus;
    /** Base token for the account that ends it; 0 once it has ended. */
    readonly fee: bigint;
    /** When the layer executed the batch with this leg, seconds by its clock. */
    readonly executedAt?: bigint | undefined;
  }[];
}

/** Asks the chain of each leg, and what they settle on. Throws ClientError OtherSettlementLayer where that is not one layer. */
export async function flowStatus(
  ecosystem: Ecosystem,
  flow: AtomicFlow,
  providerOf: ProviderOf,
  view: L1View = viewOfFlow(ecosystem, flow, providerOf),
): Promise<FlowStatus> {
  await view.poll();
  const id = hashAtomicFlow(flow);
  const legs = await Promise.all(
    flow.legs.map(async ({ chainId }, leg) => {
      const provider = providerOf(Number(chainId));
      const status = await legStatus(provider, id, leg);
      const fee = await askFlows(provider, "feeOf", [id, leg]);
      const executedAt = placeOfFact(view, flow, leg)?.batch.registryLeaf?.record.executedAt;
      return { status, fee, executedAt };
    }),
  );
  const outcome = outcomeOf(view, flow);
  return { id, state: outcome.state, missing: outcome.state === "aborted" ? outcome.missing : undefined, legs };
}
