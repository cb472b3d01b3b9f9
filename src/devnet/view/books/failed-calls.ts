import { hasExpired, revertedCall } from "../../../client/messages/bundle-result.ts";
import { revertError, revertReason } from "../../../client/sending/revert-reason.ts";
import type { Hex } from "../../../protocol/hex.ts";
import type { Journey } from "../../../relayer/journey.ts";
import type { KeptNames } from "./kept-names.ts";
import type { FailedCalls } from "./ecosystem-info.ts";

/** Characters of a reason in a list of messages: strangers' contracts choose it. A message's trace has all of it. */
const MOST_SHOWN = 500;

interface FailedCallsDependencies {
  /** By which errors of the project's contracts are named. */
  readonly names: KeptNames;
  readonly nameOf: (chainId: bigint) => string;
}

/** Tells of a message how its calls failed where they arrived; undefined where they did not, or have not arrived. */
export function failedCallsOf({
  names,
  nameOf,
}: FailedCallsDependencies): (journey: Journey) => Promise<FailedCalls | undefined> {
  // By what the calls ended with, which is decoded once.
  const reasons = new WeakMap<Journey, string>();
  return async (journey) => {
    const { failedWith: result, content, destinationChainId } = journey;
    if (result === undefined || content.type !== "bundle") return undefined;
    const reason = reasons.get(journey) ?? (await namedReason(result, names));
    if (reason !== undefined) reasons.set(journey, reason);
    const goesBack = content.bundle.value !== 0n || content.bundle.tokens.length > 0;
    const shown = clipped(reason ?? revertReason(result));
    return {
      because: hasExpired(result) ? "expired" : "reverted",
      why: revertedCall(nameOf(destinationChainId), shown, { goesBack, result }),
      goesBack,
    };
  };
}

/** Undefined where no contract has the error yet: one that is compiled later may. */
async function namedReason(result: Hex, names: KeptNames): Promise<string | undefined> {
  if (result === "0x" || revertError(result) !== undefined) return revertReason(result);
  const inProject = names.find((known) => (known.error(result) === undefined ? undefined : revertReason(result, known)));
  // A project whose files cannot be read names nothing, and its messages are told all the same.
  return inProject.catch(() => undefined);
}

function clipped(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
