import { AbiCoder, hexlify, Interface, randomBytes, ZeroAddress, ZeroHash, type Signer, type TransactionReceipt } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { ONE_SEQUENCER } from "../../../ground/protocol/sequencing-mode.ts";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import { fromHex, hashTag, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { contractErrorOf, describeContractError } from "../../../chain/settlement/errors/contract-error.ts";
import { DeploymentError } from "../deployment/deploy-layer.ts";
import { defaultVersion, type Layer } from "../deployment/layer.ts";
import { transact } from "../deployment/transact.ts";

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
  /** ONE_SEQUENCER or QUEUE_ALONE. */
  readonly sequencingMode: number;
  /** True only on chains for tests. */
  readonly cheatsAllowed: boolean;
  /** Only true so far. */
  readonly isGoverned: boolean;
  /** Only false so far. */
  readonly takesReplacements: boolean;
  /** True if a second verifier confirms each batch before it executes. */
  readonly requiresSecondCheck: boolean;
  readonly validatorThreshold: bigint;
  /** Required number of signatures of the standby; 0 without one. */
  readonly standbyThreshold: bigint;
  /** Seconds between commit and execution. */
  readonly executionDelay: bigint;
  /** Required number for a batch whose data alone are proven, on a version that proves execution; 0 forbids such batches. */
  /** Seconds that the sequencer has for an operation when the queue is idle. */
  readonly priorityOpWindow: bigint;
  /** Seconds after an operation's deadline at which the exit opens. */
  readonly exitDelay: bigint;
  /** L2 gas of queued operations that the sequencer must be able to take per second. */
  readonly priorityGasPerSecond: bigint;
  /** Price of operations' gas, in the base token's smallest unit. */
  readonly l2GasPrice: bigint;
  /** Orders chains of other modes than 0. */
  readonly sequencer: Hex;
  /** Number of imports that form the initial state (`IChainImports.sol`). */
  readonly importBatches: bigint;
  /** After the last import; 0 without any. */
  readonly importStateRoot: Hex;
  /** Hash of the imports' data (`hashImports`); 0 without any. */
  readonly importData: Hex;
  /** Strictly ascending. */
  readonly validators: readonly Hex[];
  /** Strictly ascending. */
  readonly standby: readonly Hex[];
}

/** Settings of a chain that begins with its version's genesis, and with the default terms. */
export const PLAIN_SETTINGS = {
  isGoverned: true,
  takesReplacements: false,
  requiresSecondCheck: false,
  standbyThreshold: 0n,
  sequencer: ZeroAddress as Hex,
  importBatches: 0n,
  importStateRoot: ZeroHash as Hex,
  importData: ZeroHash as Hex,
  standby: [],
} as const satisfies Partial<HyperchainConfiguration>;

/** A chain's contract on the settlement layer. */
export interface CreatedChain {
  readonly hyperchain: Hex;
  readonly configuration: HyperchainConfiguration;
  /** L1 block of its creation: none of its events is older. */
  readonly fromBlock: number;
  /** When it was created, seconds of L1's time. */
  readonly bornAt: bigint;
  readonly gasUsed: bigint;
}

/** A local rollup with ETH as its base token: posts its data, executes without delay, one validator unless more are named. */
export function localChainConfiguration(ecosystem: Layer, chainId: bigint, validators: readonly Hex[]): HyperchainConfiguration {
  const [admin] = validators;
  const { protocolVersion } = defaultVersion(ecosystem.versions);
  return {
    ...PLAIN_SETTINGS,
    chainId,
    protocolVersion,
    admin: admin ?? (ZeroAddress as Hex),
    baseToken: ETH_BASE_TOKEN,
    dataAvailabilityPolicy: ecosystem.addresses.rollupPolicy,
    transactionFilterer: ZeroAddress as Hex,
    sequencingMode: ONE_SEQUENCER,
    cheatsAllowed: true,
    validatorThreshold: BigInt(validators.length),
    executionDelay: 0n,
    priorityOpWindow: 3_600n,
    exitDelay: 86_400n,
    priorityGasPerSecond: 100_000n,
    l2GasPrice: 1_000_000_000n,
    validators: [...validators].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
  };
}

interface CreationDependencies {
  /** Second id that L1 reserves for the chain's porter. Default: none. */
  readonly porterId?: bigint | undefined;
  /** 32 random bytes, never used before. */
  readonly secret?: () => Hex;
  /** Default: the timer. */
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** L1 blocks on top of the creation, including its block, before the chain's initial state is built from it. Default 1. */
  readonly confirmations?: number;
}

/** Maximum number of retries of a creation while L1's clock is behind ours, a second apart. */
const ATTEMPTS = 120;
const ANNOUNCEMENT_TAG = hashTag("hyperchain.chain-announcement.v1");
const factoryInterface = new Interface(chainFactoryAbi);

/**
 * Creates a chain; anyone may. Announces it first, without showing it, and waits as long as the factory asks for, so that
 * the id cannot be taken on seeing the creation. Rejects with DeploymentError, naming the factory's error, for a
 * configuration that cannot work.
 */
export async function createChain(
  ecosystem: Pick<Layer, "addresses" | "settlementChainId">,
  configuration: HyperchainConfiguration,
  signer: Signer,
  { porterId, secret = () => hexlify(randomBytes(32)) as Hex, wait = timer, confirmations = 1 }: CreationDependencies = {},
): Promise<CreatedChain> {
  const to = ecosystem.addresses.factory;
  const creator = (await signer.getAddress()) as Hex;
  const word = secret();
  const send = (name: string, args: readonly unknown[], blocks = 1): Promise<TransactionReceipt> =>
    transact(signer, { to, data: factoryInterface.encodeFunctionData(name, args) }, { name, blocks });
  const shown = announcedSecret(word, porterId);
  const announcement = announcementOf(ecosystem.settlementChainId, creator, shown, configuration);
  const announced = await send("announceChain", [announcement]);
  const [delay] = factoryInterface.decodeFunctionResult(
    "revealDelay",
    await signer.call({ to, data: factoryInterface.encodeFunctionData("revealDelay") }),
  ) as unknown as [bigint];
  if (delay > 0n) await wait(Number(delay) * 1_000);
  const [name, args]: readonly [string, readonly unknown[]] =
    porterId === undefined ? ["createChain", [configuration, word]] : ["createPartitionedChain", [configuration, porterId, word]];
  const receipt = await refusable(async () => send(name, args, confirmations), wait);
  const birth = await birthOf(configuration.chainId, to, signer, confirmations);
  if (birth.hyperchain === ZeroAddress)
    throw new DeploymentError(
      "createChain",
      `L1 took transaction ${receipt.hash} back, so there is no chain ${configuration.chainId}; create it again`,
    );
  return { ...birth, configuration, fromBlock: receipt.blockNumber, gasUsed: announced.gasUsed + receipt.gasUsed };
}

/** Creation of a chain in L1's state at the confirmed depth, because the block of a receipt may have been reverted since. */
async function birthOf(
  chainId: bigint,
  factory: Hex,
  { provider }: Signer,
  confirmations: number,
): Promise<Pick<CreatedChain, "hyperchain" | "bornAt">> {
  if (provider === null) throw new TypeError("the signer has no provider");
  const blockTag = (await provider.getBlockNumber()) - (confirmations - 1);
  const ask = async (name: string): Promise<unknown> => {
    const answer = await provider.call({ to: factory, data: factoryInterface.encodeFunctionData(name, [chainId]), blockTag });
    return factoryInterface.decodeFunctionResult(name, answer)[0];
  };
  const [hyperchain, bornAt] = await Promise.all([ask("getHyperchain"), ask("bornAt")]);
  return { hyperchain: String(hyperchain).toLowerCase() as Hex, bornAt: bornAt as bigint };
}

/** Secret of an announcement: it binds the porter's id, so that no account that sees the creation can reserve that one. */
function announcedSecret(secret: Hex, porterId: bigint | undefined): Hex {
  if (porterId === undefined) return secret;
  return keccak(fromHex(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [secret, porterId]) as Hex));
}

/** Data that are published of a chain before it is created. */
export function announcementOf(
  settlementChainId: bigint,
  creator: Hex,
  secret: Hex,
  configuration: HyperchainConfiguration,
): Hex {
  const coder = AbiCoder.defaultAbiCoder();
  const [type] = factoryInterface.getFunction("createChain")?.inputs ?? [];
  if (type === undefined) throw new TypeError("the factory's interface has createChain");
  const content = keccak(fromHex(coder.encode([type], [configuration]) as Hex));
  const types = ["bytes32", "uint256", "address", "bytes32", "bytes32"];
  return keccak(fromHex(coder.encode(types, [ANNOUNCEMENT_TAG, settlementChainId, creator, secret, content]) as Hex));
}

async function refusable(
  create: () => Promise<TransactionReceipt>,
  wait: (milliseconds: number) => Promise<void>,
): Promise<TransactionReceipt> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      const contractError = contractErrorOf(error);
      if (contractError === undefined) throw error;
      if (contractError.name === "CreationTooEarly" && attempt < ATTEMPTS) await wait(1_000);
      else
        throw new DeploymentError("createChain", `the factory refuses it with ${describeContractError(contractError)}`, {
          cause: error,
        });
    }
  }
}

function timer(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
