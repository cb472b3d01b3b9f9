import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, Interface, ZeroAddress, type TransactionResponse } from "ethers";
import { verifierRegistryAbi } from "../../../src/ground/abi/verifier-registry.ts";
import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { genesisLeaves } from "../../../src/chain/model/genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import {
  createChain,
  localChainConfiguration,
  type HyperchainConfiguration,
} from "../../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import type { AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { hashCommitment, hashDaCommitment, NO_PARTITION } from "../../../src/ground/protocol/commitment.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import type { ChainExtensions } from "../../../src/ground/protocol/genesis.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { noProofVersionOf } from "../../../src/ground/protocol/no-proof.ts";
import { hashPubdata } from "../../../src/ground/protocol/pubdata.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { storedBatchOfReceipt } from "../../../src/chain/settlement/l1-sender/chain-reader.ts";
import { hyperchainInterface, proofAggregatorInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { CALLDATA_POSTING, commitBatchOf } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { nextGeneration, PROVEN_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { storedBatchOf } from "../../settlement/support/stored-batch.ts";
import type { SettledL1 } from "../../settlement/support/settled-l1.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { chainExtensionsOnL1 } from "../../support/extensions.ts";
import { oneBlockBatch } from "../../support/one-block-batch.ts";
import { settledGenesis, type PublishedBatchContent } from "./published-chain.ts";

const VERSION = noProofVersionOf(nextGeneration(PROVEN_VERSION));
/** Any canonical digest and key will do for the double. */
const [DIGEST, EXECUTION_KEY] = [wordToHex(5n), wordToHex(77n)];

/** Adds a version whose aggregates the verifier's double takes, where L1 checks markers. */
export async function addProvingVersion({ l1, accounts, ecosystem }: SettledL1): Promise<void> {
  const { factory, verifiers, verifier, stateTree, reader } = ecosystem.addresses;
  const double = await (await l1.deploy("AggregateVerifierDouble")).getAddress();
  const aggregator = await (await l1.deploy("ProofAggregator", factory, double, VERSION)).getAddress();
  const { genesisStateRoot, genesisLeafCount } = ecosystem.versions.trusted!;
  const content = {
    verifier,
    secondVerifier: ZeroAddress,
    aggregator,
    tree: stateTree,
    reader,
    genesisStateRoot,
    genesisLeafCount,
    executionKey: EXECUTION_KEY,
  };
  const data = new Interface(verifierRegistryAbi).encodeFunctionData("addVersion", [VERSION, content]);
  await (await accounts[0]!.sendTransaction({ to: verifiers, data })).wait();
}

/** A chain without a quorum and without an EVM: real batches and contracts, and the aggregates' verifier's double. */
export class SettlingChain {
  readonly hyperchain: Hex;
  readonly tree = StateTree.genesis(genesisLeaves(settledGenesis()), { compressor: createCompressor() });
  readonly #settled: SettledL1;
  readonly #configuration: HyperchainConfiguration;
  readonly #extensions: ChainExtensions;
  last: StoredBatch;

  private constructor(settled: SettledL1, hyperchain: Hex, configuration: HyperchainConfiguration, extensions: ChainExtensions) {
    this.#settled = settled;
    this.#configuration = configuration;
    this.#extensions = extensions;
    this.hyperchain = hyperchain;
    this.last = genesisStoredBatch(VERSION, digestToHex(this.tree.root), BigInt(this.tree.leafCount));
  }

  /** The L1 must have the version of `addProvingVersion`. */
  static async create(settled: SettledL1, chainId: bigint): Promise<SettlingChain> {
    const { ecosystem, accounts } = settled;
    const configuration = {
      ...localChainConfiguration(ecosystem, chainId, []),
      admin: accounts[0]!.address.toLowerCase() as Hex,
      protocolVersion: VERSION,
      cheatsAllowed: false,
    };
    const { hyperchain, bornAt } = await createChain(ecosystem, configuration, accounts[0]!);
    const { settlementChainId, addresses } = ecosystem;
    const { baseToken } = configuration;
    const extensions = chainExtensionsOnL1({ settlementChainId, bridge: addresses.bridge, baseToken, bornAt });
    return new SettlingChain(settled, hyperchain, configuration, extensions);
  }

  /** Forms the next batch for a settler, and settles it. */
  async settle(
    settler: HardhatEthersSigner,
    content: PublishedBatchContent,
  ): Promise<{ batch: FormedBatch; transactionHash: Hex }> {
    const batch = await this.form(settler, content);
    return { batch, transactionHash: await this.post(settler, batch) };
  }

  /** The next batch, for a settler. */
  async form(settler: HardhatEthersSigner, content: PublishedBatchContent): Promise<FormedBatch> {
    return bound(await this.#form(content), settlersWord(settler));
  }

  /** Returns the batch for another settler. */
  forOther(settler: HardhatEthersSigner, batch: FormedBatch): FormedBatch {
    return bound(batch, settlersWord(settler));
  }

  /** Proof of the next batch that the double accepts. */
  shown(batch: FormedBatch): { readonly digest: Hex; readonly proof: Hex } {
    return { digest: DIGEST, proof: proofOfAggregate([this.#item(batch)], DIGEST) };
  }

  #item(batch: FormedBatch): AggregatedBatch {
    const { settlementChainId } = this.#settled.ecosystem;
    const stored = storedBatchOf(batch, this.last, { settlementChainId, publishesPubdata: true, committedAt: 0n });
    return { chainId: this.#configuration.chainId, batch: stored };
  }

  /** Settles the next batch by a transaction of its settler. */
  async post(settler: HardhatEthersSigner, batch: FormedBatch): Promise<Hex> {
    const receipt = (await (await this.send(settler, batch)).wait())!;
    this.last = storedBatchOfReceipt(receipt);
    return receipt.hash as Hex;
  }

  /** The call that stores the proof of the next batch, and the transaction that settles it without one then. */
  async storing(settler: HardhatEthersSigner, batch: FormedBatch) {
    const { digest, proof } = this.shown(batch);
    const { accounts, ecosystem } = this.#settled;
    const registry = new Contract(ecosystem.addresses.verifiers, verifierRegistryAbi, accounts[0]);
    const [aggregator] = (await registry.getFunction("aggregatorOf")(VERSION)) as [string, boolean];
    const data = proofAggregatorInterface.encodeFunctionData("storeProof", [[this.#item(batch)], digest, proof]);
    return { aggregator, data, settle: () => this.send(settler, batch, "0x") };
  }

  /** The transaction that settles the next batch, as it leaves; with its proof by default. */
  async send(settler: HardhatEthersSigner, batch: FormedBatch, shown?: Hex): Promise<TransactionResponse> {
    const posting = { ...CALLDATA_POSTING, policyData: () => Promise.resolve(settlersWord(settler)) };
    const { digest, proof } = shown === undefined ? this.shown(batch) : { digest: DIGEST, proof: shown };
    const flows = sumAssetFlows(batch.logs, this.#settled.ecosystem.settlementChainId);
    const args = [this.last, await commitBatchOf(batch, posting), digest, proof, batch.importedRoots, flows];
    const data = hyperchainInterface.encodeFunctionData("settle", args);
    return settler.sendTransaction({ to: this.hyperchain, data });
  }

  /** One former for each batch: what it names as the batch before is what was settled. */
  async #form(content: PublishedBatchContent): Promise<FormedBatch> {
    const { settlementChainId } = this.#settled.ecosystem;
    const { dataAvailabilityPolicy, chainId } = this.#configuration;
    const compressor = createCompressor();
    const former = new BatchFormer(
      {
        settlementChainId,
        hyperchainAddress: this.hyperchain,
        chainId,
        daPolicy: BigInt(dataAvailabilityPolicy),
        extensions: this.#extensions,
      },
      { previousCommitment: this.last.commitment, operationsTaken: 0n },
      {
        tree: this.tree,
        compress: (tag, left, right) => compressor.compress(tag, left, right),
        flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
        versionOf: () => VERSION,
      },
    );
    const number = this.last.lastBlock;
    const extensions = number === 0n ? this.#extensions.installing : this.#extensions.usual;
    return former.form(oneBlockBatch(number, await this.#settled.latestTimestamp(), { ...content, extensions }));
  }
}

function settlersWord({ address }: HardhatEthersSigner): Hex {
  return wordToHex(BigInt(address));
}

/** The batch with the policy's data in its commitment. */
function bound(batch: FormedBatch, policyData: Hex): FormedBatch {
  const { statement } = batch.job;
  const { point, evaluation } = statement;
  const policyDataHash = keccak(fromHex(policyData));
  const { flowsHash } = batch;
  const pubdataHash = hashPubdata(batch.pubdata);
  const da = hashDaCommitment({ pubdataHash, point, evaluation, flowsHash, policyDataHash, partitionDa: NO_PARTITION });
  const commitment = hashCommitment(batch.preCommitment, da);
  return {
    ...batch,
    commitment,
    data: { ...batch.data, bound: policyDataHash },
    job: { ...batch.job, statement: { ...statement, commitment } },
  };
}
