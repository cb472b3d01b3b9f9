import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { call, requireContract } from "../../../../ecosystem/client/calls/call.ts";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { ClientError } from "../../../../ecosystem/client/ecosystem/client-error.ts";
import { checkCall, estimateCall, type CallToEstimate } from "../../../../ecosystem/client/transfers/estimate.ts";
import { wayDown } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { nextBlockTime } from "../../../../chain/settlement-layer/reader/l1-time.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import { valuesOf, readNumber } from "../session/arguments.ts";
import { encodeCall } from "../session/encode-call.ts";
import { reportCall } from "./report-call.ts";
import { sessionBetween, withEcosystem, type Session } from "../session/session.ts";
import { requireSendable } from "../session/standing.ts";
import { readAmount, tokenOnChain, tokenOnL1 } from "../session/tokens.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type CallArguments = ArgumentsOf<(typeof actingTasks)["call"]>;

/** From a plain transaction's to what one of the protocol may have. */
const GAS = wholeNumber(21_000, 16_000_000, 1_000_000);
/** At most a year: a moment in milliseconds is a slip. */
const SECONDS = wholeNumber(1, 31_536_000, 86_400);

/** `hyperchain:call`: a call of a contract on any member, L1 too. */
const action: NewTaskActionFunction<CallArguments> = (args, hre) =>
  withEcosystem(args, hre, args.estimate ? "reads" : "acts", async (whole) => {
    const to = await resolvePlace(whole, args.to);
    const others = whole.info.chains.filter(({ chainId }) => chainId !== to.chainId);
    const from = await readSender(whole, args.from, others.length === 1 ? others[0]?.name : undefined);
    if (!args.estimate) await requireSendable(whole, { from, to }, args);
    // Over intermediate chains, each step of the route has another layer.
    const isOver = wayDown(whole.info, from.chainId, to.chainId).length > 1;
    const session = isOver ? whole : sessionBetween(whole, from.chainId, to.chainId);
    const { info, output } = session;
    const data = encodeCall(args.function, valuesOf(args.arguments));
    const isOnL1 = to.chainId === info.l1.chainId;
    const token = isOnL1 ? await tokenOnL1(session, undefined, "ETH") : await tokenOnChain(session, to.chainId, undefined);
    const value = args.value === undefined || args.value === "0" ? 0n : readAmount(args.value, token);
    const reward = args.reward === undefined || args.reward === "0" ? 0n : readAmount(args.reward, token);
    const gas = readNumber("gas", args.gas, GAS);
    const seconds = readNumber("expires", args.expires, SECONDS);
    const request = {
      chain: from.chainId,
      to: { chain: to.chainId, account: to.account },
      data,
      value,
      reward,
      gasLimit: gas === undefined ? undefined : BigInt(gas),
      funded: args.funded,
      deadline: seconds === undefined ? undefined : (await nextBlockTime(session.provider(to.chainId))) + BigInt(seconds),
    };
    await requireContract(info, request, session.provider(to.chainId));
    if (args.estimate) {
      const sender = { ...request, sender: from.account };
      const { gasLimit } = await estimateCall(info, sender, (id) => session.provider(id), await session.names());
      output.result(() => `the call of ${formatChainAddress(info, to)} needs ${gasLimit} gas there (--gas, with a margin)`, {
        gasLimit,
      });
      return;
    }
    if (!args.force) await tryCall(session, { ...request, sender: from.account });
    output.progress(`calling ${formatChainAddress(info, to)} from ${formatChainAddress(info, from)}…`);
    const sent = await call(info, request, signerOf(session, from));
    await reportCall(session, sent, { from, to, data, value, reward, noWait: args.noWait });
  });

/** Makes the call once where it is to be made, and sends nothing. Throws a plugin error with the reason where it would fail. */
async function tryCall(session: Session, request: CallToEstimate): Promise<void> {
  const { info, provider } = session;
  await checkCall(info, request, provider, await session.names()).catch((error: unknown) => {
    if (!(error instanceof ClientError) || error.code !== "Failed") throw error;
    const back = (request.value ?? 0n) > 0n ? ", and its value is refunded if it fails" : "";
    throw pluginError(`${error.message}; --force sends it all the same${back}`, error);
  });
}

export default action;
