import { BRIDGE_TITLES } from "../src/ecosystem/devnet/view/books/bridge-info.ts";
import type { BridgeDelivery, BridgesAnswer } from "./answers.ts";

export type BridgeName = keyof typeof BRIDGE_TITLES;
/** All bridges that an ecosystem may have. */
export const BRIDGE_NAMES = Object.keys(BRIDGE_TITLES) as readonly BridgeName[];

/** A bridge's message with its bridge. */
export interface BridgeMessage extends BridgeDelivery {
  readonly bridge: BridgeName;
}

/** A step of a message on its way, whether it is done, and what it is called. */
export interface BridgeHop {
  readonly step: string;
  readonly words: string;
  readonly state: "done" | "missing" | "failed";
}

/** Verifier of a message on its destination, in the bridge's terms. */
const VERIFIED: Readonly<Record<BridgeName, string>> = {
  layerzero: "the DVN has verified it on",
  hyperlane: "the security module takes its proof on",
  ccip: "the off-ramp has its record on",
  superchain: "the inbox takes its proof on",
};
const EXECUTED: Readonly<Record<BridgeName, string>> = {
  layerzero: "the executor has had its receiver called on",
  hyperlane: "the mailbox has had its recipient called on",
  ccip: "the off-ramp has had its receiver called on",
  superchain: "the messenger has had its target called on",
};

/** The steps of a bridge's message in order, up to its end; the first missing one is what it waits for. */
export function bridgeHops(
  { bridge, step }: Pick<BridgeMessage, "bridge" | "step">,
  from: string,
  to: string,
): readonly BridgeHop[] {
  const steps = bridge === "layerzero" ? ["sent", "verified", "committed", "executed"] : ["sent", "verified", "executed"];
  const words: Readonly<Record<string, string>> = {
    sent: `sent on ${from}`,
    verified: `${VERIFIED[bridge]} ${to}`,
    committed: `its verification is committed to the endpoint of ${to}`,
    executed: `${EXECUTED[bridge]} ${to}`,
  };
  // What failed or was given up had been verified, and waits for its call alone.
  const isOver = step === "failed" || step === "skipped";
  const done = isOver ? steps.length - 1 : steps.indexOf(step) + 1;
  return steps.map((each, place): BridgeHop => {
    if (place < done) return { step: each, words: words[each] ?? each, state: "done" };
    if (!isOver) return { step: each, words: words[each] ?? each, state: "missing" };
    const ended = step === "failed" ? `its call failed on ${to}` : `it was skipped or burnt on ${to}`;
    return { step, words: ended, state: "failed" };
  });
}

/** Messages of all bridges, the newest of each first. */
export function bridgeMessages(answer: BridgesAnswer): readonly BridgeMessage[] {
  return BRIDGE_NAMES.flatMap((bridge) => (answer[bridge]?.deliveries ?? []).map((each) => ({ bridge, ...each })).toReversed());
}
