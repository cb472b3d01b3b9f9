import type { OfferErrorCode } from "../core/source.ts";
import type { Head } from "../model/block.ts";
import type { BatchCommand } from "./command.ts";

/** Seconds by which the clocks of those who decide may differ. */
const MOST_AHEAD = 1n;

interface Now {
  /** The newest block. */
  readonly head: Head;
  /** Current time of the chain's clock. */
  readonly nowSeconds: bigint;
}

/** The first of the commands whose time none of those who decide would take: not before the one before it, nor in the future. */
export function timeRefusal(
  commands: readonly BatchCommand[],
  { head, nowSeconds }: Now,
): { readonly code: OfferErrorCode; readonly at: number } | undefined {
  let newest = head.timestamp;
  const latest = nowSeconds > newest ? nowSeconds : newest;
  for (const [at, command] of commands.entries()) {
    if (command.timestamp < newest) return { code: "TimeRunsBackwards", at };
    if (command.timestamp > latest + MOST_AHEAD) return { code: "TimeTooFarAhead", at };
    newest = command.timestamp;
    // Users let time pass by these blocks: the clock follows them. The deciders check the distance.
    if (command.type === "empty") newest += BigInt(command.count - 1) * command.intervalSeconds;
  }
  return undefined;
}
