import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { chainWithoutNodes } from "../../../../ecosystem/devnet/faults/fault-error.ts";
import type { ChainStatus, EcosystemStatus } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { NODE_FAULT_NAMES, nodeFaultsOf, type NodeFaultName } from "../../../../ecosystem/devnet/view/acts/node-faults.ts";
import { nodesSentence } from "../../../../ecosystem/devnet/view/books/nodes-text.ts";
import { pluginError } from "../../plugin-error.ts";
import { valuesOf } from "../session/arguments.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { table } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";

type NodesArguments = ArgumentsOf<(typeof runningTasks)["nodes"]>;
type NodesOfChain = NonNullable<ChainStatus["nodes"]>;

/** Delay without another one, in milliseconds. */
const DEFAULT_LAG_MS = 300;

/** `hyperchain:nodes`: shows the nodes that decide a chain, and sets their faults. */
const action: NewTaskActionFunction<NodesArguments> = (args, hre) =>
  withEcosystem(args, hre, args.fault === undefined ? "reads" : "acts", async (session) => {
    const { info, output, request } = session;
    const { chainId, name } = findChain(info, args.chain);
    const before = await nodesOf(session, name);
    for (const fault of args.fault === undefined
      ? []
      : faultsIn(args.fault, valuesOf(args.values), chainId, before.members.length))
      await request("hyperchain_setFault", fault);
    const nodes = await nodesOf(session, name);
    output.result(() => text(name, nodes), { chain: name, chainId, ...nodes });
  });

/** Throws a plugin error for a chain with one sequencer. */
async function nodesOf({ request }: Session, name: string): Promise<NodesOfChain> {
  const { chains } = (await request("hyperchain_status")) as EcosystemStatus;
  const nodes = chains.find((chain) => chain.name === name)?.nodes;
  if (nodes !== undefined) return nodes;
  throw pluginError(chainWithoutNodes(name).message);
}

function faultsIn(fault: string, values: readonly string[], chainId: number, count: number): ReturnType<typeof nodeFaultsOf> {
  const name = NODE_FAULT_NAMES.find((each) => each === fault);
  if (name === undefined) throw pluginError(`'${fault}' is not a fault of nodes; choose ${NODE_FAULT_NAMES.join(", ")}`);
  const [first = "", second] = values;
  const none = { chainId, count, node: 0, from: [], ms: 0, groups: [] };
  requireValues(name, values);
  if (name === "heal") return nodeFaultsOf(name, none);
  if (name === "partition") return nodeFaultsOf(name, { ...none, groups: values.map(indexes) });
  const node = wholeNumber(first);
  if (name === "lag")
    return nodeFaultsOf(name, { ...none, node, ms: second === undefined ? DEFAULT_LAG_MS : wholeNumber(second) });
  const others = Array.from({ length: count }, (_, index) => index).filter((index) => index !== node);
  const from = second === undefined ? others : indexes(second);
  return nodeFaultsOf(name, { ...none, node, ...(name === "withhold" ? { from } : {}) });
}

/** Minimum and maximum number of values after each fault. */
const VALUES: Readonly<Record<NodeFaultName, readonly [min: number, max: number]>> = {
  crash: [1, 1],
  restart: [1, 1],
  silence: [1, 1],
  equivocate: [1, 1],
  withhold: [1, 2],
  lag: [1, 2],
  partition: [1, 7],
  heal: [0, 0],
};

function requireValues(name: NodeFaultName, values: readonly string[]): void {
  const [min, max] = VALUES[name];
  if (values.length >= min && values.length <= max) return;
  throw pluginError(
    `${name} is followed by ${values.length} values, ${min} to ${max} are allowed; hyperchain:nodes --help has examples`,
  );
}

/** Indexes with commas. */
function indexes(text: string): readonly number[] {
  return text.split(",").map(wholeNumber);
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw pluginError(`'${text}' is not a whole number; write an index of a node or milliseconds in digits`);
}

function text(name: string, nodes: NodesOfChain): string {
  const rows = nodes.members.map(({ address, condition, view, fault }, index) => [
    ...[String(index), address, fault === undefined ? condition : `stopped: ${fault}`, view === undefined ? "–" : String(view)],
  ]);
  return [`Nodes of ${name}: ${nodesSentence(nodes)}`, table([["", "address", "condition", "view"], ...rows])].join("\n\n");
}

export default action;
