import type { Provider } from "ethers";
import type { AtomicFlow } from "../../../ground/protocol/atomic-flow.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { viewL1 } from "../messages/withdraw.ts";

/** The chains of a flow's legs. */
type FlowChains = { readonly legs: readonly Pick<AtomicFlow["legs"][number], "chainId">[] };

/**
 * The ecosystem as the chains of a flow see it: its `l1` is what they settle on, L1 or another chain, whose word ends the flow.
 * Throws ClientError UnknownChain, or OtherSettlementLayer for chains that settle on different layers.
 */
export function ecosystemOfFlow(ecosystem: Ecosystem, { legs }: FlowChains): Ecosystem {
  const [first, ...others] = legs.map(({ chainId }) => findChain(ecosystem, chainId));
  if (first === undefined) return ecosystem;
  const own = ecosystemOf(ecosystem, first);
  const apart = others.find(({ settlesOn = ecosystem.l1 }) => settlesOn.chainId !== own.l1.chainId);
  if (apart === undefined) return own;
  const { name } = apart.settlesOn ?? ecosystem.l1;
  const message =
    `${first.name} settles on ${own.l1.name}, ${apart.name} on ${name}: neither could be shown what becomes of the other's leg, ` +
    "and both would be held for good; put legs together whose chains settle on the same layer";
  throw new ClientError("OtherSettlementLayer", message, { chains: [first.chainId, apart.chainId] });
}

/**
 * View of the settlement layer of a flow's chains, with everything that determines the flow's state. Throws
 * ClientError for a flow with an unknown chain, or with chains on different layers.
 */
export function viewOfFlow(ecosystem: Ecosystem, flow: FlowChains, providerOf: (chainId: number) => Provider): L1View {
  const own = ecosystemOfFlow(ecosystem, flow);
  return viewL1(own, providerOf(own.l1.chainId));
}
