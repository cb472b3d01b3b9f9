import * as v from "valibot";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { shown } from "../../options/fields/values.ts";
import type { Censored } from "../../../chain/sequencer/sequencer.ts";
import { setsCode, type DiffEntry } from "../../../ground/protocol/diff-list.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Journey } from "../../relayer/journey.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { unknownHub } from "../../client/ecosystem/find-hub.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import { NO_FAULTS_OF_NODES, type FaultsOfNodes } from "../../sequencing/local/node-faults.ts";
import { chainWithoutNodes, FaultError } from "./fault-error.ts";

/** Characters of an account in hexadecimal. */
const ADDRESS_LENGTH = 42;

/** Lag of a node after which it decides nothing in time. */
const MAX_LAG_MS = 10_000;

/** A message by its hash, or every message. */
type FaultTarget = Hex | "all";

const target = v.pipe(
  v.string(),
  v.check((value) => value === "all" || /^0x[0-9a-f]{64}$/i.test(value)),
  v.transform((value) => value.toLowerCase() as FaultTarget),
);
/** An account, or an operation of L1's queue by its hash. */
const censoredTarget = v.pipe(
  v.string(),
  v.regex(/^0x([0-9a-f]{40}|[0-9a-f]{64})$/i),
  v.transform((value) => value.toLowerCase() as Hex),
);
const kind = <const Type extends string>(type: Type) => ({ type: v.literal(type) });
const running = v.boolean();
const chainId = v.number();
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const faultSchema = v.variant("type", [
  v.object({ ...kind("drop"), target }),
  // Seconds of the ecosystem's clock, from now on.
  v.object({ ...kind("delay"), target, seconds: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  v.object({ ...kind("duplicate"), target }),
  v.object(kind("reorder")),
  v.object({ ...kind("relayer"), running }),
  v.object({ ...kind("sequencer"), chainId, running }),
  v.object({ ...kind("censor"), chainId, target: censoredTarget }),
  // Bridges execute nothing on a member, L1 among them.
  v.object({ ...kind("bridges"), chainId, running }),
  // Of nodes that decide a chain together; a partition without groups ends it.
  v.object({ ...kind("node"), chainId, node: index, condition: v.picklist(["honest", "crashed", "silent", "equivocating"]) }),
  v.object({ ...kind("partition"), chainId, groups: v.array(v.array(index)) }),
  v.object({ ...kind("withhold"), chainId, node: index, from: v.array(index) }),
  v.object({ ...kind("lag"), chainId, node: index, ms: v.pipe(index, v.maxValue(MAX_LAG_MS)) }),
  v.object({
    ...kind("aggregator"),
    hub: v.string(),
    // Number among the hub's accounts.
    account: index,
    condition: v.picklist(["honest", "silent", "equivocating"]),
  }),
  v.object({ ...kind("tamperNextProof"), chainId }),
  v.object({ ...kind("tamperNextData"), chainId }),
  // Ends all of the above.
  v.object(kind("clear")),
]);

/** A bad day for a dapp, as `hyperchain_setFault` takes it. */
type Fault = Readonly<v.InferOutput<typeof faultSchema>>;

type Condition = Extract<Fault, { readonly type: "aggregator" }>["condition"];

/** A hub with aggregators that can be silent, or lie. */
interface FaultyHub {
  readonly name: string;
  readonly keys: { address(account: number): Hex; indexOf(address: Hex): number | undefined };
  readonly group: {
    readonly aggregators: readonly { readonly address: Hex }[];
    setConditions(conditions: ReadonlyMap<Hex, Condition>): void;
  };
}

interface FaultDependencies {
  /** The ecosystem's clock, and its L1. */
  readonly layer: { readonly clock: { nowSeconds(): bigint }; readonly l1: { readonly chainId: bigint } };
  /** Whether the ecosystem outlasts its process, which faults do not. */
  readonly isKept: boolean;
  /** Chains at the time when a fault is set. */
  readonly chains: () => readonly DevnetChain[];
  /** Hubs that are open. */
  readonly hubs: readonly FaultyHub[];
}

/** Deliberate faults. */
interface FaultState {
  readonly dropped: ReadonlySet<FaultTarget>;
  readonly duplicated: ReadonlySet<FaultTarget>;
  /** When the relayer may deliver them, in seconds. */
  readonly delayed: ReadonlyMap<FaultTarget, bigint>;
  readonly reordered: boolean;
  readonly relayerStopped: boolean;
  readonly stoppedSequencers: ReadonlySet<number>;
  /** Accounts and operations that its sequencer leaves out, by chain. */
  readonly censored: ReadonlyMap<number, ReadonlySet<Hex>>;
  /** Members on which bridges execute nothing. */
  readonly heldBridges: ReadonlySet<number>;
  /** Faults of the nodes that decide a chain together, by chain. */
  readonly nodes: ReadonlyMap<number, FaultsOfNodes>;
  /** Conditions of aggregators, by hub and by their accounts' numbers. */
  readonly aggregators: ReadonlyMap<string, ReadonlyMap<number, Condition>>;
  readonly tampered: ReadonlySet<number>;
  readonly tamperedData: ReadonlySet<number>;
}

const NONE: FaultState = {
  dropped: new Set(),
  duplicated: new Set(),
  delayed: new Map(),
  reordered: false,
  relayerStopped: false,
  stoppedSequencers: new Set(),
  censored: new Map(),
  heldBridges: new Set(),
  nodes: new Map(),
  aggregators: new Map(),
  tampered: new Set(),
  tamperedData: new Set(),
};

/** The ecosystem's fault switches, and where its parts ask them. */
export interface EcosystemFaults {
  /** Throws FaultError for a chain that there is not. */
  set(fault: Fault): void;
  /** Pauses or resumes sequencers by the faults, also those of chains that were started. */
  applyToSequencers(): void;
  /** Which messages the relayer delivers now, of those that wait for a chain: in this order, and one that comes twice twice. */
  choose<Waiting extends Journey>(waiting: readonly Waiting[]): readonly Waiting[];
  /** Whether bridges execute nothing on a member. */
  holdsBridge(chainId: bigint): boolean;
  /** The proof that L1 gets for a chain's batch. */
  alterProof(chainId: bigint, proof: Uint8Array): Uint8Array;
  /** Changes that a chain's batch publishes. */
  alterChanges(chainId: bigint, changes: readonly DiffEntry[]): readonly DiffEntry[];
  /** Snapshots that include the faults. */
  keptBy(snapshots: Snapshots): Snapshots;
}

/** Switches, all off. */
export function createFaults({ layer, isKept, chains, hubs }: FaultDependencies): EcosystemFaults {
  let state = NONE;
  const nowSeconds = (): bigint => layer.clock.nowSeconds();

  function become(next: FaultState): void {
    state = next;
    for (const { chainId, pipeline, runSwitch } of chains()) {
      const { sequencer } = pipeline.chain;
      const stop = !runSwitch.isRunning || next.stoppedSequencers.has(Number(chainId));
      if (stop && !sequencer.isPaused) sequencer.pause();
      if (!stop && sequencer.isPaused) sequencer.unpause();
      sequencer.censor(censoredBy(next, chainId));
      pipeline.nodes?.setFaults(next.nodes.get(Number(chainId)) ?? NO_FAULTS_OF_NODES);
    }
    for (const { name, keys, group } of hubs) {
      const conditions = [...(next.aggregators.get(name) ?? [])];
      group.setConditions(new Map(conditions.map(([account, condition]) => [keys.address(account), condition])));
    }
  }

  return {
    set(fault) {
      const isOfL1 = fault.type === "bridges" && BigInt(fault.chainId) === layer.l1.chainId;
      if ("chainId" in fault && !isOfL1) requireChain(fault.chainId, chains());
      if (fault.type === "tamperNextData" && isKept) throw notWhereKept();
      if (fault.type === "node") requireNodes(chains(), fault.chainId, [fault.node]);
      if (fault.type === "withhold") requireNodes(chains(), fault.chainId, [fault.node, ...fault.from]);
      if (fault.type === "lag") requireNodes(chains(), fault.chainId, [fault.node]);
      if (fault.type === "partition") requireNodes(chains(), fault.chainId, fault.groups.flat());
      if (fault.type === "aggregator") requireAggregator(hubs, fault);
      become(apply(state, fault, nowSeconds()));
    },
    applyToSequencers: () => become(state),
    choose(waiting) {
      if (state.relayerStopped) return [];
      const chosen = waiting.filter((journey) => !concerns(state.dropped, journey) && !isDelayed(state, journey, nowSeconds()));
      const inOrder = state.reordered ? chosen.toReversed() : chosen;
      return inOrder.flatMap((journey) => (concerns(state.duplicated, journey) ? [journey, journey] : [journey]));
    },
    holdsBridge: (chainId) => state.heldBridges.has(Number(chainId)),
    alterProof(chainId, proof) {
      const chain = Number(chainId);
      if (!state.tampered.has(chain)) return proof;
      state = { ...state, tampered: without(state.tampered, chain) };
      return alteredProof(proof);
    },
    alterChanges(chainId, changes) {
      const chain = Number(chainId);
      const altered = state.tamperedData.has(chain) ? alteredChanges(changes) : undefined;
      if (altered !== undefined) state = { ...state, tamperedData: without(state.tamperedData, chain) };
      return altered ?? changes;
    },
    keptBy(snapshots) {
      const marks = new Map<string, FaultState>();
      return {
        async snapshot() {
          const id = await snapshots.snapshot();
          marks.set(id, state);
          return id;
        },
        async revert(id) {
          const returned = await snapshots.revert(id);
          const then = marks.get(id);
          if (returned && then !== undefined) become(then);
          return returned;
        },
      };
    },
  };
}

function alteredProof(proof: Uint8Array): Uint8Array {
  const altered = Uint8Array.from(proof);
  const middle = Math.floor(altered.length / 2);
  altered[middle] = 255 - (altered[middle] ?? 0);
  return altered;
}

function requireChain(chainId: number, chains: readonly DevnetChain[]): void {
  if (chains.some((chain) => Number(chain.chainId) === chainId)) return;
  const known = chains.map((chain) => `${chain.name} (${chain.chainId})`).join(", ");
  throw new FaultError("UnknownFault", `there is no chain ${chainId}; there are ${known}`);
}

/** Throws FaultError for a chain of one sequencer, and for a node that does not exist. */
function requireNodes(chains: readonly DevnetChain[], chainId: number, indexes: readonly number[]): void {
  const chain = chains.find((each) => Number(each.chainId) === chainId);
  const count = chain?.pipeline.nodes?.count ?? 0;
  if (count === 0) throw chainWithoutNodes(chain?.name ?? String(chainId));
  const unknown = indexes.find((each) => each >= count);
  if (unknown === undefined) return;
  throw new FaultError("UnknownFault", `${chain?.name} has no node ${unknown}; it has nodes 0 to ${count - 1}`);
}

/** Throws FaultError for a hub or an aggregator that does not exist. */
function requireAggregator(
  hubs: readonly FaultyHub[],
  { hub: name, account }: { readonly hub: string; readonly account: number },
): void {
  const hub = hubs.find((each) => each.name === name);
  if (hub === undefined) throw new FaultError("UnknownFault", unknownHub(hubs, name));
  const accounts = hub.group.aggregators.map(({ address }) => hub.keys.indexOf(address)).filter((each) => each !== undefined);
  if (accounts.includes(account)) return;
  const own = accounts.toSorted((one, other) => one - other).join(", ") || "none of this hub";
  throw new FaultError("UnknownFault", `${name} has no aggregator with account ${account}; its aggregators are accounts ${own}`);
}

function withAggregator(
  { aggregators }: FaultState,
  { hub, account, condition }: Extract<Fault, { readonly type: "aggregator" }>,
): FaultState["aggregators"] {
  return new Map([...aggregators, [hub, new Map([...(aggregators.get(hub) ?? []), [account, condition]])]]);
}

function withNode(
  { nodes }: FaultState,
  { chainId, node, condition }: Extract<Fault, { readonly type: "node" }>,
): FaultState["nodes"] {
  const faults = nodes.get(chainId) ?? NO_FAULTS_OF_NODES;
  return new Map([...nodes, [chainId, { ...faults, conditions: new Map([...faults.conditions, [node, condition]]) }]]);
}

function withPartition(
  { nodes }: FaultState,
  { chainId, groups }: Extract<Fault, { readonly type: "partition" }>,
): FaultState["nodes"] {
  return new Map([...nodes, [chainId, { ...(nodes.get(chainId) ?? NO_FAULTS_OF_NODES), groups }]]);
}

function withWithheld(
  { nodes }: FaultState,
  { chainId, node, from }: Extract<Fault, { readonly type: "withhold" }>,
): FaultState["nodes"] {
  const faults = nodes.get(chainId) ?? NO_FAULTS_OF_NODES;
  return new Map([...nodes, [chainId, { ...faults, withheld: new Map([...faults.withheld, [node, from]]) }]]);
}

function withLag({ nodes }: FaultState, { chainId, node, ms }: Extract<Fault, { readonly type: "lag" }>): FaultState["nodes"] {
  const faults = nodes.get(chainId) ?? NO_FAULTS_OF_NODES;
  return new Map([...nodes, [chainId, { ...faults, lags: new Map([...faults.lags, [node, ms]]) }]]);
}

function apply(state: FaultState, fault: Fault, nowSeconds: bigint): FaultState {
  switch (fault.type) {
    case "drop":
      return { ...state, dropped: new Set([...state.dropped, fault.target]) };
    case "duplicate":
      return { ...state, duplicated: new Set([...state.duplicated, fault.target]) };
    case "delay":
      return { ...state, delayed: new Map([...state.delayed, [fault.target, nowSeconds + BigInt(fault.seconds)]]) };
    case "reorder":
      return { ...state, reordered: true };
    case "relayer":
      return { ...state, relayerStopped: !fault.running };
    case "sequencer":
      return {
        ...state,
        stoppedSequencers: fault.running
          ? without(state.stoppedSequencers, fault.chainId)
          : new Set([...state.stoppedSequencers, fault.chainId]),
      };
    case "bridges":
      return {
        ...state,
        heldBridges: fault.running ? without(state.heldBridges, fault.chainId) : new Set([...state.heldBridges, fault.chainId]),
      };
    case "node":
      return { ...state, nodes: withNode(state, fault) };
    case "partition":
      return { ...state, nodes: withPartition(state, fault) };
    case "withhold":
      return { ...state, nodes: withWithheld(state, fault) };
    case "lag":
      return { ...state, nodes: withLag(state, fault) };
    case "aggregator":
      return { ...state, aggregators: withAggregator(state, fault) };
    case "censor":
      return { ...state, censored: withTarget(state.censored, fault) };
    case "tamperNextData":
      return { ...state, tamperedData: new Set([...state.tamperedData, fault.chainId]) };
    case "tamperNextProof":
      return { ...state, tampered: new Set([...state.tampered, fault.chainId]) };
    case "clear":
      return NONE;
  }
}

function notWhereKept(): FaultError {
  return new FaultError(
    "UnknownFault",
    "data cannot be tampered with in an ecosystem that is kept: the next start forms its batches again, as they should have been; leave --data out",
  );
}

function censoredBy({ censored }: FaultState, chainId: bigint): Censored {
  const targets = [...(censored.get(Number(chainId)) ?? [])];
  const isAccount = (target: Hex): boolean => target.length === ADDRESS_LENGTH;
  return {
    senders: new Set(targets.filter(isAccount)),
    operations: new Set(targets.filter((target) => !isAccount(target))),
  };
}

/** One change is another one, which has no code that would have to be published with it. Undefined where there is none. */
function alteredChanges(changes: readonly DiffEntry[]): readonly DiffEntry[] | undefined {
  const place = changes.findLastIndex((change) => !setsCode(change));
  const change = changes[place];
  // Not to zero, which no insertion has.
  return change && changes.with(place, { ...change, value: change.value <= 1n ? 2n : change.value - 1n });
}

function withTarget(
  censored: FaultState["censored"],
  { chainId, target }: { readonly chainId: number; readonly target: Hex },
): FaultState["censored"] {
  return new Map([...censored, [chainId, new Set([...(censored.get(chainId) ?? []), target])]]);
}

function concerns(targets: ReadonlySet<FaultTarget>, { messageHash }: Journey): boolean {
  return targets.has("all") || targets.has(messageHash);
}

function isDelayed({ delayed }: FaultState, { messageHash }: Journey, nowSeconds: bigint): boolean {
  return [delayed.get("all"), delayed.get(messageHash)].some((until) => until !== undefined && nowSeconds < until);
}

function without<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  return new Set([...set].filter((each) => each !== value));
}

/** `hyperchain_setFault`, as every member answers it. */
export function faultMethods(faults: Pick<EcosystemFaults, "set">): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "hyperchain_setFault",
      async ([fault]) => {
        try {
          faults.set(readFault(fault));
        } catch (error) {
          if (!(error instanceof FaultError)) throw error;
          throw new RpcError(RpcCode.invalidParams, error.message, { code: error.code }, { cause: error });
        }
        return true;
      },
    ],
  ]);
}

/** Reads a fault. Throws FaultError for a malformed one. */
function readFault(value: unknown): Fault {
  const read = v.safeParse(faultSchema, value);
  if (read.success) return read.output;
  const [{ path }] = read.issues;
  const where = path?.[0]?.key === undefined ? "" : `; wrong is ${String(path[0].key)} of ${shown(value)}`;
  throw new FaultError(
    "UnknownFault",
    'the first parameter is a fault, such as {"type":"drop","target":"all"}: drop, duplicate (target), delay (target, seconds), reorder, ' +
      `relayer (running), sequencer (chainId, running), bridges (chainId, running), censor (chainId, target), node (chainId, node, condition: honest, crashed, silent or equivocating), partition (chainId, groups), withhold (chainId, node, from), lag (chainId, node, ms: at most ${MAX_LAG_MS}), aggregator (hub, aggregator, running), tamperNextProof (chainId), tamperNextData (chainId) ` +
      `or clear; a target is a message's hash or "all", of censor an account or the hash of an operation${where}`,
  );
}
