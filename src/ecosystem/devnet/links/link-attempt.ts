import type { SealedBatch } from "../../../chain/model/sealed-batch.ts";
import type { LoneBatch } from "../../../chain/sequencer/lone-batch.ts";
import type { SignedTransaction } from "../../../ground/transaction/transaction.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { factIndex } from "../../../ground/protocol/import-kinds.ts";
import { receivedBody } from "../../../ground/protocol/link.ts";
import { linkIndex } from "../../../ground/protocol/link-index.ts";
import { l2LogTreeProof } from "../../../ground/protocol/message-proof.ts";
import { pubdataLogLeaves } from "../../../ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { ATOMIC_LINKS, leafOf, linksInterface } from "./atomic-links.ts";
import type { LinkCarrier } from "./link-carrier.ts";
import {
  asStranger,
  expectLink,
  readCall,
  receiptCall,
  requirePairImports,
  requireReceived,
  type ExpectedLink,
} from "./link-checks.ts";
import { LinkRefused } from "./link-refused.ts";

/** A link that both chains have, in batches that L1 executes together. */
export interface CompletedLink {
  readonly id: Hex;
  /** Batch that sends it. */
  readonly batchNumber: BatchNumber;
  /** Batch of the peer that receives it. */
  readonly peerBatchNumber: BatchNumber;
}

interface LinkAttemptDependencies {
  readonly from: DevnetChain;
  readonly peer: DevnetChain;
  readonly raw: Hex;
  readonly carrier: LinkCarrier;
}

/** A chain with its batch that has the link alone. */
interface Side {
  readonly chain: DevnetChain;
  readonly batch: LoneBatch;
}

/** Import of a chain's batch without which it is rebuilt. */
interface UndoneImport {
  readonly chain: DevnetChain;
  readonly batchNumber: BatchNumber;
  readonly index: bigint;
}

/**
 * One link. Both chains do nothing else during it, so each side has the state of its simulation, and no other account adds a
 * message or an import to the batches. The sender's batch has the link alone, so its log root is computed before the transaction
 * runs. The peer imports the fact with that root, receives, and seals. The sender imports the link to that batch, sends, and
 * seals.
 */
export class LinkAttempt {
  readonly #dependencies: LinkAttemptDependencies;
  #imports: readonly UndoneImport[] = [];

  constructor(dependencies: LinkAttemptDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Makes the link. If it is refused before any import, neither chain has changed; if it fails later, the chains rebuild their
   * batches without the imports, and so without the link. Rejects with LinkRefused.
   */
  async make(): Promise<CompletedLink> {
    const { from, peer } = this.#dependencies;
    // A request to L1 may wait for a snapshot, and that one for the work of both chains.
    for (const { pipeline } of [from, peer]) await pipeline.chain.prepareSeal();
    const { sequencer: sender } = from.pipeline.chain;
    const { sequencer: receiver } = peer.pipeline.chain;
    try {
      return await sender.alone((sending) =>
        receiver.alone((receiving) => this.#steps({ chain: from, batch: sending }, { chain: peer, batch: receiving })),
      );
    } catch (error) {
      if (this.#imports.length === 0) throw error;
      throw await this.#undo(error);
    }
  }

  async #steps(sending: Side, receiving: Side): Promise<CompletedLink> {
    const { from, peer, raw, carrier } = this.#dependencies;
    const pair = [from.chainId, peer.chainId];
    for (const { chain, batch } of [sending, receiving]) requirePairImports(chain, pair, batch.openImports);
    const expected = await expectLink(from, readCall(raw), [peer]);
    await requireReceived(peer, expected, from.pipeline.chain.sequencer.batchNumber, carrier.address);
    const transaction = await admitted(sending, raw);
    try {
      const batchNumber = await sending.batch.begin();
      const peerBatchNumber = await receiving.batch.begin();
      const received = await this.#receive(receiving, expected, { batchNumber, peerBatchNumber });
      await this.#confirm(sending, transaction, expected, { batchNumber, received });
      return { id: expected.id, batchNumber, peerBatchNumber };
    } catch (error) {
      // Otherwise its sender pays for the transaction, which fails without the receipt.
      if (this.#imports.length === 0) sending.batch.withdraw(transaction);
      throw error;
    }
  }

  /** Makes the peer receive the link in a batch that it seals. */
  async #receive(
    receiving: Side,
    expected: ExpectedLink,
    { batchNumber, peerBatchNumber }: Omit<CompletedLink, "id">,
  ): Promise<SealedBatch> {
    const fact = { registryIndex: factIndex(expected.link.fromChain, batchNumber), root: expected.root };
    await this.#import(receiving, peerBatchNumber, fact);
    await this.#carry(receiving, receiptCall(expected, batchNumber));
    return sealOf(receiving, peerBatchNumber);
  }

  /** Makes the sender confirm the receipt, send, and seal. */
  async #confirm(
    sending: Side,
    transaction: SignedTransaction,
    { link, id, root }: ExpectedLink,
    { batchNumber, received }: { readonly batchNumber: BatchNumber; readonly received: SealedBatch },
  ): Promise<void> {
    const { batchNumber: receivedIn, l2LogsTreeRoot } = received.outputs;
    await this.#import(sending, batchNumber, { registryIndex: linkIndex(link.toChain, receivedIn), root: l2LogsTreeRoot });
    const leaves = pubdataLogLeaves(received.logs, received.canonicalTxHashes);
    const index = leaves.indexOf(leafOf(ATOMIC_LINKS.address, receivedBody(id)));
    const args = [id, link.toChain, receivedIn, index, l2LogTreeProof(leaves, index)];
    await this.#carry(sending, linksInterface.encodeFunctionData("confirm", args) as Hex);
    await include(sending, transaction);
    const { outputs } = await sealOf(sending, batchNumber);
    if (outputs.l2LogsTreeRoot === root) return;
    throw new RangeError(
      `batch ${batchNumber} of ${sending.chain.name} has other messages than the link's: its log root is ${outputs.l2LogsTreeRoot}, not ${root}`,
    );
  }

  async #import({ chain, batch }: Side, batchNumber: BatchNumber, root: ImportedRoot): Promise<void> {
    this.#imports = [...this.#imports, { chain, batchNumber, index: root.registryIndex }];
    await batch.importRoots([root]);
  }

  /** Includes a call of AtomicLinks that the carrier pays. */
  async #carry(side: Side, data: Hex): Promise<void> {
    const transaction = await this.#dependencies.carrier.sign(side.chain, data);
    await side.batch.admit(transaction);
    await include(side, transaction);
  }

  /** Rebuilds the batches without the imports, each whether or not another one can be rebuilt. Resolves with the refusal. */
  async #undo(cause: unknown): Promise<LinkRefused> {
    const failures: string[] = [];
    for (const { chain, batchNumber, index } of this.#imports) {
      try {
        await chain.pipeline.reseal(batchNumber, index);
      } catch (error) {
        failures.push(`${chain.name} did not (${reasonOf(error)}), so its batch waits until the link is void`);
      }
    }
    const undone = ["the chains rebuilt their batches without the link", ...failures].join(", and ");
    return new LinkRefused("LinkUndone", `${undone}: ${reasonOf(cause)}; send it again`, { cause });
  }
}

/** Takes the sender's transaction into the pool. Rejects with LinkRefused if it cannot be the next one of its sender. */
async function admitted({ chain, batch }: Side, raw: Hex): Promise<SignedTransaction> {
  try {
    const transaction = await chain.pipeline.chain.read(raw, "rollup");
    await batch.admit(transaction);
    return transaction;
  } catch (error) {
    throw new LinkRefused("LinkFails", `${chain.name} refuses the transaction (${reasonOf(error)}); nothing was sent`, {
      cause: error,
    });
  }
}

/** Includes an admitted transaction. Rejects with RangeError if the chain refuses it, or it fails. */
async function include({ chain, batch }: Side, transaction: SignedTransaction): Promise<void> {
  const { hash } = transaction;
  await batch.include(transaction);
  const receipt = (await asStranger(chain)("eth_getTransactionReceipt", [hash])) as { readonly status: string } | null;
  if (receipt?.status === "0x1") return;
  if (receipt === null) batch.withdraw(transaction);
  throw new RangeError(`transaction ${hash} ${receipt === null ? "is in no block" : "failed"} on ${chain.name}`);
}

/** Seals the batch of this number. Rejects with RangeError if the chain has begun another one. */
async function sealOf({ chain, batch }: Side, batchNumber: BatchNumber): Promise<SealedBatch> {
  const sealed = await batch.seal();
  if (sealed?.outputs.batchNumber !== batchNumber)
    throw new RangeError(`${chain.name} sealed batch ${batchNumber} before the link's end`);
  return sealed;
}
