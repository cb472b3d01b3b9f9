import type { Hex } from "../../../ground/protocol/hex.ts";
import type { MessageStep } from "../api/message.ts";
import { callOnL1 } from "./call-on-l1.ts";
import type { CrossingKind, CrossingName, CrossingState } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";

/**
 * A call on L1 that goes over chains between: each step is a call on what its chain settles on, which sends the next. Its first
 * steps are those of the first call; it is delivered with the last.
 */
export function callOverLayers(name: CrossingName & { readonly sender: Hex }, link: EcosystemLink): CrossingKind {
  const { onward = [] } = name;
  const first = callOnL1(name, link);
  if (onward.length === 0) return first;

  /** The call that is not made yet, or the last one: each is sent by the transaction that made the one before. */
  async function current(): Promise<{ readonly kind: CrossingKind; readonly state: CrossingState; readonly isLast: boolean }> {
    let [kind, state] = [first, await first.look()];
    for (const { chain, sender, messageHash } of onward) {
      const transactionHash = executionIn(state)?.transactionHash;
      if (transactionHash === undefined) return { kind, state, isLast: false };
      kind = callOnL1({ ...name, sourceChainId: chain, sender, hash: messageHash, transactionHash }, link);
      state = await kind.look();
    }
    return { kind, state, isLast: true };
  }

  return {
    arrival: "executed",
    async look() {
      const [{ steps: begun }, { state, isLast }] = [await first.look(), await current()];
      const isArrival = ({ step }: MessageStep): boolean => step === "delivered" || step === "executed";
      const arrived = isLast ? state.steps.filter(isArrival) : [];
      return { ...state, steps: [...begun.filter((step) => !isArrival(step)), ...arrived] };
    },
    async advance(step) {
      await (await current()).kind.advance(step);
    },
    checkOutcome: () => Promise.resolve(),
  };
}

function executionIn({ steps }: CrossingState): MessageStep | undefined {
  return steps.find(({ step }) => step === "executed");
}
