import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../client/ecosystem.ts";
import type { ChainInfo } from "../../devnet/view/ecosystem-info.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { withEcosystem } from "./session.ts";

interface StartArguments extends EcosystemArguments {
  readonly chain: string;
}

/** `hyperchain:start`: a chain that was stopped goes on. */
const action: NewTaskActionFunction<StartArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async ({ info, output, request }) => {
    const started = (await request("hyperchain_startChain", findChain(info, args.chain).chainId)) as ChainInfo;
    output.result(() => `${started.name} (${started.chainId}) runs at ${started.url}`, started);
  });

export default action;
