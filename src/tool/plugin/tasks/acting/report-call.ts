import { l1AccountOf } from "../../../../ecosystem/client/calls/chain-accounts.ts";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { ClientError } from "../../../../ecosystem/client/ecosystem/client-error.ts";
import type { SentCall } from "../../../../ecosystem/client/calls/direct-call.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { AccountPlace } from "../session/accounts.ts";
import { callFailure } from "../session/call-failure.ts";
import { claimCalls } from "./claim-call.ts";
import { followMessage } from "../following/follow-message.ts";
import { followSent } from "../following/follow-sent.ts";
import type { Session } from "../session/session.ts";

/** Call to report, and options of the wait. */
interface CallOrder {
  readonly from: AccountPlace;
  readonly to: AccountPlace;
  readonly data: Hex;
  readonly value: bigint;
  readonly reward: bigint;
  readonly noWait: boolean;
}

/**
 * Follows a call until its execution, as its route requires, and prints the result. Throws a plugin error.
 */
export async function reportCall(session: Session, sent: SentCall, order: CallOrder): Promise<void> {
  if (sent.type === "bundle") return reportBundle(session, sent, order);
  if (sent.type === "l1Call") return reportOnL1(session, sent, order);
  const { info, output } = session;
  const { noWait, ...rest } = order;
  const { arrived } = await followSent(session, { ...sent, type: sent.type }, order.from, noWait);
  output.result(
    () =>
      `the call ${arrived ? "was carried out at" : "is on its way to"} ${formatChainAddress(info, order.to)}\n  transaction ${sent.messageHash}`,
    { ...sent, ...rest, executed: arrived, steps: [] },
  );
}

async function reportBundle(session: Session, sent: SentCall, { noWait, ...order }: CallOrder): Promise<void> {
  const message = noWait ? undefined : await followMessage(session, sent.messageHash, "executed");
  const failure = message === undefined ? undefined : await callFailure(session, message);
  if (failure !== undefined) throw pluginError(`${failure}\nIts message is ${sent.messageHash}`);
  session.output.result(
    () =>
      `the call ${message === undefined ? "is on its way to" : "was carried out at"} ${formatChainAddress(session.info, order.to)}\n  message ${sent.messageHash}${message === undefined ? expiry(sent) : ""}`,
    { ...sent, ...order, executed: message !== undefined, steps: message?.steps ?? [] },
  );
}

async function reportOnL1(session: Session, sent: SentCall, { noWait, ...order }: CallOrder): Promise<void> {
  const { info, output } = session;
  const { chainId, account: sender } = order.from;
  const { sourceChainId: chain, messageHash, onward = [] } = sent;
  // Of the transaction, since anyone can send the same message.
  const claim = `npx hardhat hyperchain:claim ${memberName(info, chainId)} ${sent.transactionHash}`;
  const names = noWait ? [] : [{ chain, sender: sent.sender, messageHash }, ...onward];
  const claimed = await claimCalls(session, names, sender).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    throw pluginError(`${error.message}\n  try again: ${claim}`, error);
  });
  const account = l1AccountOf(info, { chain: chainId, sender, on: order.to.chainId });
  const last = claimed.at(-1)?.transactionHash ?? null;
  output.result(
    () =>
      `the call ${noWait ? "is on its way to" : "was carried out at"} ${formatChainAddress(info, order.to)}, from ${account}\n` +
      (noWait
        ? `  have it made after its batch has settled: ${claim}${expiry(sent)}`
        : `  transaction on ${memberName(info, order.to.chainId)}: ${last ?? "another account's"}`),
    { ...sent, ...order, executed: !noWait, steps: [], claimTransactionHash: last, ...(onward.length === 0 ? {} : { claimed }) },
  );
}

/** Until when a call that is on its way can be made. */
function expiry({ expiresAt }: SentCall): string {
  return expiresAt === undefined ? "" : `\n  it expires after ${new Date(expiresAt * 1_000).toISOString()}`;
}
