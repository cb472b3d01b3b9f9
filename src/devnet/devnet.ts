import type { Clock } from "../runtime/clock.ts";
import { Feed } from "../chain/rpc/feed.ts";
import type { FeedEntry } from "../chain/rpc/feed.ts";
import { prepareEngine } from "../chain/execution/connection.ts";
import { prepareWitnesses } from "../chain/witness/ready-threads.ts";
import type { EdrConnect } from "../chain/execution/connection.ts";
import { genesisState } from "../chain/state/genesis-state.ts";
import { predeployGenesis } from "../chain/predeploys/genesis.ts";
import { NO_ACCOUNTS, unlockedAccounts } from "../chain/rpc/accounts/unlocked-accounts.ts";
import { contractNames, revertReason } from "../client/revert-reason.ts";
import type { ProjectNames } from "./view/describe.ts";
import type { Hex } from "../protocol/hex.ts";
import type { Relayer } from "../relayer/relayer.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "./accounts.ts";
import type { DevelopmentAccounts } from "./accounts.ts";
import type { Provider, Signer } from "ethers";
import { adoptContracts } from "./l1/adopt-contracts.ts";
import type { Adoption } from "./l1/adopt-contracts.ts";
import { resolveBaseToken } from "./chains/base-token.ts";
import { startOrDispose } from "../runtime/disposer.ts";
import type { Disposer } from "../runtime/disposer.ts";
import { deployEcosystem } from "./l1/deploy-ecosystem.ts";
import type { ContractArtifact, DeployedEcosystem } from "./l1/deploy-ecosystem.ts";
import { createDriver } from "./driver.ts";
import type { Driver } from "./driver.ts";
import { ecosystemMethods } from "./view/ecosystem-methods.ts";
import { createEcosystemView } from "./view/ecosystem-view.ts";
import type { EcosystemView } from "./view/ecosystem-view.ts";
import { createShutdownGuard } from "./shutdown-guard.ts";
import { createFaults, faultMethods } from "./faults.ts";
import { fundAccounts, fundOperators, requireFunds } from "./funding.ts";
import { SharedExclusiveLock } from "../runtime/shared-exclusive-lock.ts";
import { L1ReorgError } from "../node/inflow/l1-inputs.ts";
import type { L1Connection, LocalL1 } from "./l1/local-l1.ts";
import { LedgerError } from "../ledger/ledger-error.ts";
import type { Dump } from "./keeping/dump.ts";
import { openWorld } from "./keeping/world.ts";
import type { World } from "./keeping/world.ts";
import { createVersionedProver } from "./chains/provers.ts";
import { createMessagesToL1 } from "./view/messages-to-l1.ts";
import { closedToOthers, completeOptions, isForThisMachine, planChains } from "./options.ts";
import type { DeployedContracts, DevnetOptions } from "./options.ts";
import { repeat } from "../runtime/repeat.ts";
import { connectInProcess, connectLocalRelayer, throughGate, withCallsFromOutside } from "./relaying.ts";
import { startServedChain } from "./chains/served-chain.ts";
import type { DevnetChain, ServedChain } from "./chains/served-chain.ts";
import type { Resealed } from "../node/settling/resealing.ts";
import type { SettledBatch } from "../node/settling/settled-batch.ts";
import { openSettlementLayer } from "./l1/settlement-layer.ts";
import { snapshotMethods } from "./snapshots/snapshots.ts";
import type { Snapshots } from "./snapshots/snapshots.ts";

export type { DevnetChainOptions, DevnetOptions } from "./options.ts";
export type { DevnetChain } from "./chains/served-chain.ts";

export interface DevnetDependencies {
  /**
   * Opens an in-process L1, whose block 0 is of this time if one is given, with the public networks' limits, whose
   * accounts are the development accounts.
   */
  readonly connectL1: (genesisMs?: number) => Promise<L1Connection>;
  readonly connectChain: EdrConnect;
  readonly artifacts: (name: string) => Promise<ContractArtifact & { readonly deployedBytecode: string }>;
  readonly clock: Clock;
  /** What the user's own contracts call their errors and functions. Default: only the package's own have names. */
  readonly names?: () => Promise<ProjectNames>;
  readonly onSettled?: (chainId: bigint, batch: SettledBatch) => void;
  /** A chain waits for L1, for this reason, and goes on by itself; undefined once it has gone on. */
  readonly onWait?: (chainId: bigint, reason: string | undefined) => void;
  /** A chain has formed batches again that L1 refused, or that a user wanted to be. */
  readonly onResealed?: (chainId: bigint, resealed: Resealed) => void;
  /** A part has stopped for good; the others go on. */
  readonly onStop?: (chainId: bigint, error: unknown) => void;
}

/** An L1 with the complete ecosystem and its chains, in this process. */
export interface Devnet extends EcosystemView, Driver, Snapshots {
  readonly l1: LocalL1;
  readonly ecosystem: DeployedEcosystem;
  readonly accounts: DevelopmentAccounts;
  readonly chains: readonly DevnetChain[];
  /** Whether it goes on where an earlier process ended, from the folder that `data` names. */
  readonly continues: boolean;
  /** The ecosystem's own; absent where it runs none. Then messages are followed, and any account may deliver them. */
  readonly relayer?: Relayer;
  /**
   * All that is kept of it, of one moment, for \`loadWorld\`. Rejects with LedgerError NotKept where it is in memory, or
   * Unwritable.
   */
  dump(): Promise<Dump>;
  close(): Promise<void>;
}

const noNames = (): Promise<ProjectNames> => Promise.resolve(contractNames([]));

const PROTOCOL_VERSION = 1n;
/** 240 days: the longest windows and delays that a chain can have. */
const RETIREMENT_NOTICE_SECONDS = 20_736_000n;

/**
 * Starts everything. Rejects with the first fault, and then nothing is left running: DevnetOptionsError, PortInUseError,
 * DeploymentError, or what a chain could not start for.
 */
export function startDevnet(options: DevnetOptions, dependencies: DevnetDependencies): Promise<Devnet> {
  return startOrDispose("the ecosystem", (closing) => start(options, dependencies, closing));
}

/** The contracts that the options name, or new ones. */
function deployOrAdopt(
  contracts: DeployedContracts | undefined,
  adoption: Adoption,
  { signer, artifacts, l1 }: Pick<DevnetDependencies, "artifacts"> & { readonly signer: Signer; readonly l1: LocalL1 },
): Promise<DeployedEcosystem> {
  if (contracts !== undefined) return adoptContracts(contracts, adoption, l1.provider);
  const { version, withNoProofVersion } = adoption;
  const noDelays = { revealDelaySeconds: 0n, recoverySeconds: 0n, reactionSeconds: 0n };
  return deployEcosystem(
    { version, retirementNoticeSeconds: RETIREMENT_NOTICE_SECONDS, ...noDelays, withNoProofVersion },
    { signer, artifacts },
  );
}

async function start(given: DevnetOptions, dependencies: DevnetDependencies, closing: Disposer): Promise<Devnet> {
  const options = completeOptions(given);
  const { host, origins, inBackground, name, prover: proving } = options;
  const { connectL1, connectChain, artifacts, clock, names = noNames, onSettled, onResealed, onWait, onStop } = dependencies;
  const plans = planChains(options);
  prepareEngine();
  closing.add(prepareWitnesses(plans.length));
  const genesis = await predeployGenesis(async (contract) => (await artifacts(contract)).deployedBytecode as Hex);
  const { stateRoot, leafCount } = genesisState(genesis);
  const gate = new SharedExclusiveLock({ clock });
  const serving = { host, origins, inBackground, closed: closedToOthers(options) };
  const world = options.data === undefined ? undefined : openWorld(options.data, options, plans, clock.nowMs());
  closing.add(() => world?.close());
  const layer = await openSettlementLayer({ ...options.l1, ...serving }, { connectL1, clock, world }, closing);
  const { l1, accounts, deployer } = layer;
  if (world?.continues !== true) await requireFunds(options, plans, layer.funder);
  const version = { protocolVersion: PROTOCOL_VERSION, genesisStateRoot: stateRoot, genesisLeafCount: leafCount };
  const withNoProofVersion = proving.mode === "none";
  const adoption = { version, withNoProofVersion, chains: plans };
  const deployed = world?.deployed ?? (await deployOrAdopt(options.l1.deployed, adoption, { signer: deployer, artifacts, l1 }));
  world?.keepDeployed(deployed);
  // All chains begin with one version: the one whose batches are proven, or the other.
  const ecosystem = { ...deployed, version: (withNoProofVersion ? deployed.noProofVersion : undefined) ?? deployed.version };
  const operators = plans.map(({ place }) => accounts.wallet(ACCOUNT_NUMBERS.firstOperator + place).connect(l1.provider));
  await fundOperators(operators, deployer, layer.operatorFundingWei);
  const prover = createVersionedProver(proving.workers === undefined ? {} : { workers: proving.workers });
  closing.add(() => prover.close());

  const keys =
    (options.unlocked ?? isForThisMachine(options))
      ? unlockedAccounts(() => options.fundedAccounts.map((number) => accounts.wallet(number)))
      : NO_ACCOUNTS;
  const chains: ServedChain[] = [];
  const feed = new Feed();
  const faults = createFaults({ nowSeconds: () => layer.clock.nowSeconds(), chains: () => chains });
  for (const [i, plan] of plans.entries()) {
    const operator = operators[i] ?? deployer;
    const { chainId } = plan;
    const kept = world?.chain(chainId, lowerCaseAddress(await operator.getAddress()));
    const baseToken =
      kept?.birth?.baseToken ?? (await resolveBaseToken(plan.baseToken, `chains[${i}].baseToken`, deployer, artifacts));
    const chain = await startServedChain(
      {
        ...serving,
        feed,
        plan,
        baseToken,
        genesis,
        accounts: keys,
        revertReason: async (data) => revertReason(data, await names()),
      },
      {
        ecosystem,
        l1: l1.provider,
        l1Url: l1.url,
        artifacts,
        connect: connectChain,
        clock,
        time: layer.clock,
        l1MayBeBehind: options.l1?.url !== undefined,
        ...(options.l1?.confirmations === undefined ? {} : { confirmations: options.l1.confirmations }),
        gate,
        ...(kept === undefined ? {} : { kept }),
        prover,
        alterProof: (proof) => faults.alterProof(chainId, proof),
        operator,
        onSettled: (batch) => onSettled?.(chainId, batch),
        onResealed: (resealed) => onResealed?.(chainId, resealed),
        onWait: (reason) => onWait?.(chainId, reason),
        onStop: (error) => onStop?.(chainId, error),
      },
    );
    closing.add(() => chain.close());
    chains.push(chain);
  }
  // L1's clock may be ahead of the machine's. A transfer reaches a chain only if its batch begins after the chain's creation.
  const [lastBirth = 0n] = chains.map(({ pipeline }) => pipeline.created.bornAt).sort((a, b) => (a > b ? -1 : 1));
  for (const { pipeline } of chains) await pipeline.chain.sequencer.notBefore(lastBirth + 1n);
  if (world?.continues !== true) await fundAccounts(options, { chains, ecosystem, deployer, funder: layer.funder, accounts });
  await Promise.all(chains.map(({ pipeline }) => pipeline.pollL1()));
  world?.started();

  const runsRelayer = options.relayer ?? true;
  const members = chains.map(({ chainId, provider, answer, pipeline }) => ({
    chainId,
    provider,
    answer,
    hyperchain: pipeline.created.hyperchain,
  }));
  const relayer = throughGate(
    gate,
    connectLocalRelayer(ecosystem, l1.provider, members, accounts.wallet(ACCOUNT_NUMBERS.relayer), {
      choose: faults.choose,
      policy: options.relayerPolicy ?? {},
    }),
  );
  closing.add(() => relayer.close());
  const clients = chains.map(({ chainId, provider }) => ({ chainId, client: connectInProcess(chainId, provider) }));
  closing.add(() => clients.forEach(({ client }) => client.destroy()));
  const toL1 = createMessagesToL1({ ecosystem, l1: l1.provider, l1View: relayer.l1View, chains: clients });
  const ended = createShutdownGuard();
  const { info, ...looks } = createEcosystemView({
    name,
    options,
    ecosystem,
    l1,
    chains,
    accounts,
    mnemonic: layer.mnemonic,
    relayer,
    toL1,
    runsRelayer,
    proving,
  });
  const view: EcosystemView = { info, ...ended.cutOff(looks) };
  const driver = ended.cutOff(createDriver({ chains, relayer, runsRelayer }));
  const snapshots = faults.keptBy(
    layer.snapshots(
      chains.map(({ pipeline }) => pipeline),
      gate,
    ),
  );
  const dump = (): Promise<Dump> => dumpOf(world);
  const methods = new Map([
    ...ecosystemMethods({ ...view, ...driver, dump }, { l1, chains, names, clientOf: clientsForLooks(l1, chains, closing) }),
    ...snapshotMethods(snapshots),
    ...faultMethods(faults),
  ]);
  for (const member of [l1, ...chains]) member.addMethods(methods);
  tellBlocks(chains, feed, closing);
  if (options.pollIntervalMs !== undefined) {
    closing.add(repeat(clock, options.pollIntervalMs, feedOfL1(l1, feed), () => true));
    for (const { chainId, pipeline } of chains) {
      closing.add(
        repeat(
          clock,
          options.pollIntervalMs,
          () => pipeline.pollL1(),
          (error) => {
            // L1 may only not have answered: a poll that fails has taken over nothing, so the next one finds all of it.
            if (!(error instanceof L1ReorgError) && pipeline.fault() === undefined) return true;
            onStop?.(chainId, error);
            return false;
          },
        ),
      );
    }
    // A member may only have been slow: the relayer looks again.
    if (runsRelayer)
      closing.add(
        repeat(
          clock,
          options.pollIntervalMs,
          () => relayer.poll(),
          () => true,
        ),
      );
  }
  // The first thing: parts go one by one, and who asks meanwhile should learn why.
  closing.add(() => ended.end());
  return {
    l1,
    ecosystem,
    accounts,
    chains,
    continues: world?.continues === true,
    ...(runsRelayer ? { relayer } : {}),
    ...view,
    ...driver,
    ...snapshots,
    dump,
    close: () => closing.close(),
  };
}

/** Clients of all members for looks, which run the code of strangers' tokens: calls are answered as for a client outside. */
function clientsForLooks(l1: LocalL1, chains: readonly ServedChain[], closing: Disposer): (chainId: number) => Provider {
  const clients = new Map([
    [Number(l1.chainId), connectInProcess(l1.chainId, l1.eip1193)],
    ...chains.map((chain) => [Number(chain.chainId), connectInProcess(chain.chainId, withCallsFromOutside(chain))] as const),
  ]);
  closing.add(() => clients.forEach((client) => client.destroy()));
  return (chainId) => {
    const client = clients.get(chainId);
    if (client === undefined) throw new RangeError(`the ecosystem has no member ${chainId}`);
    return client;
  };
}

function tellBlocks(chains: readonly ServedChain[], feed: Feed, closing: Disposer): void {
  for (const { chainId, pipeline } of chains)
    closing.add(pipeline.chain.index.onBlock((number) => feed.add(newBlock(chainId, number))));
}

function newBlock(chainId: bigint, number: bigint): Omit<FeedEntry, "position"> {
  return { type: "block", chainId: Number(chainId), number: Number(number) };
}

/** A look at L1: its engine's own notifications would end after five minutes, and one that runs elsewhere may have none. */
function feedOfL1(l1: Pick<LocalL1, "chainId" | "request">, feed: Feed): () => Promise<void> {
  let known: bigint | undefined;
  return async () => {
    const newest = BigInt((await l1.request("eth_blockNumber")) as string);
    if (newest !== known) feed.add(newBlock(l1.chainId, newest));
    known = newest;
  };
}

function dumpOf(world: World | undefined): Promise<Dump> {
  if (world !== undefined) return world.dump();
  const message = "this ecosystem is in memory alone, and has no past to dump; start it with --data to keep one";
  return Promise.reject(new LedgerError("NotKept", message));
}
