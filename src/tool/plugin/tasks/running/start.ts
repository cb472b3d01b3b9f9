import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { endedChain } from "../../../../ecosystem/client/standing/chain-standing.ts";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { ChainInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type StartArguments = ArgumentsOf<(typeof runningTasks)["start"]>;

/** `hyperchain:start`: resumes a paused chain. */
const action: NewTaskActionFunction<StartArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async ({ info, output, request }) => {
    const started = (await request("hyperchain_startChain", findChain(info, args.chain).chainId)) as ChainInfo;
    const { why, help } = endedChain(started.name, started.settlesOn?.name ?? "L1");
    const ended = started.ended === true ? `, to be read: ${why}; ${help}` : "";
    output.result(() => `${started.name} (${started.chainId}) runs at ${started.url}${ended}`, started);
  });

export default action;
