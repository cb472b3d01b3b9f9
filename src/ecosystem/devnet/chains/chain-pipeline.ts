import type { Chain } from "../../../chain/chain.ts";
import type { EdrConnect } from "../../../chain/execution/connection.ts";
import { unknownHeader } from "../../../chain/execution/unknown-header.ts";
import { byFee } from "../../../chain/mempool/orders.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { FirstTreeState } from "../../../chain/state/first-tree-state.ts";
import type { ReaderPolicy } from "../../../chain/rpc/access/reader-gate.ts";
import type { BatchInputs, InputBlock } from "../../../chain/verification/batch-inputs.ts";
import { openNumberedBytes } from "../../../chain/ledger/numbered-bytes.ts";
import { openTemporaryValues } from "../../../chain/ledger/temporary-values.ts";
import { versionedChain, type ChainOnL1 } from "../../../chain/node/described/chain-on-l1.ts";
import { readSettingsEvents } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import type { ChainStart, RunningOptions } from "../../../chain/node/described/chain-options.ts";
import type { ExecutionProofs } from "../../../chain/node/execution/node-execution.ts";
import { ExecutionStore } from "../../../chain/node/execution/execution-store.ts";
import { OfferedBatches } from "../../../chain/node/settling/offered-batches.ts";
import { startNode, type Node, type NodeDependencies, type NodeOptions } from "../../../chain/node/node.ts";
import type { ChainSettlement } from "../../../chain/node/l1-link.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ImportKind, importKindOf } from "../../../ground/protocol/import-kinds.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { startOrDispose, type Disposer } from "../../../ground/runtime/disposer.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import { createMemoryJournal, type Journal } from "../../../chain/settlement/journal/journal.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import { deliveryCalls } from "../../relayer/delivery.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { Layer, LayerVersion } from "../deployment/layer.ts";
import { versionOf } from "../l1/version-of.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { NO_COINBASE } from "../../../chain/settlement/batch/settlement-batch.ts";
import { externalSequencerOf, hasNodeProcesses, isQueueAlone, type ChainPlan } from "../../options/plan.ts";
import { settingsOnL1 } from "../../options/settings-on-l1.ts";
import { patienceFor } from "../../options/fact-patience.ts";
import { dataFactsOf, guardianNetworks, porterIdOf, publishesInputs } from "../../options/data-facts.ts";
import type { NodeChain } from "../chain-nodes/messages.ts";
import { BatchRecorder } from "../quorum-member/batch-recorder.ts";
import type { ChainBirth, StoredChain } from "../keeping/world.ts";
import type { BaseToken } from "../chain-on-l1/base-token.ts";
import { createChain, localChainConfiguration, type CreatedChain } from "../chain-on-l1/create-chain.ts";
import { readBornState } from "../chain-on-l1/imported-state.ts";
import { createImported } from "../chain-on-l1/create-imported.ts";
import type { FactImports } from "../facts/fact-imports.ts";
import { EvidenceBook } from "../facts/evidence-book.ts";
import { layeredBy, openStatements, type ChainLayers } from "../statements/open-statements.ts";
import type { StatementImports } from "../statements/statement-imports.ts";
import { StatementRefused } from "../statements/statement-refused.ts";
import { factMethods, openFacts, type FactSource } from "../facts/open-facts.ts";
import type { GuardiansOfLayer } from "../guardian/guardian-networks.ts";
import type { SourceCalls } from "../../../chain/settlement/l1-sender/source-calls.ts";
import { NO_INPUTS } from "./inputs-data.ts";
import { batchDataMethod } from "./data-keeper.ts";
import type { ChainKeys } from "./chain-keys.ts";
import { orderOfChain, type ChainOrder, type ExternalChains } from "./chain-order.ts";
import { nodesMethods } from "./nodes-methods.ts";
import { slotMethods } from "./slot-methods.ts";
import { DevnetOptionsError } from "../described/options.ts";
import { chosenFirstState, firstStateAccounts, importedAccounts } from "../described/first-state.ts";
import { openJournal } from "./open-journal.ts";
import type { ExecutionProvers } from "./provers.ts";
import { presentAdmin, type PresentAdmin } from "./present-admin.ts";
import { prepareSigners, type ChainSigners, type PreparedSigners } from "./signers.ts";
import type { ChainPorts } from "./ports.ts";

interface ChainPipelineOptions {
  readonly plan: ChainPlan;
  /** Initial state of the node's pause. */
  readonly startsPaused: boolean;
  readonly baseToken: BaseToken;
  /** Genesis of the version that the chain is created with, whose root the registry has. */
  readonly genesis: readonly GenesisAccount[];
  /** The Superchain's contracts, for a chain whose plan has them. */
  readonly superchain: readonly GenesisAccount[];
  readonly minGasPriceWei: bigint;
  /** The accounts whose operations a filterer lets in whatever it says: they bring the chain its first money. */
  readonly funders: readonly Hex[];
  /** The account by which the ecosystem's relayer brings messages to its chains. */
  readonly relayer: Hex;
  readonly serving: Omit<NodeOptions["serving"], "port" | "porterPort" | "development" | "methods">;
}

/** Parts and callbacks of a chain's user. */
interface ChainCustoms {
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
  readonly onProvable?: NodeDependencies["onProvable"];
  /** Number of blocks of the node's checkpoint. */
  readonly placeBlocks?: number | undefined;
  /** Custom parts. Default: the package's. */
  readonly ports?: ChainPorts | undefined;
}

export interface ChainPipelineDependencies
  extends
    Required<Pick<ChainSettlement, "gate" | "confirmations" | "findExecutable" | "mayVoid" | "prover" | "onUpdate">>,
    Pick<ChainSettlement, "l1MayBeBehind" | "alterProof"> {
  /** Layer on which the chain settles. */
  readonly base: SettlementBase;
  readonly artifacts: ArtifactSource;
  /** Networks of guardians that run with the ecosystem. */
  readonly networks: readonly GuardiansOfLayer[];
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** The time that all members share. */
  readonly time: MovableClock;
  /** Keeps the chain beyond this process, and has what earlier ones left. */
  readonly storedChain?: StoredChain;
  /** Chains that run now, whose batches this one may import facts about. */
  readonly sources: () => readonly FactSource[];
  /** Chains on this one, and the one on which it settles. */
  readonly layers: ChainLayers;
  /** May be shared. */
  readonly executionProvers: ExecutionProvers;
  /** Replacement of a batch's published changes; default: the changes. */
  readonly alterChanges?: NonNullable<NodeDependencies["alterChanges"]>;
  readonly keys: ChainKeys;
  /** Chains that external sequencers order. */
  readonly external: ExternalChains;
  readonly customs: ChainCustoms;
}

/** A chain of the ecosystem with everything between its users and their transactions' execution on L1. */
export interface ChainPipeline extends Node, Pick<ChainOrder, "nodes" | "external"> {
  readonly created: CreatedChain;
  /** Admin of the chain, by its last look at L1. */
  readonly admin: () => Hex;
  readonly baseToken: BaseToken;
  readonly signers: ChainSigners;
  /** Whether its data are carried to L1 by the chain on which it settles. */
  readonly isCarried: boolean;
  /** Inputs of a batch. Rejects with RangeError if no validator re-executes, and for old batches. */
  inputs(batchNumber: bigint): Promise<BatchInputs>;
  /** Imports the statement about a batch of a chain on this one. Rejects with StatementRefused. */
  importStatement(batch: FactBatch): Promise<bigint>;
}

function importedBy(statements: StatementImports | undefined, batch: FactBatch): Promise<bigint> {
  if (statements !== undefined) return statements.import(batch);
  return Promise.reject(
    new StatementRefused("ChainNotListed", "this chain imports no statements; settle on a proven chain on L1"),
  );
}

/** Facts and statements that a chain imports. Empty until the chain runs. */
interface OpenedImports {
  facts?: FactImports | undefined;
  statements?: StatementImports | undefined;
}

/** Creates a chain on L1, with those who sign for it, and runs it. */
export function startChainPipeline(
  options: ChainPipelineOptions,
  dependencies: ChainPipelineDependencies,
): Promise<ChainPipeline> {
  return startOrDispose(`chain ${options.plan.name}`, (closing) => start(options, dependencies, closing));
}

async function start(
  options: ChainPipelineOptions,
  dependencies: ChainPipelineDependencies,
  closing: Disposer,
): Promise<ChainPipeline> {
  const { plan, baseToken, genesis, superchain, serving } = options;
  const { base, connect, clock, time, keys, storedChain, alterChanges, customs, ...settling } = dependencies;
  const { ecosystem, provider: l1 } = base;
  const { onStop, placeBlocks, onProvable, ports } = customs;
  const prepared = await prepareSigners(plan, { ...dependencies, genesis, superchain }, closing);
  const { created, genesisTimestamp } = storedChain?.birth ?? (await beginOnL1(options, dependencies, prepared));
  const keeping = isQueueAlone(plan) ? undefined : storedChain;
  const admin = await presentAdmin(created.hyperchain, l1);
  const version = versionFor(plan, created, ecosystem);
  const born = await readBornState(created, genesis, { provider: l1, fromBlock: created.fromBlock });
  const journal = await openedJournal(plan, storedChain, closing);
  // Batches of earlier processes continue before the node exists.
  let repeated: Chain | undefined;
  const older = openOlderInputs(storedChain, prepared, closing);
  const recorder = recorderOf(plan, created, older, () => repeated ?? node.chain);
  const opened: OpenedImports = {};
  const execution = executionOf(plan, dependencies, opened, closing);
  const order = orderOfChain({ created, plan, commands: keeping?.commands ?? [] }, dependencies, closing);
  const signers = await prepared.connect(created, recorder, order.forming);
  const { data, quorum, posting, inputs, chooseData } = signers;
  const settled = { journal, quorum, posting, ...settledBy(plan, storedChain, opened, dependencies) };
  const start = {
    ...firstStart({ before: born?.record ?? recordBefore(version), genesisTimestamp, imported: born?.copy() }, keeping),
    // Stored batches are rebuilt before the chain reads L1.
    upgrades: await readUpgrades(created, dependencies),
  };
  const running = {
    ...runningOf(options, prepared, ports),
    coinbase: isQueueAlone(plan) ? NO_COINBASE : lowerCaseAddress(await keys.operator.getAddress()),
  };
  const node: Node = await startNode(
    {
      name: `chain ${plan.name}`,
      chain: onL1(created, ecosystem),
      fromBlock: created.fromBlock,
      genesis,
      start,
      ...{ ...(keeping === undefined ? {} : { keeping }), ...(execution === undefined ? {} : { execution }) },
      running: { ...running, access: accessOf(options, admin) },
      serving: { ...serving, ...servedAs(plan, admin, data, order), orderName: nameOfOrder(plan, ports) },
      settlement: { ...settling, ...settled, l1, rootsFrom: ecosystem.fromBlock, sender: keys.operator },
    },
    {
      connect,
      clock,
      time,
      l1,
      ...(alterChanges === undefined ? {} : { alterChanges }),
      followers: prepared.reexecutes ? [recorder] : [],
      ...order.leading,
      onRepeated(chain, batches) {
        repeated = chain;
        return signers.catchUp(batches);
      },
      ...{ onStop, onProvable, chooseData, ports: portsOf(plan, ports), ...placesOf(plan, placeBlocks) },
    },
  );
  closing.add(() => node.close());
  openImports(opened, plan, node, created, dependencies);
  await order.start(node, () => nodeChainOf(options, dependencies, { created, start, running, admin: admin.account() }));
  const importStatement = (batch: FactBatch) => importedBy(opened.statements, batch);
  const shown = { created, baseToken, signers, nodes: order.nodes, external: order.external, inputs, importStatement };
  return { ...overNode(node, admin, closing), ...shown, isCarried: prepared.isCarried };
}

/** Inputs of batches of earlier processes, because members of a kept chain start again with its first batch. */
function openOlderInputs(
  storedChain: StoredChain | undefined,
  { reexecutes }: PreparedSigners,
  closing: Disposer,
): ConstructorParameters<typeof BatchRecorder>[1] {
  if (storedChain === undefined || !reexecutes) return undefined;
  const older = openTemporaryValues<readonly InputBlock[]>();
  closing.add(() => older.close());
  return older;
}

/** Pace of a chain's settlement, and its wait for batches of other chains. */
function settledBy(
  plan: ChainPlan,
  storedChain: StoredChain | undefined,
  opened: Readonly<OpenedImports>,
  { onUpdate, mayVoid }: Pick<ChainPipelineDependencies, "onUpdate" | "mayVoid">,
): Pick<ChainSettlement, "pace" | "l1IsJournals" | "factPatienceSeconds" | "onUpdate" | "sourceCalls" | "mayVoid"> {
  const common = { pace: plan.settlement.pace, ...(storedChain === undefined ? {} : { l1IsJournals: true }) };
  const sourceCalls: SourceCalls = async (index) => {
    const importer = importKindOf(index) === ImportKind.statement ? opened.statements : opened.facts;
    return (await importer?.sourceCalls(index)) ?? [];
  };
  return {
    ...common,
    factPatienceSeconds: patienceFor(plan),
    onUpdate(update) {
      if (update.type === "factVoid" && update.peer !== undefined) opened.facts?.shutOut(update.peer);
      onUpdate(update);
    },
    sourceCalls,
    mayVoid,
  };
}

/** Evidence of a chain's imports. */
interface Evidence {
  readonly book: EvidenceBook;
  /** Resolves when the book is on disk. */
  readonly durable: () => Promise<void>;
}

function openImports(
  opened: OpenedImports,
  plan: ChainPlan,
  node: Node,
  created: CreatedChain,
  dependencies: ChainPipelineDependencies,
): void {
  const { storedChain } = dependencies;
  const book = new EvidenceBook(storedChain?.facts);
  node.chain.spine.attach(book);
  const evidence = { book, durable: () => storedChain?.store.durable() ?? Promise.resolve() };
  opened.facts = openedFacts(plan, node.chain, created, { ...dependencies, ...evidence });
  opened.statements = openedStatements(plan, node, created, { ...dependencies, ...evidence });
  node.addMethods(factMethods(opened.facts));
}

/** Undefined if the chain imports no facts. */
function openedFacts(
  { settlement: { facts } }: ChainPlan,
  chain: Chain,
  created: CreatedChain,
  { base, confirmations, sources, executionProvers, gate, time, book, durable }: ChainPipelineDependencies & Evidence,
): FactImports | undefined {
  if (facts === undefined || !("send" in base.provider)) return undefined;
  const provider = base.provider as SendingProvider;
  return openFacts(facts, {
    chain,
    created,
    ecosystem: base.ecosystem,
    l1: provider,
    confirmations,
    sources,
    prover: executionProvers.batchesProver,
    gate,
    time,
    book,
    durable,
  });
}

/** Undefined for a chain that is trusted, or settles on another chain. */
function openedStatements(
  { proving: { execution } }: ChainPlan,
  { chain }: Pick<Node, "chain">,
  created: CreatedChain,
  { base, confirmations, executionProvers, gate, clock, layers, book, durable }: ChainPipelineDependencies & Evidence,
): StatementImports | undefined {
  if (execution !== "proven" || layers.below !== undefined || !("send" in base.provider)) return undefined;
  return openStatements({
    chain,
    created,
    ecosystem: base.ecosystem,
    l1: base.provider as SendingProvider,
    confirmations,
    prover: executionProvers.batchesProver,
    gate,
    clock,
    book,
    durable,
    layers,
  });
}

/** Chain as its nodes in other processes start it. */
function nodeChainOf(
  { plan, genesis, relayer }: ChainPipelineOptions,
  { base: { ecosystem, url: l1Url }, confirmations }: ChainPipelineDependencies,
  of: Pick<NodeChain, "start" | "running" | "admin"> & { readonly created: CreatedChain },
): NodeChain {
  const { created, start, running, admin } = of;
  const { genesisTimestamp, firstBatch, previousCommitment, operationsBefore, operationsTaken, upgrades } = start;
  const { fees: _fees, ...others } = running as RunningOptions;
  return {
    chain: onL1(created, ecosystem),
    genesis,
    start: { genesisTimestamp, firstBatch, previousCommitment, operationsBefore, operationsTaken, upgrades },
    // The host's clock ends batches by age.
    running: { ...others, batches: { ...others.batches, maxAgeMs: undefined }, startsPaused: false },
    ...{ admin, relayer, transactionOrder: plan.ordering.transactionOrder, l1Url, confirmations },
    rootsFrom: ecosystem.fromBlock,
  };
}

/** Nodes in processes start from the first command, and so does a chain with a porter: what is stored has one tree. */
function placesOf(plan: ChainPlan, placeBlocks: number | undefined): Pick<NodeDependencies, "placeBlocks"> {
  if (hasNodeProcesses(plan) || porterIdOf(plan) !== undefined) return { placeBlocks: Number.MAX_SAFE_INTEGER };
  return placeBlocks === undefined ? {} : { placeBlocks };
}

function servedAs(
  plan: ChainPlan,
  admin: PresentAdmin,
  data: ChainSigners["data"],
  { external, nodes }: Pick<ChainOrder, "external" | "nodes">,
): Pick<NodeOptions["serving"], "port" | "porterPort" | "development" | "methods" | "readers"> {
  return {
    ...{ port: plan.serving.port, porterPort: plan.serving.porterPort, development: true, ...readersOf(plan, admin) },
    methods: new Map([
      ...(data === undefined ? [] : [["hyperchain_getBatchData", batchDataMethod(data)] as const]),
      ...(external === undefined ? [] : slotMethods(external, plan.chainId)),
      ...nodesMethods(nodes),
    ]),
  };
}

/** The chain asks who its admin is whenever it looks at L1. */
function overNode(node: Node, admin: PresentAdmin, closing: Disposer): Node & Pick<ChainPipeline, "admin"> {
  const pollL1 = async (): ReturnType<Node["pollL1"]> => {
    await admin.look();
    return node.pollL1();
  };
  return { ...node, admin: admin.account, pollL1, close: () => closing.close() };
}

async function openedJournal(
  { place, settlement: { journal: named } }: ChainPlan,
  storedChain: StoredChain | undefined,
  closing: Disposer,
): Promise<Journal> {
  const journal = storedChain?.journal ?? (named === undefined ? createMemoryJournal() : await openJournal(named, place));
  closing.add(() => journal.close());
  return journal;
}

/** Version that a chain's plan asks for, which must be that of its creation. Throws DevnetOptionsError. */
function versionFor(
  { name, proving: { execution } }: ChainPlan,
  { configuration }: CreatedChain,
  ecosystem: Parameters<typeof versionOf>[0],
): ReturnType<typeof versionOf> {
  const was = isProvenOnL1(configuration.protocolVersion) ? "proven" : "trusted";
  if (was === execution) return versionOf(ecosystem, execution);
  throw new DevnetOptionsError(
    "BadOptions",
    `execution of ${name} is "${execution}", and the chain was created with "${was}"; say that, and change it by hyperchain:upgrade`,
  );
}

/** Prover of a chain's execution, also of a trusted one, which may be upgraded. Undefined on a base that checks no proofs. */
function executionOf(
  { settlement: { pace } }: ChainPlan,
  {
    base,
    storedChain,
    executionProvers,
    clock,
    layers,
  }: Pick<ChainPipelineDependencies, "base" | "storedChain" | "executionProvers" | "clock" | "layers">,
  opened: Readonly<OpenedImports>,
  closing: Disposer,
): ExecutionProofs | undefined {
  if (base.chain !== undefined && base.ecosystem.versions.proven === undefined) return undefined;
  const store = new ExecutionStore(openNumberedBytes(storedChain?.executionFile));
  closing.add(() => store.close());
  // Data that an earlier process left before the chain was created are of another chain.
  if (storedChain?.birth === undefined) store.forgetFrom(0n);
  const { executionProver: prover, batchesProver: l1Prover } = executionProvers;
  const layered = layeredBy(layers, { batchesProver: l1Prover, clock, statements: () => opened.statements });
  return { prover, store, l1Prover, layered, ...togetherBy(pace, executionProvers, clock) };
}

/** Process that proves batches together: this one, another one, or none. */
function togetherBy(
  { shared, aggregatorSeconds }: ChainPlan["settlement"]["pace"],
  { batchesProver, shared: ofAll }: ExecutionProvers,
  clock: Clock,
): Pick<ExecutionProofs, "shared" | "offered"> {
  if (shared === true) return { shared: ofAll };
  if (aggregatorSeconds === undefined) return {};
  return { offered: new OfferedBatches(aggregatorSeconds, { onL1: batchesProver, clock }) };
}

/** Creates the chain; its block 0 is of L1's time then. */
async function beginOnL1(
  options: ChainPipelineOptions,
  dependencies: ChainPipelineDependencies,
  prepared: PreparedSigners,
): Promise<Pick<ChainBirth, "created" | "genesisTimestamp">> {
  const created = await createOnL1(options, dependencies, prepared);
  const block = await dependencies.base.provider.getBlock("latest");
  const genesisTimestamp = beginsAtBirth(options.plan) ? created.bornAt : BigInt(block?.timestamp ?? 0);
  const { baseToken } = options;
  const { dataAvailabilityPolicy } = prepared;
  dependencies.storedChain?.born({ created, baseToken, dataAvailabilityPolicy, genesisTimestamp });
  return { created, genesisTimestamp };
}

function readUpgrades(
  created: CreatedChain,
  { base: { ecosystem, provider }, confirmations }: ChainPipelineDependencies,
): ReturnType<typeof readSettingsEvents> {
  return readSettingsEvents(versionedChain(onL1(created, ecosystem)), created.fromBlock, { provider, confirmations });
}

async function createOnL1(
  { plan, baseToken, genesis, superchain, funders }: ChainPipelineOptions,
  { base: { ecosystem }, keys: { operator }, artifacts, prover, confirmations }: ChainPipelineDependencies,
  { validators, threshold, dataAvailabilityPolicy }: PreparedSigners,
): Promise<CreatedChain> {
  const version = versionOf(ecosystem, plan.proving.execution);
  const configuration = {
    ...localChainConfiguration(ecosystem, plan.chainId, validators),
    protocolVersion: version.protocolVersion,
    admin: lowerCaseAddress(await operator.getAddress()),
    validatorThreshold: BigInt(threshold),
    dataAvailabilityPolicy,
    transactionFilterer: await filtererOf(plan.protocol, funders, { operator, artifacts }),
    baseToken: baseToken.l1Address,
    ...settingsOnL1(plan),
    ...(isQueueAlone(plan) ? { cheatsAllowed: false } : {}),
  };
  const accounts = importedAccounts(plan, superchain);
  const porterId = porterIdOf(plan);
  if (accounts === undefined) return createChain(ecosystem, configuration, operator, { confirmations, porterId });
  const prove = async (job: Parameters<typeof prover.proveBatch>[0]): Promise<Uint8Array> => (await prover.proveBatch(job)).proof;
  const policyData = publishesInputs(plan.availability) ? NO_INPUTS : undefined;
  const imported = { accounts, genesis, version, configuration, policyData };
  return createImported(imported, { ecosystem, signer: operator, prove, confirmations });
}

/** The contract that says which operations enter the chain's queue; 0 where all do. Rejects with DeploymentError. */
function filtererOf(
  { filterer }: ChainPlan["protocol"],
  funders: readonly Hex[],
  deploying: Parameters<typeof deployContract>[2],
): Hex | Promise<Hex> {
  if (filterer === undefined) return NO_FILTERER;
  return typeof filterer === "string" ? filterer : deployContract("SenderList", [[...filterer.allow, ...funders]], deploying);
}

const NO_FILTERER: Hex = `0x${"00".repeat(20)}`;

/** The chain as its contract has it. */
function onL1({ hyperchain, configuration, bornAt }: CreatedChain, { settlementChainId, addresses }: Layer): ChainOnL1 {
  const { factory, bridge, roots: registry, settings, verifiers } = addresses;
  return { settlementChainId, hyperchain, factory, bridge, registry, settings, verifiers, bornAt, configuration };
}

interface FirstStartOptions {
  /** Record before the first batch. */
  readonly before: Pick<StoredBatch, "commitment">;
  readonly genesisTimestamp: bigint;
  /** State of the imports. */
  readonly imported: FirstTreeState | undefined;
}

/** Before the chain's first batch, or where an earlier process left off. */
function firstStart(
  { before, genesisTimestamp, imported }: FirstStartOptions,
  { commands, place }: Pick<StoredChain, "commands" | "place"> = { commands: [], place: undefined },
): Omit<ChainStart, "upgrades"> {
  const further = BigInt(commands.filter(({ type }) => type === "operation").length);
  const common = { genesisTimestamp, unexecuted: [] };
  if (place !== undefined) {
    const { nextBatch: firstBatch, previousCommitment, operationsTaken } = place;
    const operations = { operationsTaken: operationsTaken + further, operationsBefore: operationsTaken };
    return { ...common, state: { from: "place", place, imported }, firstBatch, previousCommitment, ...operations };
  }
  return {
    ...common,
    state: { from: "genesis", imported },
    firstBatch: 0n,
    previousCommitment: before.commitment,
    operationsTaken: further,
    operationsBefore: 0n,
  };
}

function recordBefore({ protocolVersion, genesisStateRoot, genesisLeafCount }: LayerVersion): StoredBatch {
  return genesisStoredBatch(protocolVersion, genesisStateRoot, genesisLeafCount);
}

const SEALED_BY_QUEUE: RunningOptions["batches"] = { maxAgeMs: undefined, maxTransactions: undefined };

function runningOf(
  { plan, superchain, startsPaused, minGasPriceWei }: ChainPipelineOptions,
  { isCarried, reexecutes }: PreparedSigners,
  ports: ChainPorts | undefined,
): Omit<RunningOptions, "coinbase"> {
  const { blocks, batches, distinctTimestamps, fees } = plan.ordering;
  return {
    blocks,
    batches: isQueueAlone(plan) ? SEALED_BY_QUEUE : batches,
    minGasPriceWei,
    execution: plan.execution,
    startsPaused,
    distinctTimestamps: distinctTimestamps && !isQueueAlone(plan),
    fees,
    initialState: firstStateAccounts(chosenFirstState(plan, superchain)),
    data: {
      publishes: ports?.availability === undefined ? dataFactsOf(plan.availability).publishes : "sometimes",
      isCarried,
      publishesInputs: publishesInputs(plan.availability),
      guardianNetworks: guardianNetworks(plan.availability).length,
    },
    isReexecuted: reexecutes,
    porterId: porterIdOf(plan),
    replayProtection: "optional",
    rewindable: true,
  };
}

/** Parts of others, and the order that the plan chooses unless they bring one. */
function portsOf({ ordering }: ChainPlan, ports: ChainPorts | undefined): ChainPorts {
  const order = ports?.order ?? (ordering.transactionOrder === "fee" ? byFee : undefined);
  return { ...ports, ...(order === undefined ? {} : { order }) };
}

/** Order of a chain's transactions, as anvil and this project's options name it. */
function nameOfOrder(plan: ChainPlan, ports: ChainPorts | undefined): string {
  if (isQueueAlone(plan)) return "queue";
  if (externalSequencerOf(plan) !== undefined) return "external";
  if (ports?.order !== undefined) return "custom";
  return { arrival: "fifo", fee: "fees", encrypted: "encrypted" }[plan.ordering.transactionOrder];
}

/** Data that are on L1 or on the chain below are everybody's to read. */
function readersOf({ chainId, availability }: ChainPlan, admin: PresentAdmin): { readonly readers?: ReaderPolicy } {
  if (availability.openReads || dataFactsOf(availability).readers === "everybody") return {};
  return { readers: { chainId, readers: () => availability.readers ?? [admin.account()] } };
}

function accessOf(
  { plan: { ordering }, relayer }: ChainPipelineOptions,
  { account }: PresentAdmin,
): NonNullable<RunningOptions["access"]> {
  return {
    lists: { senders: ordering.senders, deployers: ordering.deployers },
    admin: account,
    deliveries: { relayer, calls: deliveryCalls() },
  };
}

/**
 * Recorder of a chain. The hash of block 0 follows from L1's record before the chain exists if its second is that of the
 * creation.
 */
function recorderOf(
  plan: ChainPlan,
  { bornAt }: CreatedChain,
  older: ConstructorParameters<typeof BatchRecorder>[1],
  chain: () => Pick<Chain, "blocks">,
): BatchRecorder {
  if (!beginsAtBirth(plan)) return new BatchRecorder(async () => (await chain().blocks.block(0n))?.hash ?? "0x", older);
  const { hash } = unknownHeader({ number: 0n, timestamp: bornAt });
  return new BatchRecorder(() => Promise.resolve(hash), older);
}

/** True if others execute the chain again from L1, so that its block 0 has a second that L1 names. */
function beginsAtBirth(plan: ChainPlan): boolean {
  return isQueueAlone(plan) || publishesInputs(plan.availability);
}
