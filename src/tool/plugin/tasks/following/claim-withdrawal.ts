import type { Signer } from "ethers";
import { messenger, topicOf } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { readMessageLog, sentMessages } from "../../../../ecosystem/client/messages/sent-messages.ts";
import { hopsOf } from "../../../../ecosystem/client/messages/paid-claim.ts";
import { finalizeWithdrawal, viewL1 } from "../../../../ecosystem/client/messages/withdraw.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import type { L1View } from "../../../../chain/settlement-layer/reader/l1-view.ts";
import { readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import { pluginError } from "../../plugin-error.ts";
import { type AccountPlace, signerOf } from "../session/accounts.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import type { Session } from "../session/session.ts";

/** Pending condition of a withdrawal, or of a call on L1, in each state. */
const WAITS = {
  unknown: (layer: string) => `for its batch to be committed on ${layer}`,
  committed: () => "for the proof of its batch",
  proven: (layer: string) => `for the execution of its batch on ${layer}`,
} as const;

type Waiting = keyof typeof WAITS;

/** A claim on L1. */
export interface Claimed {
  /** Undefined where L1's node keeps no log of a claim of before. */
  readonly transactionHash: Hex | undefined;
  /** Whether an account had claimed it before this one came to it. */
  readonly isOfBefore: boolean;
}

/**
 * Waits until a withdrawal can be claimed and claims it; resolves with the claim, with which another account may have been
 * faster. Throws a plugin error for a hash that names no withdrawal: waiting for it would never end.
 */
export async function claimWithdrawal(
  session: Session,
  chainId: number,
  messageHash: Hex,
  payer: AccountPlace,
): Promise<Claimed> {
  let isNew = true;
  const hops = await hopsOf(session.provider(chainId), messageHash);
  const claim = await whenExecuted(session, chainId, payer, async (signer, view) => {
    const attempt = await finalizeWithdrawal(session.info, { chain: chainId, messageHash, hops }, signer, view);
    if (attempt.state === "unknown" && isNew) await requireWithdrawal(session, chainId, messageHash);
    isNew = false;
    return attempt;
  });
  return { transactionHash: claim.l1TransactionHash, isOfBefore: claim.state === "paidBefore" };
}

/** Tries again until L1 has executed the batch; resolves with what the last attempt says then. */
export async function whenExecuted<A extends { readonly state: string }>(
  session: Session,
  chainId: number,
  payer: AccountPlace,
  attempt: (signer: Signer, view: L1View) => Promise<A>,
): Promise<Exclude<A, { readonly state: Waiting }>> {
  const { info, output } = session;
  const signer = signerOf(session, payer);
  const view = viewL1(info, session.provider(info.l1.chainId));
  await bringBodies(session, chainId, view);
  const patience = createProgressWait(session, [chainId]);
  let last: string | undefined;
  for (;;) {
    const made = await attempt(signer, view);
    if (!isWaiting(made)) return made as Exclude<A, { readonly state: Waiting }>;
    if (made.state !== last) {
      output.progress(`waiting ${WAITS[made.state](info.l1.name)}`);
      patience.news();
    }
    last = made.state;
    await patience.wait(`'npx hardhat hyperchain:settle ${memberName(info, chainId)}' settles the open batch now`);
  }
}

function isWaiting<A extends { readonly state: string }>(claim: A): claim is A & { readonly state: Waiting } {
  return Object.hasOwn(WAITS, claim.state);
}

/** Throws a plugin error unless the chain has sent this withdrawal. What L1 has seen need not be looked for here. */
async function requireWithdrawal({ info, provider }: Session, chainId: number, messageHash: Hex): Promise<void> {
  const topics = [topicOf(messenger, "L1MessageSent"), null, messageHash];
  const chain = provider(chainId);
  const logs = await readLogs(chain, {
    address: PREDEPLOYS.L1Messenger,
    topics,
    fromBlock: 0,
    toBlock: await chain.getBlockNumber(),
  });
  const name = memberName(info, chainId);
  if (logs.length === 0) {
    throw pluginError(
      `${name} has sent no withdrawal ${messageHash}, and no transaction there has this hash; take it from what hyperchain:withdraw printed`,
    );
  }
  // Another account can have sent the same body, which is not a withdrawal.
  if (!sentMessages(chainId, info.l1.chainId, { logs }).some(({ type }) => type === "withdrawal"))
    throw pluginError(`message ${messageHash} of ${name} is not a withdrawal`);
}

/** Without changes on L1, L1 has messages by their hashes only: their contents come from the chain, and L1 checks them. */
async function bringBodies(session: Session, chainId: number, view: ReturnType<typeof viewL1>): Promise<void> {
  const data = session.info.chains.find((chain) => chain.chainId === chainId)?.dataAvailability;
  if (data === undefined || data === "rollup" || data === "chain") return;
  const topics = [topicOf(messenger, "L1MessageSent")];
  const provider = session.provider(chainId);
  const logs = await readLogs(provider, {
    address: PREDEPLOYS.L1Messenger,
    topics,
    fromBlock: 0,
    toBlock: await provider.getBlockNumber(),
  });
  for (const log of logs) {
    const message = readMessageLog(log);
    if (message !== undefined) view.bringBody(message.body);
  }
}
