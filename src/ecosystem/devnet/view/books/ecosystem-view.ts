import { lastProofKey } from "../../../../proofs/execution-proof/batch/l1-system.ts";
import type { LastProof } from "../../../../ground/protocol/last-proof.ts";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { WorkerInfo } from "../../../../proofs/proving/worker-record.ts";
import { executionInfo, provenUpTo } from "../../../../chain/node/execution/tell-execution.ts";
import type { BatchProving } from "../../../../chain/node/settling/batch-proving.ts";
import type { ScheduledTerms } from "../../../../ground/protocol/terms.ts";
import type { ScheduledUpgrade } from "../../../../ground/protocol/upgrade.ts";
import type { Journey } from "../../../relayer/journey.ts";
import type { Relayer } from "../../../relayer/relayer.ts";
import type { BooksStanding } from "../../../relayer/books-standing.ts";
import type { L1View } from "../../../../chain/settlement-layer/reader/l1-view.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../accounts/accounts.ts";
import type { SettlementBase } from "../../l1/settlement-base.ts";
import type {
  ChainInfo,
  ChainStatus,
  EcosystemInfo,
  EcosystemStatus,
  FailedCalls,
  FleetWorkerInfo,
  MessageInfo,
  NamedMessage,
  SettlementInfo,
  UpgradeStatus,
} from "./ecosystem-info.ts";
import type { NamedHubInfo } from "./hub-info.ts";
import { takenPromises } from "../../promises/promise-text.ts";
import type { PromiseDesk } from "../../promises/promise-desk.ts";
import type { SettlementLayer } from "../../l1/settlement-layer.ts";
import type { MessagesToL1View } from "./messages-to-l1.ts";
import { attestationKey, type BridgeFailures } from "./bridge-info.ts";
import type { CachedNames } from "./kept-names.ts";
import { failedCallsOf } from "./failed-calls.ts";
import { feeStatus } from "./fee-status.ts";
import { hasArrived } from "./has-arrived.ts";
import { messageInfo, type EarlyImport } from "./message-info.ts";
import { orderOfSight } from "./order-of-sight.ts";
import { chainStuckBecause } from "./stuck-chain.ts";
import { readyAction } from "./ready-action.ts";
import { stuckBecause } from "./stuck.ts";
import type { CompleteOptions } from "../../described/options.ts";
import { isProvenOnL1 } from "../../../../ground/protocol/protocol-version.ts";
import { hasPublishedInputs, isOfQueueAlone } from "../../../../ground/protocol/sequencing-mode.ts";
import { isProvenVersion } from "../../../../ground/protocol/no-proof.ts";
import {
  executionSentence,
  lastProofSentence,
  OF_QUEUE_ALONE,
  provenSentence,
  sentenceOfExternal,
  sentenceOfNodes,
} from "./proven.ts";
import { networkInfo, networkStatus } from "../../guardian/describe-network.ts";
import type { RunningNetwork } from "../../guardian/guardian-networks.ts";
import type { DeviceChoice } from "../../../../proofs/devices/device-choice.ts";
import type { OpenFleet } from "../../chains/provers.ts";
import { sentenceOfPorter } from "./porter-sentence.ts";
import { dataFactsOf, guardianNetworks, isAttested, publishesInputs } from "../../../options/data-facts.ts";
import type { ChainPlan } from "../../../options/plan.ts";
import { SINGLETONS } from "../../../../chain/predeploys/singleton-addresses.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";

/** A hub that is open. */
interface OpenHub extends Omit<NamedHubInfo, "address"> {
  readonly group: Pick<NamedHubInfo, "address">;
}

/** Messages between the current chains, and to their layers. */
interface FollowedMessages {
  readonly relayer: Relayer;
  readonly toL1: MessagesToL1View;
  /** View of the layer on which a chain settles. */
  readonly viewOf: (chainId: bigint) => L1View;
}

/** Prover of the ecosystem, as its information describes it. */
interface ShownProver {
  /** Absent where no workers may join the prover. */
  readonly fleet: OpenFleet | undefined;
  readonly device: Pick<DeviceChoice, "report">;
  /** Returns the last proof of execution that L1 checks; undefined if it checks none. */
  readonly last: () => LastProof | undefined;
}

interface EcosystemViewDependencies {
  readonly options: CompleteOptions;
  readonly onL1: SettlementBase;
  readonly layer: Pick<SettlementLayer, "fork" | "accounts" | "mnemonic">;
  /** Current chains. */
  readonly chains: () => readonly DevnetChain[];
  readonly live: FollowedMessages;
  readonly prover: ShownProver;
  readonly networks: readonly RunningNetwork[];
  /** Hubs that are open. */
  readonly hubs: readonly OpenHub[];
  readonly promises: Pick<PromiseDesk, "statusOf">;
  /** Names of errors of the project's contracts. */
  readonly names: CachedNames;
  /** Failed messages of other bridges; reads the members first if `isFresh`. */
  readonly bridgeFailures: (isFresh: boolean) => Promise<BridgeFailures>;
}

/** State of an ecosystem, as JSON. */
export interface EcosystemView extends BooksView {
  info(): EcosystemInfo;
}

/**
 * Answers about messages. If the ecosystem moves automatically, they come from books that its looks and its chains'
 * blocks fill; otherwise the members are read for the answer.
 */
interface BooksView {
  /** Whether members are read for an answer. */
  reads(request?: BooksRequest): boolean;
  status(request?: BooksRequest): Promise<EcosystemStatus>;
  /** All messages, in the order in which this process has first seen them. Where members are read, rejects with their error. */
  messages(request?: BooksRequest): Promise<readonly MessageInfo[]>;
  /** Descriptions of these messages. */
  describe(journeys: readonly Journey[]): Promise<readonly MessageInfo[]>;
  /** Freshness of the books. */
  standing(): BooksStanding;
}

export interface BooksRequest {
  /** Whether members are read for the answer in any case, so that it has all that was so before the question. */
  readonly fresh?: boolean | undefined;
}

/** Seconds after which a chain whose operator sees L1 has imported a root, by far. */
const IMPORT_SECONDS = 60n;

/** Whether a message's destination has begun a batch long after L1 had a root with the message. */
function isIgnored(view: L1View, { sourceChainId, destinationChainId, sender, messageHash }: MessageInfo): boolean {
  const leaves = view.messages(BigInt(sourceChainId), sender, messageHash).flatMap(({ batch }) => batch.registryLeaf ?? []);
  const began = view.lastBatch(BigInt(destinationChainId))?.stored.firstTimestamp ?? 0n;
  return leaves.some(({ record }) => began > record.executedAt + IMPORT_SECONDS);
}

/** Maximum wait of an answer for one of the members; afterwards the stored data are used. */
export const READ_MS = 3_000;

export function createEcosystemView(dependencies: EcosystemViewDependencies): EcosystemView {
  const { chains, options, promises } = dependencies;
  const { relayer, toL1 } = dependencies.live;
  const infoOf = keptInfos(({ sourceChainId, destinationChainId }) => earlyImport(chains(), sourceChainId, destinationChainId));
  const inOrder = orderOfSight();
  // An ecosystem that moves automatically also looks automatically.
  const reads = ({ fresh = false }: BooksRequest = {}): boolean => fresh || options.pollIntervalMs === undefined;
  const judged = judging(dependencies);
  const failedCalls = failedCallsOf({ names: dependencies.names, nameOf: (chainId) => chainName(chains(), chainId) });
  async function describe(journeys: readonly Journey[], request?: BooksRequest): Promise<readonly MessageInfo[]> {
    const failed = await failedCalls(journeys, await dependencies.bridgeFailures(reads(request)));
    return journeys.map((journey) => infoOf(journey, failed.get(journey)));
  }
  return {
    info: () => ecosystemInfo(dependencies),
    reads,
    standing: () => relayer.standing(),
    describe,
    async status(request) {
      const isRead = reads(request);
      // A member that does not answer is a reason to ask for the status, not to refuse it.
      if (isRead) await relayer.observe(READ_MS).catch(() => undefined);
      else await relayer.observeFirst(READ_MS).catch(() => undefined);
      const { ageMs, failure } = relayer.standing();
      const journeys = relayer.openJourneys();
      const open = [...journeys.map((journey) => infoOf(journey)), ...toL1.open()].filter(
        ({ sentTooEarly }) => sentTooEarly !== "wentBack",
      );
      const arrived = open.filter(hasArrived).length;
      const failed = journeys.filter(({ failedWith }) => failedWith !== undefined).length;
      const ofBridges = attestedFailures(relayer.journeys(), await dependencies.bridgeFailures(isRead));
      const told = judged(open);
      const stuck = told.flatMap(({ stuck: reason, ...message }) =>
        reason === undefined ? [] : [{ ...nameOf(message), ...reason }],
      );
      const ready = told.flatMap(({ ready: action, ...message }) =>
        action === undefined ? [] : [{ ...nameOf(message), ...action }],
      );
      const { ended } = toL1;
      const { networks, onL1 } = dependencies;
      const guardians = await Promise.all(networks.map((network) => networkStatus(network, onL1.sending)));
      return {
        chains: chains().map((chain) => ({ ...chainStatus(chain), ...promises.statusOf(chain) })),
        ...(guardians.length === 0 ? {} : { guardians }),
        messages: {
          inFlight: open.length - arrived - ready.length - stuck.length,
          delivered: arrived - failed - ofBridges + relayer.arrived() + ended.arrived,
          failed: failed + ofBridges + relayer.failed(),
          ended: ended.ended,
          ready,
          stuck,
          ...(isRead ? {} : { ageMs: Math.round(ageMs) }),
          ...(failure === undefined ? {} : { outdated: reasonOf(failure) }),
        },
      };
    },
    async messages(request) {
      if (reads(request)) await relayer.observe(READ_MS);
      else await relayer.observeFirst(READ_MS).catch(() => undefined);
      return judged(inOrder([...(await describe(relayer.journeys(), request)), ...toL1.all()]));
    },
  };
}

/** Number of messages that arrived and attest a message of another bridge whose receiver reverted. */
function attestedFailures(journeys: readonly Journey[], failures: BridgeFailures): number {
  if (failures.size === 0) return 0;
  return journeys.filter((each) => each.steps.has("executed") && failures.has(attestationKey(each))).length;
}

/** Name of a chain; the id for a removed one. */
function chainName(chains: readonly DevnetChain[], chainId: bigint): string {
  return chains.find((chain) => chain.chainId === chainId)?.name ?? `chain ${chainId}`;
}

/** Descriptions of journeys, which are cached until they advance. */
function keptInfos(
  earlyOf: (journey: Journey) => EarlyImport | undefined,
): (journey: Journey, failed?: FailedCalls) => MessageInfo {
  const kept = new WeakMap<Journey, { readonly state: string; readonly info: MessageInfo }>();
  return (journey, failed) => {
    const { steps, refusal, sentTooEarly } = journey;
    const state = `${steps.size} ${sentTooEarly} ${refusal} ${failed?.why}`;
    const before = kept.get(journey);
    if (before?.state === state) return before.info;
    const info = messageInfo(journey, failed, earlyOf(journey));
    kept.set(journey, { state, info });
    return info;
  };
}

/** Import that one chain takes from another before L1 has executed the latter's batch; undefined if it waits for L1. */
function earlyImport(chains: readonly DevnetChain[], source: bigint, destination: bigint): EarlyImport | undefined {
  const name = chainName(chains, source);
  const settlement = chains.find(({ chainId }) => chainId === destination)?.plan.settlement;
  if (settlement?.instant?.from[name] !== undefined) return "promise";
  return settlement?.facts?.from.includes(name) === true ? "fact" : undefined;
}

function nameOf({ messageHash, type, sourceChainId, destinationChainId }: NamedMessage): NamedMessage {
  return { messageHash, type, sourceChainId, destinationChainId };
}

/** Messages with the action that they are ready for, or the reason why they do not advance automatically. */
function judging(dependencies: EcosystemViewDependencies): (messages: readonly MessageInfo[]) => readonly MessageInfo[] {
  const { chains } = dependencies;
  const { viewOf } = dependencies.live;
  return (messages) => {
    const faults = new Map(chains().map(({ chainId, pipeline }) => [Number(chainId), pipeline.fault()]));
    const faultOf = (id: number): string | undefined => {
      const fault = faults.get(id);
      return fault === undefined ? undefined : wordsOf(fault);
    };
    const info = ecosystemInfo(dependencies);
    const isIgnoredHere = (message: MessageInfo): boolean => isIgnored(viewOf(BigInt(message.sourceChainId)), message);
    return messages.map((message) => {
      const ready = readyAction(message, info);
      if (ready !== undefined) return { ...message, ready };
      const stuck = stuckBecause(message, { info, faultOf, isIgnored: isIgnoredHere });
      return stuck === undefined ? message : { ...message, stuck };
    });
  };
}

function ecosystemInfo(dependencies: EcosystemViewDependencies): EcosystemInfo {
  const { options, onL1, layer, chains, networks, hubs } = dependencies;
  const { fork, accounts, mnemonic } = layer;
  const { name, proofs, relayer: runsRelayer } = options;
  const infos = chains().map(chainInfo);
  return {
    name,
    version: PACKAGE_VERSION,
    proven: provenSentence(proofs, infos),
    prover: proverInfo(options, dependencies.prover),
    l1: {
      ...settlementInfo(onL1),
      ...(fork === undefined ? {} : { fork: { chainId: Number(fork.chainId), blockNumber: Number(fork.blockNumber) } }),
      ...(options.l1.url === undefined ? {} : { runsElsewhere: true }),
      hasSingletons: options.singletons,
    },
    chains: infos,
    singletons: SINGLETONS,
    accounts: { ...(mnemonic === undefined ? {} : { mnemonic }), funded: options.fundedAccounts },
    ...(networks.length === 0 ? {} : { guardians: networks.map(networkInfo) }),
    ...(hubs.length === 0
      ? {}
      : { hubs: hubs.map(({ name: hub, members, group: { address } }) => ({ name: hub, members, address })) }),
    ...(runsRelayer ? { relayer: { address: lowerCaseAddress(accounts.wallet(ACCOUNT_NUMBERS.relayer).address) } } : {}),
  };
}

/** Facts about one chain's prover in `hyperchain_info`. */
function proverInfo(
  { proofs: mode, prover: { workers } }: CompleteOptions,
  { fleet, device, last: checked }: ShownProver,
): EcosystemInfo["prover"] {
  const last = checked();
  return {
    mode,
    workers: mode === "none" ? 0 : (workers ?? availableParallelism()),
    ...(mode === "none" ? {} : { device: device.report() }),
    ...(last === undefined ? {} : { lastProof: { kind: last, key: lastProofKey(last), sentence: lastProofSentence(last) } }),
    ...(fleet === undefined ? {} : { fleet: { url: fleet.url, workers: fleet.workers().map(workerInfo) } }),
  };
}

function workerInfo({ name, proofs, lastSeconds, refused, late, lost, refusedUntilMs }: WorkerInfo): FleetWorkerInfo {
  return {
    name,
    proofs,
    refused,
    late,
    lost,
    ...(lastSeconds === undefined ? {} : { lastSeconds }),
    ...(refusedUntilMs === undefined ? {} : { pausedUntil: Math.ceil(refusedUntilMs / 1000) }),
  };
}

export function chainInfo({ name, chainId, url, plan, base, pipeline, porter, runSwitch }: DevnetChain): ChainInfo {
  const { hyperchain, configuration } = pipeline.created;
  const { dataAvailability } = plan.availability;
  const promisesFrom = takenPromises(plan.settlement);
  return {
    name,
    chainId: Number(chainId),
    url,
    ...porterInfo(plan, porter),
    hyperchain,
    ...(base.chain === undefined ? {} : { settlesOn: settlementInfo(base) }),
    // It created the chain, and was its admin then.
    operator: configuration.admin,
    admin: pipeline.admin(),
    baseToken: pipeline.baseToken,
    dataAvailability: dataSummary(plan, base.chain !== undefined && !pipeline.isCarried),
    ...(publishesInputs(plan.availability) ? { inputsBoundBy: binderOfInputs(configuration) } : {}),
    ...(typeof dataAvailability === "string" ? {} : { dataPolicy: dataAvailability }),
    ...(isAttested(dataAvailability) ? { attestation: { root: "test", sentence: UNDER_TEST_ROOT } } : {}),
    ...(dataFactsOf(plan.availability).readers === "sessions" && !plan.availability.openReads ? { readsNeedSession: true } : {}),
    ...listsInfo(pipeline),
    ...quorumInfo(pipeline),
    ...(signsHere(pipeline) ? { signsHere: true } : {}),
    ...orderInfo(pipeline),
    ...linksInfo(plan),
    ...(promisesFrom === undefined ? {} : { promisesFrom }),
    executionDelaySeconds: Number(configuration.executionDelay),
    ...executionSummary(pipeline),
    allowUnlimitedContractSize: plan.firstState.allowUnlimitedContractSize,
    ...versionInfo(pipeline),
    ...standingInfo(runSwitch),
  };
}

function linksInfo({ settlement: { links = [] } }: ChainPlan): Pick<ChainInfo, "linksFrom"> {
  return links.length === 0 ? {} : { linksFrom: links };
}

/** A proof binds inputs if the chain was created with the flag for that, and if anything is proven. */
function binderOfInputs({
  sequencingMode,
  protocolVersion,
}: DevnetChain["pipeline"]["created"]["configuration"]): NonNullable<ChainInfo["inputsBoundBy"]> {
  return hasPublishedInputs(BigInt(sequencingMode)) && isProvenVersion(protocolVersion) ? "proof" : "quorum";
}

function porterInfo({ availability: { partition } }: ChainPlan, porter: DevnetChain["porter"]): Pick<ChainInfo, "porter"> {
  if (porter === undefined || partition === undefined) return {};
  const { chainId, url } = porter;
  return { porter: { chainId: Number(chainId), url, sentence: sentenceOfPorter(partition) } };
}

function signsHere({ created, signers: { memberPids } }: DevnetChain["pipeline"]): boolean {
  return memberPids.length === 0 && !isOfQueue(created);
}

function orderInfo({ created, nodes, external }: DevnetChain["pipeline"]): Pick<ChainInfo, "orderedBy"> {
  if (isOfQueue(created)) return { orderedBy: { kind: "queue", sentence: OF_QUEUE_ALONE } };
  if (external !== undefined) return { orderedBy: { kind: "external", sentence: sentenceOfExternal(external.status) } };
  if (nodes === undefined) return {};
  return { orderedBy: { kind: "nodes", sentence: sentenceOfNodes(nodes.status, nodes.encryption !== undefined) } };
}

function isOfQueue({ configuration }: DevnetChain["pipeline"]["created"]): boolean {
  return isOfQueueAlone(configuration.sequencingMode);
}

/** Data availability of a composed policy: "rollup" if L1 has the data of every batch. */
function dataSummary({ availability }: ChainPlan, staysBelow: boolean): ChainInfo["dataAvailability"] {
  const { dataAvailability } = availability;
  if (dataAvailability === "rollup" && staysBelow) return "chain";
  if (typeof dataAvailability === "string") return dataAvailability;
  if (dataFactsOf(availability).publishes === "always") return "rollup";
  return guardianNetworks(availability).length > 0 ? "guardians" : "validium";
}

/** A base as chains on it name it, and as clients take an L1. */
function settlementInfo({ name, chainId, url, ecosystem }: SettlementBase): SettlementInfo {
  const { factory, bridge, roots, verifier, forwarders } = ecosystem.addresses;
  const optional = { ...(verifier && { verifier }), ...(forwarders && { forwarders }) };
  const contracts = { factory, bridge, roots, ...optional };
  return { name, chainId: Number(chainId), url, fromBlock: ecosystem.fromBlock, contracts };
}

function chainStatus(chain: DevnetChain): ChainStatus {
  const { name, chainId, base, pipeline } = chain;
  const { sequencer, mempool } = pipeline.chain;
  const { readUpTo } = pipeline.versions();
  const fault = pipeline.fault();
  const waitsFor = pipeline.waitsFor();
  const stuck = chainStuckBecause(chain);
  const fees = pipeline.fees();
  return {
    name,
    chainId: Number(chainId),
    ...(base.chain === undefined ? {} : { settlesOn: base.name }),
    blockNumber: Number(sequencer.head.number),
    ...(readUpTo === undefined ? {} : { settlementBlock: readUpTo }),
    waiting: mempool.size,
    transactionsPerSecond: chain.throughput.perSecond(),
    batches: pipeline.progress(),
    ...listsInfo(pipeline),
    ...versionInfo(pipeline),
    ...provingInfo(pipeline.proving()),
    ...executionStatus(pipeline),
    ...standingInfo(chain.runSwitch),
    ...(fees === undefined ? {} : { fees: feeStatus(fees) }),
    ...nodesInfo(pipeline.nodes),
    ...(pipeline.external === undefined ? {} : { external: pipeline.external.status }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(stuck === undefined ? {} : { stuck }),
    ...(fault === undefined ? {} : { fault: wordsOf(fault) }),
  };
}

function nodesInfo(nodes: DevnetChain["pipeline"]["nodes"]): Pick<ChainStatus, "nodes" | "encryption"> {
  if (nodes === undefined) return {};
  const { status, encryption } = nodes;
  return { nodes: status, ...(encryption === undefined ? {} : { encryption }) };
}

function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

function provingInfo(proving: readonly BatchProving[]): Pick<ChainStatus, "proving"> {
  if (proving.length === 0) return {};
  return { proving: proving.map(({ batchNumber, ...stage }) => ({ batch: Number(batchNumber), ...stage })) };
}

function executionStatus(pipeline: DevnetChain["pipeline"]): Pick<ChainStatus, "execution"> {
  const sentence = sentenceOf(pipeline);
  if (pipeline.execution === undefined || sentence === undefined) return {};
  return { execution: { ...executionInfo(pipeline.execution), sentence } };
}

/** Sentence about what is proven of a chain's execution; undefined if nothing is to be. */
function sentenceOf({ execution, created, progress }: DevnetChain["pipeline"]): string | undefined {
  const since = execution?.provenSince() ?? (isProvenOnL1(created.configuration.protocolVersion) ? 0n : undefined);
  if (execution === undefined || since === undefined) return undefined;
  return executionSentence(Number(since), progress().executed, isOfQueue(created) ? "queue" : "quorum");
}

/** Public facts about the execution of every chain, which L1 shows as well. */
function executionSummary(pipeline: DevnetChain["pipeline"]): Pick<ChainInfo, "execution"> {
  const sentence = sentenceOf(pipeline);
  if (pipeline.execution === undefined || sentence === undefined) return {};
  return { execution: { sentence, ...provenUpTo(pipeline.execution) } };
}

function standingInfo({ isRunning, hasEnded }: DevnetChain["runSwitch"]): Pick<ChainInfo, "stopped" | "ended"> {
  return { ...(isRunning ? {} : { stopped: true }), ...(hasEnded ? { ended: true } : {}) };
}

function listsInfo({ chain }: DevnetChain["pipeline"]): Pick<ChainInfo, "lists"> {
  const { lists } = chain.admission;
  const named = (["senders", "deployers"] as const).filter((list) => lists[list] !== undefined);
  return named.length === 0 ? {} : { lists: named };
}

/** Whose signatures count now, and whose will. */
function quorumInfo({
  created,
  versions,
}: DevnetChain["pipeline"]): Pick<ChainInfo, "quorum" | "standby" | "secondCheck" | "nextQuorum" | "nextStandby"> {
  const { validators, validatorThreshold: threshold, standby, standbyThreshold, requiresSecondCheck } = created.configuration;
  const first = { validators, threshold, standby: { validators: standby, threshold: standbyThreshold }, requiresSecondCheck };
  const { terms = first, nextTerms } = versions();
  const plain = (of: Pick<ScheduledTerms, "validators" | "threshold">) => ({
    members: of.validators,
    threshold: Number(of.threshold),
  });
  const hasStandby = terms.standby.threshold !== 0n;
  const now = {
    quorum: plain(terms),
    ...(hasStandby ? { standby: plain(terms.standby) } : {}),
    ...(terms.requiresSecondCheck ? { secondCheck: true as const } : {}),
  };
  if (nextTerms === undefined) return now;
  const nextQuorum = { ...plain(nextTerms), effectiveAt: Number(nextTerms.effectiveAt) };
  return { ...now, nextQuorum, ...(nextTerms.standby.threshold === 0n ? {} : { nextStandby: plain(nextTerms.standby) }) };
}

function versionInfo(pipeline: DevnetChain["pipeline"]): Pick<ChainInfo, "protocolVersion" | "upgrade"> {
  const { current, next } = pipeline.versions();
  return { protocolVersion: Number(current), ...(next === undefined ? {} : { upgrade: upgradeStatus(next) }) };
}

function upgradeStatus({ version, effectiveAt, operations }: ScheduledUpgrade): UpgradeStatus {
  return { version: Number(version), effectiveAt: Number(effectiveAt), operations: Number(operations) };
}

const UNDER_TEST_ROOT =
  "asked for each batch, under the root for tests: its key is public, so this shows what L1 asks and adds no trust";

const PACKAGE_VERSION = readPackageVersion();

/** Version of this package, in a checkout and when it is installed: two folders up either way. */
function readPackageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}
