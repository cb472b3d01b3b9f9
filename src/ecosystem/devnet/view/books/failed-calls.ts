import { hasExpired, revertedCall } from "../../../client/messages/bundle-result.ts";
import { revertError, revertReason } from "../../../client/sending/revert-reason.ts";
import type { BridgeName } from "../../../options/bridges.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { Journey } from "../../../relayer/journey.ts";
import type { ProjectNames } from "./describe.ts";
import { attestationKey, BRIDGE_TITLES, type BridgeFailures } from "./bridge-info.ts";
import type { CachedNames } from "./kept-names.ts";
import type { FailedCalls } from "./ecosystem-info.ts";

/** Characters of a reason in a list of messages: strangers' contracts choose it. A message's trace has all of it. */
const MOST_SHOWN = 500;

interface FailedCallsDependencies {
  /** Names of errors of the project's contracts. */
  readonly names: Pick<CachedNames, "newest">;
  readonly nameOf: (chainId: bigint) => string;
}

/** A message whose calls failed, or another bridge's message that it attests. */
interface Failure {
  readonly result: Hex;
  /** Name of the chain on which they did. */
  readonly chain: string;
  readonly goesBack: boolean;
  /** Bridge whose message failed; undefined for the message's own calls. */
  readonly bridge?: BridgeName | undefined;
}

/** Description of a failure. */
interface Told extends Failure {
  readonly info: FailedCalls;
  /** The names in which no contract has the error: newer ones may have it. Absent: the reason stands. */
  readonly missingIn?: object;
}

const NO_FAILURES: BridgeFailures = new Map();

/** Fallback for names that cannot be read: such a project names nothing, and its messages are described anyway. */
const UNREAD: Pick<ProjectNames, "error"> = { error: () => undefined };

/**
 * Tells how the calls of messages failed where they arrived; without messages whose calls did not fail, or have not arrived.
 * Strangers choose how many fail, and by what: each is decoded once for each reading of the project's names, not at each look.
 */
export function failedCallsOf({
  names,
  nameOf,
}: FailedCallsDependencies): (
  journeys: readonly Journey[],
  ofBridges?: BridgeFailures,
) => Promise<ReadonlyMap<Journey, FailedCalls>> {
  const told = new WeakMap<Journey, Told>();
  return async (journeys, ofBridges = NO_FAILURES) => {
    const answers = new Map<Journey, FailedCalls>();
    let known: Pick<ProjectNames, "error"> | undefined;
    for (const journey of journeys) {
      const failure = failureOf(journey, nameOf) ?? attestedFailure(journey, ofBridges, nameOf);
      if (failure === undefined) continue;
      const before = told.get(journey);
      const isSame = before?.result === failure.result && before.chain === failure.chain && before.bridge === failure.bridge;
      if (!isSame || before.missingIn !== undefined) known ??= await names.newest().catch(() => UNREAD);
      const stands = isSame && (before.missingIn === undefined || before.missingIn === known);
      const now = stands ? before : tell(failure, known ?? UNREAD);
      told.set(journey, now);
      answers.set(journey, now.info);
    }
    return answers;
  };
}

function failureOf(
  { failedWith: result, content, destinationChainId }: Journey,
  nameOf: FailedCallsDependencies["nameOf"],
): Failure | undefined {
  if (result === undefined || content.type !== "bundle") return undefined;
  const goesBack = content.bundle.value !== 0n || content.bundle.tokens.length > 0;
  return { result, chain: nameOf(destinationChainId), goesBack };
}

/** Failure of another bridge's message after the bundle that attests it succeeded. */
function attestedFailure(
  journey: Journey,
  ofBridges: BridgeFailures,
  nameOf: FailedCallsDependencies["nameOf"],
): Failure | undefined {
  const failed = ofBridges.size === 0 ? undefined : ofBridges.get(attestationKey(journey));
  if (failed === undefined || !journey.steps.has("executed")) return undefined;
  const { bridge, data } = failed;
  return { result: data ?? "0x", chain: nameOf(journey.destinationChainId), goesBack: false, bridge };
}

function tell(failure: Failure, names: Pick<ProjectNames, "error">): Told {
  const { result, chain, goesBack, bridge } = failure;
  const hasOwnName = result === "0x" || revertError(result) !== undefined;
  const error = hasOwnName ? undefined : names.error(result);
  const reason = clipped(revertReason(result, { error: () => error }));
  const own = { because: hasExpired(result) ? "expired" : "reverted", why: revertedCall(chain, reason, failure) } as const;
  const attested = (title: string): string =>
    `the ${title} message that it attests arrived on ${chain}, and its receiver reverted there ${reason}`;
  const ofBridge = (name: BridgeName) => ({ because: "reverted", why: attested(BRIDGE_TITLES[name]) }) as const;
  const info = { ...(bridge === undefined ? own : ofBridge(bridge)), goesBack };
  return { ...failure, info, ...(hasOwnName || error !== undefined ? {} : { missingIn: names }) };
}

function clipped(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
