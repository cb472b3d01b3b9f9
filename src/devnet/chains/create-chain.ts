import { Interface, ZeroAddress } from "ethers";
import type { Signer } from "ethers";
import { chainFactoryAbi } from "../../abi/chain-factory.ts";
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

/** Creates a chain; anyone may. Rejects with DeploymentError, naming the factory's error, for a configuration that cannot work. */
export async function createChain(
  ecosystem: DeployedEcosystem,
  configuration: HyperchainConfiguration,
  signer: Signer,
): Promise<CreatedChain> {
  const factory = new Interface(chainFactoryAbi);
  const to = ecosystem.addresses.factory;
  const data = factory.encodeFunctionData("createChain", [configuration]);
  const response = await signer.sendTransaction({ to, data }).catch((error: unknown) => {
    const contractError = contractErrorOf(error);
    if (contractError === undefined) throw error;
    throw new DeploymentError("createChain", `the factory refuses it with ${describeContractError(contractError)}`, { cause: error });
  });
  const receipt = await response.wait();
  if (receipt?.status !== 1) throw new DeploymentError("createChain", `transaction ${response.hash} created no chain`);
  for (const log of receipt.logs) {
    const event = factory.parseLog(log);
    if (event?.name !== "ChainCreated") continue;
    const hyperchain = String(event.args["hyperchain"]).toLowerCase() as Hex;
    const bornAt = event.args["bornAt"] as bigint;
    return { hyperchain, configuration, fromBlock: receipt.blockNumber, bornAt, gasUsed: receipt.gasUsed };
  }
  throw new DeploymentError("createChain", `transaction ${response.hash} created no chain`);
}
