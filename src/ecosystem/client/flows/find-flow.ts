import type { Provider } from "ethers";
import { hashAtomicFlow, type AtomicFlow } from "../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../relayer/atomic-flows-address.ts";
import { flowEventOf } from "../../relayer/flow-event.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { atomicFlows, topicOf } from "../sending/contract-interfaces.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";

/**
 * The legs of a flow by its name, from what the contract of any chain said when one was given there; undefined where no chain
 * that answers has one. No chain is believed: the name is a hash of all of it.
 */
export async function findFlow(
  { chains }: Ecosystem,
  id: Hex,
  providerOf: (chainId: number) => Provider,
): Promise<AtomicFlow | undefined> {
  for (const { chainId } of chains) {
    const logs = await flowLogs(providerOf(chainId), id).catch(() => []);
    for (const log of logs) {
      const event = flowEventOf(log);
      if (event?.type === "escrowHeld" && hashAtomicFlow(event.flow) === id) return event.flow;
    }
  }
  return undefined;
}

async function flowLogs(provider: Provider, id: Hex): ReturnType<typeof readLogs> {
  return readLogs(provider, {
    address: ATOMIC_FLOWS_ADDRESS,
    topics: [topicOf(atomicFlows, "EscrowHeld"), id],
    fromBlock: 0,
    toBlock: await provider.getBlockNumber(),
  });
}
