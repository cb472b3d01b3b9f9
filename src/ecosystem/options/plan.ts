import type * as v from "valibot";
import { CHAIN_OPTIONS, type CHAIN_IN_CODE } from "./chain.ts";
import type { Around, ChainOption, Group, Use } from "./fields/field.ts";
import { nameOf } from "./fields/identity.ts";
import type { ChainExecution } from "./fields/proving.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { OptionPath } from "./problems.ts";
import type { DeepReadonly, fields } from "./fields/values.ts";

/** Options of a chain from the config or from code, with the schemas' defaults. */
export type SaidChain = DeepReadonly<v.InferOutput<ReturnType<typeof fields<typeof CHAIN_IN_CODE>>>>;

/** Values of an ecosystem from which its chains' plans follow. */
export interface PlannedEcosystem {
  readonly use: Use;
  readonly l1: { readonly url?: string | undefined };
  readonly host: string;
  readonly execution: ChainExecution;
  readonly allowUnlimitedContractSize: boolean;
  readonly distinctTimestamps: boolean;
  readonly isMeasured: boolean;
  readonly bridges?: { readonly superchain?: object | undefined } | undefined;
  readonly hubs?: Readonly<Record<string, { readonly members: readonly string[] }>> | undefined;
}

type Options = typeof CHAIN_OPTIONS;
type KeyOf<Name, Option> = Option extends { readonly key?: infer Key extends string } ? Key : Name;
type PlannedOf<Option> = Option extends { readonly planned: (said: never, around: Around) => infer Planned }
  ? DeepReadonly<Planned>
  : never;
type GroupOf<G extends Group> = {
  readonly [Name in keyof Options as [Options[Name]["group"]] extends [G] ? KeyOf<Name, Options[Name]> : never]: PlannedOf<
    Options[Name]
  >;
};

/** All that is chosen of a chain, with every default in place. A stage takes a group of it. */
export interface ChainPlan extends GroupOf<undefined> {
  /** In the list of chains: which account operates it. */
  readonly place: number;
  readonly firstState: GroupOf<"firstState">;
  readonly serving: GroupOf<"serving">;
  readonly protocol: GroupOf<"protocol">;
  readonly proving: GroupOf<"proving">;
  readonly ordering: GroupOf<"ordering">;
  readonly execution: GroupOf<"execution">;
  readonly availability: GroupOf<"availability">;
  readonly validators: GroupOf<"validators">;
  readonly settlement: GroupOf<"settlement">;
}

/** A chain's plan, and where its options were said. */
export interface PlannedAt {
  readonly path: OptionPath;
  readonly plan: ChainPlan;
}

/** Plan without its groups: each value by its name, which is the stored form. */
export type FlatPlan = Readonly<Record<string, unknown>>;

const OPTIONS: readonly (readonly [name: string, option: ChainOption])[] = Object.entries(CHAIN_OPTIONS);
const keyOf = (name: string, { key = name }: ChainOption): string => key;

/** The plan of the chain in this place of the list. */
export function planChain(said: SaidChain, place: number, ecosystem: PlannedEcosystem): ChainPlan {
  const { use, execution, allowUnlimitedContractSize, distinctTimestamps, isMeasured, bridges, hubs = {}, l1 } = ecosystem;
  const around: Around = {
    use,
    chainId: BigInt(said.chainId),
    isForThisMachine: isForThisMachine(ecosystem),
    execution,
    allowUnlimitedContractSize,
    superchain: bridges?.superchain !== undefined,
    // Another L1's time cannot be put forward for it.
    distinctTimestamps: distinctTimestamps && l1.url === undefined,
    isMeasured,
    isInHub: Object.values(hubs).some(({ members }) => members.includes(nameOf(said.name, BigInt(said.chainId)))),
  };
  const given: FlatPlan = said;
  return grouped(place, (name, { planned }) => (planned as (said: unknown, around: Around) => unknown)(given[name], around));
}

/** The values of a plan, by their names. */
export function flatPlan(plan: ChainPlan): FlatPlan {
  const values = OPTIONS.map(([name, option]) => [keyOf(name, option), valueOf(plan, name, option)] as const);
  return { place: plan.place, ...Object.fromEntries(values) };
}

/** The plan of which these are the values. What is older than an option has what that option says of it. */
export function planOfFlat(flat: FlatPlan): ChainPlan {
  return grouped(flat["place"] as number, (name, option) => valueIn(flat, keyOf(name, option), option));
}

/**
 * Values that a stored chain has permanently, by name. A chain that is older than an option has the option's
 * `older` value.
 */
export function keptForGood(flat: FlatPlan): FlatPlan {
  const kept = OPTIONS.filter(([, { said }]) => said === "once");
  return Object.fromEntries(kept.map(([name, option]) => [keyOf(name, option), valueIn(flat, keyOf(name, option), option)]));
}

/** Permanent values of a chain that the config can also set. */
export function saidOfChain(plan: FlatPlan): FlatPlan {
  const once = OPTIONS.filter(([name, { said, config }]) => said === "once" && config !== undefined && plan[name] !== undefined);
  return Object.fromEntries(once.map(([name]) => [name, plan[name]]));
}

/** Fields of a chain's configuration on L1 that options become, except its token and its validators. */
export interface SettingsOnL1 {
  readonly executionDelay: bigint;
  readonly priorityOpWindow: bigint;
  readonly exitDelay: bigint;
  readonly cheatsAllowed: boolean;
  readonly sequencingMode: number;
  /** Both absent where no standby is named. */
  readonly standby?: readonly Hex[];
  readonly standbyThreshold?: bigint;
}

/** Collects the fields of the chain's configuration on L1 from its options. `settingsOnL1` adds flags. */
export function optionsOnL1(plan: ChainPlan): SettingsOnL1 {
  const settings = OPTIONS.filter(([, { onL1 }]) => onL1 !== undefined).map(([name, option]) =>
    (option.onL1 as (planned: unknown) => object)(valueOf(plan, name, option)),
  );
  return Object.assign({}, ...settings) as SettingsOnL1;
}

/** Whether it is one option for all chains of an ecosystem. */
export function isEcosystemWide(key: string): boolean {
  return OPTIONS.some(([name, { config, devnet }]) => name === key && config === undefined && devnet === undefined);
}

/** Whether the ecosystem ends with this process, and only this machine reaches it. */
export function isForThisMachine({ l1, host }: Pick<PlannedEcosystem, "l1" | "host">): boolean {
  return l1.url === undefined && LOOPBACK_HOSTS.includes(host);
}

/** Only processes of this machine reach them. */
export const LOOPBACK_HOSTS: readonly string[] = ["127.0.0.1", "localhost", "::1"];

function valueOf(plan: ChainPlan, name: string, option: ChainOption): unknown {
  const all = plan as unknown as Readonly<Record<string, unknown>>;
  const group = option.group === undefined ? all : (all[option.group] as FlatPlan);
  return group[keyOf(name, option)];
}

function valueIn(flat: FlatPlan, key: string, { older }: ChainOption): unknown {
  return flat[key] === undefined ? older : flat[key];
}

/** The only place where a plan is made. */
function grouped(place: number, valueOf: (name: string, option: ChainOption) => unknown): ChainPlan {
  const plan: Record<string, unknown> = { place };
  for (const [name, option] of OPTIONS) {
    const group = option.group === undefined ? plan : ((plan[option.group] ??= {}) as Record<string, unknown>);
    group[keyOf(name, option)] = valueOf(name, option);
  }
  return plan as unknown as ChainPlan;
}

/** Number of nodes that decide the chain's blocks together; 0 for a chain of another kind. */
export function nodesOf({ ordering: { sequencing } }: Pick<ChainPlan, "ordering">): number {
  return typeof sequencing !== "string" && sequencing.by === "bft" ? sequencing.nodes : 0;
}

/** External sequencer of the chain, and names of its other chains; undefined for a chain of another kind. */
export function externalSequencerOf({
  ordering: { sequencing },
}: Pick<ChainPlan, "ordering">): { readonly key: Hex; readonly peers: readonly string[] } | undefined {
  return typeof sequencing !== "string" && sequencing.by === "external" ? sequencing : undefined;
}

/** True if each of the nodes has a process. */
export function hasNodeProcesses({ ordering: { sequencing } }: Pick<ChainPlan, "ordering">): boolean {
  return typeof sequencing !== "string" && sequencing.by === "bft" && sequencing.processes === true;
}

/** True if L1's queue alone determines the chain's order. Then each process derives the order from L1. */
export function isQueueAlone({ ordering }: Pick<ChainPlan, "ordering">): boolean {
  return ordering.sequencing === "queue";
}
