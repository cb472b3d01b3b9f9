import type { Provider } from "ethers";
import { ClientError } from "../ecosystem/client-error.ts";
import type { GovernanceBook, Proposal, Votes } from "./governance.ts";
import type { Sender } from "../sending/submit.ts";
import { castVote, executeProposal, propose, queueProposal, type ProposedCalls } from "./votes.ts";

/** Vote on a layer whose time can be moved: a development L1. */
interface MovableVote {
  readonly l1: Provider;
  readonly book: GovernanceBook;
  /** Accounts with votes; the first proposes. */
  readonly voters: readonly [Sender, ...Sender[]];
  /** The next block's time is this second at least. */
  readonly moveTo: (second: bigint) => Promise<void>;
}

/**
 * Passes and executes calls: proposes them, votes by all voters or until a super quorum ends the vote, queues
 * and executes them. It moves the layer's time over each delay. Resolves with the executed proposal. Throws
 * ClientError; VoteLost if the votes are too few.
 */
export async function passVote(proposed: ProposedCalls, { l1, book, voters, moveTo }: MovableVote): Promise<Proposal> {
  const { governor, ...begun } = await votesOf(book, l1);
  const [proposer] = voters;
  const { id } = await propose(governor, proposed, proposer);
  const standing = async (): Promise<Proposal> => {
    const found = (await votesOf(book, l1)).proposals.find((each) => each.id === id);
    if (found === undefined) throw new TypeError(`proposal ${id} was created and is not told`);
    return found;
  };
  const { votesFrom, votesUntil } = await standing();
  await moveTo(votesFrom + 1n);
  for (const voter of voters) {
    if ((await standing()).state === "succeeded") break;
    await castVote(governor, id, "for", voter);
  }
  if ((await standing()).state !== "succeeded") await moveTo(votesUntil + 1n);
  const { state, votes } = await standing();
  if (state !== "succeeded")
    throw new ClientError(
      "VoteLost",
      `proposal ${id} is ${state}: ${votes.for} votes in favour, and ${begun.quorumPercent} % of all have to be cast; have more holders vote`,
      { proposal: id, state },
    );
  await queueProposal(governor, proposed, proposer);
  await moveTo((await standing()).executableFrom ?? 0n);
  await executeProposal(governor, proposed, proposer);
  return standing();
}

/** Throws ClientError NoVotes. */
async function votesOf(book: GovernanceBook, l1: Provider): Promise<Votes> {
  const { votes, governance } = await book.look(l1);
  if (votes !== undefined) return votes;
  throw new ClientError("NoVotes", `no votes govern here, but ${governance}: act as that account`, { account: governance });
}
