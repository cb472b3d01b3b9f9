import { formatEther } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findHub } from "../../../../ecosystem/client/ecosystem/find-hub.ts";
import { AGGREGATORS_WANTED, areAggregatorAccounts } from "../../../../ecosystem/devnet/hubs/aggregator-keys.ts";
import type { HubBlockInfo, HubInfo, ScheduledAggregators } from "../../../../ecosystem/devnet/view/books/hub-info.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { relayingTasks } from "../arguments/relaying.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { pluginError } from "../../plugin-error.ts";
import { strong, table } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";

type HubArguments = ArgumentsOf<(typeof relayingTasks)["hub"]>;

/** `hyperchain:hub`: shows a hub, after it has scheduled aggregators and landed a block if options request it. */
const action: NewTaskActionFunction<HubArguments> = (args, hre) =>
  withEcosystem(args, hre, args.land || args.schedule !== undefined ? "acts" : "reads", async ({ info, output, request }) => {
    const accounts = args.schedule === undefined ? undefined : readAggregators(args.schedule);
    const { name } = findHub(info.hubs, args.hub);
    if (accounts !== undefined) await request("hyperchain_scheduleAggregators", name, accounts);
    if (args.land) {
      output.progress(`landing a block of ${name}…`);
      await request("hyperchain_landHub", name);
    }
    const hub = (await request("hyperchain_getHub", name)) as HubInfo;
    const newest = (await request("hyperchain_getHubBlock", name)) as HubBlockInfo | null;
    output.result(() => hubText(hub, newest, info), { ...hub, newest });
  });

export default action;

function readAggregators(text: string): readonly number[] {
  const accounts = text.split(",").map((each) => (/^\d+$/.test(each.trim()) ? Number(each) : undefined));
  if (areAggregatorAccounts(accounts)) return accounts;
  throw pluginError(`--schedule '${text}' names no aggregators; write ${AGGREGATORS_WANTED}, such as 1,2,3,4`);
}

function hubText(hub: HubInfo, newest: HubBlockInfo | null, { chains }: EcosystemInfo): string {
  const nameOf = (chainId: number): string => chains.find((chain) => chain.chainId === chainId)?.name ?? String(chainId);
  const aggregators = hub.aggregators.map(({ address, account, isRunning, failure, block, stakeWei }) => [
    ownerText(account),
    address,
    failure ?? (isRunning ? "runs" : "silent"),
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
    ...(hub.scheduled === undefined ? [] : [scheduledText(hub.scheduled)]),
    `${strong("Members")}\n${table(members)}`,
    newest === null ? "No block yet." : `${strong(`Block ${newest.number}`)}\n${table(batches)}`,
    `state ${hub.state}; the newest block on L1 is ${hub.landed}`,
  ];
  return sections.join("\n\n");
}

function scheduledText({ epoch, since, aggregators }: ScheduledAggregators): string {
  const rows = aggregators.map(({ address, account }) => [ownerText(account), address]);
  return `${strong(`Aggregators from ${new Date(1_000 * since).toISOString()} on L1 (epoch ${epoch})`)}\n${table(rows)}`;
}

/** Account of an aggregator, its name in other calls. */
function ownerText(account: number | undefined): string {
  return account === undefined ? "of another owner" : `account ${account}`;
}
