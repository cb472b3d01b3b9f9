import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../client/ecosystem.ts";
import { walletView } from "../../client/wallet-view.ts";
import type { WalletView } from "../../client/wallet-view.ts";
import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { formatAmount } from "../../options/amount.ts";
import { resolvePlace } from "./accounts.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { strong, table, warning } from "./output.ts";
import { withEcosystem } from "./session.ts";

interface WalletArguments extends EcosystemArguments {
  readonly account: string;
}

/** `hyperchain:wallet`: what an account has on every member, and what is on its way. */
const action: NewTaskActionFunction<WalletArguments> = (args, hre) =>
  withEcosystem(args, hre, async (session) => {
    const { info, output } = session;
    const { account } = await resolvePlace(session, args.account, info.l1.name);
    const view = await walletView(info, account, (chainId) => session.provider(chainId));
    output.result(() => text(info, view), view);
  });

function text(info: EcosystemInfo, { account, members, inFlight, unread = [] }: WalletView): string {
  const balances = members.flatMap(({ name, tokens }) =>
    tokens
      .filter(({ amount }, i) => i === 0 || amount > 0n)
      .map(({ symbol, decimals, amount, address }, i) => [
        i === 0 ? name : "",
        formatAmount(amount, decimals),
        symbol,
        i === 0 ? "" : address,
      ]),
  );
  const known = new Map(members.flatMap(({ tokens }) => tokens.map((token) => [token.address, token] as const)));
  const moving = inFlight.map(({ type, sourceChainId, destinationChainId, amount, originToken, waitingFor, hash }) => {
    const token = known.get(originToken);
    const shown =
      token === undefined ? `${amount} units of ${originToken}` : `${formatAmount(amount, token.decimals)} ${token.symbol}`;
    return [
      type,
      shown,
      `${memberName(info, sourceChainId)} → ${memberName(info, destinationChainId)}`,
      `waits for ${waitingFor}`,
      hash,
    ];
  });
  const away = members.flatMap(({ name, unavailable }) =>
    unavailable === undefined
      ? []
      : [warning(`${name} does not answer (${unavailable}): what is there, and on its way from or to it, is not shown`)],
  );
  const hidden = unread
    .filter(({ chainId }) => members.every((member) => member.chainId !== chainId || member.unavailable === undefined))
    .map(({ name, reason }) => warning(`not everything on its way from or to ${name} could be read: ${reason}`));
  const nothing = away.length + hidden.length === 0 ? "Nothing is on its way." : "Nothing else is on its way.";
  return [
    strong(account),
    table(balances),
    ...away,
    ...hidden,
    moving.length === 0 ? nothing : `${strong("On its way")}\n${table(moving)}`,
  ].join("\n\n");
}

export default action;
