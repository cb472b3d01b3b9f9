import { atomicFlows } from "../../../client/sending/contract-interfaces.ts";
import { hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../relayer/atomic-flows-address.ts";

interface FlowTransaction {
  readonly to: Hex | null;
  readonly input: Hex;
  readonly value: bigint;
}

/** Action of a transaction on an atomic flow. */
export interface FlowAct {
  readonly name: "prepare" | "addFee" | "execute" | "release" | "refund";
  readonly id: Hex;
  /** Absent where only the name of the flow was given. */
  readonly flow?: AtomicFlow;
  readonly leg: number;
  /** Fee of `prepare` and `addFee`. */
  readonly fee: bigint;
  /** Data of `execute` for the pivot's recipient. */
  readonly data: Hex;
}

/** Undefined for any other transaction. */
export function flowActOf({ to, input, value }: FlowTransaction): FlowAct | undefined {
  if (to?.toLowerCase() !== ATOMIC_FLOWS_ADDRESS) return undefined;
  try {
    const call = atomicFlows.parseTransaction({ data: input });
    if (call === null) return undefined;
    const leg = Number(call.args[1]);
    if (call.name === "addFee") return { name: "addFee", id: call.args[0] as Hex, leg, fee: value, data: "0x" };
    const name = call.name === "prepareWithFee" ? "prepare" : call.name;
    if (name !== "prepare" && name !== "execute" && name !== "release" && name !== "refund") return undefined;
    const flow = termsOf(call.args[0] as AtomicFlow);
    const fee = call.name === "prepareWithFee" ? (call.args[2] as bigint) : 0n;
    return { name, id: hashAtomicFlow(flow), flow, leg, fee, data: name === "execute" ? (call.args[2] as Hex) : "0x" };
  } catch {
    // Data that no encoder wrote are sent unchanged.
    return undefined;
  }
}

function termsOf({ salt, deadline, legs }: AtomicFlow): AtomicFlow {
  const lower = (address: string): Hex => address.toLowerCase() as Hex;
  return {
    salt,
    deadline,
    legs: legs.map((leg) => ({
      chainId: leg.chainId as FlowLeg["chainId"],
      isPivot: leg.isPivot,
      party: lower(leg.party),
      token: lower(leg.token),
      amount: leg.amount,
      recipient: lower(leg.recipient),
      callHash: leg.callHash,
    })),
  };
}
