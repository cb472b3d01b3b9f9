import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Ledger, LedgerFacts, LedgerStream } from "../../../chain/ledger/ledger.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import { openSqliteLedger } from "../../../chain/ledger/sqlite-ledger.ts";
import {
  forgetChainKeeping,
  openChainKeeping,
  openStoredPast,
  type ChainKeeping,
  type ChainIds,
  type StoredPast,
} from "../../../chain/node/keeping/chain-keeping.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { decodeEntry, encodeEntry } from "../../../chain/settlement/journal/journal-entry.ts";
import type { BaseToken } from "../chain-on-l1/base-token.ts";
import type { CreatedChain } from "../chain-on-l1/create-chain.ts";
import type { Layer } from "../deployment/layer.ts";
import type { L1Keeping } from "../l1/past/l1-places.ts";
import type { ChainPlan } from "../../options/plan.ts";
import type { CompleteOptions } from "../described/options.ts";
import { dumpWorld, isMemberFileOf, type Dump } from "./dump.ts";
import { FACTS } from "./facts.ts";
import type { L1Rewinds } from "../stake/stake-watcher.ts";
import type { StoredMember } from "./kept-chains.ts";
import { openStoredSends, type StoredSends } from "./kept-sends.ts";
import { planText, requireReadableVersion, requireSamePlan } from "./kept-plan.ts";

/** Constant facts of a chain. */
export interface ChainBirth {
  readonly created: CreatedChain;
  readonly baseToken: BaseToken;
  readonly dataAvailabilityPolicy: Hex;
  /** Timestamp of block 0; seconds. */
  readonly genesisTimestamp: bigint;
}

/** Stored data of a chain, which outlive its process. */
export interface StoredChain extends ChainKeeping {
  /** Undefined where it is to be created. */
  readonly birth: ChainBirth | undefined;
  born(birth: ChainBirth): void;
  /** File of a member in a separate process, with its key and its signatures. */
  memberFile(kind: "validator" | "keeper", place: number): string;
  /** File with proofs of its execution, which no dump contains, because they can be rebuilt. */
  readonly executionFile: string;
}

/** Called for each replayed command of an earlier process, with the progress of L1 or of the chain with this id. */
export type OnRepeated = (member: "L1" | bigint, done: number, total: number) => void;

/** An ecosystem in a folder, which outlasts its process. */
export interface World {
  /** True if the ecosystem continues: an earlier process had started it completely. */
  readonly continues: boolean;
  /** Block 0 of L1; milliseconds. */
  readonly l1GenesisMs: number;
  /** Offset of the ecosystem's time. */
  readonly movedSeconds: bigint;
  readonly l1: L1Keeping;
  /** Transactions that the ecosystem itself has sent. */
  readonly ownSends: StoredSends;
  /** Contracts on L1, or on the chain with this id, for the chains that settle there; undefined if none are stored. */
  layer(chainId?: bigint): Layer | undefined;
  keepLayer(layer: Layer, chainId?: bigint): void;
  /** Returns of L1 to earlier states by command; undefined if there was none. */
  readonly rewinds: L1Rewinds | undefined;
  keepRewinds(rewinds: L1Rewinds): void;
  /** File with the signed words that the watcher of stakes has seen. */
  readonly watcherFile: string;
  /** Contract of a network of guardians; undefined for one that is to be deployed. */
  network(name: string): Hex | undefined;
  keepNetwork(name: string, address: Hex): void;
  /** Contract of a hub; undefined for one that is to be deployed. */
  hub(name: string): Hex | undefined;
  keepHub(name: string, address: Hex): void;
  /** Decided blocks of a hub. */
  hubBlocks(name: string): LedgerStream;
  /** Contrary votes of a hub's aggregators. */
  hubEvidence(name: string): LedgerFacts;
  /** Data of a guardian, by its index in the network. A dump has none of them. */
  guardianFolder(name: string, index: number): string;
  /** The chains that it has; undefined while they are those of its options. */
  readonly members: readonly StoredMember[] | undefined;
  keepMembers(members: readonly StoredMember[]): void;
  /** Starts opening the histories of chains in the background. Throws LedgerError Damaged. */
  openPasts(chainIds: readonly bigint[]): void;
  chain(ids: ChainIds): StoredChain;
  /** Deletes the stored data of a former chain with this id. */
  forgetChain(chainId: bigint): void;
  /** Deletes the stored data of all chains but these: others were removed while snapshots held them. */
  forgetOthers(chainIds: readonly bigint[]): void;
  keepMovedSeconds(seconds: bigint): void;
  /** Records that the first start is complete. */
  started(): void;
  together<T>(work: () => Promise<T>): Promise<T>;
  durable(): Promise<void>;
  /** All of it, of one moment. */
  dump(): Promise<Dump>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly options: CompleteOptions;
  readonly plans: readonly ChainPlan[];
  readonly nowMs: number;
  readonly onRepeated?: OnRepeated | undefined;
}

/**
 * Opens the folder that `data` names. Data of an incomplete first start are dropped, because no client saw them. Throws
 * LedgerError, or DevnetOptionsError if the ecosystem in it differs from the one of the options.
 */
export function openWorld(folder: string, { options, plans, nowMs, onRepeated }: WorldOptions): World {
  const ledger = openSqliteLedger(folder);
  try {
    return worldOf(ledger, folder, { plan: planText(options, plans), nowMs, onRepeated: onRepeated ?? (() => undefined) });
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/** The fact that tells what never changes about a chain. */
function birthOf(chainId: bigint): string {
  return `chain ${chainId}`;
}

/** File with the proofs of a stored chain's execution, which may be missing. */
function executionFileOf(folder: string, chainId: bigint): string {
  return join(folder, `execution-${chainId}.sqlite`);
}

/** Fact with the contracts on L1, or on a chain. */
function layerFact(chainId: bigint | undefined): string {
  return chainId === undefined ? FACTS.layer : `layer on ${chainId}`;
}

/** The fact that has the contract of a hub. */
function hubFact(name: string): string {
  return `hub ${name}`;
}

/** The fact that has the contract of a network of guardians. */
function networkFact(name: string): string {
  return `guardians ${name}`;
}

/** Contracts of layers, guardians and hubs, and the returns of L1 for the watcher of stakes. */
function contractFacts(
  facts: LedgerFacts,
  read: <T extends object>(name: string) => T | undefined,
): Pick<World, "layer" | "keepLayer" | "network" | "keepNetwork" | "hub" | "keepHub" | "rewinds" | "keepRewinds"> {
  return {
    layer: (chainId) => read<Layer>(layerFact(chainId)),
    keepLayer: (layer, chainId) => facts.set(layerFact(chainId), encodeEntry(layer)),
    network: (name) => facts.get(networkFact(name)) as Hex | undefined,
    keepNetwork: (name, address) => facts.set(networkFact(name), address),
    hub: (name) => facts.get(hubFact(name)) as Hex | undefined,
    keepHub: (name, address) => facts.set(hubFact(name), address),
    rewinds: read<L1Rewinds>(FACTS.rewinds),
    keepRewinds: (rewound) => facts.set(FACTS.rewinds, encodeEntry(rewound)),
  };
}

/** Files of parties next to the chains. */
function filesOf(folder: string, ledger: Ledger): Pick<World, "hubBlocks" | "hubEvidence" | "watcherFile" | "guardianFolder"> {
  return {
    hubBlocks: (name) => ledger.stream(`blocks of hub ${name}`),
    hubEvidence: (name) => ledger.facts(`evidence of hub ${name}`),
    watcherFile: join(folder, "stake-watcher"),
    guardianFolder: (name, index) => join(folder, `guardian-${name}-${index + 1}`),
  };
}

function beginAnew(ledger: Ledger, plan: string, nowMs: number): void {
  ledger.clear();
  const facts = ledger.facts(FACTS.kind);
  facts.set(FACTS.plan, plan);
  facts.set(FACTS.l1Genesis, String(nowMs));
}

const BIRTH = /^chain (\d+)$/;

function worldOf(
  ledger: Ledger,
  folder: string,
  { plan, nowMs, onRepeated }: { readonly plan: string; readonly nowMs: number; readonly onRepeated: OnRepeated },
): World {
  ledger.requireWhole();
  const facts = ledger.facts(FACTS.kind);
  const continues = facts.get(FACTS.started) !== undefined;
  if (continues) requireSamePlan(folder, facts.get(FACTS.plan) ?? "", plan);
  else beginAnew(ledger, plan, nowMs);
  const { number, read, missing } = readerOf(facts, folder);
  let moved = number(FACTS.moved) ?? 0n;
  const l1GenesisMs = number(FACTS.l1Genesis);
  if (l1GenesisMs === undefined) throw missing(FACTS.l1Genesis);
  const forgetChain = (chainId: bigint): void => forgetChainIn(folder, ledger, facts, chainId);
  const pasts = new OpenedPasts(ledger);
  const layer = read<Layer>(FACTS.layer);
  if (continues && layer === undefined) throw missing(FACTS.layer);
  const { trusted, proven } = layer?.versions ?? {};
  for (const version of [trusted, proven]) if (version !== undefined) requireReadableVersion(folder, version.protocolVersion);
  return {
    continues,
    l1GenesisMs: Number(l1GenesisMs),
    movedSeconds: moved,
    l1: keepingOfL1(ledger, (done, total) => onRepeated("L1", done, total)),
    ownSends: openStoredSends(ledger, folder),
    ...contractFacts(facts, read),
    ...filesOf(folder, ledger),
    members: read<readonly StoredMember[]>(FACTS.members),
    keepMembers: (members) => facts.set(FACTS.members, encodeEntry(members)),
    forgetChain,
    forgetOthers(chainIds) {
      const births = [...facts.all()].flatMap(([name]) => BIRTH.exec(name)?.[1] ?? []).map(BigInt);
      for (const chainId of births) if (!chainIds.includes(chainId)) forgetChain(chainId);
    },
    openPasts: (chainIds) => pasts.open(chainIds),
    chain({ chainId, ...ids }) {
      const keeping = openChainKeeping(ledger, { chainId, ...ids }, pasts.take(chainId));
      const birth = read<ChainBirth>(birthOf(chainId));
      const hasDecided = keeping.place !== undefined || keeping.commands.length > 0;
      if (continues && birth === undefined && hasDecided) throw missing(birthOf(chainId));
      return {
        ...keeping,
        onRepeated: (done, total) => onRepeated(chainId, done, total),
        birth,
        born: (birth) => facts.set(birthOf(chainId), encodeEntry(birth)),
        executionFile: executionFileOf(folder, chainId),
        memberFile: (kind, place) => join(folder, `${kind}-${chainId}-${place + 1}`),
      };
    },
    keepMovedSeconds(seconds) {
      if (seconds === moved) return;
      moved = seconds;
      facts.set(FACTS.moved, String(seconds));
    },
    started: () => facts.set(FACTS.started, "true"),
    together: (work) => ledger.together(work),
    durable: () => ledger.durable(),
    dump: () => dumpWorld(ledger, folder),
    async close() {
      await pasts.close();
      ledger.close();
    },
  };
}

function forgetChainIn(folder: string, ledger: Ledger, facts: LedgerFacts, chainId: bigint): void {
  facts.delete(birthOf(chainId));
  facts.delete(layerFact(chainId));
  forgetChainKeeping(ledger, chainId);
  for (const name of readdirSync(folder)) if (isMemberFileOf(name, chainId)) rmSync(join(folder, name));
  rmSync(executionFileOf(folder, chainId), { force: true });
}

/** A fact that has several parts, none of which would be found in an empty one. */
function filled<T extends object>(value: unknown): T {
  if (Array.isArray(value) || (typeof value === "object" && value !== null && Object.keys(value).length > 0)) return value as T;
  throw new SyntaxError(`it is ${JSON.stringify(value)}`);
}

/** Reads facts, and says which cannot be read or is missing: LedgerError Damaged. */
function readerOf(facts: LedgerFacts, folder: string) {
  const damaged = (name: string, problem: string, cause?: unknown): LedgerError => {
    const message = `${folder}: the fact "${name}" of its ecosystem ${problem}; restore a copy, or name another folder`;
    return new LedgerError("Damaged", message, { cause });
  };
  const parse = <T>(name: string, decode: (text: string) => T): T | undefined => {
    const text = facts.get(name);
    try {
      return text === undefined ? undefined : decode(text);
    } catch (error) {
      throw damaged(name, "cannot be read", error);
    }
  };
  return {
    number: (name: string) => parse(name, BigInt),
    read: <T extends object>(name: string) => parse(name, (text) => filled<T>(decodeEntry(text))),
    missing: (name: string) => damaged(name, "is missing"),
  };
}

function keepingOfL1(ledger: Ledger, onRepeated: NonNullable<L1Keeping["onRepeated"]>): L1Keeping {
  return {
    requests: ledger.stream("L1"),
    changes: ledger.stream("changes of L1"),
    blocks: ledger.stream("blocks of L1"),
    places: ledger.stream("places of L1"),
    together: (work) => ledger.together(work),
    durable: () => ledger.durable(),
    onRepeated,
  };
}

/** Pasts of chains, which may be opened before their chains. */
class OpenedPasts {
  readonly #ledger: Ledger;
  readonly #waiting = new Map<bigint, StoredPast>();
  /** All of this process: a chain that fails before it has an engine leaves its past open. */
  readonly #opened: StoredPast[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  open(chainIds: readonly bigint[]): void {
    for (const chainId of chainIds) this.#waiting.set(chainId, this.#open(chainId));
  }

  /** History for the chain's start, once: another start of it opens the history again. */
  take(chainId: bigint): StoredPast {
    const past = this.#waiting.get(chainId);
    this.#waiting.delete(chainId);
    return past ?? this.#open(chainId);
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).flatMap(({ past }) => (past === undefined ? [] : past.close())));
  }

  #open(chainId: bigint): StoredPast {
    const past = openStoredPast(this.#ledger, chainId);
    this.#opened.push(past);
    return past;
  }
}
