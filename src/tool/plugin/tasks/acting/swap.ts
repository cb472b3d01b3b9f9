import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { deployRemoteSwap, hasRemoteSwap } from "../../../../ecosystem/client/transfers/remote-swap-contract.ts";
import { sentMessages, type SentMessage } from "../../../../ecosystem/client/messages/sent-messages.ts";
import { estimateSwap, madeSwap, swap, type MadeSwap, type SentSwap } from "../../../../ecosystem/client/transfers/swap.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, resolvePlace, signerOf, type AccountPlace } from "../session/accounts.ts";
import { readNumber } from "../session/arguments.ts";
import { callFailure } from "../session/call-failure.ts";
import { followMessage } from "../following/follow-message.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { requireSendable } from "../session/standing.ts";
import { readAmount, resolveSymbol, tokenOnChain, type NamedToken } from "../session/tokens.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type SwapArguments = ArgumentsOf<(typeof actingTasks)["swap"]>;

const SLIPPAGE = wholeNumber(0, 9_999, 50);

/** `hyperchain:swap`: a swap at a router on another chain, whose proceeds go to any member. */
const action: NewTaskActionFunction<SwapArguments> = (args, hre) =>
  withEcosystem(args, hre, args.estimate ? "reads" : "acts", async (session) => {
    const { info, output } = session;
    const at = await resolvePlace(session, args.at);
    const others = info.chains.filter(({ chainId }) => chainId !== at.chainId);
    const from = await readSender(session, args.from, others.length === 1 ? others[0]?.name : undefined);
    const to = args.to === undefined ? from : await resolvePlace(session, args.to);
    if (!args.estimate) await requireSendable(session, { from, to: at }, args);
    const [given, wanted] = await Promise.all([
      resolveSymbol(session, from.chainId, args.token),
      resolveSymbol(session, at.chainId, args.wanted),
    ]);
    const [token, proceeds] = [await tokenOnChain(session, from.chainId, given), await tokenOnChain(session, at.chainId, wanted)];
    const request = {
      chain: from.chainId,
      at: { chain: at.chainId, account: at.account },
      to: { chain: to.chainId, account: to.account },
      amount: readAmount(args.amount, token),
      token: given,
      wanted,
      via: args.via?.split(","),
      minimum: args.minimum === undefined ? undefined : readAmount(args.minimum, proceeds),
      slippage: readNumber("slippage", args.slippage, SLIPPAGE),
    };
    const inWords = (amount: bigint): string => `${formatAmount(amount, proceeds.decimals)} ${proceeds.symbol}`;
    const providerOf = (id: number) => session.provider(id);
    await ensureRemoteSwap(session, at, from, args.estimate);
    if (args.estimate) {
      const sender = { ...request, sender: from.account };
      const estimate = await estimateSwap(info, sender, providerOf, await session.names());
      const price = priceOf({ amount: request.amount, token }, { amount: estimate.quoted, token: proceeds });
      output.result(
        () => `it would bring ${inWords(estimate.quoted)} now (${price}), and not less than ${inWords(estimate.minimum)}`,
        { ...estimate },
      );
      return;
    }
    output.progress(`swapping ${args.amount} ${token.symbol} of ${formatChainAddress(info, from)}…`);
    const sent = await swap(info, request, signerOf(session, from), providerOf, await session.names());
    const got = (amount: bigint | undefined): string =>
      amount === undefined
        ? `at least ${inWords(sent.minimum)}`
        : `${inWords(amount)} (${priceOf({ amount: request.amount, token }, { amount, token: proceeds })})`;
    const made = args.noWait ? undefined : await followOrder(session, sent);
    output.result(
      () =>
        (made === undefined
          ? `the order is on its way to ${formatChainAddress(info, at)}; it brings at least ${inWords(sent.minimum)}`
          : `swapped ${args.amount} ${token.symbol} for ${got(made.swapped?.amountOut)}, which ${made.arrived ? "has arrived at" : "is on its way to"} ${formatChainAddress(info, to)}`) +
        `\n  message ${sent.messageHash}${made?.claim === undefined ? "" : `\n  ${made.claim}`}`,
      {
        ...sent,
        from,
        at,
        to,
        token,
        proceeds,
        made: made !== undefined,
        arrived: made?.arrived ?? false,
        proceedsAmount: made?.swapped?.amountOut ?? null,
      },
    );
  });

/** Puts the contract that swaps on the router's chain, where that has none, by the sender's account there. */
async function ensureRemoteSwap(session: Session, at: AccountPlace, from: AccountPlace, isEstimate: boolean): Promise<void> {
  const isChain = session.info.chains.some(({ chainId }) => chainId === at.chainId);
  if (!isChain || (await hasRemoteSwap(session.provider(at.chainId)))) return;
  const name = memberName(session.info, at.chainId);
  if (isEstimate)
    throw pluginError(
      `${name} has no contract for swaps of other chains yet, and an estimate sends nothing: the first swap puts it there`,
    );
  if ((await session.provider(at.chainId).getCode(at.account)) === "0x")
    throw pluginError(`there is no router at ${formatChainAddress(session.info, at)}; check address and chain`);
  session.output.progress(`putting the contract for swaps of other chains on ${name}…`);
  await deployRemoteSwap(session.info, at.chainId, signerOf(session, { ...from, chainId: at.chainId }));
}

/** Waits until the swap is made and its proceeds have arrived. Throws a plugin error where it failed. */
async function followOrder(
  session: Session,
  { messageHash: hash, purse }: SentSwap,
): Promise<{ readonly arrived: boolean; readonly claim?: string; readonly swapped?: MadeSwap | undefined }> {
  const message = await followMessage(session, hash, "executed");
  const failure = await callFailure(session, message);
  if (failure !== undefined) throw pluginError(`${failure}\nIts message is ${hash}`);
  const { swapped, proceeds } = await outcomeOf(session, message, purse);
  if (proceeds === undefined) return { arrived: true, swapped };
  if (proceeds.type !== "withdrawal") {
    await followMessage(session, proceeds.messageHash, "executed");
    return { arrived: true, swapped };
  }
  const chain = memberName(session.info, proceeds.sourceChainId);
  const claim = `claim it after its batch has settled: npx hardhat hyperchain:claim ${chain} ${proceeds.messageHash}`;
  return { arrived: false, claim, swapped };
}

/**
 * Swapped amounts, and the message that took the proceeds from the router's chain; undefined if they remained
 * there.
 */
async function outcomeOf(
  { info, provider }: Session,
  { steps }: MessageInfo,
  purse: SentSwap["purse"],
): Promise<{ readonly swapped?: MadeSwap | undefined; readonly proceeds?: SentMessage | undefined }> {
  const executed = steps.find(({ step }) => step === "executed");
  if (executed === undefined) return {};
  const receipt = await provider(executed.chainId).getTransactionReceipt(executed.transactionHash);
  if (receipt === null) return {};
  const sent = sentMessages(executed.chainId, info.l1.chainId, receipt);
  return { swapped: madeSwap(receipt, purse), proceeds: sent.find(({ type }) => type === "transfer" || type === "withdrawal") };
}

/** An amount of a token. */
interface Amount {
  readonly amount: bigint;
  readonly token: NamedToken;
}

/** Digits of a printed price. */
const PRICE_DECIMALS = 6;

/** Price of the given token: "1 ETH = 1812.95 USD". */
function priceOf(paid: Amount, got: Amount): string {
  const digits = 10n ** BigInt(paid.token.decimals + PRICE_DECIMALS);
  const price = (got.amount * digits) / (paid.amount * 10n ** BigInt(got.token.decimals));
  return `1 ${paid.token.symbol} = ${formatAmount(price, PRICE_DECIMALS)} ${got.token.symbol}`;
}

export default action;
