import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../relayer/atomic-flows-address.ts";
import { atomicFlows } from "../sending/contract-interfaces.ts";

/** State of a leg's escrow on its chain. */
export type LegStatus = "missing" | "held" | "released" | "refunded";
const LEG_STATUSES: readonly LegStatus[] = ["missing", "held", "released", "refunded"];

/** State of a leg's escrow; "missing" on a chain without the contract of flows. */
export async function legStatus(provider: Provider, flowId: Hex, leg: number): Promise<LegStatus> {
  return LEG_STATUSES[Number(await askFlows(provider, "escrowStatus", [flowId, leg]))] ?? "missing";
}

/** Calls a view of the contract of flows; 0 on a chain without it. */
export async function askFlows(provider: Provider, name: string, args: readonly unknown[]): Promise<bigint> {
  const data = atomicFlows.encodeFunctionData(name, [...args]);
  const answer = await provider.call({ to: ATOMIC_FLOWS_ADDRESS, data });
  return answer === "0x" ? 0n : BigInt(answer);
}
