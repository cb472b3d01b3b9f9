import { BatchFormer, type FormedBatch } from "../../chain/batch/form-batch.ts";
import { genesisLeaves } from "../../chain/model/genesis.ts";
import type { SealedBatch } from "../../chain/model/sealed-batch.ts";
import { ChangeSetError } from "../../chain/state/change-set.ts";
import { StateKeyError } from "../../chain/state/state-key.ts";
import { StateTree } from "../../chain/state/state-tree.ts";
import type { BatchVerifierDependencies, BatchVerifierOptions } from "../../chain/verification/batch-verifier.ts";
import { BatchRefusal } from "../../chain/verification/refusal.ts";
import type { ExecutionClaim } from "../../execution-proof/batch/execution-claim.ts";
import { ExecutionProofError } from "../../execution-proof/batch/execution-proof-error.ts";
import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { formedClaim } from "../../node/execution/formed-claim.ts";
import { BLOCK_HASHES_SLOTS } from "../../protocol/block-hashes.ts";
import { DiffListError } from "../../protocol/diff-list.ts";
import { digestToHex } from "../../protocol/digest.ts";
import { LeafKind } from "../../protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../protocol/hex.ts";
import { l2LogTreeRoot } from "../../protocol/l2-log.ts";
import { hashOutputs } from "../../protocol/outputs.ts";
import { OUTPUTS_ADDRESS } from "../../protocol/outputs-leaf.ts";
import { canonicalTxHash } from "../../protocol/priority-op.ts";
import { PubdataError, pubdataLogLeaves } from "../../protocol/pubdata.ts";
import { importedRootsRollingHash, priorityOpsRollingHash } from "../../protocol/rolling-hash.ts";
import { WordError } from "../../protocol/word.ts";
import type { LabelCheck } from "./label-check.ts";
import { QuorumMemberError, type ProvenInputs } from "./messages.ts";
import { readProvenInputs } from "./shown-inputs.ts";

interface ProofVerifierDependencies extends Pick<BatchVerifierDependencies, "l1" | "flowsHash"> {
  readonly prover: Pick<ExecutionProver, "verify">;
  /** Runs what no proof shows. */
  readonly labels: LabelCheck;
}

/** Where a verifier stood before a batch. */
interface BatchStart {
  readonly former: ReturnType<BatchFormer["mark"]>;
  readonly previous: { readonly lastBlock: bigint; readonly timestamp: bigint } | undefined;
}

/** Batches that a verifier can go back by: as many as may be reverted on L1 at a time, and more. */
const MAX_STARTS = 64;

/**
 * A verifier of a chain that runs nothing that is proven: it forms every batch from the changes that are to be published, over a
 * state tree of its own, and asks for the proof that the chain's transactions lead there. One call at a time.
 */
export class ProofVerifier {
  readonly #options: BatchVerifierOptions;
  readonly #dependencies: ProofVerifierDependencies;
  readonly #tree: StateTree;
  readonly #former: BatchFormer;
  /** By batch number, the newest last. */
  readonly #starts = new Map<bigint, BatchStart>();
  #previous: BatchStart["previous"];
  #nextBatch = 0n;

  /** A verifier at the chain's genesis. Throws BatchRefusal GenesisMismatch where L1 has another. */
  constructor(options: BatchVerifierOptions, dependencies: ProofVerifierDependencies) {
    const compressor = createCompressor();
    this.#options = options;
    this.#dependencies = dependencies;
    this.#tree = options.imported?.().tree ?? StateTree.genesis(genesisLeaves(options.genesis), { compressor });
    const before = { previousCommitment: options.genesisBatch.commitment, operationsTaken: 0n };
    this.#former = new BatchFormer(options.identity, before, {
      tree: this.#tree,
      compress: compressor.compress,
      flowsHash: dependencies.flowsHash,
      versionOf: dependencies.l1.versionOf,
      policyOf: dependencies.l1.policyOf,
    });
    const [root, expected] = [digestToHex(this.#tree.root), options.genesisBatch.newStateRoot];
    if (root !== expected)
      throw new BatchRefusal("GenesisMismatch", `the given genesis has the state root ${root}, L1 has ${expected}`);
  }

  /** Number of the batch that comes next. */
  get nextBatch(): bigint {
    return this.#nextBatch;
  }

  /**
   * The batch whose changes are shown. Rejects with BatchRefusal, and then stands where it stood; or with QuorumMemberError
   * InputsNeeded where the batch has to be run, and this one or those before it have not been.
   */
  async verify(inputs: ProvenInputs): Promise<FormedBatch> {
    const { batchNumber } = inputs;
    if (batchNumber !== this.#nextBatch)
      throw new BatchRefusal("BatchNumberMismatch", `batch ${batchNumber} was shown, the next one is ${this.#nextBatch}`);
    const { sealed: shown, execution } = readProvenInputs(inputs);
    const sealed = { ...shown, outputsHash: hashOutputs(shown.outputs) };
    await this.#requireSame(sealed);
    const start = { former: this.#former.mark(), previous: this.#previous };
    this.#starts.set(batchNumber, start);
    try {
      const formed = this.#form(sealed);
      const claim = formedClaim(formed, this.#previous, { ...this.#options, chainId: this.#options.identity.chainId });
      const { labels } = this.#dependencies;
      if (execution.kind === "labelled") await labels.require(formed, claim, execution.reason);
      else {
        await this.#requireProof(claim, execution.proof);
        if (forgetsHashes(sealed)) await labels.requireRun(formed);
        await labels.forgetOther(formed);
      }
      this.#previous = { lastBlock: sealed.outputs.lastBlock, timestamp: sealed.outputs.lastTimestamp };
      this.#nextBatch++;
      this.#forgetOldest();
      return formed;
    } catch (error) {
      this.#returnTo(batchNumber, start);
      throw error;
    }
  }

  /** Goes back to before a batch. Rejects with BatchRefusal BatchNumberMismatch where that is too long ago or never was. */
  async goBack(batchNumber: bigint): Promise<void> {
    const start = this.#starts.get(batchNumber);
    if (start === undefined)
      throw new BatchRefusal("BatchNumberMismatch", `this verifier cannot go back to batch ${batchNumber}`);
    this.#returnTo(batchNumber, start);
    await this.#dependencies.labels.goBack(batchNumber);
  }

  #returnTo(batchNumber: bigint, { former, previous }: BatchStart): void {
    for (const number of this.#starts.keys()) if (number >= batchNumber) this.#starts.delete(number);
    this.#former.returnTo(former);
    this.#previous = previous;
    this.#nextBatch = batchNumber;
  }

  #forgetOldest(): void {
    for (const [number, { former }] of this.#starts) {
      if (this.#starts.size <= MAX_STARTS) return;
      this.#former.release(former);
      this.#starts.delete(number);
    }
  }

  #form(sealed: SealedBatch): FormedBatch {
    try {
      return this.#former.form(sealed, this.#options.data);
    } catch (cause) {
      if (!REFUSED_BY_FORMER.some((kind) => cause instanceof kind) || !(cause instanceof Error)) throw cause;
      const { batchNumber } = sealed.outputs;
      throw new BatchRefusal("OutputsMismatch", `batch ${batchNumber}: its changes are refused: ${cause.message}`, { cause });
    }
  }

  /** What the proof says of the batch by its outputs alone must be what is shown, and what L1 has. Rejects with BatchRefusal. */
  async #requireSame({ outputs, logs, canonicalTxHashes, importedRoots, writes, bytecodes }: SealedBatch): Promise<void> {
    const { batchNumber } = outputs;
    const { l1 } = this.#dependencies;
    const refuse = (code: BatchRefusal["code"], what: string): never => {
      throw new BatchRefusal(code, `batch ${batchNumber}: ${what}`);
    };
    const isSame =
      outputs.l2LogsTreeRoot === l2LogTreeRoot(pubdataLogLeaves(logs, canonicalTxHashes)) &&
      outputs.logCount === BigInt(logs.length) &&
      outputs.priorityOpCount === BigInt(canonicalTxHashes.length) &&
      outputs.priorityOpsRollingHash === priorityOpsRollingHash(canonicalTxHashes) &&
      outputs.importedRootCount === BigInt(importedRoots.length) &&
      outputs.importedRootsRollingHash === importedRootsRollingHash(importedRoots) &&
      outputs.extensions === this.#options.identity.extensions;
    if (!isSame) refuse("OutputsMismatch", "its outputs are not of the logs, operations, imports and extensions shown");
    if (outputs.cheatCount !== 0n) refuse("SystemTransactionMismatch", `it has ${outputs.cheatCount} cheats`);
    for (const [i, hash] of canonicalTxHashes.entries()) {
      const operation = await l1.operation(this.#former.operationsTaken + BigInt(i));
      if (operation === undefined || canonicalTxHash(operation) !== hash)
        refuse("OperationUnknown", `operation ${i} of it is not the next one of L1's queue`);
    }
    for (const root of importedRoots)
      if (!(await l1.hasRoot(root))) refuse("ImportedRootUnknown", `L1's registry does not have root ${root.registryIndex}`);
    const given = new Set<Hex>(bytecodes.map((code) => keccak(fromHex(code))));
    const taken = writes.filter(({ leafKind, value }) => leafKind === LeafKind.codeHash && value !== 0n);
    const wanted = new Set<Hex>(taken.map(({ value }) => wordToHex(value)));
    if (given.size !== wanted.size || [...given].some((hash) => !wanted.has(hash)))
      refuse("OutputsMismatch", "its codes are not those that accounts received");
  }

  async #requireProof(claim: ExecutionClaim, proof: Uint8Array): Promise<void> {
    try {
      await this.#dependencies.prover.verify(claim, proof);
    } catch (error) {
      if (!(error instanceof ExecutionProofError)) throw error;
      throw new QuorumMemberError(error.code, `batch ${claim.batch.batchNumber}: its proof is refused: ${error.message}`);
    }
  }
}

/** What a former throws for a batch that cannot be. */
const REFUSED_BY_FORMER = [ChangeSetError, StateKeyError, DiffListError, PubdataError, WordError];

/** Whether transactions can ask for fewer blocks' hashes from here on: only who sees the transactions can say whether one did. */
function forgetsHashes({ writes, outputs }: SealedBatch): boolean {
  const { since } = BLOCK_HASHES_SLOTS;
  return outputs.batchNumber > 0n && writes.some(({ address, slot }) => address === OUTPUTS_ADDRESS && slot === since);
}
