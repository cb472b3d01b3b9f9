import { Interface, Wallet, ZeroAddress, type Provider } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { EnvironmentError } from "../../../chain/environment/environment-error.ts";
import type { EnvironmentCommand } from "../../../chain/environment/environment-command.ts";
import type { EnvironmentResult } from "../../../chain/environment/environment-reducer.ts";
import type { ExecutionEnvironment } from "../../../chain/environment/execution-environment.ts";
import type { CommandSink } from "../../../chain/core/log/command-log.ts";
import type { CommandSource } from "../../../chain/core/source.ts";
import type { ProvenMessage } from "../../../chain/environment/message-proof.ts";
import type { ChainInputs } from "../../../chain/node/inflow/l1-inputs.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import { settledBatchInfo } from "../view/batches/settled-info.ts";
import type { SettledBatchInfo } from "../view/books/ecosystem-info.ts";
import { startEnvironmentNode } from "../../../chain/node/environment-node.ts";
import { versionedChain } from "../../../chain/node/described/chain-on-l1.ts";
import type { Proofs } from "../../options/fields/prover.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import { systemClock } from "../../../ground/runtime/clock.ts";
import { startOrDispose, type Disposer } from "../../../ground/runtime/disposer.ts";
import { repeat } from "../../../ground/runtime/repeat.ts";
import { CALLDATA_POSTING } from "../../../chain/settlement/batch/settlement-batch.ts";
import { createMemoryJournal } from "../../../chain/settlement/journal/journal.ts";
import { createLocalMember } from "../../../chain/settlement/signing/quorum.ts";
import { readSettingsEvents } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import { viewsOn } from "../../client/governing/read-view.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { createChain, localChainConfiguration } from "../chain-on-l1/create-chain.ts";
import { openProver } from "../chains/provers.ts";
import type { Layer } from "../deployment/layer.ts";
import { adoptContracts } from "../l1/adopt-contracts.ts";
import { trustedVersion } from "../l1/new-contracts.ts";
import { connectRemoteL1 } from "../l1/remote-l1.ts";
import { answerRequest } from "./environment-methods.ts";
import { refuseEvmOptions } from "./evm-options.ts";

/** A chain with an execution environment, on an L1 that has the contracts of an ecosystem. */
export interface EnvironmentPlan {
  readonly chainId: bigint;
  readonly l1: {
    readonly url: string;
    readonly deployed: Layer;
    /** L1 blocks that must follow something until it counts, its own included. Default 1. */
    readonly confirmations?: number;
  };
  /** Key of the operator, who pays on L1 and signs the batches: 0x and 64 hexadecimal digits. */
  readonly operatorKey: Hex;
  /** Must be that of the deployed contracts. Default "stark". */
  readonly proofs?: Proofs;
  readonly prover?: { readonly workers?: number };
  /** Milliseconds between two looks at L1, after which the open batch is sealed. Default: `settle` and `pollL1` alone look. */
  readonly l1IntervalMs?: number;
}

/** Parts that an execution environment supplies. */
export interface EnvironmentParts<Command, Receipt> {
  readonly environment: ExecutionEnvironment<Command, Receipt>;
  /** Sources of the environment's commands. */
  readonly sources: readonly CommandSource<Command, EnvironmentResult<Command, Receipt>>[];
  /** Decided commands of earlier processes, and the sink for those of this one. Default: none, and they are lost. */
  readonly stored?: readonly EnvironmentCommand<Command>[] | undefined;
  readonly sink?: CommandSink<EnvironmentCommand<Command>> | undefined;
  /** Called when the chain or its settlement has stopped. */
  readonly onStop?: (error: unknown) => void;
}

const factoryInterface = new Interface(chainFactoryAbi);

interface EnvironmentDependencies {
  readonly genesis: readonly GenesisAccount[];
}

/** A running chain with an execution environment. */
export interface RunningEnvironment<Command, Receipt> {
  /** Reads L1: executes its operations, and imports its newest root. */
  pollL1(): Promise<ChainInputs>;
  /** Delivers a transfer of another chain. Rejects with EnvironmentRefusal. */
  deliver(message: ProvenMessage): Promise<EnvironmentResult<Command, Receipt>>;
  /** Refunds a transfer that L1 refused. Rejects with EnvironmentRefusal. */
  refund(message: ProvenMessage, refused: readonly bigint[]): Promise<EnvironmentResult<Command, Receipt>>;
  /** Ends the open batch, and resolves when L1 has executed it and all batches before it. */
  settle(): Promise<readonly SettledBatchInfo[]>;
  /** Batches that reached each stage. */
  progress(): Readonly<Record<"sealed" | "committed" | "proven" | "executed", number>>;
  /** Error that stopped the chain or its settlement. */
  fault(): unknown;
  readonly chainId: bigint;
  /** The chain's contract on L1. */
  readonly hyperchain: Hex;
  /** Answers JSON-RPC in this process. Rejects with EnvironmentError for methods of an EVM's chain. */
  request(request: { readonly method: string }): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Runs a chain with an execution environment: creates it on L1, or continues the chain of that id with its stored commands.
 * Rejects with EnvironmentError, DevnetOptionsError, DeploymentError, or with the provider's error.
 */
export function openEnvironment<Command, Receipt>(
  plan: EnvironmentPlan,
  parts: EnvironmentParts<Command, Receipt>,
  dependencies: EnvironmentDependencies,
): Promise<RunningEnvironment<Command, Receipt>> {
  refuseEvmOptions(plan);
  return startOrDispose(`chain ${plan.chainId}`, (closing) => start(plan, parts, dependencies, closing));
}

async function start<Command, Receipt>(
  {
    chainId,
    l1: { url, deployed, confirmations = 1 },
    operatorKey,
    proofs = "stark",
    prover: proving = {},
    l1IntervalMs,
  }: EnvironmentPlan,
  { onStop = () => undefined, ...parts }: EnvironmentParts<Command, Receipt>,
  { genesis }: EnvironmentDependencies,
  closing: Disposer,
): Promise<RunningEnvironment<Command, Receipt>> {
  const l1 = await connectRemoteL1(url);
  closing.add(() => l1.close());
  const { provider } = l1;
  const ecosystem = await adoptContracts(deployed, { version: trustedVersion(genesis, proofs)(), chains: [] }, provider);
  const operator = new Wallet(operatorKey, provider);
  const chain = await chainOnL1(ecosystem, { chainId, operator, provider });
  const { hyperchain, settlementChainId } = chain;
  const { prover } = await openProver({ proofs, prover: proving, inBackground: false }, { clock: systemClock }, closing);
  const fromBlock = ecosystem.fromBlock;
  const node = await startEnvironmentNode<Command, Receipt>(
    {
      chain,
      fromBlock,
      genesis,
      upgrades: await readSettingsEvents(versionedChain(chain), fromBlock, { provider, confirmations }),
      settlement: {
        l1: provider,
        confirmations,
        prover,
        l1MayBeBehind: true,
        rootsFrom: fromBlock,
        sender: operator,
        quorum: { members: [await createLocalMember(operator, { settlementChainId, hyperchain })] },
        posting: CALLDATA_POSTING,
        journal: createMemoryJournal(),
      },
    },
    { ...parts, clock: systemClock, onStop },
    closing,
  );
  const look = async (): Promise<void> => {
    await node.pollL1();
    if (node.chain.order.isAwaited) await node.chain.seal();
  };
  if (l1IntervalMs !== undefined) closing.add(repeat(systemClock, l1IntervalMs, look, () => node.fault() === undefined));
  const { chain: _, ...running } = node;
  return {
    ...running,
    chainId,
    hyperchain,
    settle: async () => (await running.settle()).map((batch) => settledBatchInfo(chainId, batch)),
    request: async (request) => answerRequest(chainId, request),
    close: () => closing.close(),
  };
}

/** The chain of this id on L1, which is created if it is missing. Throws EnvironmentError for one of another operator. */
async function chainOnL1(
  ecosystem: Layer,
  { chainId, operator, provider }: { readonly chainId: bigint; readonly operator: Wallet; readonly provider: Provider },
) {
  const validator = lowerCaseAddress(await operator.getAddress());
  const existing = await viewsOn(provider)<string>(ecosystem.addresses.factory, factoryInterface, "getHyperchain", chainId);
  const hyperchain =
    existing === ZeroAddress
      ? (
          await createChain(
            ecosystem,
            { ...localChainConfiguration(ecosystem, chainId, [validator]), cheatsAllowed: false },
            operator,
          )
        ).hyperchain
      : (existing.toLowerCase() as Hex);
  const facts = await new ChainContractReader(provider, hyperchain, await provider.getBlockNumber()).facts();
  const { terms, configuration, factory, bridge, registry, settings, verifiers, bornAt, settlementChainId } = facts;
  const isOwn = terms.threshold === 1n && terms.validators.includes(validator);
  if (!isOwn || terms.dataAvailabilityPolicy !== ecosystem.addresses.rollupPolicy || isProvenOnL1(configuration.protocolVersion))
    throw new EnvironmentError(
      "OtherChain",
      `chain ${chainId} on L1 is not a trusted rollup with the one validator ${validator}; use that validator's key, or another id`,
    );
  return { settlementChainId, hyperchain, factory, bridge, registry, settings, verifiers, bornAt, configuration };
}
