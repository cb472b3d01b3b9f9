import {
  getCreateAddress,
  Interface,
  ZeroAddress,
  ZeroHash,
  type FeeData,
  type InterfaceAbi,
  type Provider,
  type Signer,
  type TransactionRequest,
} from "ethers";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import { DESCRIPTION_CODE_HASH } from "../../../ground/protocol/generated/description-code-hash.ts";
import { PREDEPLOYS_DIGEST } from "../../../ground/protocol/generated/version-predeploys.ts";
import { FORWARDERS_CODE } from "../../../ground/abi/forwarders-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { isProvenVersion } from "../../../ground/protocol/no-proof.ts";
import { PROMISES_UNBONDING_SECONDS, SLASH_SECONDS } from "../../../ground/protocol/stake.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import {
  governorTerms,
  requireGovernance,
  tokenArgs,
  type CouncilOptions,
  type GovernanceOptions,
  type GovernorOptions,
} from "./governance-terms.ts";
import {
  codesHash,
  plannedSettlement,
  type PlacingCall,
  type PlannedSettlement,
  type SettlementTerms,
} from "./settlement-creator.ts";
import { creationData } from "./creation-data.ts";
import type { Layer, LayerAddresses, LayerVersion, ProvenLayerVersion } from "./layer.ts";
import { transmit } from "./transmit.ts";

/** A compiled contract: what its deployment needs of the artifact. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi;
  /** Creation code. */
  readonly bytecode: string;
}

/** Finds compiled contracts by name. Rejects where there is none. */
export type ArtifactSource = (name: string) => Promise<ContractArtifact>;

/** Version of proven chains, with the contracts that check the execution of their batches. */
export interface ProvenVersion extends LayerVersion {
  /** Names the programs of which L1 checks a proof: a digest. */
  readonly executionKey: Hex;
  /** The verifier that was generated for the last program: the contract that is asked, last, is created with all others. */
  readonly contracts: readonly (ContractArtifact & { readonly name: string })[];
}

/** Versions that a new layer gets, by the execution of their chains. Bit 31 of their numbers is the same. */
export interface NewVersions {
  /** Absent on a proven chain, whose imports replace proofs: no contract there checks one. */
  readonly trusted?: LayerVersion | undefined;
  /** Default: none until `addProvenVersion`. */
  readonly proven?: ProvenVersion | undefined;
}

export interface LayerOptions extends GovernanceOptions {
  readonly versions: NewVersions;
  /** Seconds between a version's retirement and its effect. */
  readonly retirementNoticeSeconds: bigint;
  /** Seconds between a chain's announcement and its creation: long enough that an answer to another's creation comes too late. */
  readonly revealDelaySeconds: bigint;
  /**
   * Minimum number of seconds, besides window and execution delay, in which a chain can reseal a refused batch before its
   * exit opens.
   */
  readonly recoverySeconds: bigint;
  /** Seconds for users to inspect a protocol version before a chain upgrades to it, besides windows and delays. */
  readonly reactionSeconds: bigint;
  /**
   * True for contracts on a chain, which must have the CREATE2 deployer. A `SettlementCreator` creates the contracts that have
   * addresses of each other in them, so that L1 finds these in the chain's state. Default false.
   */
  readonly isOnChain?: boolean;
  /** Seconds in which faults of staked keys are slashed. Default: keys are not staked. */
  readonly unbondingSeconds?: number | undefined;
  /** Whether stake answers for promises between chains. Default false. */
  readonly promises?: boolean | undefined;
  /** Whether keys of hubs' aggregators are staked, in addition to those of chains. Default false. */
  readonly hubs?: boolean | undefined;
}

interface LayerDependencies {
  /** The account that deploys, connected to the settlement layer. Nothing else may send from it meanwhile. */
  readonly signer: Signer;
  readonly artifacts: ArtifactSource;
}

/** A deployment's layer, and its costs. */
export interface DeployedLayer {
  readonly layer: Layer;
  /** Gas of each step, by its name. */
  readonly gasUsed: ReadonlyMap<string, bigint>;
}

type Role = keyof LayerAddresses;

/** One contract: who it is, and its constructor's arguments once all addresses are known. */
interface Deployment {
  readonly role: Role;
  readonly artifact: string;
  /** Default: the artifact of this name. */
  readonly compiled?: ContractArtifact;
  /** Whether SettlementCreator creates it, where there is one; it has them in this order (SettlementPlaces.sol). */
  readonly isPlaced?: true;
  /** `codes` is the hash of all contracts that SettlementCreator creates, the same for chains of this layer. */
  readonly args: (addresses: LayerAddresses, codes: Hex) => readonly unknown[];
}

/**
 * Explicit, so that no transaction is estimated: estimates would fail while earlier deployments wait to be mined, and cost
 * as much time as the deployments. EIP-7825's limit; what is not used is not paid.
 */
const DEPLOYMENT_GAS = 16_777_216n;
const ADD_VERSION_GAS = 1_000_000n;
const PLACED = { isPlaced: true } as const;
const CREATOR = "SettlementCreator";
const AGGREGATE_VERIFIER = "AggregateVerifier";
const NO_PROOF_AGGREGATE = "NoProofAggregate";
const PROOF_AGGREGATOR = "ProofAggregator";
const CARRIED_PROOFS = "CarriedProofs";
const registryInterface = new Interface(verifierRegistryAbi);
const timelockInterface = new Interface(["function act(address, bytes)", "function handOver(address, uint256)"]);
/** In place of a version's aggregator and of its kernel's key. */
const PROVES_NO_EXECUTION = [ZeroAddress, ZeroHash] as const;

function deployments(deployer: Hex, options: LayerOptions): readonly Deployment[] {
  const { governor, council, revealDelaySeconds, recoverySeconds, reactionSeconds } = options;
  const [freezeTime, freezeCycle] = freezesOf(council);
  const registryTerms = (a: LayerAddresses) => [
    [
      a.timelock ?? options.governance ?? deployer,
      a.council ?? ZeroAddress,
      options.retirementNoticeSeconds,
      freezeTime,
      freezeCycle,
    ],
  ];
  return [
    ...(governor === undefined ? [] : governorDeployments(governor, deployer)),
    ...(options.versions.trusted === undefined ? [] : verifierDeployments(options.versions.trusted)),
    { ...PLACED, role: "verifiers", artifact: "VerifierRegistry", args: registryTerms },
    { role: "reader", artifact: "BatchReader", args: () => [PREDEPLOYS_DIGEST] },
    { role: "rollupPolicy", artifact: "RollupCalldataPolicy", args: () => [] },
    // These know the factory by the address that it is about to get; its constructor checks that they do.
    { ...PLACED, role: "roots", artifact: "TransactionRootRegistry", args: (a) => [a.factory] },
    { ...PLACED, role: "bytecodes", artifact: "BytecodeRegistry", args: (a) => [a.factory] },
    { role: "stateTree", artifact: "StateTree", args: () => [] },
    { ...PLACED, role: "stateExit", artifact: "StateExit", args: (a, codes) => [a.factory, codes] },
    { ...PLACED, role: "bridge", artifact: "SharedBridge", args: (a) => [a.factory, a.stateExit] },
    { ...PLACED, role: "settings", artifact: "ChainSettings", args: (a) => [a.factory, a.verifiers, reactionSeconds] },
    {
      ...PLACED,
      role: "facets",
      artifact: "HyperchainFacets",
      args: ({ factory, bridge, roots, bytecodes, verifiers, settings }) => [
        { factory, bridge, roots, bytecodes, verifiers, settings },
      ],
    },
    { ...PLACED, role: "implementation", artifact: "ChainContract", args: (a) => [a.facets] },
    {
      ...PLACED,
      role: "factory",
      artifact: "ChainFactory",
      args: (a) => [a.implementation, revealDelaySeconds, recoverySeconds],
    },
    ...(council === undefined ? [] : [councilDeployment(council)]),
    ...stakeDeployments(options),
    ...secondVerifierDeployments(options),
    ...(options.isOnChain === true ? [FORWARDERS_DEPLOYMENT] : []),
  ];
}

/** On L1 a withdrawal that pays for the contract has it put. */
const FORWARDERS_DEPLOYMENT: Deployment = {
  role: "forwarders",
  artifact: "Forwarders",
  compiled: { abi: [], bytecode: FORWARDERS_CODE },
  args: () => [],
};

/** Second verifier of L1's versions; no chain on a chain has one. */
function secondVerifierDeployments({ versions: { trusted }, isOnChain = false }: LayerOptions): readonly Deployment[] {
  if (isOnChain || trusted === undefined || !isProvenVersion(trusted.protocolVersion)) return [];
  return [
    { role: "secondDescription", artifact: "StateTransitionDescription", args: () => [] },
    { role: "secondVerifier", artifact: "SecondStark", args: (a) => [a.secondDescription, DESCRIPTION_CODE_HASH] },
  ];
}

/** Contracts that check the batches of all versions: their proofs, or the markers in place of these. */
function verifierDeployments({ protocolVersion }: LayerVersion): readonly Deployment[] {
  if (!isProvenVersion(protocolVersion)) return [{ role: "verifier", artifact: "NoProofVerifier", args: () => [] }];
  return [
    { role: "constraints1", artifact: "StateTransitionStarkConstraints1", args: () => [] },
    { role: "constraints2", artifact: "StateTransitionStarkConstraints2", args: () => [] },
    { role: "stark", artifact: "StateTransitionStark", args: (a) => [a.constraints1, a.constraints2] },
    { role: "verifier", artifact: "StateTransitionVerifier", args: (a) => [a.stark] },
  ];
}

/** The timelock, which is to govern, comes first, and all before the registry, whose governance is fixed. */
function governorDeployments(governor: GovernorOptions, deployer: Hex): readonly Deployment[] {
  return [
    { role: "timelock", artifact: "GovernanceTimelock", args: () => [deployer] },
    { role: "governanceToken", artifact: "GovernanceToken", args: () => tokenArgs(governor) },
    {
      role: "governor",
      artifact: "HyperchainGovernor",
      args: (a) => [a.governanceToken, a.timelock, governorTerms(governor)],
    },
  ];
}

/** The registry of deposits, and the judges that take from them. */
function stakeDeployments({ unbondingSeconds, promises = false, hubs = false }: LayerOptions): readonly Deployment[] {
  if (unbondingSeconds === undefined && !promises) return [];
  const unbonding = unbondingSeconds ?? PROMISES_UNBONDING_SECONDS;
  const reportSeconds = unbonding - SLASH_SECONDS;
  const quorums: Deployment = {
    role: "equivocation",
    artifact: "Equivocation",
    args: (a) => [a.factory, a.settings, reportSeconds, SLASH_SECONDS],
  };
  const aggregators: Deployment = {
    role: "hubEquivocation",
    artifact: "HubEquivocation",
    args: () => [reportSeconds, SLASH_SECONDS],
  };
  // A promise may last half of the time that its report has; the rest is left for the report.
  const longest = Math.floor(reportSeconds / 2);
  const broken: Deployment = {
    role: "brokenPromises",
    artifact: "BrokenPromises",
    args: (a) => [a.factory, a.settings, longest, reportSeconds - longest, SLASH_SECONDS],
  };
  return [
    { role: "stakeRegistry", artifact: "StakeRegistry", args: () => [unbonding] },
    ...(unbondingSeconds === undefined ? [] : [quorums, ...(hubs ? [aggregators] : [])]),
    ...(promises ? [broken] : []),
  ];
}

function councilDeployment({ members, soft, hard, softSeconds }: CouncilOptions): Deployment {
  return { role: "council", artifact: "SecurityCouncil", args: (a) => [a.verifiers, members, [soft, hard, softSeconds]] };
}

function freezesOf(council: CouncilOptions | undefined): readonly [bigint, bigint] {
  return [council?.freezeSeconds ?? 0n, council?.cycleSeconds ?? 0n];
}

/**
 * Deploys everything that the chains on a layer share, and adds their versions; where votes are to govern, it hands over to them
 * at the end. All transactions are sent before the first is awaited. Rejects with DeploymentError if one fails, or with
 * GovernanceTermsError.
 */
export async function deployLayer(options: LayerOptions, { signer, artifacts }: LayerDependencies): Promise<DeployedLayer> {
  requireGovernance(options);
  const { versions, governor, governance } = options;
  const steps = await DeploymentSteps.begin(signer);
  const { deployer } = steps;
  const { contracts, addresses, codes, settlement } = await planOf(options, steps, artifacts);
  if (settlement !== undefined) await steps.send(CREATOR, settlement.creation, DEPLOYMENT_GAS);
  for (const { artifact, args, placing, ...compiled } of contracts) {
    if (placing === undefined) await steps.deploy(artifact, compiled, args(addresses, codes));
    else await steps.send(artifact, placing, DEPLOYMENT_GAS);
  }
  const adding = { steps, artifacts, addresses, asGovernance: actingThrough(addresses.timelock) };
  const { trusted } = versions;
  if (trusted !== undefined && (governance?.toLowerCase() ?? deployer) === deployer)
    await addVersion(trusted, { secondVerifier: secondVerifierOf(trusted, options, addresses) }, adding);
  const deployAggregator = trusted === undefined ? deployCarriedProofs : deployProofAggregator;
  const proven = versions.proven && (await addProven(versions.proven, deployAggregator, adding));
  if (governor !== undefined) await steps.send("handOver", handingOver(governor, addresses), ADD_VERSION_GAS);
  const { gasUsed, fromBlock } = await steps.mined(settlement);
  return {
    layer: { settlementChainId: steps.chainId, addresses, versions: { trusted, proven }, fromBlock },
    gasUsed,
  };
}

/**
 * Deploys the contracts that check proofs of execution on L1, and adds their version. The signer must be the registry's
 * governance. Rejects with DeploymentError.
 */
export async function addProvenVersion(
  layer: Layer,
  version: ProvenVersion,
  { signer, artifacts }: LayerDependencies,
): Promise<Layer> {
  const steps = await DeploymentSteps.begin(signer);
  const adding = { steps, artifacts, addresses: layer.addresses, asGovernance: actingThrough(undefined) };
  const proven = await addProven(version, deployProofAggregator, adding);
  await steps.mined(undefined);
  return { ...layer, versions: { ...layer.versions, proven } };
}

interface AddingVersion extends Pick<LayerDependencies, "artifacts"> {
  readonly steps: DeploymentSteps;
  readonly addresses: LayerAddresses;
  readonly asGovernance: (call: PlacingCall) => PlacingCall;
}

/** Adds a version with the fields of its content that the layer does not determine. */
function addVersion(
  version: LayerVersion,
  special: Readonly<Record<string, Hex>>,
  { steps, addresses, asGovernance }: AddingVersion,
): Promise<Hex> {
  const { protocolVersion } = version;
  const content = { ...contentOf(version, addresses), ...special };
  const data = registryInterface.encodeFunctionData("addVersion", [protocolVersion, content]);
  return steps.send(addingOf(protocolVersion), asGovernance({ to: addresses.verifiers, data }), ADD_VERSION_GAS);
}

type DeployAggregator = (version: ProvenVersion, adding: AddingVersion) => Promise<Hex>;

/** Deploys the contract that takes a version's proofs of execution, and adds the version. */
async function addProven(
  proven: ProvenVersion,
  deployAggregator: DeployAggregator,
  adding: AddingVersion,
): Promise<ProvenLayerVersion> {
  const { contracts: _, executionKey, ...version } = proven;
  const aggregator = await deployAggregator(proven, adding);
  await addVersion(version, { aggregator, executionKey }, adding);
  return { ...version, aggregator };
}

/** Contract on L1 that checks proofs, or their markers, with its verifier. */
const deployProofAggregator: DeployAggregator = async ({ contracts, protocolVersion }, { steps, artifacts, addresses }) => {
  const verifier = isProvenVersion(protocolVersion)
    ? await deployAggregateVerifier(contracts, steps, artifacts)
    : await steps.deploy(NO_PROOF_AGGREGATE, await artifacts(NO_PROOF_AGGREGATE), []);
  const args = [addresses.factory, verifier, protocolVersion];
  return steps.deploy(PROOF_AGGREGATOR, await artifacts(PROOF_AGGREGATOR), args);
};

/** Contract on a proven chain that reads the chain's imports. */
const deployCarriedProofs: DeployAggregator = async ({ protocolVersion }, { steps, artifacts, addresses }) =>
  steps.deploy(CARRIED_PROOFS, await artifacts(CARRIED_PROOFS), [addresses.factory, protocolVersion]);

async function deployAggregateVerifier(
  contracts: ProvenVersion["contracts"],
  steps: DeploymentSteps,
  artifacts: ArtifactSource,
): Promise<Hex> {
  const parts: Hex[] = [];
  // The contract that is asked knows the others by their addresses.
  for (const [i, { name, ...compiled }] of contracts.entries())
    parts.push(await steps.deploy(name, compiled, i === contracts.length - 1 ? parts : []));
  const stark = parts.at(-1);
  if (stark === undefined) throw new TypeError("a verifier of proofs of execution is at least one contract");
  return steps.deploy(AGGREGATE_VERIFIER, await artifacts(AGGREGATE_VERIFIER), [stark]);
}

/** Call of the governance before the hand-over: by the deployer directly, or through the timelock. */
function actingThrough(timelock: Hex | undefined): (call: PlacingCall) => PlacingCall {
  if (timelock === undefined) return (call) => call;
  return ({ to, data }) => ({ to: timelock, data: timelockInterface.encodeFunctionData("act", [to, data]) });
}

function handingOver({ timelockDelaySeconds }: GovernorOptions, { timelock, governor }: LayerAddresses): PlacingCall {
  if (timelock === undefined) throw new TypeError("a governor is deployed with its timelock");
  return { to: timelock, data: timelockInterface.encodeFunctionData("handOver", [governor, timelockDelaySeconds]) };
}

type CommonTerms = Pick<TransactionRequest, "type" | "chainId" | "maxFeePerGas" | "maxPriorityFeePerGas">;

/**
 * Common fields of all transactions of a deployment, so that none needs further requests. All are sent before the first
 * is awaited. Empty on a layer whose fees are of another kind.
 */
function commonTerms(chainId: bigint, { maxFeePerGas, maxPriorityFeePerGas }: FeeData): CommonTerms {
  if (maxFeePerGas === null || maxPriorityFeePerGas === null) return {};
  return { type: 2, chainId, maxFeePerGas, maxPriorityFeePerGas };
}

/** The transactions of a deployment, each with the nonce behind the one before it. */
class DeploymentSteps {
  readonly chainId: bigint;
  readonly deployer: Hex;
  readonly firstNonce: number;
  readonly #sent: SentStep[] = [];
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #terms: CommonTerms;

  private constructor(
    { signer, provider }: { readonly signer: Signer; readonly provider: Provider },
    { chainId, deployer, firstNonce }: Pick<DeploymentSteps, "chainId" | "deployer" | "firstNonce">,
    terms: CommonTerms,
  ) {
    this.chainId = chainId;
    this.deployer = deployer;
    this.firstNonce = firstNonce;
    this.#signer = signer;
    this.#provider = provider;
    this.#terms = terms;
  }

  /** Throws TypeError for a signer without a provider. Rejects with the provider's error. */
  static async begin(signer: Signer): Promise<DeploymentSteps> {
    const { provider } = signer;
    if (provider === null) throw new TypeError("the signer has no provider; connect it to the settlement layer");
    const deployer = (await signer.getAddress()).toLowerCase() as Hex;
    const [{ chainId }, firstNonce, fees] = await Promise.all([
      provider.getNetwork(),
      signer.getNonce("pending"),
      provider.getFeeData(),
    ]);
    return new DeploymentSteps({ signer, provider }, { chainId, deployer, firstNonce }, commonTerms(chainId, fees));
  }

  /** Resolves with the address of what it creates, if it does. */
  async send(name: string, transaction: { readonly to?: Hex; readonly data: string }, gasLimit: bigint): Promise<Hex> {
    const nonce = this.firstNonce + this.#sent.length;
    this.#sent.push({ name, hash: await transmit(this.#signer, { ...transaction, ...this.#terms, nonce, gasLimit }) });
    return getCreateAddress({ from: this.deployer, nonce }).toLowerCase() as Hex;
  }

  async deploy(name: string, artifact: ContractArtifact, args: readonly unknown[]): Promise<Hex> {
    return this.send(name, { data: creationData(artifact, args) }, DEPLOYMENT_GAS);
  }

  /** Waits for all steps. Rejects with DeploymentError if one failed; a creator that others put there first is the same. */
  async mined(settlement: PlannedSettlement | undefined): Promise<Pick<Layer, "fromBlock"> & Pick<DeployedLayer, "gasUsed">> {
    const gasUsed = new Map<string, bigint>();
    let fromBlock = Number.MAX_SAFE_INTEGER;
    for (const { name, hash } of this.#sent) {
      const receipt = await this.#provider.waitForTransaction(hash);
      const isThere = name === CREATOR && settlement !== undefined && (await this.#provider.getCode(settlement.address)) !== "0x";
      if (receipt === null || (receipt.status !== 1 && !isThere)) throw new DeploymentError(name, `transaction ${hash} failed`);
      gasUsed.set(name, receipt.gasUsed);
      fromBlock = Math.min(fromBlock, receipt.blockNumber);
    }
    return { gasUsed, fromBlock };
  }
}

/** The step by which a version is added, as `gasUsed` names it. */
export function addingOf(version: bigint): string {
  return `addVersion ${version}`;
}

/** Content of a version without a second verifier. */
function contentOf({ protocolVersion: _, ...genesis }: LayerVersion, addresses: LayerAddresses): object {
  const { stateTree: tree, reader } = addresses;
  const [aggregator, executionKey] = PROVES_NO_EXECUTION;
  return {
    verifier: addresses.verifier ?? ZeroAddress,
    secondVerifier: ZeroAddress,
    aggregator,
    tree,
    reader,
    executionKey,
    ...genesis,
  };
}

/** The second verifier of a trusted version. If L1 checks markers, the same contract checks them twice. */
function secondVerifierOf(
  { protocolVersion }: LayerVersion,
  { isOnChain = false }: LayerOptions,
  addresses: LayerAddresses,
): Hex {
  if (isOnChain) return ZeroAddress as Hex;
  if (!isProvenVersion(protocolVersion)) return addresses.verifier ?? (ZeroAddress as Hex);
  return addresses.secondVerifier ?? (ZeroAddress as Hex);
}

interface SentStep {
  readonly name: string;
  readonly hash: string;
}

/** A contract with its code, and the call by which a creator creates it. */
interface PlannedContract extends Deployment, ContractArtifact {
  readonly placing?: PlacingCall;
}

/** All contracts of a deployment, and where they will be. */
interface PlannedContracts {
  readonly contracts: readonly PlannedContract[];
  readonly addresses: LayerAddresses;
  /** Hash of the codes of all that SettlementCreator creates, or would. */
  readonly codes: Hex;
  /** Absent where the deployer creates all. */
  readonly settlement?: PlannedSettlement;
}

/** The deployer's nonce makes each attempt's addresses its own. */
async function planOf(
  options: LayerOptions,
  { deployer, firstNonce }: Pick<DeploymentSteps, "deployer" | "firstNonce">,
  artifacts: ArtifactSource,
): Promise<PlannedContracts> {
  const contracts = await Promise.all(
    deployments(deployer, options).map(async (each) => ({ ...each, ...(each.compiled ?? (await artifacts(each.artifact))) })),
  );
  const placed = contracts.filter(({ isPlaced }) => isPlaced === true);
  const codes = placed.map(({ bytecode }) => bytecode);
  const isPlacing = options.isOnChain === true;
  const nonceOfFirst = isPlacing ? firstNonce + 1 : firstNonce;
  const created = contracts.map(({ role }, i): readonly [Role, Hex] => {
    const address = getCreateAddress({ from: deployer, nonce: nonceOfFirst + i }).toLowerCase() as Hex;
    return [role, address];
  });
  const direct = Object.fromEntries(created) as unknown as LayerAddresses;
  if (!isPlacing) return { contracts, addresses: direct, codes: codesHash(codes) };
  const terms = settlementTerms(options, direct, { deployer, firstNonce });
  const settlement = plannedSettlement(terms, codes, (await artifacts(CREATOR)).bytecode);
  const placedAt = placed.map(({ role }, place) => [role, settlement.addressOf(place)] as const);
  return {
    contracts: contracts.map((each) => {
      const place = placed.indexOf(each);
      return place < 0 ? each : { ...each, placing: settlement.placing(place) };
    }),
    addresses: { ...direct, ...Object.fromEntries(placedAt) },
    codes: settlement.codes,
    settlement,
  };
}

function settlementTerms(
  options: LayerOptions,
  { timelock, council }: LayerAddresses,
  { deployer, firstNonce }: { readonly deployer: Hex; readonly firstNonce: number },
): SettlementTerms {
  const [freezeTime, freezeCycle] = freezesOf(options.council);
  return {
    governance: timelock ?? options.governance ?? deployer,
    council: council ?? (ZeroAddress as Hex),
    number: BigInt(firstNonce),
    retirementNotice: options.retirementNoticeSeconds,
    freezeTime,
    freezeCycle,
    reactionTime: options.reactionSeconds,
    revealDelay: options.revealDelaySeconds,
    recoveryTime: options.recoverySeconds,
  };
}

/**
 * A step of a deployment failed.
 * Remedy: correct the cause that the message names, such as an option or the deployer's balance, and start again.
 */
export class DeploymentError extends HyperchainError<"DeploymentFailed"> {
  override readonly name = "DeploymentError";

  constructor(step: string, reason: string, options?: ErrorOptions) {
    super("DeploymentFailed", `${step} failed on the settlement layer: ${reason}`, options);
  }
}
