import { type BaseContract, type ContractTransactionReceipt, AbiCoder } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { hashAssetFlows, sumAssetFlows } from "../../../../src/ground/protocol/asset-flows.ts";
import {
  deriveEvaluationPoint,
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
  NO_PARTITION,
} from "../../../../src/ground/protocol/commitment.ts";
import { digestFromHex, elementsToBytes } from "../../../../src/ground/protocol/digest.ts";
import { type DiffEntry, outputsEntry } from "../../../../src/ground/protocol/diff-list.ts";
import { evaluateDiffList, OFF_CHAIN_POINT } from "../../../../src/ground/protocol/evaluation.ts";
import { fromHex, keccak, toHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../../../src/ground/protocol/outputs.ts";
import {
  encodePubdata,
  hashPubdata,
  pubdataLogLeaves,
  sortBytecodes,
  type PubdataLog,
} from "../../../../src/ground/protocol/pubdata.ts";
import {
  BATCH_COMMITMENT_TYPES,
  BATCH_REVERT_TYPES,
  orderSignatures,
  quorumDomain,
  type BatchCommitment,
  type BatchRevert,
} from "../../../../src/ground/protocol/quorum.ts";
import type { BatchApproval } from "../../../../src/chain/settlement/signing/quorum.ts";
import {
  importedRootsRollingHash,
  priorityOpsRollingHash,
  type ImportedRoot,
} from "../../../../src/ground/protocol/rolling-hash.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import { encodeWithheldLogs } from "../../../../src/ground/protocol/withheld-logs.ts";
import { NO_INPUTS } from "../../../../src/ground/protocol/noted-inputs.ts";
import { batchExtensions, installsPredeploys, type ChainExtensions } from "../../../../src/ground/protocol/genesis.ts";
import { isProvenOnL1 } from "../../../../src/ground/protocol/protocol-version.ts";
import {
  createChain,
  digestOf,
  eventsOf,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  hexAddress,
  send,
  view,
  type BirthOptions,
  type ChainConfiguration,
  type Ecosystem,
} from "./ecosystem.ts";
import { chainExtensionsOnL1 } from "../../../support/extensions.ts";

const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;

/** Content of a batch that a test chooses; the rest follows from the chain's state. */
export interface BatchContent {
  readonly logs?: readonly PubdataLog[];
  /** Flows that its version's reader reports; by default the sums of its logs. */
  readonly flows?: ReturnType<typeof sumAssetFlows>;
  readonly canonicalTxHashes?: readonly Hex[];
  readonly importedRoots?: readonly ImportedRoot[];
  readonly changes?: readonly DiffEntry[];
  readonly bytecodes?: readonly Uint8Array[];
  /** Seconds; the latest L1 block's where absent. */
  readonly timestamp?: bigint;
  /** Timestamp of the first block, if it differs. */
  readonly firstTimestamp?: bigint;
  readonly cheatCount?: bigint;
  /** Recipient of the fees. */
  readonly coinbase?: Hex;
  /** Hash of its inputs. Default: the chain exports none. */
  readonly transactionsHash?: Hex;
  /** The chain's first one where absent. */
  readonly protocolVersion?: bigint;
  /** Likewise. */
  readonly dataAvailabilityPolicy?: Hex;
  /** New state root; by default an arbitrary digest. */
  readonly newStateRoot?: Hex;
  readonly withhold?: boolean;
  /** Hash of the exports in addition to its logs; by default the one that L1 expects. */
  readonly extensions?: Hex;
  /** From preCommitment and pubdata hash to the policy's data and what it binds. */
  readonly policy?: (preCommitment: Hex, pubdataHash: Hex) => Promise<{ data: Hex; boundDataHash: Hex }>;
}

/** A batch formed by the TypeScript implementation: the contract's arguments and what it should store. */
export interface FormedBatch {
  readonly previous: StoredBatch;
  /** All fields but `committedAt`, which only L1 knows. */
  readonly expected: StoredBatch;
  readonly preCommitment: Hex;
  readonly commit: Record<string, unknown>;
  readonly logLeaves: readonly Hex[];
  readonly flows: ReturnType<typeof sumAssetFlows>;
  readonly importedRoots: readonly ImportedRoot[];
}

/** Element of the list of `commitBatches`. */
export interface ApprovedCommit {
  readonly batch: FormedBatch["commit"];
  readonly approval: BatchApproval;
}

/** A chain on the test's L1: forms batches and drives them through commit, prove and execute. */
export class TestChain {
  readonly contract: BaseContract;
  readonly address: Hex;
  readonly configuration: ChainConfiguration;
  readonly #ecosystem: Ecosystem;
  readonly #validators: readonly HardhatEthersSigner[];
  readonly extensions: ChainExtensions;
  last: StoredBatch;
  batchCount = 0n;
  #seed = 1;

  private constructor(
    ecosystem: Ecosystem,
    contract: BaseContract,
    address: Hex,
    configuration: ChainConfiguration,
    extensions: ChainExtensions,
  ) {
    this.extensions = extensions;
    this.#ecosystem = ecosystem;
    this.contract = contract;
    this.address = address;
    this.configuration = configuration;
    this.last = genesisStoredBatch(configuration.protocolVersion, GENESIS_ROOT, GENESIS_LEAVES);
    this.#validators = ecosystem.accounts.filter(({ address: account }) => configuration.validators.includes(account));
  }

  static async create(ecosystem: Ecosystem, configuration: ChainConfiguration, options: BirthOptions = {}): Promise<TestChain> {
    await createChain(ecosystem, configuration, undefined, options);
    // What others send to it from the next second on is for it.
    await ecosystem.l1.ethers.provider.send("evm_mine", []);
    return TestChain.of(ecosystem, configuration);
  }

  /** Creates a chain. */
  static async of(ecosystem: Ecosystem, configuration: ChainConfiguration): Promise<TestChain> {
    const address = await view<string>(ecosystem.factory, "getHyperchain", configuration.chainId);
    const contract = (await ecosystem.l1.ethers.getContractAt("ChainContract", address)) as unknown as BaseContract;
    const extensions = chainExtensionsOnL1({
      settlementChainId: ecosystem.chainId,
      bridge: await hexAddress(ecosystem.bridge),
      baseToken: configuration.baseToken as Hex,
      bornAt: await view<bigint>(ecosystem.factory, "bornAt", configuration.chainId),
      sequencingMode: Number(configuration.sequencingMode),
    });
    return new TestChain(ecosystem, contract, await hexAddress(contract), configuration, extensions);
  }

  /** Exports besides logs that L1 requires of the next batch. */
  #expectedExtensions(batchNumber: bigint, version: bigint, transactionsHash?: Hex): Hex {
    const installs = installsPredeploys(batchNumber, isProvenOnL1(version), isProvenOnL1(this.last.protocolVersion));
    return batchExtensions(this.extensions, { installs, transactionsHash });
  }

  /** Forms the next batch from the protocol's TypeScript modules alone. */
  async form(content: BatchContent = {}): Promise<FormedBatch> {
    const previous = this.last;
    const { protocolVersion = this.configuration.protocolVersion } = content;
    const { logs = [], canonicalTxHashes = [], importedRoots = [], changes = [], cheatCount = 0n } = content;
    const { coinbase = ZERO_ADDRESS } = content;
    const timestamp = content.timestamp ?? (await this.#ecosystem.latestTimestamp());
    const firstTimestamp = content.firstTimestamp ?? timestamp;
    const batchNumber = this.batchCount;
    const firstBlock = previous.lastBlock + 1n;
    const logLeaves = pubdataLogLeaves(logs, canonicalTxHashes);
    const l2LogsTreeRoot = l2LogTreeRoot(logLeaves);
    const importsHash = importedRootsRollingHash(importedRoots);
    const outputsHash = hashOutputs({
      batchNumber,
      firstBlock,
      lastBlock: firstBlock,
      firstTimestamp,
      lastTimestamp: timestamp,
      l2LogsTreeRoot,
      logCount: BigInt(logs.length),
      priorityOpCount: BigInt(canonicalTxHashes.length),
      priorityOpsRollingHash: priorityOpsRollingHash(canonicalTxHashes),
      importedRootCount: BigInt(importedRoots.length),
      importedRootsRollingHash: importsHash,
      cheatCount,
      extensions: content.extensions ?? this.#expectedExtensions(batchNumber, protocolVersion, content.transactionsHash),
      coinbase,
    });
    const newStateRoot = content.newStateRoot ?? digestOf(2 * this.#seed);
    const diffDigest = digestOf(2 * this.#seed + 1);
    this.#seed++;
    const { chainId } = this.configuration;
    const { dataAvailabilityPolicy = this.configuration.dataAvailabilityPolicy } = content;
    const preCommitment = hashPreCommitment({
      protocolVersion,
      settlementChainId: this.#ecosystem.chainId,
      hyperchainAddress: this.address,
      chainId,
      batchNumber,
      previousCommitment: previous.commitment,
      oldStateRoot: digestFromHex(previous.newStateRoot),
      newStateRoot: digestFromHex(newStateRoot),
      diffDigest: digestFromHex(diffDigest),
      outputsHash,
      daPolicy: BigInt(dataAvailabilityPolicy),
      partition: NO_PARTITION,
    });
    const oldLeafCount = previous.leafCount === 0n ? 2 ** 20 : Number(previous.leafCount);
    const bytecodes = sortBytecodes(content.bytecodes ?? []);
    const pubdata = encodePubdata({ logs, bytecodes, changes }, oldLeafCount);
    const pubdataHash = hashPubdata(pubdata);
    const entries = [...changes, outputsEntry(BigInt(outputsHash))];
    const withhold = content.withhold ?? false;
    const point = withhold ? OFF_CHAIN_POINT : deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length);
    const evaluation = evaluateDiffList(entries, point);
    const flows = content.flows ?? sumAssetFlows(logs, this.#ecosystem.chainId);
    const flowsHash = hashAssetFlows(flows);
    const policy = await content.policy?.(preCommitment, pubdataHash);
    const policyDataHash = policy?.boundDataHash ?? keccak();
    const daCommitment = hashDaCommitment({
      pubdataHash,
      point,
      evaluation,
      flowsHash,
      policyDataHash,
      partitionDa: NO_PARTITION,
    });
    const commitment = hashCommitment(preCommitment, daCommitment);
    const insertions = changes.filter(({ type }) => type === "insertion").length;
    const expected: StoredBatch = {
      batchNumber,
      lastBlock: firstBlock,
      firstTimestamp,
      lastTimestamp: timestamp,
      leafCount: withhold || previous.leafCount === 0n ? 0n : previous.leafCount + BigInt(insertions),
      priorityOpTotal: previous.priorityOpTotal + BigInt(canonicalTxHashes.length),
      committedAt: 0n,
      importedRootCount: BigInt(importedRoots.length),
      protocolVersion,
      commitment,
      oldStateRoot: previous.newStateRoot,
      newStateRoot,
      diffDigest,
      point: toHex(elementsToBytes(point)),
      evaluation: toHex(elementsToBytes(evaluation)),
      outputsHash,
      l2LogsTreeRoot,
      importedRootsRollingHash: importsHash,
      flowsHash,
      extensions: content.extensions ?? this.#expectedExtensions(batchNumber, protocolVersion, content.transactionsHash),
      nestedRoot: NO_PARTITION,
      partitionRoot: NO_PARTITION,
      partition: NO_PARTITION,
      partitionDa: NO_PARTITION,
    };
    const commit = {
      batchNumber,
      firstBlock,
      lastBlock: firstBlock,
      firstTimestamp,
      lastTimestamp: timestamp,
      priorityOpCount: BigInt(canonicalTxHashes.length),
      importedRootCount: BigInt(importedRoots.length),
      cheatCount,
      coinbase,
      importedRootsRollingHash: importsHash,
      transactionsHash: content.transactionsHash ?? NO_INPUTS,
      newStateRoot,
      diffDigest,
      commitment,
      pubdata: withhold ? "0x" : toHex(pubdata),
      withheld: {
        pubdataHash,
        entryCount: entries.length,
        logs: withhold ? toHex(encodeWithheldLogs(logs)) : "0x",
      },
      policyData: policy?.data ?? "0x",
    };
    return { previous, expected, preCommitment, commit, logLeaves, flows, importedRoots };
  }

  /** The validators' approval of the next batch, good at any time unless terms are given; by all of them unless some are named. */
  async sign(
    commitment: Hex,
    signers: readonly HardhatEthersSigner[] = this.#validators,
    terms: Partial<BatchCommitment> = {},
  ): Promise<BatchApproval> {
    const { validFrom = 0n, validUntil = 2n ** 64n - 1n, batchNumber = this.batchCount } = terms;
    const revertCount = terms.revertCount ?? (await view<bigint>(this.contract, "revertCount"));
    const value = { commitment, batchNumber, revertCount, validFrom, validUntil };
    return { validFrom, validUntil, signatures: await this.#signTyped(BATCH_COMMITMENT_TYPES, value, signers) };
  }

  /** The validators' revert of all batches from a number on that L1 has now, with some fields replaced. */
  async signRevert(
    firstNumber: bigint,
    overrides: Partial<BatchRevert> = {},
    signers: readonly HardhatEthersSigner[] = this.#validators,
  ): Promise<readonly [BatchRevert, readonly Hex[]]> {
    const committed = await view<bigint>(this.contract, "getTotalBatchesCommitted");
    const [firstBatchHash, lastBatchHash, revertCount] = await Promise.all([
      view<Hex>(this.contract, "storedBatchHash", firstNumber),
      view<Hex>(this.contract, "storedBatchHash", committed === 0n ? 0n : committed - 1n),
      view<bigint>(this.contract, "revertCount"),
    ]);
    const reversal = { firstNumber, firstBatchHash, lastBatchHash, revertCount, validUntil: 2n ** 64n - 1n, ...overrides };
    return [reversal, await this.#signTyped(BATCH_REVERT_TYPES, { ...reversal }, signers)];
  }

  async #signTyped(
    types: Record<string, { name: string; type: string }[]>,
    value: Record<string, unknown>,
    signers: readonly HardhatEthersSigner[],
  ): Promise<Hex[]> {
    const domain = quorumDomain(this.#ecosystem.chainId, this.address);
    const signatures = await Promise.all(
      signers.map(async (signer) => ({
        signer: signer.address as Hex,
        signature: (await signer.signTypedData(domain, types, value)) as Hex,
      })),
    );
    return orderSignatures(signatures);
  }

  /** Commits, by the contract that carries its data if it is given, and remembers what L1 stored. */
  async commit(
    formed: FormedBatch,
    carrier?: BaseContract,
    signers: readonly HardhatEthersSigner[] = this.#validators,
  ): Promise<{ stored: StoredBatch; receipt: ContractTransactionReceipt }> {
    const { previous, commit: batch } = formed;
    const approval = await this.sign(formed.expected.commitment, signers);
    const receipt = await (carrier === undefined
      ? send(this.contract, "commitBatches", previous, [{ batch, approval }])
      : send(carrier, "commit", this.address, previous, batch, approval));
    const block = await receipt.getBlock();
    return { stored: this.goOn(formed, BigInt(block.timestamp)), receipt };
  }

  /** Forms and approves batches in sequence, for a block of L1 at this second. */
  async approveAll(
    contents: readonly BatchContent[],
    committedAt: bigint,
  ): Promise<{ readonly previous: StoredBatch; readonly commits: ApprovedCommit[]; readonly stored: StoredBatch[] }> {
    const previous = this.last;
    const commits: ApprovedCommit[] = [];
    const stored: StoredBatch[] = [];
    for (const content of contents) {
      const formed = await this.form(content);
      commits.push({ batch: formed.commit, approval: await this.sign(formed.expected.commitment) });
      stored.push(this.goOn(formed, committedAt));
    }
    return { previous, commits, stored };
  }

  /** Commits batches in one call. */
  async commitAll(contents: readonly BatchContent[]): Promise<{ stored: StoredBatch[]; receipt: ContractTransactionReceipt }> {
    const committedAt = (await this.#ecosystem.latestTimestamp()) + 1n;
    const { previous, commits, stored } = await this.approveAll(contents, committedAt);
    await this.#ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(committedAt)]);
    return { stored, receipt: await send(this.contract, "commitBatches", previous, commits) };
  }

  /** Forms behind this batch from now on, as if L1 had committed it at this time. */
  goOn(formed: FormedBatch, committedAt: bigint): StoredBatch {
    const stored = { ...formed.expected, committedAt };
    this.last = stored;
    this.batchCount++;
    return stored;
  }

  async prove(stored: StoredBatch): Promise<ContractTransactionReceipt> {
    return send(this.contract, "proveBatch", stored, proofOf(stored));
  }

  async execute(stored: StoredBatch, formed: Pick<FormedBatch, "flows" | "importedRoots">): Promise<ContractTransactionReceipt> {
    return this.executeAll([{ stored, formed }]);
  }

  /** Executes batches in one call, in this order. */
  async executeAll(
    batches: readonly { readonly stored: StoredBatch; readonly formed: Pick<FormedBatch, "flows" | "importedRoots"> }[],
  ): Promise<ContractTransactionReceipt> {
    const executions = batches.map(({ stored, formed }) => ({
      batch: stored,
      imports: formed.importedRoots,
      flows: formed.flows,
    }));
    return send(this.contract, "executeBatches", executions);
  }

  /** A batch through all its stages. */
  async settle(
    content: BatchContent = {},
  ): Promise<{ formed: FormedBatch; stored: StoredBatch; receipt: ContractTransactionReceipt }> {
    const formed = await this.form(content);
    const { stored } = await this.commit(formed);
    await this.prove(stored);
    const receipt = await this.execute(stored, formed);
    return { formed, stored, receipt };
  }

  /** Queues an operation by a direct request for an ETH chain; returns its canonical hash. */
  async request(overrides: Record<string, unknown> = {}, value = 10n ** 9n): Promise<Hex> {
    const receipt = await send(
      this.#ecosystem.factory,
      "requestL2TransactionDirect",
      {
        chainId: this.configuration.chainId,
        mintValue: value,
        l2Contract: this.#ecosystem.accounts[1]!.address,
        l2Value: 0n,
        l2Calldata: "0x",
        l2GasLimit: 100_000n,
        l2GasPerPubdataByteLimit: 800n,
        factoryDeps: [],
        refundRecipient: this.#ecosystem.accounts[1]!.address,
        ...overrides,
      },
      { value },
    );
    const [event] = eventsOf(this.contract, receipt, "NewPriorityRequestId");
    return event!.args["txHash"] as Hex;
  }
}

type Proven = Pick<
  StoredBatch,
  "commitment" | "oldStateRoot" | "newStateRoot" | "diffDigest" | "point" | "evaluation" | "outputsHash"
>;

/** Proof that the verifier's double accepts: the hash of the statement. */
export function proofOf(batch: Proven): Hex {
  const { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash } = batch;
  return keccak(
    fromHex(
      AbiCoder.defaultAbiCoder().encode(
        ["bytes32", "bytes32", "bytes32", "bytes32", "bytes20", "bytes20", "bytes32"],
        [commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash],
      ),
    ),
  );
}

/** The canonical transaction of a queued operation, from its event, as `refundOperation` takes it. */
export async function operationAt({ contract }: TestChain, index: number): Promise<{ readonly reserved: readonly bigint[] }> {
  const events = await contract.queryFilter(contract.filters["NewPriorityRequest"]!());
  const { args } = contract.interface.parseLog(events[index]!)!;
  const transaction = args["transaction"] as { toObject(): { reserved: Iterable<bigint>; factoryDeps: Iterable<bigint> } };
  const fields = transaction.toObject();
  return Object.assign(fields, { reserved: [...fields.reserved], factoryDeps: [...fields.factoryDeps] });
}
