import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { requireContract } from "../../../../ecosystem/client/calls/call.ts";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { deposit } from "../../../../ecosystem/client/queue/deposit.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { sessionOf, withEcosystem } from "../session/session.ts";
import { requireTaking } from "../session/standing.ts";
import { readAmount, resolveSymbol, tokenOnL1 } from "../session/tokens.ts";
import { waitForTransaction } from "../following/wait-for-transaction.ts";

/** `hyperchain:deposit`: money from what a chain settles on to the chain, through its priority queue. */
const action: NewTaskActionFunction<ArgumentsOf<(typeof actingTasks)["deposit"]>> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (whole) => {
    const to = await resolvePlace(whole, args.to);
    const session = to.chainId === whole.info.l1.chainId ? whole : sessionOf(whole, to.chainId);
    const { info, output } = session;
    const from = await readSender(whole, args.from, info.l1.name);
    if (from.chainId !== info.l1.chainId)
      throw pluginError(`a deposit comes from ${info.l1.name}; between chains there is hyperchain:send`);
    if (to.chainId === info.l1.chainId)
      throw pluginError(
        `a deposit goes to a chain, such as ${args.to.split("@")[0] ?? "0x…"}@${info.chains[0]?.name ?? "alpha"}`,
      );
    await requireTaking(whole, to.chainId, args);
    await requireContract(info, { to: { chain: to.chainId, account: to.account }, data: "0x" }, session.provider(to.chainId));
    const named = await resolveSymbol(session, info.l1.chainId, args.token);
    const token = await tokenOnL1(session, to.chainId, named);
    const amount = readAmount(args.amount, token);
    output.progress(`depositing ${args.amount} ${token.symbol}…`);
    const done = await deposit(info, { chain: to.chainId, amount, to: to.account, token: named }, signerOf(session, from));
    output.progress(`queued on ${info.l1.name} (${done.l1TransactionHash})`);
    if (!args.noWait) await waitForTransaction(session, to.chainId, done.canonicalTxHash);
    const arrived = args.noWait ? "is on its way to" : "has arrived at";
    output.result(
      () =>
        `${formatAmount(amount, token.decimals)} ${token.symbol} ${arrived} ${formatChainAddress(info, to)}\n` +
        `  transaction on ${info.l1.name}: ${done.l1TransactionHash}\n  transaction on ${memberName(info, to.chainId)}: ${done.canonicalTxHash}`,
      { ...done, from, to, amount, token, arrived: !args.noWait },
    );
  });

export default action;
