import { formatEther } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findHub } from "../../../../ecosystem/client/ecosystem/find-hub.ts";
import type { HubBlockInfo, HubInfo } from "../../../../ecosystem/devnet/view/books/hub-info.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { relayingTasks } from "../arguments/relaying.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { strong, table } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";

type HubArguments = ArgumentsOf<(typeof relayingTasks)["hub"]>;

/** `hyperchain:hub`: shows a hub, after it has landed a block if `--land` requests one. */
const action: NewTaskActionFunction<HubArguments> = (args, hre) =>
  withEcosystem(args, hre, args.land ? "acts" : "reads", async ({ info, output, request }) => {
    const { name } = findHub(info.hubs, args.hub === "" ? undefined : args.hub);
    if (args.land) {
      output.progress(`landing a block of ${name}…`);
      await request("hyperchain_landHub", name);
    }
    const hub = (await request("hyperchain_getHub", name)) as HubInfo;
    const newest = (await request("hyperchain_getHubBlock", name)) as HubBlockInfo | null;
    output.result(() => hubText(hub, newest, info), { ...hub, newest });
  });

export default action;

function hubText(hub: HubInfo, newest: HubBlockInfo | null, { chains }: EcosystemInfo): string {
  const nameOf = (chainId: number): string => chains.find((chain) => chain.chainId === chainId)?.name ?? String(chainId);
  const aggregators = hub.aggregators.map(({ address, isRunning, block, stakeWei }, index) => [
    String(index),
    address,
    isRunning ? "runs" : "silent",
    `block ${block}`,
    ...(stakeWei === undefined ? [] : [`${formatEther(stakeWei)} ETH at stake`]),
  ]);
  const members = hub.progress.map(({ name, waiting }) => [name, `${waiting} ${waiting === 1 ? "batch waits" : "batches wait"}`]);
  const batches = (newest?.batches ?? []).map(({ chainId, batchNumber, facts = [] }) => [
    nameOf(chainId),
    `batch ${batchNumber}`,
    facts.length === 0 ? "" : `${facts.length} ${facts.length === 1 ? "fact" : "facts"}`,
  ]);
  const sections = [
    `${strong(`Hub ${hub.name}`)} of ${hub.members.join(", ")} (${hub.address} on L1)`,
    `${strong("Aggregators")}\n${table(aggregators)}`,
    `${strong("Members")}\n${table(members)}`,
    newest === null ? "No block yet." : `${strong(`Block ${newest.number}`)}\n${table(batches)}`,
    `state ${hub.state}; the newest block on L1 is ${hub.landed}`,
  ];
  return sections.join("\n\n");
}
