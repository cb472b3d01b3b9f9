import { ContractFactory, getCreateAddress, Interface, ZeroAddress, ZeroHash } from "ethers";
import type { InterfaceAbi, Provider, Signer } from "ethers";
import { verifierRegistryAbi } from "../../abi/verifier-registry.ts";
import type { Hex } from "../../protocol/hex.ts";
import { noProofVersionOf } from "../../protocol/no-proof.ts";
import { versionParts } from "../../protocol/protocol-version.ts";
import { HyperchainError } from "../../errors/hyperchain-error.ts";
import { codesHash, plannedSettlement } from "./settlement-creator.ts";
import type { PlannedSettlement } from "./settlement-creator.ts";
import { transmit } from "./transmit.ts";

/** A compiled contract: what its deployment needs of the artifact. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi;
  /** Creation code. */
  readonly bytecode: string;
}

/** Finds compiled contracts by name. Rejects where there is none. */
export type ArtifactSource = (name: string) => Promise<ContractArtifact>;

/** What a protocol version of an ecosystem fixes for all chains that begin with it. */
export interface RegisteredVersion {
  readonly protocolVersion: bigint;
  readonly genesisStateRoot: Hex;
  readonly genesisLeafCount: bigint;
}

export interface EcosystemOptions {
  /** Of chains that name none. */
  readonly version: RegisteredVersion;
  /** Of format 3, beside it. Default: there is none. */
  readonly version3?: RegisteredVersion | undefined;
  /** Adds and retires protocol versions; default: the deployer. If it is another account, it must add the versions itself. */
  readonly governance?: Hex;
  /** Seconds between a version's retirement and its effect. */
  readonly retirementNoticeSeconds: bigint;
  /** Freezes versions; default: no council, and no freezes. */
  readonly council?: CouncilOptions | undefined;
  /** Seconds between a chain's announcement and its creation: long enough that an answer to another's creation comes too late. */
  readonly revealDelaySeconds: bigint;
  /**
   * Seconds that every chain must have, beside window and execution delay, to form a refused batch again before its exit
   * opens.
   */
  readonly recoverySeconds: bigint;
  /** Seconds that everyone has to look at a protocol version that a chain is about to take, beside windows and delays. */
  readonly reactionSeconds: bigint;
  /** Adds, beside each version, one whose batches are not proven. For tests only; the deployer must be the governance. */
  readonly withNoProofVersion?: boolean;
  /**
   * Whether a `SettlementCreator` creates what has addresses of each other in it, so that L1 can tell these contracts in
   * the state of the chain that they are on. For contracts on a chain, which must have the CREATE2 deployer.
   */
  readonly throughCreator?: boolean;
}

/** A council (`SecurityCouncil.sol`), and how long it may freeze. */
interface CouncilOptions {
  /** 20 bytes in lower case, ascending. */
  readonly members: readonly Hex[];
  /** Signatures for a freeze of at most `softSeconds`, and for all else. */
  readonly soft: number;
  readonly hard: number;
  readonly softSeconds: bigint;
  /** Seconds of all freezes in a cycle, and from the end of the last one until they are whole again. */
  readonly freezeSeconds: bigint;
  readonly cycleSeconds: bigint;
}

interface EcosystemDependencies {
  /** The account that deploys, connected to the settlement layer. Nothing else may send from it meanwhile. */
  readonly signer: Signer;
  readonly artifacts: ArtifactSource;
}

/** Addresses of an ecosystem's contracts, 20 bytes in lower case. */
interface EcosystemAddresses {
  readonly constraints1: Hex;
  readonly constraints2: Hex;
  readonly stark: Hex;
  readonly verifier: Hex;
  readonly verifiers: Hex;
  readonly reader: Hex;
  readonly rollupPolicy: Hex;
  readonly roots: Hex;
  readonly bytecodes: Hex;
  readonly stateTree: Hex;
  readonly stateExit: Hex;
  readonly bridge: Hex;
  readonly settings: Hex;
  readonly implementation: Hex;
  readonly factory: Hex;
  /** Reads batches of format 3; absent where no version of it was deployed. */
  readonly reader3?: Hex;
  /** Absent where there are no freezes. */
  readonly council?: Hex;
}

/** A protocol version whose batches are not proven, and what L1 has instead of a verifier. */
interface NoProofVersion extends RegisteredVersion {
  readonly verifier: Hex;
}

/** An ecosystem on its settlement layer, without chains. */
export interface DeployedEcosystem {
  readonly settlementChainId: bigint;
  readonly addresses: EcosystemAddresses;
  /** Of chains that name none. */
  readonly version: RegisteredVersion;
  /** Of format 3; absent in contracts that have none. */
  readonly version3?: RegisteredVersion;
  /** Absent where every chain's batches are proven. */
  readonly noProofVersion?: NoProofVersion;
  /** Block of the first contract: no event of the ecosystem is older. */
  readonly fromBlock: number;
  /** Gas of each deployment, by contract. */
  readonly gasUsed: ReadonlyMap<string, bigint>;
}

type Role = keyof EcosystemAddresses;

/** One contract: who it is, and its constructor's arguments once all addresses are known. */
interface Deployment {
  readonly role: Role;
  readonly artifact: string;
  /** Whether SettlementCreator creates it, where there is one; it has them in this order (SettlementPlaces.sol). */
  readonly isPlaced?: true;
  /** `codes` is the hash of all that SettlementCreator creates, as it is for chains of this layer too. */
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
const NO_PROOF_VERIFIER = "NoProofVerifier";
/** In place of a version's aggregator and of its kernel's key. */
const PROVES_NO_EXECUTION = [ZeroAddress, ZeroHash] as const;

function deployments(
  governance: Hex,
  { version3, council, revealDelaySeconds, recoverySeconds, reactionSeconds, ...options }: EcosystemOptions,
): readonly Deployment[] {
  const registryTerms = (councilAddress: Hex | undefined) => [
    [governance, councilAddress ?? ZeroAddress, options.retirementNoticeSeconds, ...freezesOf(council)],
  ];
  return [
    { role: "constraints1", artifact: "StateTransitionStarkConstraints1", args: () => [] },
    { role: "constraints2", artifact: "StateTransitionStarkConstraints2", args: () => [] },
    { role: "stark", artifact: "StateTransitionStark", args: (a) => [a.constraints1, a.constraints2] },
    { role: "verifier", artifact: "StateTransitionVerifier", args: (a) => [a.stark] },
    { ...PLACED, role: "verifiers", artifact: "VerifierRegistry", args: (a) => registryTerms(a.council) },
    { role: "reader", artifact: "BatchReader2", args: () => [] },
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
      role: "implementation",
      artifact: "Hyperchain",
      args: ({ factory, bridge, roots, bytecodes, verifiers, settings }) => [
        { factory, bridge, roots, bytecodes, verifiers, settings },
      ],
    },
    {
      ...PLACED,
      role: "factory",
      artifact: "ChainFactory",
      args: (a) => [a.implementation, revealDelaySeconds, recoverySeconds],
    },
    ...(version3 === undefined ? [] : [{ role: "reader3", artifact: "BatchReader3", args: () => [] } as const]),
    ...(council === undefined ? [] : [councilDeployment(council)]),
  ];
}

function councilDeployment({ members, soft, hard, softSeconds }: CouncilOptions): Deployment {
  return { role: "council", artifact: "SecurityCouncil", args: (a) => [a.verifiers, members, [soft, hard, softSeconds]] };
}

function freezesOf(council: CouncilOptions | undefined): readonly [bigint, bigint] {
  return [council?.freezeSeconds ?? 0n, council?.cycleSeconds ?? 0n];
}

/**
 * Deploys everything that chains share, with the real verifier, and adds the protocol versions. All transactions are
 * sent before the first is waited for. Rejects with DeploymentError where one fails.
 */
export async function deployEcosystem(
  options: EcosystemOptions,
  { signer, artifacts }: EcosystemDependencies,
): Promise<DeployedEcosystem> {
  const { version, version3, governance, withNoProofVersion = false } = options;
  const { provider } = signer;
  if (provider === null) throw new TypeError("the signer has no provider; connect it to the settlement layer");
  const deployer = (await signer.getAddress()).toLowerCase() as Hex;
  const [{ chainId }, firstNonce] = await Promise.all([provider.getNetwork(), signer.getNonce("pending")]);
  const plan = await Promise.all(
    deployments(governance ?? deployer, options).map(async (each) => ({ ...each, ...(await artifacts(each.artifact)) })),
  );
  const placed = plan.filter(({ isPlaced }) => isPlaced === true);
  const codes = placed.map(({ bytecode }) => bytecode);
  const isPlacing = options.throughCreator === true;
  const nonceOfFirst = isPlacing ? firstNonce + 1 : firstNonce;
  const createdAt = (i: number): Hex => getCreateAddress({ from: deployer, nonce: nonceOfFirst + i }).toLowerCase() as Hex;
  const councilPlace = plan.findIndex(({ role }) => role === "council");
  const council = councilPlace < 0 ? (ZeroAddress as Hex) : createdAt(councilPlace);
  const settlement = isPlacing ? await planOf(codes, { options, council, deployer, firstNonce, artifacts }) : undefined;
  const addressOf = (deployment: (typeof plan)[number], i: number): Hex =>
    settlement !== undefined && deployment.isPlaced === true ? settlement.addressOf(placed.indexOf(deployment)) : createdAt(i);
  const addresses = Object.fromEntries(plan.map((each, i) => [each.role, addressOf(each, i)])) as Required<EcosystemAddresses>;

  const sent: SentStep[] = [];
  async function send(name: string, transaction: { readonly to?: Hex; readonly data: string }, gasLimit: bigint): Promise<Hex> {
    const nonce = firstNonce + sent.length;
    sent.push({ name, hash: await transmit(signer, { ...transaction, nonce, gasLimit }) });
    return getCreateAddress({ from: deployer, nonce }).toLowerCase() as Hex;
  }
  async function deploy(name: string, { abi, bytecode }: ContractArtifact, args: readonly unknown[]): Promise<Hex> {
    const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
    return send(name, { data }, DEPLOYMENT_GAS);
  }
  async function addVersion(added: RegisteredVersion, verifier: Hex): Promise<void> {
    const { protocolVersion } = added;
    const content = { ...contentOf(added, addresses), verifier };
    const data = new Interface(verifierRegistryAbi).encodeFunctionData("addVersion", [protocolVersion, content]);
    await send(addingOf(protocolVersion), { to: addresses.verifiers, data }, ADD_VERSION_GAS);
  }
  if (settlement !== undefined) await send(CREATOR, settlement.creation, DEPLOYMENT_GAS);
  const hashOfCodes = settlement?.codes ?? codesHash(codes);
  for (const deployment of plan) {
    const { artifact, args, isPlaced } = deployment;
    if (settlement === undefined || isPlaced !== true) await deploy(artifact, deployment, args(addresses, hashOfCodes));
    else await send(artifact, settlement.placing(placed.indexOf(deployment)), DEPLOYMENT_GAS);
  }
  const versions = version3 === undefined ? [version] : [version, version3];
  if (governance === undefined || governance.toLowerCase() === deployer)
    for (const each of versions) await addVersion(each, addresses.verifier);
  const later = version3 === undefined ? {} : { version3 };
  const deployed = { settlementChainId: chainId, addresses, version, ...later };
  if (!withNoProofVersion) return { ...deployed, ...(await minedOf(provider, sent, settlement)) };
  const verifier = await deploy(NO_PROOF_VERIFIER, await artifacts(NO_PROOF_VERIFIER), []);
  for (const each of versions) await addVersion(withoutProof(each), verifier);
  const noProofVersion = { ...withoutProof(version), verifier };
  return { ...deployed, noProofVersion, ...(await minedOf(provider, sent, settlement)) };
}

/** The step by which a version is added, as `gasUsed` names it. */
export function addingOf(version: bigint): string {
  return `addVersion ${version}`;
}

/** The same chains' version without proofs. */
export function withoutProof(version: RegisteredVersion): RegisteredVersion {
  return { ...version, protocolVersion: noProofVersionOf(version.protocolVersion) };
}

/** What the registry holds of a version, beside its verifier. Throws TypeError for a format that these contracts do not read. */
function contentOf({ protocolVersion, ...genesis }: RegisteredVersion, addresses: EcosystemAddresses): object {
  const { stateTree: tree, reader: reader2, reader3 } = addresses;
  const reader = { 2: reader2, 3: reader3 }[versionParts(protocolVersion).format];
  if (reader === undefined) throw new TypeError(`version ${protocolVersion} was to be added without a reader of its format`);
  const [aggregator, executionKey] = PROVES_NO_EXECUTION;
  return { aggregator, tree, reader, executionKey, ...genesis };
}

interface SentStep {
  readonly name: string;
  readonly hash: string;
}

/** The contracts that a creator is to create. The deployer's nonce makes each attempt's addresses its own. */
async function planOf(
  codes: readonly string[],
  {
    options,
    council,
    deployer,
    firstNonce,
    artifacts,
  }: Pick<EcosystemDependencies, "artifacts"> & {
    readonly options: EcosystemOptions;
    readonly council: Hex;
    readonly deployer: Hex;
    readonly firstNonce: number;
  },
): Promise<PlannedSettlement> {
  const { governance = deployer, retirementNoticeSeconds, reactionSeconds, revealDelaySeconds, recoverySeconds } = options;
  const [freezeTime, freezeCycle] = freezesOf(options.council);
  const terms = {
    governance,
    council,
    number: BigInt(firstNonce),
    retirementNotice: retirementNoticeSeconds,
    freezeTime,
    freezeCycle,
    reactionTime: reactionSeconds,
    revealDelay: revealDelaySeconds,
    recoveryTime: recoverySeconds,
  };
  return plannedSettlement(terms, codes, (await artifacts(CREATOR)).bytecode);
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

/** A step of a deployment failed. */
export class DeploymentError extends HyperchainError<"DeploymentFailed"> {
  override readonly name = "DeploymentError";

  constructor(step: string, reason: string, options?: ErrorOptions) {
    super("DeploymentFailed", `${step} failed on the settlement layer: ${reason}`, options);
  }
}
