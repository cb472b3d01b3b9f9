import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { announceToken, describeToken, type Announcement } from "../../../../ecosystem/client/messages/announce.ts";
import { ClientError } from "../../../../ecosystem/client/ecosystem/client-error.ts";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { createProgressWait, waitWithProgress } from "../session/progress-wait.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type AnnounceArguments = ArgumentsOf<(typeof actingTasks)["announce"]>;

/**
 * `hyperchain:announce`: delivers a token's name, symbol and decimals from the token's origin chain to
 * another one.
 */
const action: NewTaskActionFunction<AnnounceArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const destination = args.on === undefined ? undefined : findChain(info, args.on);
    const others = info.chains.filter(({ chainId }) => chainId !== destination?.chainId);
    const from = await readSender(session, args.from, others.length === 1 ? others[0]?.name : undefined);
    const source = findChain(info, from.chainId);
    output.progress(`announcing ${args.token} on ${source.name}…`);
    const announced = await announceToken(info, { chain: from.chainId, token: args.token }, signerOf(session, from));
    const described =
      destination === undefined
        ? undefined
        : await bring(session, announced, { chainId: destination.chainId, account: from.account });
    output.result(
      () =>
        `${args.token} of ${source.name} is announced; ${
          destination === undefined
            ? "relayers bring its name to the chains that it is sent to"
            : `${destination.name} knows its name`
        }\n  message ${announced.messageHash}`,
      { ...announced, describedIn: described ?? null },
    );
  });

/** Settles the announcement's batch, and describes the token when the other chain has looked at L1. */
async function bring(
  session: Session,
  announced: Announcement,
  to: { readonly chainId: number; readonly account: Hex },
): Promise<Hex> {
  const { info, request, provider } = session;
  await waitWithProgress(session, request("hyperchain_settle", announced.chainId));
  const wait = createProgressWait(session);
  for (;;) {
    try {
      return await describeToken(info, { announced, on: to.chainId }, signerOf(session, to), provider(info.l1.chainId));
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== "NotImported") throw error;
      await wait.wait(error.message);
    }
  }
}

export default action;
