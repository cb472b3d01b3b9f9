import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { CensoredTarget, Faults, FaultTarget } from "../api/faults.ts";
import type { EcosystemLink } from "./link.ts";

/** The fault switches of an ecosystem: each is one `hyperchain_setFault`. */
export function createFaults(link: EcosystemLink): Faults {
  const set = async (fault: Readonly<Record<string, unknown>>): Promise<void> => {
    await link.request("hyperchain_setFault", [fault]);
  };
  const chainId = (chain: Parameters<typeof findChain>[1]): number => findChain(link.info, chain).chainId;
  return {
    drop: (target = "all") => set({ type: "drop", target: hashOf(target) }),
    delay: (target, seconds) => set({ type: "delay", target: hashOf(target), seconds }),
    duplicate: (target = "all") => set({ type: "duplicate", target: hashOf(target) }),
    reorder: () => set({ type: "reorder" }),
    stopRelayer: () => set({ type: "relayer", running: false }),
    startRelayer: () => set({ type: "relayer", running: true }),
    stopSequencer: (chain) => set({ type: "sequencer", chainId: chainId(chain), running: false }),
    startSequencer: (chain) => set({ type: "sequencer", chainId: chainId(chain), running: true }),
    censor: (chain, of) => set({ type: "censor", chainId: chainId(chain), target: censored(of) }),
    setNode: (chain, node, condition) => set({ type: "node", chainId: chainId(chain), node, condition }),
    partitionNodes: (chain, groups) => set({ type: "partition", chainId: chainId(chain), groups }),
    withholdNode: (chain, node, from) => set({ type: "withhold", chainId: chainId(chain), node, from }),
    lagNode: (chain, node, ms) => set({ type: "lag", chainId: chainId(chain), node, ms }),
    tamperNextData: (chain) => set({ type: "tamperNextData", chainId: chainId(chain) }),
    tamperNextProof: (chain) => set({ type: "tamperNextProof", chainId: chainId(chain) }),
    clear: () => set({ type: "clear" }),
  };
}

function censored(target: CensoredTarget): string {
  if (typeof target === "string") return target;
  return "address" in target ? target.address : target.hash;
}

function hashOf(target: FaultTarget): string {
  return typeof target === "string" ? target : target.hash;
}
