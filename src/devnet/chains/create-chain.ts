import { AbiCoder, hexlify, Interface, randomBytes, ZeroAddress } from "ethers";
import type { Signer, TransactionReceipt } from "ethers";
import { chainFactoryAbi } from "../../abi/chain-factory.ts";
import { fromHex, hashTag, keccak } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { contractErrorOf, describeContractError } from "../../settlement/contract-error.ts";
import { DeploymentError } from "../l1/deploy-ecosystem.ts";
import type { DeployedEcosystem } from "../l1/deploy-ecosystem.ts";

/** How clients write ETH as a base token. */
export const ETH_BASE_TOKEN: Hex = "0x0000000000000000000000000000000000000001";

/** All that is chosen when a chain is created; the contract's `ChainConfiguration`. Nothing of it changes afterwards. */
export interface HyperchainConfiguration {
  readonly chainId: bigint;
  readonly protocolVersion: bigint;
  readonly admin: Hex;
  /** ERC-20 on L1; ETH_BASE_TOKEN is ETH. */
  readonly baseToken: Hex;
  readonly dataAvailabilityPolicy: Hex;
  /** The zero address lets all operations in. */
  readonly transactionFilterer: Hex;
  /** 0: one sequencer. */
  readonly sequencingMode: number;
  /** True only on chains for tests. */
  readonly cheatsAllowed: boolean;
  readonly validatorThreshold: bigint;
  /** Seconds between commit and execution. */
  readonly executionDelay: bigint;
  /** Seconds that the sequencer has for an operation when the queue is idle. */
  readonly priorityOpWindow: bigint;
  /** Seconds after an operation's deadline at which the exit opens. */
  readonly exitDelay: bigint;
  /** L2 gas of queued operations that the sequencer must be able to take per second. */
  readonly priorityGasPerSecond: bigint;
  /** Of operations' gas, in the base token's smallest unit. */
  readonly l2GasPrice: bigint;
  /** Strictly ascending. */
  readonly validators: readonly Hex[];
}

/** A chain's contract on the settlement layer. */
export interface CreatedChain {
  readonly hyperchain: Hex;
  readonly configuration: HyperchainConfiguration;
  /** L1 block of its creation: none of its events is older. */
  readonly fromBlock: number;
  /** Leaves that the registry of Transaction Roots had when the chain was created. */
  readonly bornAt: bigint;
  readonly gasUsed: bigint;
}

/** A local rollup with ETH as its base token: posts its data, executes without delay, one validator unless more are named. */
export function localChainConfiguration(
  ecosystem: DeployedEcosystem,
  chainId: bigint,
  validators: readonly Hex[],
): HyperchainConfiguration {
  const [admin] = validators;
  return {
    chainId,
    protocolVersion: ecosystem.version.protocolVersion,
    admin: admin ?? (ZeroAddress as Hex),
    baseToken: ETH_BASE_TOKEN,
    dataAvailabilityPolicy: ecosystem.addresses.rollupPolicy,
    transactionFilterer: ZeroAddress as Hex,
    sequencingMode: 0,
    cheatsAllowed: true,
    validatorThreshold: BigInt(validators.length),
    executionDelay: 0n,
    priorityOpWindow: 3_600n,
    exitDelay: 86_400n,
    priorityGasPerSecond: 1_000_000n,
    l2GasPrice: 1_000_000_000n,
    validators: [...validators].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
  };
}

export interface CreationDependencies {
  /** 32 random bytes, never used before. */
  readonly secret?: () => Hex;
  /** Default: the timer. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** How often a creation is tried again where L1's clock is behind ours, a second apart. */
const ATTEMPTS = 120;
const ANNOUNCEMENT_TAG = hashTag("hyperchain.chain-announcement.v1");
const factoryInterface = new Interface(chainFactoryAbi);

/**
 * Creates a chain; anyone may. Announces it first, without showing it, and waits as long as the factory asks for, so that the id cannot
 * be taken on seeing the creation. Rejects with DeploymentError, naming the factory's error, for a configuration that cannot work.
 */
export async function createChain(
  ecosystem: Pick<DeployedEcosystem, "addresses" | "settlementChainId">,
  configuration: HyperchainConfiguration,
  signer: Signer,
  { secret = () => hexlify(randomBytes(32)) as Hex, wait = timer }: CreationDependencies = {},
): Promise<CreatedChain> {
  const to = ecosystem.addresses.factory;
  const creator = (await signer.getAddress()) as Hex;
  const word = secret();
  const send = async (name: string, args: readonly unknown[]): Promise<TransactionReceipt> => {
    const response = await signer.sendTransaction({ to, data: factoryInterface.encodeFunctionData(name, args) });
    const receipt = await response.wait();
    if (receipt?.status !== 1) throw new DeploymentError(name, `transaction ${response.hash} failed`);
    return receipt;
  };
  const announcement = announcementOf(ecosystem.settlementChainId, creator, word, configuration);
  const announced = await send("announceChain", [announcement]);
  const [delay] = factoryInterface.decodeFunctionResult("revealDelay", await signer.call({ to, data: factoryInterface.encodeFunctionData("revealDelay") })) as unknown as [bigint];
  if (delay > 0n) await wait(Number(delay) * 1_000);
  const receipt = await refusable(async () => send("createChain", [configuration, word]), wait);
  for (const log of receipt.logs) {
    const event = factoryInterface.parseLog(log);
    if (event?.name !== "ChainCreated") continue;
    const hyperchain = String(event.args["hyperchain"]).toLowerCase() as Hex;
    const bornAt = event.args["bornAt"] as bigint;
    return { hyperchain, configuration, fromBlock: receipt.blockNumber, bornAt, gasUsed: announced.gasUsed + receipt.gasUsed };
  }
  throw new DeploymentError("createChain", `transaction ${receipt.hash} created no chain`);
}

/** What is published of a chain before it is created. */
export function announcementOf(settlementChainId: bigint, creator: Hex, secret: Hex, configuration: HyperchainConfiguration): Hex {
  const coder = AbiCoder.defaultAbiCoder();
  const [type] = factoryInterface.getFunction("createChain")?.inputs ?? [];
  if (type === undefined) throw new TypeError("the factory's interface has createChain");
  const content = keccak(fromHex(coder.encode([type], [configuration]) as Hex));
  const types = ["bytes32", "uint256", "address", "bytes32", "bytes32"];
  return keccak(fromHex(coder.encode(types, [ANNOUNCEMENT_TAG, settlementChainId, creator, secret, content]) as Hex));
}

async function refusable(create: () => Promise<TransactionReceipt>, wait: (milliseconds: number) => Promise<void>): Promise<TransactionReceipt> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      const contractError = contractErrorOf(error);
      if (contractError === undefined) throw error;
      if (contractError.name === "CreationTooEarly" && attempt < ATTEMPTS) await wait(1_000);
      else throw new DeploymentError("createChain", `the factory refuses it with ${describeContractError(contractError)}`, { cause: error });
    }
  }
}

function timer(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
