import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { withEcosystem } from "../session/session.ts";

type CutSlotArguments = ArgumentsOf<(typeof runningTasks)["cutSlot"]>;

/** `hyperchain:cut-slot`: ends external sequencing of a chain and its peers, whose sequencer does not return. */
const action: NewTaskActionFunction<CutSlotArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const { chainId, name } = findChain(info, args.chain);
    const slot = Number(await session.provider(chainId).send("hyperchain_cutSlot", []));
    const text = `external sequencing of ${name} has ended after slot ${slot}: its operator orders transactions alone, and later slots are refused`;
    output.result(() => text, { chain: name, chainId, slot });
  });

export default action;
