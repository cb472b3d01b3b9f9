import { Wallet, type BaseWallet, type JsonRpcProvider } from "ethers";
import { genesisState } from "../../../chain/state/genesis-state.ts";
import { firstStateAccounts } from "../described/first-state.ts";
import type { BatchInputs } from "../../../chain/verification/batch-inputs.ts";
import { BatchVerifier } from "../../../chain/verification/batch-verifier.ts";
import { BatchRefusal } from "../../../chain/verification/refusal.ts";
import { checkTime, type TimeBounds } from "../../../chain/verification/time-bounds.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import { versionedChain } from "../../../chain/node/described/chain-on-l1.ts";
import { identityOf } from "../../../chain/node/described/chain-options.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { createLocalCommitteeMember } from "../../../chain/settlement/committee.ts";
import type { ChainContract } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { ChainVersions } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import { countingBlock } from "../../../chain/settlement-layer/reader/l1-depth.ts";
import { nextBlockTime } from "../../../chain/settlement-layer/reader/l1-time.ts";
import { createL1Watcher } from "../../../chain/settlement-layer/reader/l1-watcher.ts";
import {
  createLocalMember,
  type QuorumContext,
  type QuorumMember,
  type TypedDataSigner,
} from "../../../chain/settlement/signing/quorum.ts";
import { SigningRefusal } from "../../../chain/settlement/signing/signing-refusal.ts";
import { readSigningView, requireRevertible, requireSignable } from "../../../chain/settlement/l1-sender/signing-view.ts";
import type { SignedBatch } from "../../../chain/settlement/batch/settlement-batch.ts";
import type { BatchRevert } from "../../../ground/protocol/quorum.ts";
import { ENLISTMENT_TYPES, stakeDomain } from "../../../ground/protocol/stake.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { readBornState } from "../chain-on-l1/imported-state.ts";
import { readerOf } from "./data-request.ts";
import { L1Knowledge } from "./l1-knowledge.ts";
import type { MemberFile } from "./member-file.ts";
import { QuorumMemberError, type DataRequest, type MemberOperations, type MemberSetup, type RequestedBatch } from "./messages.ts";

/** Batches that a member without data to keep remembers, to sign again. */
const REMEMBERED_BATCHES = 64n;

/** A batch that a member has run, and the operations that the chain had taken from the queue before it. */
interface AgreedBatch extends SignedBatch {
  readonly operationsBefore: bigint;
}

/** Parts of a member that has a chain. */
interface Configured {
  readonly context: QuorumContext;
  readonly reader: () => Promise<ChainContractReader>;
  /** Accounts that may read the data; `undefined` if none are stored for long. */
  readonly readers: ReadonlySet<Hex> | undefined;
  readonly knowledge: L1Knowledge;
  readonly timeBounds: () => Promise<TimeBounds>;
  readonly verifier: BatchVerifier;
  /** Contract of the chain on L1. */
  readonly contract: ChainContract;
  readonly signer: QuorumMember;
  readonly confirmations: number;
  readonly l1Returns: boolean;
}

interface MemberDependencies {
  readonly connectL1: (url: string) => JsonRpcProvider;
  /** Stored data; without a file they end with the process. */
  readonly file: MemberFile | undefined;
}

/**
 * A validator of a chain, and holder of its data, that trusts no other party: it reads the queue and the imported roots
 * from L1 itself, executes and forms every batch, and signs only equal results.
 */
export class ValidatingMember {
  readonly #wallet: BaseWallet;
  readonly #dependencies: MemberDependencies;
  /** Approved batches, by number. */
  readonly #agreed = new Map<bigint, AgreedBatch>();
  #configured: Configured | undefined;

  constructor(dependencies: MemberDependencies) {
    const { file } = dependencies;
    this.#dependencies = dependencies;
    this.#wallet = file === undefined ? Wallet.createRandom() : new Wallet(file.key);
  }

  readonly operations: {
    readonly [Name in keyof MemberOperations]: (
      request: MemberOperations[Name]["request"],
    ) => Promise<MemberOperations[Name]["result"]>;
  } = {
    introduce: () => Promise.resolve(this.#wallet.address.toLowerCase() as Hex),
    configure: async (setup) => {
      const l1 = this.#dependencies.connectL1(setup.l1Url);
      this.#configured = await configure(setup, l1, this.#wallet, this.#dependencies);
      return undefined;
    },
    follow: async (inputs) => {
      await this.#run(inputs, undefined);
      return undefined;
    },
    signBatch: async ({ terms, ...batch }) => {
      const own = await this.#ofPresent(await this.#run(batch.inputs, batch));
      const { contract, signer, confirmations } = this.#chain();
      const view = await fromL1(() => readSigningView(contract, own.operationsBefore, confirmations));
      signer.expireBefore?.(view.earliest);
      requireSignable(own, terms, view);
      return signer.signBatch(own, terms);
    },
    signRevert: (reversal) => this.#chain().signer.signRevert(reversal),
    forgetApprovalsBut: async ({ exceptions }) => {
      const { l1Returns, signer } = this.#chain();
      if (!l1Returns) throw new QuorumMemberError("L1DoesNotReturn", "this member forgets approvals only on a development L1");
      await signer.forgetApprovalsBut?.(exceptions);
      return undefined;
    },
    signEnlistment: async ({ registry, ...enlistment }) => {
      const domain = stakeDomain(this.#chain().context.settlementChainId, registry);
      return (await this.#wallet.signTypedData(domain, ENLISTMENT_TYPES, enlistment)) as Hex;
    },
    signAvailability: async ({ policy, ...batch }) => {
      const own = await this.#ofPresent(await this.#run(batch.inputs, batch));
      const { settlementChainId } = this.#chain().context;
      // The batch is kept by then: it is among those agreed to.
      const keeper = await createLocalCommitteeMember(this.#wallet, { settlementChainId, policy }, () => Promise.resolve());
      return keeper.signAvailability(own);
    },
    readData: (request) => Promise.resolve(this.#readData(request)),
  };

  /** The batch that it would take next. */
  get nextBatch(): bigint | undefined {
    return this.#configured?.verifier.nextBatch;
  }

  #chain(): Configured {
    if (this.#configured === undefined)
      throw new QuorumMemberError("NotConfigured", "this member has no chain; configure it first");
    return this.#configured;
  }

  /** Runs the batch. Rejects with BatchRefusal if the result is not the `requested` batch; undefined accepts any. */
  async #run(inputs: BatchInputs, requested: RequestedBatch | undefined): Promise<AgreedBatch> {
    const { verifier, knowledge, reader, readers } = this.#chain();
    const { batchNumber } = inputs;
    const agreed = this.#agreed.get(batchNumber);
    if (agreed !== undefined && requested !== undefined && isSame(agreed, requested)) return agreed;
    if (batchNumber < verifier.nextBatch) {
      const { totals } = await fromL1(async () => (await reader()).state());
      if (totals.committed > batchNumber) {
        throw new BatchRefusal(
          "BatchNumberMismatch",
          `L1 has batch ${batchNumber} already, and this member agreed to ${agreed?.commitment ?? "another"}`,
        );
      }
      // L1 does not have it: it was reverted, or never came there.
      await this.#rewindTo(batchNumber);
    }
    await fromL1(() => knowledge.refresh());
    const verified = await verifier.verify(inputs);
    const { outputs, preCommitment, commitment, pubdata, protocolVersion } = verified;
    const { canonicalTxHashes, previousCommitment, newStateRoot } = verified;
    const before = this.#agreed.get(batchNumber - 1n);
    const operationsBefore = before === undefined ? 0n : before.operationsBefore + before.outputs.priorityOpCount;
    const own: AgreedBatch = {
      outputs,
      canonicalTxHashes,
      previousCommitment,
      preCommitment,
      newStateRoot,
      commitment,
      pubdata,
      protocolVersion,
      operationsBefore,
    };
    if (requested !== undefined && !isSame(own, requested)) {
      await this.#rewindTo(batchNumber);
      if (protocolVersion !== requested.protocolVersion)
        throw versionMismatch(batchNumber, requested.protocolVersion, protocolVersion);
      throw new BatchRefusal(
        "CommitmentMismatch",
        `batch ${batchNumber} comes out as ${nameOf(own, requested)}, of protocol version ${protocolVersion}, not as ${nameOf(requested, requested)}`,
      );
    }
    this.#agreed.set(batchNumber, own);
    if (readers === undefined) this.#agreed.delete(batchNumber - REMEMBERED_BATCHES);
    return own;
  }

  /** Checks before each signature that the batch matches L1's present state. Rejects with BatchRefusal. */
  async #ofPresent(batch: AgreedBatch): Promise<AgreedBatch> {
    const { outputs, protocolVersion, operationsBefore } = batch;
    const { batchNumber, firstTimestamp, lastTimestamp } = outputs;
    const { timeBounds, knowledge } = this.#chain();
    checkTime(batchNumber, lastTimestamp, await fromL1(timeBounds));
    // It may have been agreed to before L1 learned of an upgrade, or forgot one.
    await fromL1(() => knowledge.refresh());
    const version = knowledge.versionOf(firstTimestamp, operationsBefore, batchNumber);
    if (version === protocolVersion) return batch;
    throw versionMismatch(batchNumber, protocolVersion, version);
  }

  async #rewindTo(batchNumber: bigint): Promise<void> {
    await this.#chain().verifier.rewindTo(batchNumber);
    for (const number of this.#agreed.keys()) if (number >= batchNumber) this.#agreed.delete(number);
  }

  #readData(request: DataRequest): Uint8Array {
    const { context, readers } = this.#chain();
    let reader: Hex;
    try {
      reader = readerOf(context, request);
    } catch {
      throw new QuorumMemberError("ReaderUnknown", "the request's signature is invalid");
    }
    if (readers?.has(reader) !== true) throw new QuorumMemberError("ReaderUnknown", `${reader} may not read this chain's data`);
    const batch = this.#agreed.get(request.batchNumber);
    if (batch === undefined)
      throw new QuorumMemberError("DataUnknown", `this member does not have the data of batch ${request.batchNumber}`);
    return batch.pubdata;
  }
}

/** A batch by what it is asked for by. */
function nameOf(batch: Partial<Record<"commitment" | "preCommitment", Hex>>, requested: RequestedBatch): Hex | undefined {
  return "commitment" in requested ? batch.commitment : batch.preCommitment;
}

function isSame(agreed: AgreedBatch, requested: RequestedBatch): boolean {
  return nameOf(agreed, requested) === nameOf(requested, requested);
}

function versionMismatch(batchNumber: bigint, formed: bigint, onL1: bigint): BatchRefusal {
  return new BatchRefusal(
    "VersionMismatch",
    `batch ${batchNumber} was formed for protocol version ${formed}, and by this validator's view of L1 it has version ${onL1}; ` +
      "where its node is behind, the validator signs once the node has caught up; where the chain's is, have the chain form the batch again (hyperchain:reseal)",
  );
}

/** Converts a failure into one that can be retried, when L1 answers. */
async function fromL1<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SigningRefusal) throw error;
    throw new QuorumMemberError("L1Unreachable", reasonOf(error));
  }
}

async function configure(
  setup: MemberSetup,
  l1: JsonRpcProvider,
  wallet: TypedDataSigner,
  { file }: MemberDependencies,
): Promise<Configured> {
  const { hyperchain, fromBlock, coinbase, genesis, data, publishedInputs, keeps, confirmations, l1Returns } = setup;
  const reader = async (): Promise<ChainContractReader> =>
    new ChainContractReader(l1, hyperchain, countingBlock(await l1.getBlockNumber(), confirmations));
  const contract = await reader();
  const [chain, newStateRoot] = await Promise.all([contract.facts(), contract.genesisStateRoot()]);
  const { settlementChainId, configuration, registry, settings } = chain;
  if (newStateRoot === undefined)
    throw new BatchRefusal("GenesisMismatch", `L1 has retired protocol version ${configuration.protocolVersion}`);
  const { chainId, protocolVersion, priorityOpWindow: window } = configuration;
  const { leafCount } = genesisState(genesis);
  const born = await readBornState(chain, genesis, { provider: l1, fromBlock });
  const genesisBatch = born?.record ?? genesisStoredBatch(protocolVersion, newStateRoot, leafCount);
  const knowledge = new L1Knowledge(
    createL1Watcher({ hyperchains: [hyperchain], registry, settings, fromBlock }, { provider: l1, confirmations }),
    new ChainVersions(versionedChain(chain)),
    configuration,
  );
  const { identity, configurationState } = identityOf(chain);
  const verifier = await BatchVerifier.create(
    {
      identity: { ...identity, chainId },
      data,
      publishedInputs,
      coinbase,
      genesis,
      initialState: [...configurationState, ...firstStateAccounts(setup.firstState)],
      imported: born?.copy,
      genesisBatch,
    },
    { l1: knowledge, flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)) },
  );
  const context = { settlementChainId, hyperchain };
  const timeBounds = async (): Promise<TimeBounds> => ({ l1Time: await nextBlockTime(l1), window });
  const readers = keeps === undefined ? undefined : new Set(keeps.readers);
  const chainContract: ChainContract = { provider: l1, hyperchain, fromBlock };
  const rules = {
    revert: (reversal: BatchRevert) => fromL1(() => requireRevertible(chainContract, reversal, confirmations)),
    l1Returns,
  };
  const journal = file?.journalOf({ ...context, bornInBlock: await blockHash(l1, fromBlock) });
  const signer = await createLocalMember(wallet, context, rules, journal);
  return {
    context,
    reader,
    readers,
    knowledge,
    timeBounds,
    verifier,
    contract: chainContract,
    signer,
    confirmations,
    l1Returns,
  };
}

async function blockHash(l1: JsonRpcProvider, blockNumber: number): Promise<string> {
  const block = await fromL1(() => l1.getBlock(blockNumber));
  if (block?.hash === null || block?.hash === undefined)
    throw new QuorumMemberError("L1Unreachable", `L1 does not show block ${blockNumber}`);
  return block.hash;
}
