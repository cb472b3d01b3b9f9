import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { RemovedChainInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type RemoveArguments = ArgumentsOf<(typeof runningTasks)["remove"]>;

/** `hyperchain:remove`: the ecosystem has a chain less. */
const action: NewTaskActionFunction<RemoveArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async ({ info, output, request }) => {
    const { chainId, settlesOn } = findChain(info, args.chain);
    const removed = (await request("hyperchain_removeChain", chainId, { force: args.force })) as RemovedChainInfo;
    output.result(() => removedText(removed, settlesOn?.name ?? "L1"), removed);
  });

function removedText({ name, chainId, hyperchain, leftOpen, money }: RemovedChainInfo, layer: string): string {
  const { messages, batches, operations, transactions } = leftOpen;
  const isClean = messages + batches + operations + transactions === 0;
  const left = `it leaves ${messages} messages, ${batches} batches, ${operations} operations of ${layer} and ${transactions} transactions behind`;
  const removed = `${name} (${chainId}) is removed; its contract on ${layer} is ${hyperchain}`;
  return [...(isClean ? [removed] : [removed, left]), money].join("\n");
}

export default action;
