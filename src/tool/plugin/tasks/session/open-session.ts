import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { openSession } from "../../../../ecosystem/client/ecosystem/open-session.ts";
import { pluginError } from "../../plugin-error.ts";
import { readPlace, signerOf } from "./accounts.ts";
import { readersOf } from "./reader-sessions.ts";
import { withEcosystem } from "./session.ts";
import type { sessionTasks } from "../arguments/session.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type SessionArguments = ArgumentsOf<(typeof sessionTasks)["session"]>;

/** `hyperchain:session`: a token to read a chain that only some may read, or to change a chain's lists as its admin. */
const action: NewTaskActionFunction<SessionArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const closed = info.chains.filter(({ readsNeedSession }) => readsNeedSession === true);
    const { chainId } = args.chain === undefined ? only(closed) : findChain(info, args.chain);
    const chain = info.chains.find((each) => each.chainId === chainId);
    if (chain === undefined) throw pluginError(`${args.chain} is L1, which needs no session`);
    const purpose = closed.includes(chain)
      ? `read ${chain.name}`
      : `change the lists of ${chain.name}, which every caller may read,`;
    const place = args.account === undefined ? undefined : readPlace(session, args.account, chain.name);
    const wallet = place === undefined ? readersOf(info, chain)[0] : signerOf(session, place);
    if (wallet === undefined)
      throw pluginError(
        `there is no key for ${chain.name}: set HYPERCHAIN_PRIVATE_KEY to that of a reader or of the admin, or name one by --account`,
      );
    const { token, account, expiresAt } = await openSession(chain, wallet);
    const until = new Date(expiresAt * 1_000).toISOString();
    output.result(
      () =>
        `${token}\n\n${account} may ${purpose} with it until ${until}: send it as \`Authorization: Bearer ${token}\`, or set HYPERCHAIN_SESSION to it.`,
      { chain: chain.name, url: chain.url, token, account, expiresAt },
    );
  });

function only<Chain extends { readonly name: string }>(closed: readonly Chain[]): Chain {
  const [chain, other] = closed;
  if (chain !== undefined && other === undefined) return chain;
  throw pluginError(
    chain === undefined
      ? "every caller may read all chains of this ecosystem: none needs a session"
      : `name the chain by --chain: ${closed.map(({ name }) => name).join(", ")}`,
  );
}

export default action;
