import type { BatchCommand } from "../../chain/ordering/command.ts";
import type { OfferVerdict } from "../../chain/core/source.ts";
import type { CheckedChain } from "./checked-chain.ts";
import { maxWorkOf, type ExecutedDecision } from "./decision-check.ts";
import { encodeDecision, leaderCommandsOf } from "./decision.ts";

/** Decision that this node's sequencer has made and executed. */
interface MadeDecision {
  readonly content: Uint8Array;
  readonly decision: ExecutedDecision;
}

interface TurnLimits {
  /** 0 for an empty decision. */
  readonly maxTransactions: number;
  readonly signal: AbortSignal;
  /** Views without a decision since the last one. */
  readonly failedViews: number;
}

/** Lets the chain's sequencer make a decision. */
export async function leadTurn(chain: CheckedChain, { maxTransactions, signal, failedViews }: TurnLimits): Promise<MadeDecision> {
  const verdict = Promise.withResolvers<OfferVerdict>();
  const commands: BatchCommand[] = [];
  const settled: Promise<OfferVerdict>[] = [];
  const { wish } = chain.facts().next;
  if (maxTransactions > 0)
    await chain.lead(
      {
        maxTransactions,
        maxWork: maxWorkOf(chain),
        signal,
        verdict: verdict.promise,
        onCommand(command, settlement) {
          commands.push(command);
          settled.push(settlement);
        },
      },
      failedViews,
    );
  const outcome = chain.executedHead.hash;
  return {
    content: encodeDecision({ outcome, commands: leaderCommandsOf(commands, wish) }),
    decision: {
      commands,
      outcome,
      async settle(decided) {
        verdict.resolve(decided);
        await Promise.all(settled);
      },
    },
  };
}
