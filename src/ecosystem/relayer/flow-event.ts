import type { AtomicFlow, FlowLeg } from "../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ReadLog } from "./chain-news.ts";
import { atomicFlows } from "./contract-interfaces.ts";
import type { FlowEvent } from "./flow-book.ts";

/**
 * Decodes an event; `undefined` for other logs, since a chain with imported state can have other code at the
 * contract's address.
 */
export function flowEventOf(log: ReadLog): FlowEvent | undefined {
  try {
    return decodeFlowEvent(log);
  } catch {
    // Nothing but decoding is done here.
    return undefined;
  }
}

function decodeFlowEvent(log: ReadLog): FlowEvent | undefined {
  const event = atomicFlows.parseLog(log);
  if (event === null) return undefined;
  const [id, leg] = [event.args["id"] as Hex, event.args["leg"] as bigint];
  switch (event.name) {
    case "EscrowHeld":
      return { type: "escrowHeld", id, leg, flow: readFlow(event.args["flow"] as DecodedFlow) };
    case "FeeAdded":
      return { type: "feeAdded", id, leg, feeWei: event.args["fee"] as bigint };
    case "PivotExecuted":
      return { type: "pivotExecuted", id, leg };
    case "EscrowReleased":
    case "EscrowRefunded":
      return { type: "escrowEnded", id, leg };
    default:
      return undefined;
  }
}

/** A flow as ethers decodes it: its addresses are in mixed case. */
type DecodedFlow = Omit<AtomicFlow, "legs"> & { readonly legs: readonly { toObject(): FlowLeg }[] };

function readFlow({ salt, deadline, legs }: DecodedFlow): AtomicFlow {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex;
  const read = (leg: FlowLeg): FlowLeg => ({
    ...leg,
    party: lower(leg.party),
    token: lower(leg.token),
    recipient: lower(leg.recipient),
  });
  return { salt, deadline, legs: legs.map((leg) => read(leg.toObject())) };
}
