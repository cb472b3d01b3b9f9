import {
  AbiCoder,
  getCreateAddress,
  ZeroAddress,
  ZeroHash,
  type BaseContract,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type Signer,
} from "ethers";
import { PREDEPLOYS_DIGEST } from "../../../../src/ground/protocol/generated/version-predeploys.ts";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { nextGeneration, TRUSTED_VERSION } from "../../../../src/ground/protocol/protocol-version.ts";
import { startLocalL1, type LocalL1 } from "../../../support/l1.ts";
import { hashOfCodes } from "./creator.ts";

export const PROTOCOL_VERSION = TRUSTED_VERSION;
export const GENESIS_ROOT: Hex = wordToHex(0x0102_0304n);
export const GENESIS_LEAVES = 100n;
/** Address that clients use for ETH. */
export const ETH = "0x0000000000000000000000000000000000000001";
export const RETIREMENT_NOTICE_SECONDS = 1_600n;
export const REACTION_SECONDS = 50n;

/** The contracts of an ecosystem on a fresh L1, with the verifier's test double. */
export interface Ecosystem {
  readonly l1: LocalL1;
  readonly chainId: bigint;
  readonly accounts: readonly HardhatEthersSigner[];
  readonly verifier: BaseContract;
  readonly verifiers: BaseContract;
  readonly reader: BaseContract;
  readonly stateTree: BaseContract;
  readonly roots: BaseContract;
  readonly bytecodes: BaseContract;
  readonly stateExit: BaseContract;
  readonly bridge: BaseContract;
  readonly settings: BaseContract;
  readonly factory: BaseContract;
  readonly facets: BaseContract;
  readonly rollupPolicy: BaseContract;
  /** Advances the clock and mines a block. */
  increaseTime(seconds: bigint): Promise<void>;
  latestTimestamp(): Promise<bigint>;
}

/** Which account freezes, the times of registry and settings, and the first version. */
interface EcosystemTerms {
  /** Decides whether L1 checks proofs or markers. Default: the version of `defaultConfiguration`, with proofs. */
  readonly firstVersion?: bigint;
  readonly council?: string;
  readonly freezeTime?: bigint;
  readonly freezeCycle?: bigint;
  readonly retirementNotice?: bigint;
  readonly reactionTime?: bigint;
}

export async function deployEcosystem(
  revealDelay = 0n,
  start = startLocalL1,
  recoveryTime = 0n,
  chosen: EcosystemTerms = {},
): Promise<Ecosystem> {
  const l1 = await start();
  const accounts = await l1.ethers.getSigners();
  const deployer = accounts[0]!;
  const verifier = await l1.deploy("VerifierDouble");
  const { council = ZeroAddress, freezeTime = 0n, freezeCycle = 0n } = chosen;
  const { retirementNotice = RETIREMENT_NOTICE_SECONDS, reactionTime = REACTION_SECONDS } = chosen;
  const { firstVersion = PROTOCOL_VERSION } = chosen;
  const terms = [deployer.address, council, retirementNotice, freezeTime, freezeCycle];
  const verifiers = await l1.deploy("VerifierRegistry", terms);
  const reader = await l1.deploy("BatchReader", PREDEPLOYS_DIGEST);
  const rollupPolicy = await l1.deploy("RollupCalldataPolicy");
  const stateTree = await l1.deploy("StateTree");
  // Exit, roots, bytecodes, bridge, settings, facets and implementation come first and must know the factory's address.
  const nonce = await deployer.getNonce();
  const factoryAddress = getCreateAddress({ from: deployer.address, nonce: nonce + 7 });
  const stateExit = await l1.deploy("StateExit", factoryAddress, await hashOfCodes());
  const roots = await l1.deploy("TransactionRootRegistry", factoryAddress);
  const bytecodes = await l1.deploy("BytecodeRegistry", factoryAddress);
  const bridge = await l1.deploy("SharedBridge", factoryAddress, await stateExit.getAddress());
  const settings = await l1.deploy("ChainSettings", factoryAddress, await verifiers.getAddress(), reactionTime);
  const facets = await l1.deploy("HyperchainFacets", {
    factory: factoryAddress,
    bridge: await bridge.getAddress(),
    roots: await roots.getAddress(),
    bytecodes: await bytecodes.getAddress(),
    verifiers: await verifiers.getAddress(),
    settings: await settings.getAddress(),
  });
  const implementation = await l1.deploy("ChainContract", await facets.getAddress());
  const factory = await l1.deploy("ChainFactory", await implementation.getAddress(), revealDelay, recoveryTime);
  await send(verifiers, "addVersion", firstVersion, {
    verifier: await verifier.getAddress(),
    tree: await stateTree.getAddress(),
    reader: await reader.getAddress(),
    genesisStateRoot: GENESIS_ROOT,
    genesisLeafCount: GENESIS_LEAVES,
    ...NO_EXECUTION_PROOFS,
  });
  const { chainId } = await l1.ethers.provider.getNetwork();
  return {
    l1,
    chainId,
    accounts,
    verifier,
    verifiers,
    reader,
    stateTree,
    roots,
    bytecodes,
    stateExit,
    bridge,
    settings,
    factory,
    facets,
    rollupPolicy,
    async increaseTime(seconds) {
      await l1.ethers.provider.send("evm_increaseTime", [Number(seconds)]);
      await l1.ethers.provider.send("evm_mine", []);
    },
    async latestTimestamp() {
      const block = await l1.ethers.provider.getBlock("latest");
      return BigInt(block!.timestamp);
    },
  };
}

/** The number of a further version of the same format: the first is 1 behind the ecosystem's own. */
export function furtherVersion(place: number): bigint {
  return place === 0 ? PROTOCOL_VERSION : nextGeneration(furtherVersion(place - 1));
}

/** The number of a further version whose execution is proven. */
export function provenVersion(place: number): bigint {
  return furtherVersion(place) | 1n;
}

/** Part of a version that proves no execution and has no second verifier. */
export const NO_EXECUTION_PROOFS = { aggregator: ZeroAddress, executionKey: ZeroHash, secondVerifier: ZeroAddress };

/** A configuration that the factory accepts: ETH, rollup, one validator (the deployer), short times. */
export async function defaultConfiguration(ecosystem: Ecosystem, chainId: bigint) {
  return {
    chainId,
    protocolVersion: PROTOCOL_VERSION,
    admin: ecosystem.accounts[0]!.address,
    baseToken: ETH,
    dataAvailabilityPolicy: await ecosystem.rollupPolicy.getAddress(),
    transactionFilterer: ZeroAddress,
    sequencingMode: 0n,
    cheatsAllowed: false,
    isGoverned: true,
    takesReplacements: false,
    requiresSecondCheck: false,
    validatorThreshold: 1n,
    standbyThreshold: 0n,
    executionDelay: 0n,
    priorityOpWindow: 100n,
    exitDelay: 1_000n,
    priorityGasPerSecond: 100_000n,
    l2GasPrice: 10n,
    sequencer: ZeroAddress,
    importBatches: 0n,
    importStateRoot: ZeroHash,
    importData: ZeroHash,
    validators: [ecosystem.accounts[0]!.address] as readonly string[],
    standby: [] as readonly string[],
  };
}
export type ChainConfiguration = Awaited<ReturnType<typeof defaultConfiguration>>;

/** The arguments with which this creator announces a chain, and with which it creates it. */
export function creationOf({ factory, chainId }: Ecosystem, creator: string, configuration: unknown, secret = wordToHex(1n)) {
  const coder = AbiCoder.defaultAbiCoder();
  const [type] = factory.interface.getFunction("createChain")!.inputs;
  const tag = keccak(new TextEncoder().encode("hyperchain.chain-announcement.v1"));
  const content = keccak(fromHex(coder.encode([type!], [configuration]) as Hex));
  const types = ["bytes32", "uint256", "address", "bytes32", "bytes32"];
  const announcement = keccak(fromHex(coder.encode(types, [tag, chainId, creator, secret, content]) as Hex));
  return { announcement, creation: [configuration, secret] as const };
}

export interface BirthOptions {
  /** Sets the time of the block in which the chain is created, which is in all of its batches: otherwise the clock decides. */
  readonly atBirth?: () => Promise<void>;
}

/** Announces and creates a chain, where no time must pass between. */
export async function createChain(
  ecosystem: Ecosystem,
  configuration: unknown,
  creator: HardhatEthersSigner = ecosystem.accounts[0]!,
  { atBirth = async () => {} }: BirthOptions = {},
): Promise<ContractTransactionReceipt> {
  const factory = as(ecosystem.factory, creator);
  const { announcement, creation } = creationOf(ecosystem, creator.address, configuration);
  await send(factory, "announceChain", announcement);
  await atBirth();
  return send(factory, "createChain", ...creation);
}

/** Calls a function in a transaction and waits for its receipt; reverts reject with the error's name and arguments. */
export async function send(contract: BaseContract, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt> {
  const response = (await contract.getFunction(name)(...args)) as ContractTransactionResponse;
  const receipt = await response.wait();
  if (receipt === null) throw new Error(`${name} has no receipt`);
  return receipt;
}

/** Calls a function without a transaction. */
export async function view<T>(contract: BaseContract, name: string, ...args: unknown[]): Promise<T> {
  return (await contract.getFunction(name).staticCall(...args)) as T;
}

/** Returns the contract with another caller. */
export function as(contract: BaseContract, signer: Signer): BaseContract {
  return contract.connect(signer) as BaseContract;
}

/** An address in the protocol modules' form. */
export async function hexAddress(contract: BaseContract): Promise<Hex> {
  return (await contract.getAddress()).toLowerCase() as Hex;
}

/** Distinct canonical digests, in place of state roots and list digests. */
export function digestOf(seed: number): Hex {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, seed);
  return toHex(bytes);
}

/** The events of one name in a receipt, decoded by the contract's interface. */
export function eventsOf(contract: BaseContract, receipt: ContractTransactionReceipt, name: string) {
  return receipt.logs
    .map((log) => contract.interface.parseLog(log))
    .filter((event) => event !== null)
    .filter((event) => event.name === name);
}

/** An address with this number. */
export function addressOf(number: number): Hex {
  return `0x${number.toString(16).padStart(40, "0")}`;
}
