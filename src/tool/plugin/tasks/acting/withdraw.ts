import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { withdraw } from "../../../../ecosystem/client/messages/withdraw.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { claimWithdrawal } from "../following/claim-withdrawal.ts";
import { sessionOf, withEcosystem } from "../session/session.ts";
import { requireNotEnded, requireStarted } from "../session/standing.ts";
import { readAmount, resolveSymbol, tokenOnChain } from "../session/tokens.ts";

/** `hyperchain:withdraw`: money from a chain to what it settles on, where it is claimed once the batch is executed there. */
const action: NewTaskActionFunction<ArgumentsOf<(typeof actingTasks)["withdraw"]>> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (whole) => {
    const from = await readSender(whole, args.from);
    if (from.chainId === whole.info.l1.chainId)
      throw pluginError("a withdrawal comes from a chain; to send money to one there is hyperchain:deposit");
    requireStarted(whole.info, from.chainId);
    await requireNotEnded(whole, from.chainId);
    const session = sessionOf(whole, from.chainId);
    const { info, output } = session;
    const to = args.to === undefined ? { ...from, chainId: info.l1.chainId } : await resolvePlace(whole, args.to, info.l1.name);
    if (to.chainId !== info.l1.chainId)
      throw pluginError(`a withdrawal goes to ${info.l1.name}; between chains there is hyperchain:send`);
    const named = await resolveSymbol(session, from.chainId, args.token);
    const token = await tokenOnChain(session, from.chainId, named);
    const amount = readAmount(args.amount, token);
    output.progress(`withdrawing ${args.amount} ${token.symbol} from ${memberName(info, from.chainId)}…`);
    const sent = await withdraw(info, { chain: from.chainId, amount, token: named, to: to.account }, signerOf(session, from));
    output.progress(`sent (${sent.transactionHash})`);
    const payer = { ...from, chainId: info.l1.chainId };
    const claimed = args.noWait ? undefined : await claimWithdrawal(session, from.chainId, sent.messageHash, payer);
    output.result(
      () =>
        `${formatAmount(amount, token.decimals)} ${token.symbol} ${args.noWait ? "is on its way to" : "has been paid to"} ${formatChainAddress(info, to)}\n` +
        (args.noWait
          ? `  claim it after its batch has settled: npx hardhat hyperchain:claim ${memberName(info, from.chainId)} ${sent.messageHash}`
          : `  claim on ${info.l1.name}: ${claimed?.transactionHash ?? "another account's"}`),
      { ...sent, from, to, amount, token, paid: !args.noWait, claimTransactionHash: claimed?.transactionHash ?? null },
    );
  });

export default action;
