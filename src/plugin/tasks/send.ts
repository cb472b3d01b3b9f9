import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { formatChainAddress } from "../../client/chain-address.ts";
import { estimateSend } from "../../client/estimate.ts";
import { send } from "../../client/send.ts";
import { formatAmount } from "../../options/amount.ts";
import { readPlace, readSender, signerOf } from "./accounts.ts";
import type { TransferArguments } from "./arguments.ts";
import { followMessage } from "./follow-message.ts";
import { withEcosystem } from "./session.ts";
import { readAmount, resolveSymbol, tokenOnChain } from "./tokens.ts";

interface SendArguments extends TransferArguments {
  readonly estimate: boolean;
}

/** `hyperchain:send`: money from one chain to another, by a hyperbridge. */
const action: NewTaskActionFunction<SendArguments> = (args, hre) =>
  withEcosystem(args, hre, async (session) => {
    const { info, output } = session;
    const to = readPlace(session, args.to);
    const others = info.chains.filter(({ chainId }) => chainId !== to.chainId);
    const from = readSender(session, args.from, others.length === 1 ? others[0]?.name : undefined);
    const named = await resolveSymbol(session, from.chainId, args.token);
    const token = await tokenOnChain(session, from.chainId, named);
    const amount = readAmount(args.amount, token);
    const request = { from: from.chainId, to: { chain: to.chainId, account: to.account }, amount, token: named };
    if (args.estimate) {
      const { deliveryGas } = await estimateSend(info, request, (id) => session.provider(id));
      output.result(() => `the delivery at ${formatChainAddress(info, to)} takes ${deliveryGas} gas, and the proof's check`, {
        deliveryGas,
      });
      return;
    }
    output.progress(`sending ${args.amount} ${token.symbol} from ${formatChainAddress(info, from)}…`);
    const sent = await send(info, request, signerOf(session, from));
    const message = args.noWait ? undefined : await followMessage(session, sent.messageHash, "executed");
    output.result(
      () =>
        `${formatAmount(amount, token.decimals)} ${token.symbol} ${message === undefined ? "is on its way to" : "has arrived at"} ${formatChainAddress(info, to)}\n` +
        `  message ${sent.messageHash}`,
      { ...sent, from, to, amount, token, arrived: message !== undefined, steps: message?.steps ?? [] },
    );
  });

export default action;
