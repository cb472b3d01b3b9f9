import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { estimateSpend, spend, type SpendPart, type SpendPlan } from "../../../../ecosystem/client/wallet/spend.ts";
import { findAsset } from "../../../../ecosystem/client/wallet/spendable.ts";
import { isEther } from "../../../../ecosystem/client/tokens/token.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { readPlace, defaultSender, resolvePlace, signerOf } from "../session/accounts.ts";
import { followSent } from "../following/follow-sent.ts";
import { strong, table } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { requireTaking } from "../session/standing.ts";
import { readAmount, tokenOnChain, tokenOnL1, type NamedToken } from "../session/tokens.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type SpendArguments = ArgumentsOf<(typeof actingTasks)["spend"]>;

/** `hyperchain:spend`: a payment out of what an account has on all members together. */
const action: NewTaskActionFunction<SpendArguments> = (args, hre) =>
  withEcosystem(args, hre, args.estimate ? "reads" : "acts", async (session) => {
    const { info, output } = session;
    const to = await resolvePlace(session, args.to);
    const { account } = readPlace(session, args.from ?? defaultSender(session), info.l1.name);
    if (!args.estimate) await requireTaking(session, to.chainId, args);
    const token = await describeAsset(session, args.asset);
    const amount = readAmount(args.amount, token);
    const request = { asset: args.asset, amount, to: { chain: to.chainId, account: to.account } };
    const providerOf = (id: number) => session.provider(id);
    const inWords = (units: bigint): string => `${formatAmount(units, token.decimals)} ${token.symbol}`;
    const whole = `${inWords(amount)} for ${formatChainAddress(info, to)}`;
    if (args.estimate) {
      const plan = await estimateSpend(info, { ...request, sender: account }, providerOf);
      output.result(() => `${strong(whole)}\n${planText(plan, inWords)}`, plan);
      return;
    }
    output.progress(`gathering ${whole}…`);
    const spent = await spend(info, request, (chainId) => signerOf(session, { chainId, account }), providerOf);
    output.progress(planText(spent, inWords));
    const arrivals = [];
    for (const { chainId, sent } of spent.parts)
      arrivals.push(await followSent(session, sent, { chainId, account }, args.noWait));
    const arrived = arrivals.every((each) => each.arrived);
    output.result(
      () =>
        `${whole} ${arrived ? "has arrived" : "is on its way"}, in ${spent.parts.length === 1 ? "one part" : `${spent.parts.length} parts`}`,
      { ...spent, amount, token, arrived },
    );
  });

function planText({ parts }: { readonly parts: SpendPlan["parts"] }, inWords: (units: bigint) => string): string {
  return table(
    parts.map(({ name, route, amount, cautions }: SpendPart) => [
      `  ${inWords(amount)}`,
      `from ${name}`,
      `by ${route}`,
      cautions.join("; "),
    ]),
  );
}

/** Symbol and decimals of the asset, from its contract on the origin chain. */
async function describeAsset(session: Session, asset: string): Promise<NamedToken> {
  if (isEther(asset)) return { symbol: "ETH", decimals: 18 };
  const { l1 } = session.info;
  const { originChainId, originToken } = await findAsset(session.info, asset, (id) => session.provider(id));
  if (originChainId === l1.chainId) return tokenOnL1(session, undefined, originToken);
  return tokenOnChain(session, originChainId, originToken);
}

export default action;
