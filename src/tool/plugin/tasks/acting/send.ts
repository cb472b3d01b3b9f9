import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { requireContract } from "../../../../ecosystem/client/calls/call.ts";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { estimateSend } from "../../../../ecosystem/client/transfers/estimate.ts";
import { send, type Sent, type SendRequest } from "../../../../ecosystem/client/transfers/send.ts";
import { sendListed } from "../../../../ecosystem/client/transfers/transfer-list.ts";
import { pathBetween } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import { forwardingFee } from "../../../../ecosystem/client/messages/forward.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { readSender, resolvePlace, signerOf, type AccountPlace } from "../session/accounts.ts";
import { untilListed } from "../following/follow-listed.ts";
import { followMessage } from "../following/follow-message.ts";
import { followSent } from "../following/follow-sent.ts";
import { sessionBetween, withEcosystem, type Session } from "../session/session.ts";
import { requireSendable } from "../session/standing.ts";
import { readAmount, resolveSymbol, tokenOnChain, tokenOnL1, type NamedToken } from "../session/tokens.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type SendArguments = ArgumentsOf<(typeof actingTasks)["send"]>;

/** `hyperchain:send`: money from any member to an account on any member. */
const action: NewTaskActionFunction<SendArguments> = (args, hre) =>
  withEcosystem(args, hre, args.estimate ? "reads" : "acts", async (whole) => {
    const to = await resolvePlace(whole, args.to);
    const others = whole.info.chains.filter(({ chainId }) => chainId !== to.chainId);
    const from = await readSender(whole, args.from, others.length === 1 ? others[0]?.name : undefined);
    if (!args.estimate) await requireSendable(whole, { from, to }, args);
    const path = pathBetween(whole.info, from.chainId, to.chainId);
    const [, next = to.chainId] = path;
    const session = sessionBetween(whole, from.chainId, next);
    const { output } = session;
    const info = next === to.chainId ? session.info : whole.info;
    const { named, token } = await readToken(session, from, { ...to, chainId: next }, args.token);
    const amount = readAmount(args.amount, token);
    const offered = args.fee === undefined ? undefined : readAmount(args.fee, token);
    const request = { chain: from.chainId, to: { chain: to.chainId, account: to.account }, amount, token: named, fee: offered };
    await requireContract(whole.info, { to: request.to, data: "0x" }, whole.provider(to.chainId));
    if (args.estimate) {
      const { deliveryGas, claimGas } = await estimateSend(info, { ...request, sender: from.account }, (id) =>
        session.provider(id),
      );
      const isDeposit = from.chainId === info.l1.chainId;
      const check =
        from.chainId === to.chainId ? ", in addition to the transaction's base cost" : isDeposit ? "" : ", and the proof's check";
      const place = formatChainAddress(info, to);
      output.result(
        () =>
          claimGas === undefined
            ? `the delivery at ${place} takes ${deliveryGas} gas${check}`
            : `the payment at ${place} takes ${deliveryGas} gas, and the claim that makes it ${claimGas} gas at most, the proof's check included`,
        { deliveryGas, ...(claimGas === undefined ? {} : { claimGas }) },
      );
      return;
    }
    output.progress(`sending ${args.amount} ${token.symbol} from ${formatChainAddress(info, from)}…`);
    if (args.listed) return sendInList(session, { ...request, noWait: args.noWait }, { from, to, token });
    const carrying = await forwardingFee(info, { chain: from.chainId, to: to.chainId, token: named }, (id) => whole.provider(id));
    const fee = offered ?? carrying;
    const sent = await send(info, { ...request, fee }, signerOf(session, from));
    // Relayers carry on what goes over chains between.
    const arrival = await followSent(session, sent, from, args.noWait || sent.hops !== undefined);
    output.result(
      () =>
        `${formatAmount(amount, token.decimals)} ${token.symbol} ${arrival.arrived ? "has arrived at" : "is on its way to"} ${formatChainAddress(info, to)}\n` +
        `  ${NAMES[sent.type]} ${sent.messageHash}` +
        feeLine(fee, token, path.length > 2 ? "carry" : sent.type === "withdrawal" ? "claim" : "deliver") +
        (path.length > 2
          ? `\n  over ${path
              .slice(1, -1)
              .map((id) => memberName(info, id))
              .join(", ")}, where relayers carry it on`
          : "") +
        (sent.type === "withdrawal" && path.length === 2 && !arrival.arrived ? `\n  ${claimHint(session, sent)}` : ""),
      { ...sent, from, to, amount, fee, token, ...arrival },
    );
  });

/** With all that the batch sends there, in a list. */
async function sendInList(
  session: Session,
  { noWait, ...request }: SendRequest & { readonly noWait: boolean },
  { from, to, token }: { readonly from: AccountPlace; readonly to: AccountPlace; readonly token: NamedToken },
): Promise<void> {
  const { info, output } = session;
  const sent = await sendListed(info, request, signerOf(session, from), session.provider(to.chainId));
  const messageHash = noWait ? undefined : await untilListed(session, sent.sourceChainId, sent.list);
  const steps = messageHash === undefined ? [] : (await followMessage(session, messageHash, "executed")).steps;
  const arrived = messageHash !== undefined;
  output.result(
    () =>
      `${formatAmount(request.amount, token.decimals)} ${token.symbol} ${arrived ? "has arrived at" : "is on its way to"} ${formatChainAddress(info, to)}\n` +
      (arrived
        ? `  message ${messageHash}${feeLine(request.fee ?? 0n, token, "deliver")}`
        : `  it leaves with its batch; follow it: npx hardhat hyperchain:message ${sent.transactionHash}`),
    {
      ...sent,
      type: "transfer",
      from,
      to,
      amount: request.amount,
      fee: request.fee ?? 0n,
      token,
      arrived,
      steps,
      messageHash: messageHash ?? null,
    },
  );
}

/** Text of the sender's fee. */
function feeLine(fee: bigint, { symbol, decimals }: NamedToken, work: keyof typeof PAID): string {
  return fee === 0n ? "" : `\n  fee ${formatAmount(fee, decimals)} ${symbol}, for ${PAID[work]}`;
}

/** Purposes of a fee. */
const PAID = {
  carry: "the accounts that carry it on",
  claim: "the account that claims it",
  deliver: "the account that delivers it",
} as const;

/** Kinds of the hash of a send. */
const NAMES = { transfer: "message", withdrawal: "message", deposit: "transaction", payment: "transaction" } as const;

function claimHint({ info }: Session, { sourceChainId, messageHash, hops }: Sent): string {
  const command = `npx hardhat hyperchain:claim ${memberName(info, sourceChainId)} ${messageHash}`;
  return hops === undefined
    ? `claim it after its batch has settled: ${command}`
    : `the account that claims it after its batch has settled gets the fee, a relayer for example: ${command}`;
}

/** The token as the client takes it, and as amounts of it are written. */
async function readToken(
  session: Session,
  from: AccountPlace,
  to: AccountPlace,
  text: string | undefined,
): Promise<{ readonly named: string | undefined; readonly token: NamedToken }> {
  const named = await resolveSymbol(session, from.chainId, text);
  const { l1 } = session.info;
  if (from.chainId !== l1.chainId) return { named, token: await tokenOnChain(session, from.chainId, named) };
  return { named, token: await tokenOnL1(session, to.chainId === l1.chainId ? undefined : to.chainId, named ?? "ETH") };
}

export default action;
