import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { cautions } from "../../../../ecosystem/client/standing/chain-standing.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { walletHistory, type WalletHistory } from "../../../../ecosystem/client/ecosystem/running-ecosystem.ts";
import { isEther } from "../../../../ecosystem/client/tokens/token.ts";
import { walletView, type WalletView } from "../../../../ecosystem/client/wallet/wallet-view.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { resolvePlace } from "../session/accounts.ts";
import { strong, table, warning } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type WalletArguments = ArgumentsOf<(typeof actingTasks)["wallet"]>;

/** `hyperchain:wallet`: what an account has on every member, and what is on its way. */
const action: NewTaskActionFunction<WalletArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async (session) => {
    const { info, output } = session;
    const { account } = await resolvePlace(session, args.account, info.l1.name);
    const view = await walletView(info, account, (chainId) => session.provider(chainId));
    const asked = { send: (method: string, params: unknown[]) => session.request(method, ...params) };
    const history = await walletHistory(asked, view.account, { count: HISTORY_LINES });
    output.result(() => `${text(info, view)}\n\n${historyText(info, history)}`, { ...view, history });
  });

const HISTORY_LINES = 10;

/** Assets of which there are parts on several members, or of which some is not executed or on its way. */
function assetText(info: EcosystemInfo, { assets }: WalletView): string {
  const rows = assets.map(({ symbol, decimals, total, executed, arriving, parts, origin }) => {
    const shown = (units: bigint): string => formatAmount(units, decimals);
    const open = total - executed;
    return [
      `${shown(total)} ${symbol}`,
      parts.map(({ name, amount }) => `${shown(amount)} on ${name}`).join(" + "),
      open === 0n ? "executed on L1" : `L1 has not executed ${shown(open)} of it`,
      arriving === 0n ? "" : `${shown(arriving)} on the way`,
      isEther(origin.token) ? "" : `from ${memberName(info, origin.chainId)} as ${origin.token}`,
    ];
  });
  return rows.length === 0 ? "no assets" : table(rows);
}

function standingText({ chains }: EcosystemInfo, { members }: WalletView): readonly string[] {
  return members.flatMap(({ chainId, name, standing }) => {
    if (standing === undefined) return [];
    const { batchesBehind } = standing;
    const below = chains.find((chain) => chain.chainId === chainId)?.settlesOn?.name ?? "L1";
    const behind = batchesBehind === 0 ? [] : [`${below} has ${batchesBehind} of its batches to execute`];
    const words = [...cautions(standing), ...behind];
    return words.length === 0 ? [] : [warning(`${name}: ${words.join("; ")}`)];
  });
}

function historyText(info: EcosystemInfo, { transactions, next }: WalletHistory): string {
  const rows = transactions.map(({ chainId, timestamp, from, to, transactionHash, succeeded }) => [
    new Date(timestamp * 1_000).toISOString().slice(0, 19),
    memberName(info, chainId),
    `${from} → ${to ?? "a new contract"}`,
    succeeded ? "" : "failed",
    transactionHash,
  ]);
  const more = next === undefined ? "" : "\n(older ones: hyperchain_history)";
  return `${strong("What touched it on the chains")}\n${rows.length === 0 ? "nothing" : table(rows)}${more}`;
}

function text(info: EcosystemInfo, view: WalletView): string {
  const { account, members, inFlight, unread = [] } = view;
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
  // Match by origin: another account can put a token of another name at the same address of another member.
  const known = members.flatMap(({ tokens }) => tokens);
  const moving = inFlight.map(
    ({ type, sourceChainId, destinationChainId, amount, originChainId, originToken, waitingFor, hash }) => {
      const token = known.find(({ origin }) => origin.chainId === originChainId && origin.token === originToken);
      const shown =
        token === undefined ? `${amount} units of ${originToken}` : `${formatAmount(amount, token.decimals)} ${token.symbol}`;
      return [
        type,
        shown,
        `${memberName(info, sourceChainId)} → ${memberName(info, destinationChainId)}`,
        `waits for ${waitingFor}`,
        hash,
      ];
    },
  );
  const away = members.flatMap(({ name, unavailable }) =>
    unavailable === undefined
      ? []
      : [warning(`${name} does not answer (${unavailable}): assets there, and transfers from or to it, are not shown`)],
  );
  const hidden = unread
    .filter(({ chainId }) => members.every((member) => member.chainId !== chainId || member.unavailable === undefined))
    .map(({ name, reason }) => warning(`not everything on its way from or to ${name} could be read: ${reason}`));
  const unasked = members.flatMap(({ name, unasked: count }) =>
    count === undefined ? [] : [warning(`the bridge on ${name} knows ${count} tokens more, which were not asked`)],
  );
  const nothing = away.length + hidden.length === 0 ? "Nothing is on its way." : "Nothing else is on its way.";
  return [
    strong(account),
    assetText(info, view),
    table(balances),
    ...standingText(info, view),
    ...away,
    ...hidden,
    ...unasked,
    moving.length === 0 ? nothing : `${strong("On its way")}\n${table(moving)}`,
  ].join("\n\n");
}

export default action;
