import type { Provider } from "ethers";
import { addFlowFee, executeFlow, prepareFlow, refundFlow, releaseFlow } from "../../../ecosystem/client/flows/atomic-flow.ts";
import { deployAtomicFlows, hasAtomicFlows } from "../../../ecosystem/client/flows/atomic-flows-contract.ts";
import { buildFlow, type FlowLegRequest } from "../../../ecosystem/client/flows/build-flow.ts";
import { ecosystemOfFlow } from "../../../ecosystem/client/flows/flow-layer.ts";
import { flowStatus } from "../../../ecosystem/client/flows/flow-status.ts";
import { bringRoot } from "../../../ecosystem/client/queue/l1-word.ts";
import type { AtomicFlow } from "../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { legOf, pivotOf } from "../../../ecosystem/relayer/flow-proofs.ts";
import type { Flow, FlowOptions } from "../api/flow.ts";
import type { From, Hyperchains } from "../api/hyperchains.ts";
import type { EcosystemLink } from "./link.ts";
import { resolvePlace } from "./resolve-place.ts";

/** Seconds that the escrows of a flow have to be executed on what their chains settle on. */
const DEFAULT_SECONDS = 7_200n;

/** The part of the test API that moves atomic flows. */
export function createFlows(link: EcosystemLink): Pick<Hyperchains, "flow"> {
  const providerOf = (chainId: number) => link.client(chainId);
  return {
    async flow({ deadline, ...options }: FlowOptions) {
      const legs = await Promise.all(options.legs.map((leg) => resolveLeg(link, leg)));
      const { l1: layer } = ecosystemOfFlow(link.info, { legs: legs.map(({ party }) => ({ chainId: BigInt(party.chain) })) });
      const latest = deadline ?? (await now(providerOf(layer.chainId))) + DEFAULT_SECONDS;
      const { id, flow } = await buildFlow(link.info, { ...options, legs, deadline: latest }, providerOf);
      for (const { party } of legs) await ensureContract(link, party.chain);
      return followFlow(link, id, flow);
    },
  };
}

function followFlow(link: EcosystemLink, id: Hex, flow: AtomicFlow): Flow {
  const providerOf = (chainId: number) => link.client(chainId);
  const signerOf = (leg: number, from: From | undefined) => link.signer(Number(legOf(flow, leg).chainId), from);
  const moveOn = async (): Promise<void> => {
    await link.request("hyperchain_settle", [null]);
    await link.request("hyperchain_relay");
  };
  const followed: Flow = {
    id,
    terms: flow,
    async prepare(leg, { fee } = {}) {
      return prepareFlow(link.info, { flow, leg, fee }, await signerOf(leg, legOf(flow, leg).party));
    },
    async addFee(leg, fee, { from } = {}) {
      return addFlowFee(link.info, { flow, leg, fee }, await signerOf(leg, from));
    },
    async bringRoot(leg, { from } = {}) {
      const signer = await link.signer(ecosystemOfFlow(link.info, flow).l1.chainId, from);
      return bringRoot(link.info, Number(legOf(flow, leg).chainId), signer);
    },
    async execute({ data, from } = {}) {
      const pivot = pivotOf(flow);
      return executeFlow(link.info, { flow, data }, await signerOf(pivot, from), providerOf);
    },
    async release(leg, { to, from } = {}) {
      return releaseFlow(link.info, { flow, leg, to }, await signerOf(leg, from), providerOf);
    },
    async refund(leg, { to, from } = {}) {
      return refundFlow(link.info, { flow, leg, to }, await signerOf(leg, from), providerOf);
    },
    status: () => flowStatus(link.info, flow, providerOf),
    async run({ data } = {}) {
      for (const leg of flow.legs.keys()) await followed.prepare(leg);
      await moveOn();
      await followed.execute(data === undefined ? {} : { data });
      // The pivot's message, then those of the legs.
      await moveOn();
      await moveOn();
      return followed.status();
    },
  };
  return followed;
}

async function resolveLeg(link: EcosystemLink, leg: FlowLegRequest) {
  const party = await resolvePlace(link, leg.party);
  return { ...leg, party, to: await resolvePlace(link, leg.to, party.chain) };
}

async function ensureContract(link: EcosystemLink, chainId: number): Promise<void> {
  if (!(await hasAtomicFlows(link.client(chainId))))
    await deployAtomicFlows(link.info, chainId, await link.signer(chainId, undefined));
}

async function now(layer: Provider): Promise<bigint> {
  const block = await layer.getBlock("latest");
  if (block === null) throw new Error("what the chains settle on has no block");
  return BigInt(block.timestamp);
}
