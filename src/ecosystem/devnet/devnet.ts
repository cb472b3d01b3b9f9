import { randomUUID } from "node:crypto";
import { Sessions } from "../../chain/rpc/access/sessions.ts";
import { prepareEngine, type EdrConnect } from "../../chain/execution/connection.ts";
import { protocolGenesis } from "../../chain/predeploys/genesis.ts";
import { NO_ACCOUNTS, unlockedAccounts, type UnlockedAccounts } from "../../chain/rpc/accounts/unlocked-accounts.ts";
import { Feed } from "../../chain/rpc/transport/feed.ts";
import { ActBook, actMethods } from "./view/feed/act-book.ts";
import { blockTimes } from "./view/feed/block-times.ts";
import type { LookingDependencies } from "./view/looking/looking-methods.ts";
import { witnessThreads } from "../../chain/witness/witness-threads.ts";
import { contractNames, customErrorText, revertReason } from "../client/sending/revert-reason.ts";
import { LedgerError } from "../../chain/ledger/ledger-error.ts";
import { layersBelow } from "../../ground/protocol/chain-ancestry.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import type { FleetService } from "../../proofs/proving/fleet-service.ts";
import type { Relayer } from "../relayer/relayer.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { createDisposer, startOrDispose, type Disposer } from "../../ground/runtime/disposer.ts";
import { repeat } from "../../ground/runtime/repeat.ts";
import { SharedExclusiveLock } from "../../ground/runtime/shared-exclusive-lock.ts";
import type { BrowserProvider } from "ethers";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "./accounts/accounts.ts";
import { bridgeMethods } from "./bridges/bridge-methods.ts";
import type { LiveBridges } from "./bridges/live-bridges.ts";
import { openBridges } from "./bridges/open-bridges.ts";
import type { DeviceOptions } from "../../proofs/devices/device-choice.ts";
import { packageProofContracts } from "./chains/proof-contracts.ts";
import {
  openExecutionProvers,
  openProver,
  type ExecutionProvers,
  type ExecutionProvingOptions,
  type OpenProver,
  type ProofContracts,
} from "./chains/provers.ts";
import type { DevnetChain, ServedChain } from "./chains/served-chain.ts";
import { createDriver } from "./membership/driver.ts";
import { passingL1 } from "./l1/pass-l1.ts";
import type { Driver } from "./view/books/driver.ts";
import { putOnChains } from "./chains/put-contracts.ts";
import { createFaults, faultMethods, type EcosystemFaults } from "./faults/faults.ts";
import { fundAtStart, requireFunds } from "./chains/funding.ts";
import type { Dump } from "./keeping/dump.ts";
import { atTheirPorts, keptMembers, membersToOpen, type MemberPlan } from "./keeping/kept-chains.ts";
import { openWorld, type OnRepeated, type World, type WorldOptions } from "./keeping/world.ts";
import type { ContractArtifact } from "./deployment/deploy-layer.ts";
import type { Layer } from "./deployment/layer.ts";
import type { LocalL1 } from "./l1/local-l1.ts";
import { LayerOnL1 } from "./l1/layer-on-l1.ts";
import { provenVersion, trustedVersion } from "./l1/new-contracts.ts";
import { baseOnL1 } from "./l1/settlement-base.ts";
import { openSettlementLayer, type ConnectL1, type SettlementLayer } from "./l1/settlement-layer.ts";
import { createChainChanges, type ChainChanges } from "./membership/chain-changes.ts";
import { chainMethods } from "./membership/chain-methods.ts";
import { follow } from "./membership/follow.ts";
import { followL1 } from "./membership/follow-l1.ts";
import { createLiveRelayer, type LiveRelayer } from "./membership/live-relayer.ts";
import { openChain, type ChainEvents, type ChainOpening, type OpenedChain } from "./membership/open-chain.ts";
import { RunningChains } from "./membership/running-chains.ts";
import { SettlementBases } from "./membership/settlement-bases.ts";
import { bornBridges } from "./described/born-bridges.ts";
import { isForThisMachine, type ChainPlan } from "../options/plan.ts";
import {
  closedToOthers,
  DevnetOptionsError,
  lastProofFor,
  planDevnet,
  type CompleteOptions,
  type DevnetOptions,
  type DevnetPlan,
} from "./described/options.ts";
import { connectInProcess, withCallsFromOutside } from "./relaying/relaying.ts";
import { projectContracts, type ProjectContracts } from "./project-contracts/project-contracts.ts";
import type { HubGroup } from "./hubs/hub-group.ts";
import type { NamedHub } from "./hubs/hub-methods.ts";
import { openHubs, type RunningHubs } from "./hubs/open-hubs.ts";
import { SlotPeers } from "../sequencing/external/slot-peers.ts";
import { guardianMethods } from "./guardian/guardian-methods.ts";
import { openGuardianNetworks, type RunningNetwork } from "./guardian/guardian-networks.ts";
import { readLastProof, requireLastProof } from "./proofs/last-proof.ts";
import { openStakes } from "./membership/open-stakes.ts";
import { createShutdownGuard } from "./shutdown-guard.ts";
import { LinkDesk } from "./links/link-desk.ts";
import { PromiseDesk } from "./promises/promise-desk.ts";
import { snapshotMethods, type Snapshots } from "./snapshots/snapshots.ts";
import type { ProjectNames } from "./view/books/describe.ts";
import { ecosystemMethods } from "./view/ecosystem-methods.ts";
import type { CustomErrorText } from "../../chain/node/serving/named-reverts.ts";
import { cacheNames } from "./view/books/kept-names.ts";
import { UsersIndex } from "./view/transactions/users-index.ts";
import { createEcosystemView, READ_MS, type EcosystemView } from "./view/books/ecosystem-view.ts";

export type { DevnetChainOptions, DevnetOptions } from "./described/options.ts";
export type { DevnetChain } from "./chains/served-chain.ts";

export interface DevnetDependencies extends ChainEvents, ExecutionProvingOptions {
  /** Connection to L1s that have the public networks' limits, and sign for the development accounts. */
  readonly connectL1: ConnectL1;
  readonly connectChain: EdrConnect;
  readonly artifacts: (name: string) => Promise<ContractArtifact & { readonly deployedBytecode?: string }>;
  readonly clock: Clock;
  /** Names of the errors and functions of the user's contracts. Default: only the package's have names. */
  readonly names?: () => Promise<ProjectNames>;
  /** Called while a stored ecosystem replays the commands of an earlier process. */
  readonly onRepeated?: OnRepeated;
  /** The folder of the project whose packages have the contracts of bridges. Default: this process's. */
  readonly projectFolder?: string;
  /** For tests: a graphics card in software, which counts as one. */
  readonly softwareCard?: DeviceOptions["software"];
  /** Requests behind L1's last place that are worth another one. Default: some two seconds of a start. */
  readonly l1PlaceRequests?: number;
}

/** An L1 with the complete ecosystem and its chains, in this process. */
export interface Devnet extends EcosystemView, Driver, Snapshots, ChainChanges {
  readonly l1: LocalL1;
  readonly ecosystem: Layer;
  readonly accounts: DevelopmentAccounts;
  /** Current chains; the list itself does not change. */
  readonly chains: readonly DevnetChain[];
  /** True if the ecosystem continues from an earlier process, by the folder that `data` names. */
  readonly continues: boolean;
  /** The ecosystem's own; absent where it runs none. Then messages are followed, and any account may deliver them. */
  readonly relayer?: Relayer;
  /** Third-party bridges, if enabled. */
  readonly bridges?: LiveBridges | undefined;
  /** The hub of this name; undefined if the options name no such hub. */
  hub(name: string): HubGroup | undefined;
  /** Answers provers that join by the page; undefined where nothing is proven. */
  readonly workers: FleetService | undefined;
  /**
   * All that is kept of it, of one moment, for \`loadWorld\`. Rejects with LedgerError NotKept where it is in memory, or
   * Unwritable.
   */
  dump(): Promise<Dump>;
  close(): Promise<void>;
}

const noNames = (): Promise<ProjectNames> => Promise.resolve(contractNames([]));

/**
 * Starts everything. Rejects with the first fault, and then nothing is left running: DevnetOptionsError, PortInUseError,
 * DeploymentError, or what a chain could not start for.
 */
export function startDevnet(options: DevnetOptions, dependencies: DevnetDependencies): Promise<Devnet> {
  return startOrDispose("the ecosystem", (closing) => start(planDevnet(options), dependencies, closing));
}

/** Starts an ecosystem by its plan. */
export function startPlanned(plan: DevnetPlan, dependencies: DevnetDependencies): Promise<Devnet> {
  return startOrDispose("the ecosystem", (closing) => start(plan, dependencies, closing));
}

async function start(plan: DevnetPlan, dependencies: DevnetDependencies, closing: Disposer): Promise<Devnet> {
  const { options } = plan;
  const foundation = await layFoundation(plan, dependencies, closing);
  const { opening, chains, hubs: openedHubs, names, acts, faults } = foundation;
  const { layer, world, feed, gate, clock, networks, bases } = opening;
  const opened = await openFirstChains(plan, foundation, closing);
  const { relayer, shutdown, stakes, bridges, view, driver, fillBooks } = await openViews(foundation, dependencies, closing);
  const hubs = await openHubs({ ...opening, chains, hubs: openedHubs }, closing);
  const changes = createChainChanges({ chains, opening, faults, view, bridges, methods: () => methods });
  closing.add(() => changes.close());
  const snapshots = knownAfter(fillBooks, opening, hubs, faults.keptBy(changes.keptBy(stakes.snapshots(changes.marked, gate))));
  const changing = shutdown.cutOff(switching(changes));
  const { info } = view;
  const traced = await whatLooksAsk({ layer, options, chains, names, feed, clock, world, info }, closing);
  const methods = new Map([
    ...ecosystemMethods({ ...view, ...driver, dump: () => dumpOf(world) }, traced),
    ...snapshotMethods(snapshots),
    ...chainMethods(changing, { info, chains: opening.chains }),
    ...[...actMethods(acts), ...faultMethods(faults)],
    ...[...bridgeMethods(bridges, opening), ...hubs.methods, ...guardianMethods(networks)],
  ]);
  for (const member of [layer.l1, ...opened]) member.addMethods(methods);
  for (const chain of opened) chain.watchL1();
  const regular = [followL1(layer.l1, feed, closing), ...looksOf(relayer, options.relayer, bridges), hubs.look];
  keepLooking(options.pollIntervalMs, regular, { clock, closing });
  // The first thing: parts go one by one, and who asks meanwhile should learn why.
  closing.add(() => shutdown.end());
  return {
    ...view,
    ...driver,
    ...snapshots,
    ...changing,
    dump: () => dumpOf(world),
    bridges,
    hub: hubs.hub,
    l1: layer.l1,
    accounts: layer.accounts,
    workers: foundation.prover.workers,
    get ecosystem() {
      return bases.onL1.ecosystem;
    },
    get chains() {
      return chains.current();
    },
    continues: world?.continues === true,
    ...(options.relayer ? { relayer } : {}),
    close: () => closing.close(),
  };
}

/** Parts of an ecosystem that exist before its first chain runs. */
interface Foundation {
  readonly opening: ChainOpening;
  readonly chains: RunningChains;
  /** Chains to open first. */
  readonly members: readonly MemberPlan[];
  /** Empty until hubs are open. */
  readonly hubs: NamedHub[];
  readonly prover: OpenProver;
  readonly faults: EcosystemFaults;
  readonly acts: ActBook;
  readonly names: () => Promise<ProjectNames>;
  /** Sets the view of the layer on which a chain settles, when the messages are followed. */
  readonly learnViews: (viewOf: LiveRelayer["viewOf"]) => void;
}

/** Opens L1 with its contracts, the provers and what chains share. */
async function layFoundation(
  { options, plans }: DevnetPlan,
  dependencies: DevnetDependencies,
  closing: Disposer,
): Promise<Foundation> {
  const { connectChain, artifacts, clock, names = noNames, onRepeated, ...events } = dependencies;
  prepareEngine();
  closing.add(witnessThreads.prepare(plans.length));
  const genesis = await protocolGenesis(async (contract) => (await artifacts(contract)).deployedBytecode as Hex | undefined);
  const superchain = await bornBridges({ options, plans }, artifacts);
  const gate = new SharedExclusiveLock({ clock });
  const [feed, chains, hubs] = [new Feed(), new RunningChains(), [] as NamedHub[]];
  const { acts, guards } = watchedGuards(options, { feed, clock, names, chains: () => chains.current() }, closing);
  const { world, members } = openKept({ options, plans, nowMs: clock.nowMs(), onRepeated }, closing);
  const contracts = contractsOf(options, dependencies);
  const layer = await openSettlementLayer(layerOptions(options, guards, contracts), { ...dependencies, world }, closing);
  const proofContracts = proofContractsOf(options, dependencies);
  const basesIn = { ...dependencies, layer, world, chains };
  const { bases, networks } = await openBases({ options, plans, genesis, proofContracts }, basesIn, closing);
  const prover = await openProver(options, dependencies, closing);
  const executionProvers = await proversFor(bases, { options, open: prover, proofContracts }, dependencies, closing);
  const faults = createFaults({ layer, isKept: world !== undefined, chains: () => chains.current(), hubs });
  let viewOf: LiveRelayer["viewOf"] | undefined;
  const opening: ChainOpening = {
    ...guards,
    options,
    genesis,
    superchain,
    bases,
    layer,
    world,
    feed,
    gate,
    faults,
    artifacts,
    clock,
    events,
    keys: unlockedKeys(options, layer.accounts),
    ...desksOf({ layer, gate, clock }, chains),
    prover: prover.prover,
    executionProvers,
    contracts,
    connect: connectChain,
    networks,
    external: externalChains(plans, members),
    chains: () => chains.current(),
    revertReason: async (data) => revertReason(data, await names()),
    onSwitched: () => world?.keepMembers(keptMembers(chains.current().map(memberPlan), plans)),
    hasEnded: (chainId) => viewOf?.(chainId).hasEnded(chainId) === true,
  };
  closing.add(() => closeAll(chains.current()));
  return { opening, chains, members, hubs, prover, faults, acts, names, learnViews: (learned) => void (viewOf = learned) };
}

/** Opens the first chains, with money for their accounts. */
async function openFirstChains(
  { options, plans }: DevnetPlan,
  { opening, chains, members }: Foundation,
  closing: Disposer,
): Promise<readonly OpenedChain[]> {
  const { world, contracts, layer, onSwitched } = opening;
  world?.forgetOthers(members.map(({ plan }) => plan.chainId));
  const opened = await openChains(await atTheirPorts(members, plans, options.host), opening, chains);
  await supply(opened, { options, accounts: layer.accounts, contracts, isFresh: world?.continues !== true });
  world?.started();
  closing.add(chains.onChange(onSwitched));
  return opened;
}

/** Opens the relayer, the bridges and the views of messages, stake and the ecosystem's state. */
async function openViews(foundation: Foundation, dependencies: DevnetDependencies, closing: Disposer) {
  const { opening, chains: running, hubs, prover, faults, names } = foundation;
  const { options, bases, layer, world, clock, networks, executionProvers, chains, promises } = opening;
  const live = createLiveRelayer({
    open: () => follow(running, opening),
    onChange: (changed) => running.onChange(changed),
  });
  closing.add(live.close);
  foundation.learnViews(live.viewOf);
  const { relayer } = live;
  const shutdown = createShutdownGuard();
  const { onL1 } = bases;
  const books = createEcosystemView({
    options,
    onL1,
    layer,
    chains,
    live,
    networks,
    hubs,
    promises,
    prover: { fleet: prover.fleet, device: prover.device, last: () => lastOn(bases, executionProvers) },
    names: cacheNames(names, () => clock.nowMs()),
    bridgeFailures: async (isFresh) => bridges?.failures(isFresh) ?? new Map(),
  });
  const stakes = await openStakes({ chains, options, onL1, layer, world, clock, info: books.info }, closing);
  const opened = await openBridges({ ...dependencies, chains: running, opening, faults, info: stakes.info }, closing);
  const { bridges, info } = opened;
  const view: EcosystemView = { ...books, info, ...shutdown.cutOff({ status: books.status, messages: books.messages }) };
  const fillBooks = books.reads() ? undefined : (): Promise<void> => relayer.observe(READ_MS).catch(() => undefined);
  const driving = { chains, relayer, books, promises, runsRelayer: options.relayer, bridges };
  const driver = shutdown.cutOff(createDriver({ ...driving, onDriven: fillBooks, passL1: passingL1(options, layer) }));
  return { relayer, shutdown, stakes, bridges, view, driver, fillBooks };
}

/** Makes links and promises between chains that run now. */
function desksOf(
  { layer, gate, clock }: Pick<ChainOpening, "layer" | "gate" | "clock">,
  running: RunningChains,
): Pick<ChainOpening, "links" | "promises"> {
  const chains = (): ReturnType<ChainOpening["chains"]> => running.current();
  const links = new LinkDesk({
    chains,
    carrier: () => layer.accounts.wallet(ACCOUNT_NUMBERS.linkCarrier),
    nowSeconds: () => layer.clock.nowSeconds(),
  });
  return { links, promises: new PromiseDesk({ chains, layer, gate, clock }) };
}

/** Chains that external sequencers order: none runs yet. */
function externalChains(plans: readonly ChainPlan[], members: readonly MemberPlan[]): ChainOpening["external"] {
  return {
    running: new SlotPeers(),
    chainId(name) {
      const plan = [...plans, ...members.map((member) => member.plan)].find((each) => each.name === name);
      if (plan === undefined) throw new DevnetOptionsError("BadOptions", `peers: there is no chain "${name}"`);
      return plan.chainId;
    },
  };
}

/** Guards between clients and all members, and the book of the clients' actions. */
function watchedGuards(
  options: CompleteOptions,
  watched: Omit<ConstructorParameters<typeof ActBook>[0], "newId"> & { readonly names: () => Promise<ProjectNames> },
  closing: Disposer,
) {
  const acts = new ActBook({ ...watched, newId: randomUUID });
  closing.add(() => acts.close());
  const sessions = new Sessions({ nowMs: () => watched.clock.nowMs() });
  const customError: CustomErrorText = async (data) => customErrorText(data, await watched.names());
  return { acts, guards: { closed: closedToOthers(options), sessions, noting: acts.noting, customError } };
}

/** Stored data of the ecosystem, and the chains to open, whose histories open in the background. */
function openKept(
  opening: WorldOptions,
  closing: Disposer,
): { readonly world: World | undefined; readonly members: readonly MemberPlan[] } {
  const { data } = opening.options;
  const world = data === undefined ? undefined : openWorld(data, opening);
  closing.add(() => world?.close());
  const members = membersToOpen(opening.plans, world?.members);
  world?.openPasts(members.map(({ plan }) => plan.chainId));
  return { world, members };
}

interface OpeningBases extends Pick<ChainOpening, "options" | "genesis"> {
  readonly plans: readonly ChainPlan[];
  /** Contracts that check proofs of execution, for the first chain that needs them. */
  readonly proofContracts: ProofContracts;
}

/** L1 with its contracts and networks of guardians, and the chains on which others settle. */
async function openBases(
  { options, plans, genesis, proofContracts }: OpeningBases,
  dependencies: Pick<ChainOpening, "layer" | "world"> &
    Pick<DevnetDependencies, "artifacts" | "clock"> & { readonly chains: RunningChains },
  closing: Disposer,
): Promise<{ readonly bases: SettlementBases; readonly networks: readonly RunningNetwork[] }> {
  const { layer, world, artifacts, clock, chains } = dependencies;
  if (world?.continues !== true) await requireFunds(options, plans, layer.funder);
  const trusted = trustedVersion(genesis, options.proofs);
  const proven = async () => provenVersion(genesis, options.proofs, await proofContracts.contracts());
  // The contracts take some 50 million gas.
  const withProven = plans.some(({ proving }) => proving.execution === "proven");
  const requireLastOf = async (aggregator: Hex): Promise<void> =>
    requireLastProof(lastOf(options, proofContracts), await readLastProof(layer.provider, aggregator));
  const own = { trusted, proven, requireLastOf };
  const contracts = await LayerOnL1.open({ options, plans, withProven }, own, dependencies);
  const onL1 = baseOnL1(layer, contracts);
  const reserveWei = layer.operatorFundingWei;
  const { ownSends } = layer;
  const bases = new SettlementBases({
    artifacts,
    clock,
    trusted,
    proven,
    reserveWei,
    world,
    ownSends,
    onL1,
    contracts,
    chains: () => chains.current(),
  });
  closing.add(() => bases.close());
  return { bases, networks: await openGuardianNetworks({ options, onL1, layer, world, artifacts }, closing) };
}

/** Options for opening L1. */
function layerOptions<Guards>(options: CompleteOptions, guards: Guards, { createX }: ProjectContracts) {
  const { l1, host, origins, inBackground, singletons } = options;
  return { ...l1, host, origins, inBackground, singletons, createX, ...guards };
}

/** Contracts of the project's packages. Throws DevnetOptionsError, PublishedCodeError. */
function contractsOf(
  { singletons, accountAbstraction, l1 }: CompleteOptions,
  { projectFolder: folder = process.cwd() }: DevnetDependencies,
): ProjectContracts {
  if (accountAbstraction && !singletons) {
    const message =
      "accountAbstraction: the CREATE2 deployer creates the EntryPoint, and singletons is false; set singletons to true";
    throw new DevnetOptionsError("BadOptions", message);
  }
  return projectContracts({ hasDeployer: singletons, accountAbstraction, startsL1: l1.url === undefined }, folder);
}

/** Contracts that check proofs of execution: the package's, unless a caller passes others. */
function proofContractsOf(
  options: CompleteOptions,
  { proofContracts, artifacts }: Pick<DevnetDependencies, "proofContracts" | "artifacts">,
): ProofContracts {
  return proofContracts ?? packageProofContracts(artifacts, options.proofs, lastProofFor(options));
}

/** Last proof of contracts that are to be deployed; undefined if these accept markers. */
function lastOf(options: CompleteOptions, { last }: ProofContracts): LastProof | undefined {
  return options.proofs === "none" ? undefined : (last ?? lastProofFor(options));
}

/** Provers of execution, by the contracts that L1 has, or gets with its first proven chain. */
async function proversFor(
  { onL1 }: SettlementBases,
  { options, open, proofContracts }: Pick<OpeningBases, "options" | "proofContracts"> & { readonly open: OpenProver },
  dependencies: DevnetDependencies,
  closing: Disposer,
): Promise<ExecutionProvers> {
  const { proven } = onL1.ecosystem.versions;
  const { programs, last: stated } = proofContracts;
  const last =
    proven === undefined ? lastOf(options, proofContracts) : (stated ?? (await readLastProof(onL1.provider, proven.aggregator)));
  requireLastProof(options.lastProof, last);
  return openExecutionProvers(options, open, closing, { ...dependencies, programs, last });
}

/** Last proof that L1 checks; undefined if it checks none. */
function lastOn({ onL1 }: SettlementBases, { last }: ExecutionProvers): LastProof | undefined {
  return onL1.ecosystem.versions.proven === undefined ? undefined : last;
}

/** Money of a fresh ecosystem's accounts on its chains, and contracts of the project's packages. */
async function supply(
  chains: readonly ServedChain[],
  {
    options,
    accounts,
    contracts,
    isFresh,
  }: {
    readonly options: CompleteOptions;
    readonly accounts: DevelopmentAccounts;
    readonly contracts: ProjectContracts;
    readonly isFresh: boolean;
  },
): Promise<void> {
  if (isFresh) await fundAtStart(options, { accounts, chains });
  // A chain in doubt takes nothing from L1 until its slot comes.
  const taking = chains.filter(({ pipeline }) => pipeline.external?.status.inDoubtSince === undefined);
  await Promise.all(taking.map(({ pipeline }) => pipeline.pollL1()));
  await putOnChains(chains, contracts, accounts);
}

/** The accounts that the chains sign for. */
function unlockedKeys(options: CompleteOptions, accounts: DevelopmentAccounts): UnlockedAccounts {
  const { unlocked = isForThisMachine(options), fundedAccounts } = options;
  return unlocked ? unlockedAccounts(() => fundedAccounts.map((number) => accounts.wallet(number))) : NO_ACCOUNTS;
}

/** The relayer and the workers of bridges, which fill the books, and move messages automatically. */
function looksOf(
  relayer: Pick<Relayer, "advance" | "observe">,
  runsRelayer: boolean,
  bridges: LiveBridges | undefined,
): readonly (() => Promise<void>)[] {
  const look = (): Promise<void> => (runsRelayer ? relayer.advance() : relayer.observe(READ_MS));
  return bridges === undefined ? [look] : [look, async () => void (await bridges.look())];
}

/** Snapshots between two slots of external sequencers. After a return to a mark books have its state before that is answered. */
function knownAfter(
  fillBooks: (() => Promise<void>) | undefined,
  { external: { running } }: Pick<ChainOpening, "external">,
  hubs: RunningHubs,
  returning: Snapshots,
): Snapshots {
  const { snapshot, revert } = hubs.keptBy(returning);
  return {
    async snapshot() {
      const resume = await running.rest();
      try {
        return await snapshot();
      } finally {
        resume();
      }
    },
    async revert(id) {
      const isBack = await revert(id);
      if (isBack) await fillBooks?.();
      return isBack;
    },
  };
}

function memberPlan({ plan, url, runSwitch: { isRunning } }: DevnetChain): MemberPlan {
  return { plan, isRunning, port: Number(new URL(url).port) };
}

/** Starts the first chains, in sequence, and shows each as soon as it runs. */
async function openChains(
  members: readonly MemberPlan[],
  opening: ChainOpening,
  chains: RunningChains,
): Promise<readonly OpenedChain[]> {
  const opened: OpenedChain[] = [];
  // What others settle on comes before them.
  const inOrder = [...members.entries()].sort(([, a], [, b]) => layerOf(a) - layerOf(b));
  for (const [i, { plan, isRunning }] of inOrder) {
    opened.push(await openChain(plan, `chains[${i}].baseToken`, opening, isRunning ? "running" : "stopped"));
    chains.become([...opened]);
  }
  // L1's clock may be ahead of the machine's. A transfer reaches a chain only if its batch begins after the chain's creation.
  for (const { pipeline } of opened)
    for (const other of opened) await other.pipeline.chain.sequencer.notBefore(pipeline.created.bornAt + 1n);
  return opened;
}

function layerOf({ plan }: MemberPlan): number {
  return layersBelow(plan.chainId);
}

/** All of them, even if one fails. */
function closeAll(chains: readonly ServedChain[]): Promise<void> {
  const closing = createDisposer("the chains");
  for (const chain of chains) closing.add(() => chain.close());
  return closing.close();
}

/** Clients of all members for looks, which run the code of strangers' tokens: calls are answered as for a client outside. */
function clientsForLooks(l1: LocalL1, chains: RunningChains, closing: Disposer): (chainId: number) => BrowserProvider {
  const ofL1 = connectInProcess(l1.chainId, l1.eip1193);
  const ofChains = new Map<ServedChain, BrowserProvider>();
  const destroyAllBut = (running: readonly ServedChain[]): void => {
    for (const [chain, client] of ofChains) {
      if (running.includes(chain)) continue;
      client.destroy();
      ofChains.delete(chain);
    }
  };
  closing.add(chains.onChange(() => destroyAllBut(chains.current())));
  closing.add(() => {
    ofL1.destroy();
    destroyAllBut([]);
  });
  return (chainId) => {
    if (chainId === Number(l1.chainId)) return ofL1;
    const chain = chains.current().find((each) => Number(each.chainId) === chainId);
    if (chain === undefined) throw new RangeError(`the ecosystem has no member ${chainId}`);
    const client = ofChains.get(chain) ?? connectInProcess(chain.chainId, withCallsFromOutside(chain));
    ofChains.set(chain, client);
    return client;
  };
}

/** Repeats looks if the ecosystem moves automatically; a member may only have been slow. */
function keepLooking(
  intervalMs: number | undefined,
  looks: readonly (() => Promise<void>)[],
  { clock, closing }: Pick<DevnetDependencies, "clock"> & { readonly closing: Disposer },
): void {
  if (intervalMs === undefined) return;
  for (const look of looks) closing.add(repeat(clock, intervalMs, look, () => true));
}

/** Data of the ecosystem for queries about all of it. Rejects with L1's error. */
async function whatLooksAsk(
  { layer, options, chains, names, feed, clock, world, info }: Pick<DevnetDependencies, "clock"> & WhatLooksAsk,
  closing: Disposer,
): Promise<LookingDependencies> {
  const { l1, accounts, deployer, ownSends } = layer;
  const creators = [await deployer.getAddress(), ...options.fundedAccounts.map((number) => accounts.wallet(number).address)];
  const isFresh = world?.continues !== true;
  const told = await blockTimes({ feed, clock, l1, chains, isFresh, ownSends }, closing);
  const clientOf = clientsForLooks(l1, chains, closing);
  const users = new UsersIndex({ l1, chains: () => chains.current(), info, blockTimes: told, feed }, closing);
  const owners = [...new Set(creators.map(lowerCaseAddress))];
  return { l1, chains: () => chains.current(), names, clientOf, blockTimes: told, users, creators: owners };
}

interface WhatLooksAsk {
  readonly layer: Pick<SettlementLayer, "l1" | "accounts" | "deployer" | "ownSends">;
  readonly options: Pick<CompleteOptions, "fundedAccounts">;
  readonly chains: RunningChains;
  readonly names: () => Promise<ProjectNames>;
  readonly feed: Feed;
  readonly world: Pick<World, "continues"> | undefined;
  readonly info: EcosystemView["info"];
}

/** Settings of the chains that clients may have changed. */
function switching({
  addChain,
  stopChain,
  startChain,
  removeChain,
}: ChainChanges): Pick<ChainChanges, "addChain" | "stopChain" | "startChain" | "removeChain"> {
  return { addChain, stopChain, startChain, removeChain };
}

function dumpOf(world: World | undefined): Promise<Dump> {
  if (world !== undefined) return world.dump();
  const message = "this ecosystem is in memory alone, and has no past to dump; start it with --data to keep one";
  return Promise.reject(new LedgerError("NotKept", message));
}
