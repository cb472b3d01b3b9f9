import type { Clock } from "../chain/clock.ts";
import { prepareEngine } from "../chain/execution/connection.ts";
import type { EdrConnect } from "../chain/execution/connection.ts";
import { genesisState } from "../chain/genesis-state.ts";
import { predeployGenesis } from "../chain/predeploys/genesis.ts";
import type { Hex } from "../protocol/hex.ts";
import { createProver } from "../prover/prover.ts";
import type { Relayer } from "../relayer/relayer.ts";
import { ACCOUNT_NUMBERS } from "./accounts.ts";
import type { DevelopmentAccounts } from "./accounts.ts";
import { adoptContracts } from "./l1/adopt-contracts.ts";
import { resolveBaseToken } from "./chains/base-token.ts";
import { startOrClose } from "./closing.ts";
import type { Closing } from "./closing.ts";
import { deployEcosystem } from "./l1/deploy-ecosystem.ts";
import type { ContractArtifact, DeployedEcosystem } from "./l1/deploy-ecosystem.ts";
import { createDriver } from "./driver.ts";
import type { Driver } from "./driver.ts";
import { ecosystemMethods } from "./view/ecosystem-methods.ts";
import { createEcosystemView } from "./view/ecosystem-view.ts";
import type { EcosystemView } from "./view/ecosystem-view.ts";
import { createEnded } from "./ended.ts";
import { createFaults, faultMethods } from "./faults.ts";
import { fundAccounts, fundOperators } from "./funding.ts";
import { Gate } from "./snapshots/gate.ts";
import { L1ReorgError } from "./l1/l1-inputs.ts";
import type { L1Connection, LocalL1 } from "./l1/local-l1.ts";
import { createNoProver } from "./chains/no-prover.ts";
import { createMessagesToL1 } from "./view/messages-to-l1.ts";
import { planChains } from "./options.ts";
import type { DevnetOptions } from "./options.ts";
import { regularly } from "./regularly.ts";
import { connectInProcess, connectLocalRelayer, throughGate } from "./relaying.ts";
import { startServedChain } from "./chains/served-chain.ts";
import type { DevnetChain, ServedChain } from "./chains/served-chain.ts";
import type { SettledBatch } from "./chains/settled-batch.ts";
import { openSettlementLayer } from "./l1/settlement-layer.ts";
import { snapshotMethods } from "./snapshots/snapshots.ts";
import type { Snapshots } from "./snapshots/snapshots.ts";

export type { DevnetChainOptions, DevnetOptions } from "./options.ts";
export type { DevnetChain } from "./chains/served-chain.ts";

export interface DevnetDependencies {
  /** Opens an in-process L1 with the public networks' limits, whose accounts are the development accounts. */
  readonly connectL1: () => Promise<L1Connection>;
  readonly connectChain: EdrConnect;
  readonly artifacts: (name: string) => Promise<ContractArtifact & { readonly deployedBytecode: string }>;
  readonly clock: Clock;
  readonly onSettled?: (chainId: bigint, batch: SettledBatch) => void;
  /** A chain waits for L1, for this reason, and goes on by itself; undefined once it has gone on. */
  readonly onWait?: (chainId: bigint, reason: string | undefined) => void;
  /** A part has stopped for good; the others go on. */
  readonly onStop?: (chainId: bigint, error: unknown) => void;
}

/** An L1 with the complete ecosystem and its chains, in this process. */
export interface Devnet extends EcosystemView, Driver, Snapshots {
  readonly l1: LocalL1;
  readonly ecosystem: DeployedEcosystem;
  readonly accounts: DevelopmentAccounts;
  readonly chains: readonly DevnetChain[];
  /** The ecosystem's own; absent where it runs none. Then messages are followed, and delivered by whoever likes. */
  readonly relayer?: Relayer;
  close(): Promise<void>;
}

const PROTOCOL_VERSION = 1n;
/** 240 days: the longest windows and delays that a chain can have. */
const RETIREMENT_NOTICE_SECONDS = 20_736_000n;

/**
 * Starts everything. Rejects with the first fault, and then nothing is left running: DevnetOptionsError, PortInUseError,
 * DeploymentError, or what a chain could not start for.
 */
export function startDevnet(options: DevnetOptions, dependencies: DevnetDependencies): Promise<Devnet> {
  return startOrClose("the ecosystem", (closing) => start(options, dependencies, closing));
}

async function start(options: DevnetOptions, dependencies: DevnetDependencies, closing: Closing): Promise<Devnet> {
  const { host = "127.0.0.1", origins = [], inBackground = false, name = "hyperchains", prover: proving = { mode: "stark" } } = options;
  const { connectL1, connectChain, artifacts, clock, onSettled, onWait, onStop } = dependencies;
  const plans = planChains(options);
  prepareEngine();
  const genesis = await predeployGenesis(async (contract) => (await artifacts(contract)).deployedBytecode as Hex);
  const { stateRoot, leafCount } = genesisState(genesis);
  const gate = new Gate({ clock });
  const layer = await openSettlementLayer({ ...options.l1, host, origins, inBackground }, { connectL1, clock }, closing);
  const { l1, accounts, deployer } = layer;
  const version = { protocolVersion: PROTOCOL_VERSION, genesisStateRoot: stateRoot, genesisLeafCount: leafCount };
  const withNoProofVersion = proving.mode === "none";
  const deployed =
    options.l1?.deployed === undefined
      ? await deployEcosystem({ version, retirementNoticeSeconds: RETIREMENT_NOTICE_SECONDS, revealDelaySeconds: 0n, withNoProofVersion }, { signer: deployer, artifacts })
      : await adoptContracts(options.l1.deployed, { version, withNoProofVersion }, l1.provider);
  // All chains run one version: the one whose batches are proven, or the other.
  const ecosystem = { ...deployed, version: (withNoProofVersion ? deployed.noProofVersion : undefined) ?? deployed.version };
  const operators = plans.map(({ place }) => accounts.wallet(ACCOUNT_NUMBERS.firstOperator + place).connect(l1.provider));
  await fundOperators(operators, deployer, layer.operatorFundingWei);
  const prover = proving.mode === "none" ? createNoProver() : createProver(proving.workers === undefined ? {} : { workers: proving.workers });
  closing.add(() => prover.close());

  const chains: ServedChain[] = [];
  const faults = createFaults({ nowSeconds: () => layer.clock.nowSeconds(), chains: () => chains });
  for (const [i, plan] of plans.entries()) {
    const operator = operators[i] ?? deployer;
    const { chainId } = plan;
    const baseToken = await resolveBaseToken(plan.baseToken, `chains[${i}].baseToken`, deployer, artifacts);
    const chain = await startServedChain(
      { host, origins, inBackground, plan, baseToken, genesis },
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
        prover,
        alterProof: (proof) => faults.alterProof(chainId, proof),
        operator,
        onSettled: (batch) => onSettled?.(chainId, batch),
        onWait: (reason) => onWait?.(chainId, reason),
        onStop: (error) => onStop?.(chainId, error),
      },
    );
    closing.add(() => chain.close());
    chains.push(chain);
  }
  await fundAccounts(options, chains, ecosystem, deployer, accounts);
  for (const { pipeline } of chains) await pipeline.pollL1();

  const runsRelayer = options.relayer ?? true;
  const members = chains.map(({ chainId, provider, pipeline }) => ({ chainId, provider, hyperchain: pipeline.created.hyperchain }));
  const relayer = throughGate(gate, connectLocalRelayer(ecosystem, l1.provider, members, accounts.wallet(ACCOUNT_NUMBERS.relayer), { choose: faults.choose, policy: options.relayerPolicy ?? {} }));
  closing.add(() => relayer.close());
  const clients = chains.map(({ chainId, provider }) => ({ chainId, client: connectInProcess(chainId, provider) }));
  closing.add(() => clients.forEach(({ client }) => client.destroy()));
  const toL1 = createMessagesToL1({ ecosystem, l1: l1.provider, l1View: relayer.l1View, chains: clients });
  const ended = createEnded();
  const { info, ...looks } = createEcosystemView({ name, options, ecosystem, l1, chains, accounts, mnemonic: layer.mnemonic, relayer, toL1, runsRelayer, proving });
  const view: EcosystemView = { info, ...ended.cutOff(looks) };
  const driver = ended.cutOff(createDriver({ chains, relayer, runsRelayer, proverMode: proving.mode }));
  const snapshots = faults.keptBy(layer.snapshots(chains.map(({ pipeline }) => pipeline), gate));
  const methods = new Map([...ecosystemMethods({ ...view, ...driver }), ...snapshotMethods(snapshots), ...faultMethods(faults)]);
  for (const member of [l1, ...chains]) member.addMethods(methods);
  if (options.pollIntervalMs !== undefined) {
    for (const { chainId, pipeline } of chains) {
      closing.add(
        regularly(clock, options.pollIntervalMs, () => pipeline.pollL1(), (error) => {
          // L1 may only not have answered: a poll that fails has taken over nothing, so the next one finds all of it.
          if (!(error instanceof L1ReorgError) && pipeline.fault() === undefined) return true;
          onStop?.(chainId, error);
          return false;
        }),
      );
    }
    // A member may only have been slow: the relayer looks again.
    if (runsRelayer) closing.add(regularly(clock, options.pollIntervalMs, () => relayer.poll(), () => true));
  }
  // The first thing: parts go one by one, and who asks meanwhile should learn why.
  closing.add(() => ended.end());
  return { l1, ecosystem, accounts, chains, ...(runsRelayer ? { relayer } : {}), ...view, ...driver, ...snapshots, close: () => closing.close() };
}
