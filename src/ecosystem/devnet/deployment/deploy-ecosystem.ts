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
import { transmit } from "./transmit.ts";

/** A compiled contract: what its deployment needs of the artifact. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi;
  /** Creation code. */
  readonly bytecode: string;
}

/** Finds compiled contracts by name. Rejects where there is none. */
export type ArtifactSource = (name: string) => Promise<ContractArtifact>;

/** Properties that a protocol version of an ecosystem fixes for all chains that begin with it. */
export interface RegisteredVersion {
  readonly protocolVersion: bigint;
  readonly genesisStateRoot: Hex;
  readonly genesisLeafCount: bigint;
}

/** Version of proven chains, with the contracts that check the execution of their batches. */
export interface ProvenVersion extends RegisteredVersion {
  /** Names the programs of which L1 checks a proof: a digest. */
  readonly executionKey: Hex;
  /** The verifier that was generated for the last program: the contract that is asked, last, is created with all others. */
  readonly contracts: readonly (ContractArtifact & { readonly name: string })[];
}

export interface EcosystemOptions extends GovernanceOptions {
  /**
   * Version of chains that name none. Bit 31 of its number decides whether L1 checks proofs or markers, for all versions alike.
   */
  readonly version: RegisteredVersion;
  /** Version of proven chains. Default: none. */
  readonly proven?: ProvenVersion | undefined;
  /**
   * True for contracts on a proven chain, whose imports replace proofs: `proven` is their only version, and no contract there
   * checks a proof. Default false.
   */
  readonly importsStatements?: boolean | undefined;
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
   * Whether a `SettlementCreator` creates what has addresses of each other in it, so that L1 can tell these contracts in
   * the state of the chain that they are on. For contracts on a chain, which must have the CREATE2 deployer.
   */
  readonly throughCreator?: boolean;
  /** Seconds in which faults of staked keys are slashed. Default: keys are not staked. */
  readonly unbondingSeconds?: number | undefined;
  /** Whether stake answers for promises between chains. Default false. */
  readonly promises?: boolean | undefined;
  /** Whether keys of hubs' aggregators are staked, in addition to those of chains. Default false. */
  readonly hubs?: boolean | undefined;
}

interface EcosystemDependencies {
  /** The account that deploys, connected to the settlement layer. Nothing else may send from it meanwhile. */
  readonly signer: Signer;
  readonly artifacts: ArtifactSource;
}

/** Addresses of an ecosystem's contracts, 20 bytes in lower case. */
export interface EcosystemAddresses {
  /** Parts of the verifier; absent where L1 checks markers. */
  readonly constraints1?: Hex;
  readonly constraints2?: Hex;
  readonly stark?: Hex;
  /** Checks proofs of batches' changes, or their markers; absent on a proven chain. */
  readonly verifier?: Hex;
  readonly verifiers: Hex;
  readonly reader: Hex;
  readonly rollupPolicy: Hex;
  readonly roots: Hex;
  readonly bytecodes: Hex;
  readonly stateTree: Hex;
  readonly stateExit: Hex;
  readonly bridge: Hex;
  readonly settings: Hex;
  readonly facets: Hex;
  readonly implementation: Hex;
  readonly factory: Hex;
  /** Absent where there are no freezes. */
  readonly council?: Hex;
  /** Contracts of a governance by votes: the registry's timelock, its governor, and the token that counts votes. */
  readonly timelock?: Hex;
  readonly governor?: Hex;
  readonly governanceToken?: Hex;
  /** Deposits that answer for keys, and the judge of quorums; absent without stake. */
  readonly stakeRegistry?: Hex;
  readonly equivocation?: Hex;
  /** Judges aggregators of hubs; absent without stake, and if no hub had several. */
  readonly hubEquivocation?: Hex;
  /** Judges promises between chains; absent if no chain took promises. */
  readonly brokenPromises?: Hex;
  /** Description of the proof system, and the second verifier, which reads it; absent on a chain, and if L1 checks markers. */
  readonly secondDescription?: Hex;
  readonly secondVerifier?: Hex;
}

/** An ecosystem on its settlement layer, without chains. */
export interface DeployedEcosystem {
  readonly settlementChainId: bigint;
  readonly addresses: EcosystemAddresses;
  /** Version of chains that name none. */
  readonly version: RegisteredVersion;
  /** Version of proven chains; absent in contracts that have none. */
  readonly proven?: RegisteredVersion & { readonly aggregator: Hex };
  /** Block of the first contract: no event of the ecosystem is older. */
  readonly fromBlock: number;
  /** Gas of each deployment, by contract. */
  readonly gasUsed: ReadonlyMap<string, bigint>;
}

/** Contracts that chains can be created with. */
export type DeployedContracts = Pick<DeployedEcosystem, "addresses" | "version" | "fromBlock">;

type Role = keyof EcosystemAddresses;

/** One contract: who it is, and its constructor's arguments once all addresses are known. */
interface Deployment {
  readonly role: Role;
  readonly artifact: string;
  /** Whether SettlementCreator creates it, where there is one; it has them in this order (SettlementPlaces.sol). */
  readonly isPlaced?: true;
  /** `codes` is the hash of all contracts that SettlementCreator creates, the same for chains of this layer. */
  readonly args: (addresses: EcosystemAddresses, codes: Hex) => readonly unknown[];
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

function deployments(deployer: Hex, options: EcosystemOptions): readonly Deployment[] {
  const { governor, council, revealDelaySeconds, recoverySeconds, reactionSeconds } = options;
  const [freezeTime, freezeCycle] = freezesOf(council);
  const registryTerms = (a: EcosystemAddresses) => [
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
    ...(options.importsStatements === true ? [] : verifierDeployments(options.version)),
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
  ];
}

/** Second verifier of L1's versions; no chain on a chain has one. */
function secondVerifierDeployments({ version, throughCreator = false }: EcosystemOptions): readonly Deployment[] {
  if (throughCreator || !isProvenVersion(version.protocolVersion)) return [];
  return [
    { role: "secondDescription", artifact: "StateTransitionDescription", args: () => [] },
    { role: "secondVerifier", artifact: "SecondStark", args: (a) => [a.secondDescription, DESCRIPTION_CODE_HASH] },
  ];
}

/** Contracts that check the batches of all versions: their proofs, or the markers in place of these. */
function verifierDeployments({ protocolVersion }: RegisteredVersion): readonly Deployment[] {
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
function stakeDeployments({ unbondingSeconds, promises = false, hubs = false }: EcosystemOptions): readonly Deployment[] {
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
 * Deploys everything that chains share and adds the protocol versions; where votes are to govern, it
 * hands over to them at the end. All transactions are sent before the first is waited for. Rejects with DeploymentError where one
 * fails, or with GovernanceTermsError.
 */
export async function deployEcosystem(
  options: EcosystemOptions,
  { signer, artifacts }: EcosystemDependencies,
): Promise<DeployedEcosystem> {
  requireGovernance(options);
  const { version, governor } = options;
  const { provider } = signer;
  if (provider === null) throw new TypeError("the signer has no provider; connect it to the settlement layer");
  const deployer = (await signer.getAddress()).toLowerCase() as Hex;
  const [{ chainId }, firstNonce, fees] = await Promise.all([
    provider.getNetwork(),
    signer.getNonce("pending"),
    provider.getFeeData(),
  ]);
  const planned = await planOf(options, { deployer, firstNonce, artifacts });
  const { addresses, settlement } = planned;
  const steps = new DeploymentSteps(signer, deployer, { firstNonce, ...commonTerms(chainId, fees) });
  if (settlement !== undefined) await steps.send(CREATOR, settlement.creation, DEPLOYMENT_GAS);
  for (const { artifact, args, placing, ...compiled } of planned.contracts) {
    if (placing === undefined) await steps.deploy(artifact, compiled, args(addresses, planned.codes));
    else await steps.send(artifact, placing, DEPLOYMENT_GAS);
  }
  const asGovernance = actingThrough(addresses.timelock);
  const addVersion = (added: RegisteredVersion, shown: object): Promise<Hex> => {
    const content = { ...contentOf(added, addresses), ...shown };
    const data = registryInterface.encodeFunctionData("addVersion", [added.protocolVersion, content]);
    return steps.send(addingOf(added.protocolVersion), asGovernance({ to: addresses.verifiers, data }), ADD_VERSION_GAS);
  };
  if (options.importsStatements !== true && (options.governance?.toLowerCase() ?? deployer) === deployer)
    await addVersion(version, { secondVerifier: secondVerifierOf(options, addresses) });
  const deploying = { steps, artifacts, addresses, addVersion };
  const deployAggregator = options.importsStatements === true ? deployCarriedProofs : deployProofAggregator;
  const proven = options.proven && (await addProven(options.proven, deployAggregator, deploying));
  if (governor !== undefined) await steps.send("handOver", handingOver(governor, addresses), ADD_VERSION_GAS);
  return {
    ...{ settlementChainId: chainId, addresses, ...(proven && { proven }) },
    version: options.importsStatements === true && proven !== undefined ? proven : version,
    ...(await minedOf(provider, steps.sent, settlement)),
  };
}

interface AddingProven extends Pick<EcosystemDependencies, "artifacts"> {
  readonly steps: DeploymentSteps;
  readonly addresses: EcosystemAddresses;
  readonly addVersion: (added: RegisteredVersion, shown: object) => Promise<Hex>;
}

type DeployAggregator = (version: ProvenVersion, adding: AddingProven) => Promise<Hex>;

/** Deploys what takes a version's proofs of execution, and adds the version. The deployer must be the governance. */
async function addProven(
  proven: ProvenVersion,
  deployAggregator: DeployAggregator,
  adding: AddingProven,
): Promise<NonNullable<DeployedEcosystem["proven"]>> {
  const { contracts: _, executionKey, ...version } = proven;
  const aggregator = await deployAggregator(proven, adding);
  await adding.addVersion(version, { aggregator, executionKey });
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

function handingOver({ timelockDelaySeconds }: GovernorOptions, { timelock, governor }: EcosystemAddresses): PlacingCall {
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
  readonly sent: SentStep[] = [];
  readonly #signer: Signer;
  readonly #deployer: Hex;
  readonly #firstNonce: number;
  readonly #terms: CommonTerms;

  constructor(signer: Signer, deployer: Hex, { firstNonce, ...terms }: CommonTerms & { readonly firstNonce: number }) {
    this.#signer = signer;
    this.#deployer = deployer;
    this.#firstNonce = firstNonce;
    this.#terms = terms;
  }

  /** Resolves with the address of what it creates, if it does. */
  async send(name: string, transaction: { readonly to?: Hex; readonly data: string }, gasLimit: bigint): Promise<Hex> {
    const nonce = this.#firstNonce + this.sent.length;
    this.sent.push({ name, hash: await transmit(this.#signer, { ...transaction, ...this.#terms, nonce, gasLimit }) });
    return getCreateAddress({ from: this.#deployer, nonce }).toLowerCase() as Hex;
  }

  async deploy(name: string, artifact: ContractArtifact, args: readonly unknown[]): Promise<Hex> {
    return this.send(name, { data: creationData(artifact, args) }, DEPLOYMENT_GAS);
  }
}

/** The step by which a version is added, as `gasUsed` names it. */
export function addingOf(version: bigint): string {
  return `addVersion ${version}`;
}

/** Content of a version without a second verifier. */
function contentOf({ protocolVersion: _, ...genesis }: RegisteredVersion, addresses: EcosystemAddresses): object {
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

/** The second verifier of trusted versions. If L1 checks markers, the same contract checks them twice. */
function secondVerifierOf({ version, throughCreator = false }: EcosystemOptions, addresses: EcosystemAddresses): Hex {
  if (throughCreator) return ZeroAddress as Hex;
  if (!isProvenVersion(version.protocolVersion)) return addresses.verifier ?? (ZeroAddress as Hex);
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
  readonly addresses: EcosystemAddresses;
  /** Hash of the codes of all that SettlementCreator creates, or would. */
  readonly codes: Hex;
  /** Absent where the deployer creates all. */
  readonly settlement?: PlannedSettlement;
}

/** The deployer's nonce makes each attempt's addresses its own. */
async function planOf(
  options: EcosystemOptions,
  {
    deployer,
    firstNonce,
    artifacts,
  }: Pick<EcosystemDependencies, "artifacts"> & { readonly deployer: Hex; readonly firstNonce: number },
): Promise<PlannedContracts> {
  const contracts = await Promise.all(
    deployments(deployer, options).map(async (each) => ({ ...each, ...(await artifacts(each.artifact)) })),
  );
  const placed = contracts.filter(({ isPlaced }) => isPlaced === true);
  const codes = placed.map(({ bytecode }) => bytecode);
  const isPlacing = options.throughCreator === true;
  const nonceOfFirst = isPlacing ? firstNonce + 1 : firstNonce;
  const created = contracts.map(({ role }, i): readonly [Role, Hex] => {
    const address = getCreateAddress({ from: deployer, nonce: nonceOfFirst + i }).toLowerCase() as Hex;
    return [role, address];
  });
  const direct = Object.fromEntries(created) as unknown as EcosystemAddresses;
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
  options: EcosystemOptions,
  { timelock, council }: EcosystemAddresses,
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

/** Waits for all steps. Rejects with DeploymentError where one failed; a creator that others put there first is the same. */
async function minedOf(
  provider: Provider,
  sent: readonly SentStep[],
  settlement: PlannedSettlement | undefined,
): Promise<Pick<DeployedEcosystem, "gasUsed" | "fromBlock">> {
  const gasUsed = new Map<string, bigint>();
  let fromBlock = Number.MAX_SAFE_INTEGER;
  for (const { name, hash } of sent) {
    const receipt = await provider.waitForTransaction(hash);
    const isThere = name === CREATOR && settlement !== undefined && (await provider.getCode(settlement.address)) !== "0x";
    if (receipt === null || (receipt.status !== 1 && !isThere)) throw new DeploymentError(name, `transaction ${hash} failed`);
    gasUsed.set(name, receipt.gasUsed);
    fromBlock = Math.min(fromBlock, receipt.blockNumber);
  }
  return { gasUsed, fromBlock };
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
