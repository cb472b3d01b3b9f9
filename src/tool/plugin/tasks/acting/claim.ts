import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { findMember } from "../../../../ecosystem/client/ecosystem/route.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender } from "../session/accounts.ts";
import { readHash } from "../session/arguments.ts";
import { claimCalls, type ClaimedCall } from "./claim-call.ts";
import { claimMessages, gatewayMessagesNamed } from "./claim-message.ts";
import { callNamed, callsOf, claimableIn } from "../following/claimable.ts";
import { claimWithdrawal, type Claimed } from "../following/claim-withdrawal.ts";
import { claimRefunds, refundable } from "./claim-refund.ts";
import { sessionOf, withEcosystem, type Session } from "../session/session.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ClaimArguments = ArgumentsOf<(typeof actingTasks)["claim"]>;

/**
 * `hyperchain:claim`: has L1 pay a withdrawal, or a call on L1 made, with those that follow from it, or messages of the gateway
 * delivered, or what a chain that has ended never took from its queue paid back; anyone may.
 */
const action: NewTaskActionFunction<ClaimArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (whole) => {
    const hash = readHash(args.hash);
    const member = findMember(whole.info, args.chain);
    if (member.chainId === whole.info.l1.chainId) return claimFromL1(whole, hash, args.from);
    const chain = findChain(whole.info, args.chain);
    const session = sessionOf(whole, chain.chainId);
    const { info, output } = session;
    const unrun = await refundable(session, chain.chainId, hash);
    if (unrun.length > 0) return claimRefunds(session, chain.chainId, unrun, await readSender(session, args.from, info.l1.name));
    const isPaused = whole.info.chains.some(({ chainId, stopped }) => chainId === chain.chainId && stopped === true);
    const messages = isPaused ? [] : await gatewayMessagesNamed(whole, member.chainId, hash);
    const receipt = isPaused ? null : await session.provider(chain.chainId).getTransactionReceipt(hash);
    const sent = receipt === null ? [] : claimableIn(info, chain.chainId, receipt);
    if (sent.length === 0 && messages.length > 0) return claimMessages(whole, messages, args.from);
    if (receipt !== null && sent.length === 0)
      throw pluginError(
        `transaction ${args.hash} on ${chain.name} is not a withdrawal, a call or a message to a contract on ${info.l1.name}`,
      );
    const messageHash = sent[0]?.messageHash ?? hash;
    const payer = await readSender(session, args.from, info.l1.name);
    // A chain that is paused tells no calls; what L1 pays a withdrawal by is on L1.
    const known = sent[0] ?? (isPaused ? undefined : await callNamed(session, chain.chainId, hash));
    if (known?.type === "l1Call") {
      const [first, ...onward] = await claimCalls(whole, await callsOf(whole, known), payer.account);
      if (first === undefined) throw new TypeError("a call that is named is claimed");
      output.result(() => [first, ...onward].map((call) => claimText(call, "made", call.layer)).join("\n"), {
        ...callJson(first),
        ...(onward.length === 0 ? {} : { onward: onward.map(callJson) }),
      });
      return;
    }
    const claimed = await claimWithdrawal(session, chain.chainId, messageHash, payer);
    output.result(() => claimText(claimed, "paid", info.l1.name), claimJson(chain.chainId, messageHash, claimed));
  });

/** Delivers what a transaction on L1 sent to chains by the gateway. */
async function claimFromL1(whole: Session, hash: Hex, from: string | undefined): Promise<void> {
  const { l1 } = whole.info;
  const messages = await gatewayMessagesNamed(whole, l1.chainId, hash);
  if (messages.length > 0) return claimMessages(whole, messages, from);
  throw pluginError(`transaction ${hash} on ${l1.name} has sent no message by the gateway to a chain`);
}

function claimText({ transactionHash, isOfBefore }: Claimed, done: "paid" | "made", l1: string): string {
  const where = transactionHash === undefined ? "" : `${isOfBefore ? ", " : ": "}${transactionHash}`;
  return isOfBefore ? `${done} on ${l1} before${where}` : `${done} on ${l1}${where}`;
}

function claimJson(chainId: number, messageHash: Hex, { transactionHash, isOfBefore }: Claimed): object {
  return { chainId, messageHash, claimTransactionHash: transactionHash ?? null, claimedBefore: isOfBefore };
}

function callJson(call: ClaimedCall): object {
  return claimJson(call.chainId, call.messageHash, call);
}

export default action;
