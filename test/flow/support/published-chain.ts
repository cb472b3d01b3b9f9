import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { HyperchainConfiguration } from "../../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { noProofMarker } from "../../../src/ground/protocol/no-proof.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { encodeCommit } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";
import { storedBatchOfReceipt } from "../../../src/chain/settlement/l1-sender/chain-reader.ts";
import { commitBatch } from "../../../src/chain/settlement/l1-sender/commit.ts";
import { executeBatch } from "../../../src/chain/settlement/l1-sender/execute.ts";
import { proveBatch } from "../../../src/chain/settlement/l1-sender/prove.ts";
import { CALLDATA_POSTING, commitBatchOf, type PostingPolicy } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { senderContext } from "../../settlement/support/sender.ts";
import { createSettledChain, type SettledChain, type SettledL1 } from "../../settlement/support/settled-l1.ts";
import { oneBlockBatch } from "../../support/one-block-batch.ts";
import { ANY_TIME, approvalBy } from "../../settlement/support/approval.ts";
import { neverInstalling } from "../../support/extensions.ts";

/** Content of a batch that a test chooses; the rest is derived. */
export interface PublishedBatchContent {
  readonly writes: readonly StateWrite[];
  readonly bytecodes?: readonly Hex[];
  readonly logs?: readonly PubdataLog[];
}

/** The state with which the chains of `startSettledL1` begin, as accounts. */
export function settledGenesis(): GenesisAccount[] {
  return Array.from({ length: 30 }, (_, i) => ({
    address: keccak(fromHex(wordToHex(BigInt(i)))).slice(0, 42) as Hex,
    storage: [{ slot: BigInt(i), value: BigInt(i + 1) }],
  }));
}

/** A chain without an EVM and without proofs: real batches, real contract, whatever changes a test wants. */
export class PublishedChain {
  readonly hyperchain: Hex;
  readonly tree: StateTree;
  readonly #settled: SettledL1;
  readonly #chain: SettledChain;
  readonly #former: BatchFormer;
  #last: StoredBatch;
  #next = 0n;

  private constructor(settled: SettledL1, chain: SettledChain) {
    const { settlementChainId } = settled.ecosystem;
    const { protocolVersion, dataAvailabilityPolicy, chainId } = chain.configuration;
    const compressor = createCompressor();
    this.#settled = settled;
    this.#chain = chain;
    this.#last = chain.genesis;
    this.hyperchain = chain.contract.hyperchain;
    this.tree = StateTree.genesis(genesisLeaves(settledGenesis()), { compressor });
    const identity = {
      settlementChainId,
      hyperchainAddress: this.hyperchain,
      chainId,
      daPolicy: BigInt(dataAvailabilityPolicy),
      extensions: neverInstalling(chain.extensions),
    };
    const before = { previousCommitment: chain.genesis.commitment, operationsTaken: 0n };
    this.#former = new BatchFormer(identity, before, {
      tree: this.tree,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      versionOf: () => protocolVersion,
    });
  }

  /** The L1 must check markers in place of proofs. */
  static async create(
    settled: SettledL1,
    chainId: bigint,
    overrides: Partial<HyperchainConfiguration> = {},
  ): Promise<PublishedChain> {
    return new PublishedChain(settled, await createSettledChain(settled, chainId, overrides));
  }

  /** Takes a batch through all stages. `reshape` changes it after it was formed. */
  async settle(
    content: PublishedBatchContent,
    posting: PostingPolicy = CALLDATA_POSTING,
    reshape: (batch: FormedBatch) => FormedBatch = (batch) => batch,
  ): Promise<void> {
    const batch = reshape(this.#former.form(await this.#seal(content)));
    const context = senderContext(this.#chain, this.#settled.accounts[0]!);
    const quorum = { members: this.#chain.members, threshold: 1 };
    const { stored } = await commitBatch(context, batch, this.#last, { quorum, posting });
    await this.#finish(batch, stored);
  }

  /** Settles a batch whose commit is sent to another contract, without its selector. */
  async settleThrough(forwarder: string, content: PublishedBatchContent, posting: PostingPolicy): Promise<void> {
    const batch = this.#former.form(await this.#seal(content));
    const approval = approvalBy([await this.#chain.members[0]!.signBatch(batch, ANY_TIME)]);
    const call = encodeCommit(this.#last, [{ batch: await commitBatchOf(batch, posting), approval }]);
    const response = await this.#settled.accounts[0]!.sendTransaction({ to: forwarder, data: `0x${call.slice(10)}` });
    await this.#finish(batch, storedBatchOfReceipt((await response.wait())!));
  }

  async #finish(batch: FormedBatch, stored: StoredBatch): Promise<void> {
    const context = senderContext(this.#chain, this.#settled.accounts[0]!);
    this.#last = stored;
    await proveBatch(context, stored, noProofMarker(batch.commitment));
    await executeBatch(context, batch, stored);
  }

  async #seal(content: PublishedBatchContent) {
    return oneBlockBatch(this.#next++, await this.#settled.latestTimestamp(), { ...content, extensions: this.#chain.extensions });
  }
}
