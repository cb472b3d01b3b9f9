import { endedChain, pausedChain } from "../../../client/standing/chain-standing.ts";
import type { EcosystemInfo, MessageInfo, Stuck } from "./ecosystem-info.ts";
import { hasArrived } from "./has-arrived.ts";
import { readyAction } from "./ready-action.ts";

/** Facts that distinguish a stuck message from one in flight. */
interface StuckDependencies {
  readonly info: Pick<EcosystemInfo, "l1" | "chains" | "relayer">;
  /** Reason why a chain has stopped for good; `undefined` while it runs. */
  readonly faultOf: (chainId: number) => string | undefined;
  /** Whether the message's destination has gone on without a root that holds it. */
  readonly isIgnored: (message: MessageInfo) => boolean;
}

/** Reason why a message does not advance automatically, with the remedy; `undefined` if it has arrived or advances. */
export function stuckBecause(message: MessageInfo, { info, faultOf, isIgnored }: StuckDependencies): Stuck | undefined {
  const isOver = hasArrived(message) || message.sentTooEarly === "wentBack" || message.ended !== undefined;
  if (isOver || readyAction(message, info) !== undefined) return undefined;
  const { messageHash, sourceChainId, destinationChainId, refusal } = message;
  const has = (step: string): boolean => message.steps.some((done) => done.step === step);
  const nameOf = (chainId: number): string => info.chains.find((chain) => chain.chainId === chainId)?.name ?? `chain ${chainId}`;
  const stands = (chainId: number): Stuck | undefined => {
    const chain = info.chains.find((each) => each.chainId === chainId);
    if (chain === undefined) return chainId === info.l1.chainId ? undefined : removedChain(chainId);
    if (chain.ended === true) return endedChain(chain.name, chain.settlesOn?.name ?? "L1");
    if (chain.stopped === true) return pausedChain(chain.name);
    const fault = faultOf(chainId);
    if (fault === undefined) return undefined;
    return {
      why: `${nameOf(chainId)} has stopped: ${fault}`,
      help: "start the ecosystem again; if its L1 is lasting, the chain's exit pays its holders once it is open (docs/security.md)",
    };
  };
  if (!has("inTransactionRoot")) {
    const unseen = refusal === undefined ? undefined : { why: refusal, help: "use another node of L1 (l1.url)" };
    return stands(sourceChainId) ?? unseen;
  }
  if (refusal !== undefined && message.sentTooEarly === "goesBack") {
    const help = `'npx hardhat hyperchain:deliver ${messageHash}' gives it back, with --through-queue also where ${nameOf(sourceChainId)} does not want to`;
    return stands(sourceChainId) ?? { why: refusal, help };
  }
  if (!has("imported")) {
    const destination = nameOf(destinationChainId);
    const ignored = {
      why: `${destination} continues without importing a root that holds it`,
      help: `'npx hardhat hyperchain:deliver ${messageHash} --through-queue' puts root and message into its queue on L1: it must take them or stop, and then what it did not take is refunded (docs/security.md)`,
    };
    return stands(destinationChainId) ?? (isIgnored(message) ? ignored : undefined);
  }
  const waits = stands(destinationChainId);
  if (waits !== undefined) return waits;
  const deliver = `'npx hardhat hyperchain:deliver ${messageHash}' delivers it`;
  if (refusal !== undefined) return { why: refusal, help: helpWith(refusal, deliver) };
  if (info.relayer !== undefined) return undefined;
  return { why: "this ecosystem runs no relayer", help: `${deliver}; 'npx hardhat hyperchain:relay' delivers all` };
}

function removedChain(chainId: number): Stuck {
  return {
    why: `chain ${chainId} was removed from this ecosystem, so no operator takes it there`,
    help: `what it carries stays with L1's bridge: it has the contract of chain ${chainId}, and 'npx hardhat hyperchain:reconstruct' rebuilds the chain from L1 (docs/security.md)`,
  };
}

/** Remedy for a relayer's refusal of a delivery. */
function helpWith(refusal: string, deliver: string): string {
  if (/^its listener .* no longer/.test(refusal)) return "nothing: its time has passed";
  if (/^its listener/.test(refusal))
    return "mend the contract that sent the call, so that its onInteropResult succeeds; the relayer retries";
  const only = /^only (0x[0-9a-f]{40}) may execute it/.exec(refusal)?.[1];
  if (only !== undefined) return `${deliver} with --from ${only}`;
  return `${deliver}, from an account of yours`;
}
