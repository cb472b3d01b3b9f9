import type { BatchCommand } from "../../../chain/ordering/command.ts";
import type { PeerCommands, PeerProposal } from "../../../chain/sequencer/peer-commands.ts";
import { PeerRefusal } from "../../../chain/sequencer/peer-refusal.ts";
import { OfferError, type OfferVerdict } from "../../../chain/core/source.ts";
import { maxWorkOf } from "../decision-check.ts";
import { SlotError } from "./slot-error.ts";

/** Part that is executed, as a proposal. */
export interface ExecutedPart {
  readonly commands: readonly BatchCommand[];
  /** True for each transaction that did not revert. */
  readonly success: readonly boolean[];
  readonly gasUsed: number;
  /** Settles the commands. Resolves with false if the chain has rolled them back for another reason. */
  settle(verdict: OfferVerdict): Promise<boolean>;
}

/**
 * Executes commands as a part. `isRepeated`: an earlier execution was answered, so that this node's clock does not judge it.
 * Rejects with SlotError PartRefused; then the chain is as before.
 */
export async function executePart(
  peers: Pick<PeerCommands, "propose" | "maxTransactionWork">,
  commands: readonly BatchCommand[],
  isRepeated: boolean,
): Promise<ExecutedPart> {
  const verdict = Promise.withResolvers<OfferVerdict>();
  const proposals: PeerProposal[] = [];
  const settle = async (outcome: OfferVerdict): Promise<boolean> => {
    verdict.resolve(outcome);
    const settled = await Promise.allSettled(proposals.map((proposal) => proposal.settled));
    return settled.every((one) => one.status === "fulfilled" && one.value === outcome);
  };
  let maxWork = maxWorkOf(peers);
  try {
    for (const command of commands) {
      const options = { verdict: verdict.promise, isAgreed: isRepeated, isPrivate: true, maxWork };
      const proposal = await peers.propose(command, options);
      proposals.push(proposal);
      maxWork -= proposal.work;
      if (proposal.refusal !== undefined) throw proposal.refusal;
    }
  } catch (error) {
    await settle("dropped");
    if (error instanceof PeerRefusal || error instanceof OfferError)
      throw new SlotError("PartRefused", `the chain cannot execute the part: ${error.message}`, { cause: error });
    throw error;
  }
  const receipts = proposals.flatMap(({ result }) =>
    result.blocks.flatMap((block) => block.receipts.filter((_, i) => block.transactions[i]?.kind === "signed")),
  );
  return {
    commands: proposals.map(({ result }) => result.command),
    success: receipts.map(({ success }) => success),
    gasUsed: receipts.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0),
    settle,
  };
}

/** True if the part was refused because the open batch has no room for it. */
export function needsBatch(error: unknown): boolean {
  return error instanceof SlotError && error.cause instanceof PeerRefusal && error.cause.code === "BatchFull";
}
