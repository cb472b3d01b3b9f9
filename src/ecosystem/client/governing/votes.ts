import { id, type TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { governor as governorInterface } from "../sending/contract-interfaces.ts";
import type { PlannedCall } from "../keystore/plan.ts";
import { submit, type Sender } from "../sending/submit.ts";

/** Votes on a proposal, in the numbering of OpenZeppelin's `GovernorCountingSimple`. */
export const SUPPORT = { against: 0, for: 1, abstain: 2 } as const;
/** Vote on a proposal. */
export type Support = keyof typeof SUPPORT;

/** Calls that are to be voted on together. The description is part of the proposal's id. */
export interface ProposedCalls {
  readonly calls: readonly PlannedCall[];
  readonly description: string;
}

/** Puts calls to the vote, as an account with votes. Throws ClientError. */
export async function propose(
  governor: Hex,
  { calls, description }: ProposedCalls,
  sender: Sender,
): Promise<{ readonly id: bigint; readonly transactionHash: Hex }> {
  const data = governorInterface.encodeFunctionData("propose", [...inColumns(calls), description]);
  const receipt = await submit(sender, { to: governor, data });
  return { id: createdIn(receipt), transactionHash: receipt.hash as Hex };
}

/** Throws ClientError. */
export function castVote(governor: Hex, proposal: bigint, support: Support, sender: Sender): Promise<Hex> {
  return call(governor, "castVote", [proposal, SUPPORT[support]], sender);
}

/** Queues a successful proposal in the timelock; anyone may. Throws ClientError. */
export function queueProposal(governor: Hex, proposed: ProposedCalls, sender: Sender): Promise<Hex> {
  return call(governor, "queue", [...inColumns(proposed.calls), id(proposed.description)], sender);
}

/** Executes the calls through the timelock after its delay; anyone may. Throws ClientError. */
export function executeProposal(governor: Hex, proposed: ProposedCalls, sender: Sender): Promise<Hex> {
  return call(governor, "execute", [...inColumns(proposed.calls), id(proposed.description)], sender);
}

async function call(governor: Hex, name: string, args: readonly unknown[], sender: Sender): Promise<Hex> {
  return (await submit(sender, { to: governor, data: governorInterface.encodeFunctionData(name, args) })).hash as Hex;
}

/** Targets, values and data, as the governor takes them. */
function inColumns(calls: readonly PlannedCall[]): readonly [readonly Hex[], readonly bigint[], readonly Hex[]] {
  return [calls.map(({ to }) => to), calls.map(({ value }) => value), calls.map(({ data }) => data)];
}

function createdIn({ logs, hash }: TransactionReceipt): bigint {
  for (const log of logs) {
    const event = governorInterface.parseLog(log);
    if (event?.name === "ProposalCreated") return event.args["proposalId"] as bigint;
  }
  throw new Error(`transaction ${hash} has created no proposal`);
}
