import { guardianNetworks, porterIdOf } from "../../options/data-facts.ts";
import { safeConfirmations } from "../../options/fields/l1.ts";
import { shownSymbol } from "../../client/sending/shown-symbol.ts";
import type { Sessions } from "../../../chain/rpc/access/sessions.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { EdrConnect } from "../../../chain/execution/connection.ts";
import type { UnlockedAccounts } from "../../../chain/rpc/accounts/unlocked-accounts.ts";
import type { NotedCalls } from "../../../chain/rpc/request/noted-calls.ts";
import type { Feed, FeedEntry } from "../../../chain/rpc/transport/feed.ts";
import type { Closed } from "../../../chain/rpc/development/guarded-methods.ts";
import type { RevertReason } from "../../../chain/rpc/zks/message-status.ts";
import type { CustomErrorText } from "../../../chain/node/serving/named-reverts.ts";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import type { BatchProving } from "../../../chain/node/settling/batch-proving.ts";
import type { BatchUpdate } from "../../../chain/node/settling/batch-update.ts";
import { startOrDispose, type Disposer } from "../../../ground/runtime/disposer.ts";
import { repeat } from "../../../ground/runtime/repeat.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import { ACCOUNT_NUMBERS, keyOf, lowerCaseAddress } from "../accounts/accounts.ts";
import { resolveBaseToken, type BaseToken } from "../chain-on-l1/base-token.ts";
import type { ChainKeys } from "../chains/chain-keys.ts";
import type { ChainPipelineDependencies } from "../chains/chain-pipeline.ts";
import type { EcosystemPorts } from "../chains/ports.ts";
import type { RunSwitchOptions } from "../chains/run-switch.ts";
import { startServedChain, type DevnetChain, type ServedChain } from "../chains/served-chain.ts";
import type { FactSource } from "../facts/open-facts.ts";
import type { LinkDesk } from "../links/link-desk.ts";
import { linkMethods } from "../links/link-methods.ts";
import type { ExecutableBatch } from "../../../chain/settlement/l1-sender/executable-batch.ts";
import type { EcosystemFaults } from "../faults/faults.ts";
import { fundOperator } from "../chains/funding.ts";
import type { StoredChain, World } from "../keeping/world.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { GuardiansOfLayer, RunningNetwork } from "../guardian/guardian-networks.ts";
import { renewingIdle } from "./renew-idle.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { ProjectContracts } from "../project-contracts/project-contracts.ts";
import type { SettlementLayer } from "../l1/settlement-layer.ts";
import { isQueueAlone, nodesOf, type ChainPlan } from "../../options/plan.ts";
import { contractsOfStake } from "../stake/contracts.ts";
import { enlistKeys } from "../stake/enlist-keys.ts";
import type { PromiseDesk } from "../promises/promise-desk.ts";
import type { CompleteOptions } from "../described/options.ts";
import type { ChainInfo } from "../view/books/ecosystem-info.ts";
import type { SettlementBases } from "./settlement-bases.ts";
import { StatementRefused } from "../statements/statement-refused.ts";
import type { ChainLayers } from "../statements/open-statements.ts";

/** Account numbers that a chain has for its nodes. */
const MAX_NODES = 8;

/** Events of a chain for its user. */
export interface ChainEvents {
  /** Called when a chain was added at run time. */
  readonly onAdded?: (chain: ChainInfo) => void;
  readonly onUpdate?: (chainId: bigint, update: BatchUpdate) => void;
  /** Called when a part has stopped for good; the others continue. */
  readonly onStop?: (chainId: bigint, error: unknown) => void;
  /** Number of blocks of the node's checkpoint. */
  readonly placeBlocks?: number;
  /** Parts of others, in place of the package's own. */
  readonly ports?: EcosystemPorts;
  /** Called with the input of an execution proof for each batch, whether the proof is made or not. */
  readonly onProvable?: NonNullable<ChainPipelineDependencies["customs"]["onProvable"]>;
}

/** Shared parts of all chains of an ecosystem. */
export interface ChainOpening {
  readonly options: CompleteOptions;
  /** Contracts of the project's packages, which each chain has. */
  readonly contracts: ProjectContracts;
  readonly closed: Closed;
  readonly sessions: Sessions;
  readonly genesis: readonly GenesisAccount[];
  /** The Superchain's contracts; none where no chain has them. */
  readonly superchain: readonly GenesisAccount[];
  readonly bases: SettlementBases;
  readonly layer: SettlementLayer;
  readonly world: World | undefined;
  readonly keys: UnlockedAccounts;
  readonly revertReason: RevertReason;
  readonly customError: CustomErrorText;
  readonly feed: Feed;
  readonly noting: NotedCalls;
  readonly gate: SharedExclusiveLock;
  readonly prover: ChainPipelineDependencies["prover"];
  readonly executionProvers: ChainPipelineDependencies["executionProvers"];
  readonly faults: Pick<EcosystemFaults, "alterProof" | "alterChanges" | "choose">;
  readonly connect: EdrConnect;
  readonly artifacts: ArtifactSource;
  /** Networks of guardians that run with the ecosystem. */
  readonly networks: readonly RunningNetwork[];
  readonly clock: Clock;
  readonly events: ChainEvents;
  readonly external: ChainPipelineDependencies["external"];
  /** Chains that run now. */
  readonly chains: () => readonly DevnetChain[];
  readonly links: LinkDesk;
  readonly promises: PromiseDesk;
  /** Told when a chain was paused or started. */
  readonly onSwitched: () => void;
  /** Whether a chain's exit was activated, as far as is known. */
  readonly hasEnded: (chainId: bigint) => boolean;
}

/** One chain of the ecosystem, which ends separately or with all others. */
export interface OpenedChain extends ServedChain {
  /** Starts regular looks of the chain at L1, if the ecosystem moves automatically. */
  watchL1(): void;
}

/**
 * Starts a chain: creates it on L1 if it is not there yet, with an operator that has money, and serves it. `field` is its base
 * token's option, for messages. Rejects with PortInUseError, DevnetOptionsError, DeploymentError, or with what the chain
 * could not start for. One that `begins` stopped is started by its switch.
 */
export function openChain(
  plan: ChainPlan,
  field: string,
  opening: ChainOpening,
  begins: RunSwitchOptions["begins"] = "running",
): Promise<OpenedChain> {
  return startOrDispose(`chain ${plan.name}`, async (closing) => {
    const { layer, world, artifacts, feed, bases } = opening;
    const base = await bases.of(plan, begins);
    const operator = layer.accounts.wallet(ACCOUNT_NUMBERS.firstOperator + plan.place).connect(base.sending);
    const { chainId } = plan;
    const kept = world?.chain({ chainId, porterId: porterIdOf(plan), coinbase: lowerCaseAddress(operator.address) });
    if (kept?.birth === undefined) await base.bringMoney(moneyOnTop(plan, opening));
    // A paused chain includes no payment to the chains on it.
    if (begins === "running" || base.chain === undefined) await fundOperator(operator, base, layer.operatorFundingWei);
    const { l1Address, symbol } =
      kept?.birth?.baseToken ?? (await resolveBaseToken(plan.protocol.baseToken, field, base.deployer, artifacts));
    // A token of L1 calls itself what it likes, and so does one in a file that others have written.
    const baseToken = { l1Address, symbol: shownSymbol(symbol) };
    const networks = await guardiansOf(plan, { base, isRunning: begins === "running" }, opening.networks);
    const chain = await startServedChain(
      { ...servedAs(plan, baseToken, opening), begins, operator },
      {
        ...pipelineDependencies(plan, { base, operator, storedChain: kept, networks }, opening),
        layers: layersOf(plan, base, opening),
      },
    );
    closing.add(() => chain.close());
    chain.addMethods(linkMethods(opening.links, chain));
    await stakeKeys(plan, chain, opening);
    await opening.promises.open(chain, kept, confirmationsOn(base, opening.options.l1));
    bases.opened(chain);
    closing.add(chain.pipeline.chain.index.onBlock((number) => feed.add(newBlock(plan.chainId, number))));
    const watch = (): void => {
      watchL1(chain, opening, closing);
      keepAtStake(plan, chain, opening, closing);
    };
    return { ...chain, watchL1: watch, close: () => closing.close() };
  });
}

/** Networks that store the chain's data, where it settles. */
function guardiansOf(
  { availability }: ChainPlan,
  { base, isRunning }: { readonly base: SettlementBase; readonly isRunning: boolean },
  networks: readonly RunningNetwork[],
): Promise<readonly GuardiansOfLayer[]> {
  const names = guardianNetworks(availability);
  return Promise.all(networks.filter(({ name }) => names.includes(name)).map((network) => network.on(base, isRunning)));
}

/** Stakes the keys of a chain on L1, if the ecosystem has stake. A registry on L1 judges no chain on a chain. */
async function stakeKeys(
  { chainId, place }: ChainPlan,
  { base, pipeline }: ServedChain,
  { options: { stake: terms }, layer: { accounts } }: ChainOpening,
): Promise<void> {
  const contracts = contractsOfStake(base.ecosystem);
  if (terms === undefined || contracts === undefined || base.chain !== undefined) return;
  const keys = pipeline.signers.stakableKeys;
  await enlistKeys({ contracts, terms, chainId, place, keys }, { accounts, l1: base.sending, funder: base.funder });
}

/** Money that a new chain on another needs there: for its funded accounts, its operator, and transactions before it runs. */
function moneyOnTop({ protocol: { baseToken } }: ChainPlan, { options, layer }: Pick<ChainOpening, "options" | "layer">): bigint {
  const { fundedAccounts, fundingWei } = options;
  return (baseToken === ETH_BASE_TOKEN ? fundingWei * BigInt(fundedAccounts.length) : 0n) + 2n * layer.operatorFundingWei;
}

function servedAs(
  plan: ChainPlan,
  baseToken: BaseToken,
  opening: ChainOpening,
): Omit<Parameters<typeof startServedChain>[0], "begins"> {
  const { closed, sessions, noting, genesis, superchain, keys, revertReason, customError, feed, layer, onSwitched, hasEnded } =
    opening;
  const { host, origins, inBackground } = opening.options;
  return {
    host,
    origins,
    inBackground,
    closed,
    sessions,
    noting,
    feed,
    plan,
    baseToken,
    genesis,
    superchain,
    accounts: keys,
    relayer: lowerCaseAddress(layer.accounts.wallet(ACCOUNT_NUMBERS.relayer).address),
    revertReason,
    customError,
    onSwitched,
    hasEnded: () => hasEnded(plan.chainId),
  };
}

function layersOf({ chainId }: ChainPlan, { chain }: SettlementBase, { bases, chains }: ChainOpening): ChainLayers {
  return {
    ...(chain === undefined ? {} : { below: statementsTo(chain, chains) }),
    children: () => chains().flatMap((each) => (each.base.chain?.chainId === chainId ? each.chainId : [])),
    onThis: () => bases.on(chainId),
  };
}

/** Imports statements about batches of a chain on another chain of this process. */
function statementsTo(
  { chainId }: { readonly chainId: bigint },
  chains: () => readonly DevnetChain[],
): NonNullable<ChainLayers["below"]> {
  return (batch) => {
    const base = chains().find((each) => each.chainId === chainId);
    if (base !== undefined) return base.pipeline.importStatement(batch);
    return Promise.reject(new StatementRefused("BasePaused", `chain ${chainId} does not run; start it`));
  };
}

function pipelineDependencies(
  plan: ChainPlan,
  {
    base,
    operator,
    storedChain,
    networks,
  }: Pick<ChainPipelineDependencies, "base" | "networks"> & {
    readonly operator: ChainKeys["operator"];
    readonly storedChain: StoredChain | undefined;
  },
  opening: ChainOpening,
): Omit<ChainPipelineDependencies, "layers"> {
  const { options, layer, gate, prover, executionProvers, faults, connect } = opening;
  const { artifacts, clock, events, external, chains, promises } = opening;
  const { l1: l1Options } = options;
  const { chainId } = plan;
  // A chain of this process never rewinds on its part.
  const { url } = base.chain === undefined ? l1Options : {};
  return {
    base,
    artifacts,
    networks,
    connect,
    clock,
    time: layer.clock,
    l1MayBeBehind: url !== undefined,
    confirmations: confirmationsOn(base, l1Options),
    gate,
    ...(storedChain === undefined ? {} : { storedChain }),
    prover,
    executionProvers,
    sources: () => chains().map((chain) => sourceOf(chain)),
    findExecutable: (id, batchNumber) => findExecutable(chains(), id, batchNumber),
    alterProof: (proof) => faults.alterProof(chainId, proof),
    alterChanges: (changes) => faults.alterChanges(chainId, changes),
    keys: { operator, nodes: nodeKeysOf(plan, layer.accounts), of: (address) => keyOf(layer.accounts, address) },
    external,
    mayVoid: (index) => promises.mayVoid(chainId, index),
    onUpdate: updateHandler(chainId, opening),
    customs: {
      placeBlocks: events.placeBlocks,
      onProvable: events.onProvable,
      ports: events.ports?.chain?.(chainId),
      onStop: (error) => events.onStop?.(chainId, error),
    },
  };
}

/** Handles updates of a chain's batches, and passes them to its user. */
function updateHandler(
  chainId: bigint,
  { feed, layer, links, promises, events }: Pick<ChainOpening, "feed" | "layer" | "links" | "promises" | "events">,
): ChainPipelineDependencies["onUpdate"] {
  return (update) => {
    if (update.type === "proving") feed.add(proofEntry(chainId, update.proving));
    if (update.type === "queued") layer.ownSends.queued(update.operation);
    if (update.type === "factVoid" && update.peer !== undefined)
      for (const desk of [links, promises]) desk.shutOut(chainId, update.peer);
    events.onUpdate?.(chainId, update);
  };
}

async function findExecutable(
  chains: readonly DevnetChain[],
  chainId: bigint,
  batchNumber: bigint,
): Promise<ExecutableBatch | undefined> {
  const found = await chains.find((chain) => chain.chainId === chainId)?.pipeline.executable(batchNumber);
  return found && { ...found, chainId };
}

export function sourceOf({ chainId, name, answer }: DevnetChain): FactSource {
  return { chainId, name, answer: (method, params) => answer(method, params, undefined) };
}

function nodeKeysOf(plan: ChainPlan, accounts: SettlementLayer["accounts"]): ChainKeys["nodes"] {
  const first = ACCOUNT_NUMBERS.firstNode + MAX_NODES * plan.place;
  return Array.from({ length: nodesOf(plan) }, (_, index) => accounts.wallet(first + index));
}

/** A chain of this process takes nothing back, and the L1 that it starts does so by command. */
export function confirmationsOn(
  { chain, ecosystem }: Pick<SettlementBase, "chain" | "ecosystem">,
  { url, confirmations }: CompleteOptions["l1"],
): number {
  if (chain !== undefined) return 1;
  return confirmations ?? (url === undefined ? 1 : safeConfirmations(ecosystem.settlementChainId));
}

function watchL1(
  { pipeline }: Pick<ServedChain, "pipeline">,
  { options, clock }: Pick<ChainOpening, "options" | "clock">,
  closing: Disposer,
): void {
  if (options.pollIntervalMs === undefined) return;
  closing.add(
    repeat(
      clock,
      options.pollIntervalMs,
      () => pipeline.pollL1(),
      // L1 may only not have answered: a failed poll has accepted nothing, so the next one finds everything. The cause of
      // a chain's stop was reported.
      () => pipeline.fault() === undefined,
    ),
  );
}

/** Lets guardians sign for an idle chain again before their stake no longer answers for its data. */
function keepAtStake(
  plan: ChainPlan,
  chain: ServedChain,
  { options, networks, clock, layer }: ChainOpening,
  closing: Disposer,
): void {
  const names = guardianNetworks(plan.availability);
  const times = networks.filter(({ name }) => names.includes(name)).map(({ retention }) => retention);
  if (options.pollIntervalMs === undefined || times.length === 0 || isQueueAlone(plan)) return;
  const guarded = { chain, retention: Math.min(...times) };
  closing.add(renewingIdle(guarded, { clock, nowSeconds: () => layer.clock.nowSeconds() }));
}

/** Entry of the feed for a new block. */
export function newBlock(chainId: bigint, number: bigint): Omit<FeedEntry, "position"> {
  return { type: "block", chainId: Number(chainId), number: Number(number) };
}

function proofEntry(chainId: bigint, { batchNumber, fraction: _, ...stage }: BatchProving): Omit<FeedEntry, "position"> {
  return { type: "proof", chainId: Number(chainId), number: Number(batchNumber), ...stage };
}
