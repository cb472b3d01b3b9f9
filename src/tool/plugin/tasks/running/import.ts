import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { backBalances } from "./back-balances.ts";
import { balanceGain, importAccounts } from "../../importing/import-state.ts";
import { readSource } from "../../importing/read-source.ts";
import { countsOf, leftOutLine } from "../../importing/told-accounts.ts";
import { warning } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ImportArguments = ArgumentsOf<(typeof runningTasks)["import"]>;

/** Changes between two lines of progress. */
const TOLD_EACH = 1_000;

/** `hyperchain:import`: the accounts of another chain, put into a chain of the ecosystem. */
const action: NewTaskActionFunction<ImportArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const chain = findChain(info, args.chain);
    const { accounts, leftOut, warnings } = await readSource(args.source, chain);
    for (const each of warnings) output.progress(warning(each));
    const provider = session.provider(chain.chainId);
    const gain = await balanceGain(provider, accounts);
    // Before the balances: cut off in between, L1 holds more than it must, and never less.
    const backing = await backBalances(session, chain.chainId, gain);
    await importAccounts(provider, accounts, (count, of) => {
      if (count % TOLD_EACH === 0 || count === of) output.progress(`${count} of ${of} changes are made`);
    });
    const counts = countsOf(accounts);
    output.result(
      () =>
        `${chain.name} has ${counts.accounts} accounts of ${args.source}, ${counts.contracts} of them contracts, with ${counts.slots} words of storage\n` +
        `  ${backing.text}${leftOutLine(leftOut)}`,
      { chainId: chain.chainId, ...counts, leftOut, gainWei: String(gain), backed: backing.hash ?? null },
    );
  });

export default action;
