import type { Provider } from "ethers";
import { codeLimitsOf } from "../../../chain/model/limits-of-state.ts";
import { unknownHeader } from "../../../chain/execution/unknown-header.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import { chainRules } from "../../../proofs/rules/chain-rules.ts";
import type { BatchCommand } from "../../../chain/ordering/command.ts";
import { OrderError } from "../../../chain/ordering/order-error.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { TransactionFormatError } from "../../../ground/transaction/transaction-format-error.ts";
import { BatchVerifier } from "../../../chain/verification/batch-verifier.ts";
import { commandsOfRecords } from "../../../chain/verification/commands-of-records.ts";
import { commandsOfInputs, fewestBlocks, type InputsContext } from "../../../chain/verification/commands-of-inputs.ts";
import { BatchRefusal } from "../../../chain/verification/refusal.ts";
import { identityOf } from "../../../chain/node/described/chain-options.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import { fromHex, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { decodeRecords, hashRecords, RECORDS_FORMAT } from "../../../ground/protocol/input-records.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import { decodeInputs, PublishedInputsError } from "../../../ground/protocol/published-inputs.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { FirstTreeState } from "../../../chain/state/first-tree-state.ts";
import type { ChainContractFacts } from "../chain-on-l1/chain-contract.ts";
import { readBornState } from "../chain-on-l1/imported-state.ts";
import { isOfParts } from "../chains/policy-kind.ts";
import { firstStateAccounts, numberedFirstState } from "../described/first-state.ts";

/** Batch whose inputs are to be executed again. */
interface RepeatableBatch {
  readonly stored: StoredBatch;
  readonly previous: StoredBatch;
  readonly call: Pick<CommitCall, "policyData" | "withheldHash" | "transactionsHash" | "coinbase">;
  /** Operations of L1's queue that it takes, in order. */
  readonly operations: readonly L2CanonicalTransaction[];
  /** Policy that L1 asked about it, as a number. */
  readonly daPolicy: bigint;
}

/** A batch's commands, and what executes them. */
interface Execution {
  readonly verifier: BatchVerifier;
  /** The chain if the batch is executed. */
  readonly chain: BeganChain;
  readonly commands: readonly BatchCommand[];
  /** Inputs as L1 has them. */
  readonly bytes: Uint8Array;
  readonly recorded?: Parameters<BatchVerifier["repeat"]>[3];
}

/** A chain as its first batch shows it. */
type BeganChain = Omit<RepeatedChain, "commands" | "objection">;

interface RepeatedSources {
  readonly genesis: readonly GenesisAccount[];
  /** Record before the first batch. */
  readonly first: StoredBatch;
  readonly provider: Provider;
  /** First block of L1 with events of the chain. */
  readonly fromBlock: number;
}

/** Data for rebuilding a chain that publishes its inputs: everything that a node needs to execute it again. */
export interface RepeatedChain {
  readonly coinbase: Hex;
  /** Record before the first batch. */
  readonly first: StoredBatch;
  /** State after the imports, before the first batch; undefined if there were none. */
  readonly imported: (() => FirstTreeState) | undefined;
  /** State before the first batch, next to the genesis or the imports and the configuration. */
  readonly firstState: readonly GenesisAccount[];
  readonly firstStateNumber: number;
  /** Why no node makes the same blocks again; undefined if one does. The state is the chain's anyway. */
  readonly objection: string | undefined;
  /** Commands of all batches, in order. */
  readonly commands: readonly BatchCommand[];
}

/**
 * Executes the inputs of a chain's batches again, in order. The data that it returns have the hash that L1 has; the reader of the
 * batch compares everything else.
 */
export class RepeatedInputs {
  readonly #contract: ChainContractFacts;
  readonly #sources: RepeatedSources;
  readonly #kinds = new Map<bigint, Promise<boolean>>();
  #verifier: BatchVerifier | undefined;
  #chain: BeganChain | undefined;
  #objection: string | undefined;
  readonly #commands: (readonly BatchCommand[])[] = [];
  /** Newest batch that was executed: several calls of its commit may have the same inputs. */
  #newest: { readonly commitment: Hex; readonly pubdata: Uint8Array } | undefined;
  /** Batch that is being executed. */
  #now: Pick<RepeatableBatch, "stored" | "daPolicy"> | undefined;

  constructor(contract: ChainContractFacts, sources: RepeatedSources) {
    this.#contract = contract;
    this.#sources = sources;
  }

  /** Undefined if no batch was executed. */
  get chain(): RepeatedChain | undefined {
    return this.#chain && { ...this.#chain, objection: this.#objection, commands: this.#commands.flat() };
  }

  /** True if the policy has the inputs of batches published. Rejects with the provider's error. */
  isUnder(daPolicy: bigint): Promise<boolean> {
    const known = this.#kinds.get(daPolicy);
    if (known !== undefined) return known;
    const kind = isOfParts("inputs", `0x${daPolicy.toString(16).padStart(40, "0")}`, this.#sources.provider);
    this.#kinds.set(daPolicy, kind);
    return kind;
  }

  /**
   * Pubdata of the next batch, by its inputs, which its commitment binds. Rejects with ReconstructionError if L1 has the hash of
   * others.
   */
  async pubdataOf(batch: RepeatableBatch): Promise<Uint8Array> {
    const { batchNumber, commitment } = batch.stored;
    if (this.#newest?.commitment === commitment) return this.#newest.pubdata;
    try {
      const bytes = fromHex(batch.call.policyData);
      const isRecorded = bytes[0] === RECORDS_FORMAT;
      const pubdata = await (isRecorded ? this.#repeatRecords(batch, bytes) : this.#repeatSteps(batch, bytes));
      this.#newest = { commitment, pubdata };
      return pubdata;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new ReconstructionError("InputsMismatch", `its inputs on L1 lead to no batch: ${error.message}`, {
        batchNumber,
        cause: error,
      });
    }
  }

  /** Inputs that the chain's validators compared with the batch. */
  async #repeatSteps(batch: RepeatableBatch, bytes: Uint8Array): Promise<Uint8Array> {
    const { stored, previous } = batch;
    const inputs = decodeInputs(bytes);
    if (fewestBlocks(inputs) > Number(stored.lastBlock - previous.lastBlock))
      throw new PublishedInputsError(`they make more than the ${stored.lastBlock - previous.lastBlock} blocks of its record`);
    this.#now = batch;
    const { coinbase, firstState } = inputs;
    const before = this.#chain;
    if (before !== undefined && before.coinbase !== coinbase)
      throw new PublishedInputsError(`its fees go to ${coinbase}, those of the batches before it to ${before.coinbase}`);
    const { verifier, chain } = await this.#opened(coinbase, firstState);
    const commands = commandsOfInputs(inputs, this.#contextOf(batch, chain.firstState));
    return this.#execute(batch, { verifier, chain, commands, bytes });
  }

  /** Inputs whose hash the proof of the batch exports, with hashes of blocks and a recipient of the fees as in the proof. */
  async #repeatRecords(batch: RepeatableBatch, bytes: Uint8Array): Promise<Uint8Array> {
    const { stored, previous, call } = batch;
    const { coinbase, transactionsHash } = call;
    const records = decodeRecords(bytes);
    const noted = hashRecords(records);
    if (noted !== transactionsHash) throw new PublishedInputsError(`they have hash ${noted}, L1 accepted ${transactionsHash}`);
    const blocks = BigInt(records.filter(({ type }) => type === "block").length);
    const expected = stored.lastBlock - previous.lastBlock;
    if (blocks !== expected) throw new PublishedInputsError(`they have ${blocks} blocks, its record ${expected}`);
    this.#now = batch;
    const { verifier, chain } = await this.#opened(coinbase, NO_FIRST_STATE);
    const context = { ...this.#contextOf(batch, chain.firstState), coinbase };
    const { commands, parentHashes } = commandsOfRecords(records, context);
    const pubdata = await this.#execute(batch, { verifier, chain, commands, bytes, recorded: { parentHashes, coinbase } });
    this.#objection ??= objectionTo(stored.batchNumber, {
      coinbase,
      first: chain.coinbase,
      hasOtherHashes: verifier.hasOtherHashes,
    });
    return pubdata;
  }

  /** Executes a batch. Throws PublishedInputsError if L1 has the hash of other outputs or data. */
  async #execute(
    { stored, call }: RepeatableBatch,
    { verifier, chain, commands, bytes, recorded }: Execution,
  ): Promise<Uint8Array> {
    const { batchNumber } = stored;
    const { pubdata, outputsHash } = await verifier.repeat(batchNumber, commands, keccak(bytes), recorded);
    const results: readonly (readonly [what: string, actual: Hex, expected: Hex])[] = [
      ["pubdata", hashPubdata(pubdata), call.withheldHash],
      ["outputs", outputsHash, stored.outputsHash],
    ];
    for (const [what, actual, expected] of results) {
      if (actual === expected) continue;
      await verifier.rewindTo(batchNumber);
      throw new PublishedInputsError(`they lead to ${what} with hash ${actual}, L1 has ${expected}`);
    }
    this.#chain = chain;
    this.#commands.push(commands);
    return pubdata;
  }

  #contextOf({ stored, operations }: RepeatableBatch, firstState: readonly GenesisAccount[]): InputsContext {
    const { batchNumber, protocolVersion } = stored;
    const rules = chainRules(Number(this.#contract.configuration.chainId), codeLimitsOf(firstState));
    return { batchNumber, isProven: isProvenOnL1(protocolVersion), operations, rules };
  }

  /** A verifier behind the batches before, and the chain if the batch is executed. */
  async #opened(coinbase: Hex, number: number): Promise<{ readonly verifier: BatchVerifier; readonly chain: BeganChain }> {
    const chain = this.#chain ?? (await this.#began(coinbase, number));
    // Nothing of a verifier without batches counts.
    if (this.#chain === undefined || this.#verifier === undefined) this.#verifier = await this.#createVerifier(chain);
    return { verifier: this.#verifier, chain };
  }

  async #began(coinbase: Hex, firstStateNumber: number): Promise<BeganChain> {
    const { genesis, first } = this.#sources;
    const born = await readBornState(this.#contract, genesis, this.#sources);
    return { coinbase, first, imported: born?.copy, ...this.#firstState(firstStateNumber) };
  }

  #firstState(firstStateNumber: number): Pick<RepeatedChain, "firstState" | "firstStateNumber"> {
    const named = numberedFirstState(firstStateNumber);
    if (named === undefined)
      throw new PublishedInputsError(`they name the first state ${firstStateNumber}, which this software does not know`);
    const firstState = firstStateAccounts(named);
    return { firstState, firstStateNumber };
  }

  async #createVerifier({ coinbase, first, imported, firstState }: BeganChain): Promise<BatchVerifier> {
    const { configuration, bornAt, settlementChainId } = this.#contract;
    const { chainId, protocolVersion } = configuration;
    const { identity, configurationState } = identityOf(this.#contract);
    const head = { number: 0n, timestamp: bornAt };
    const options = {
      identity: { ...identity, chainId },
      coinbase,
      genesis: this.#sources.genesis,
      imported,
      initialState: [...configurationState, ...firstState],
      genesisBatch: first,
      genesisBlock: { ...head, hash: unknownHeader(head).hash },
    };
    return BatchVerifier.create(options, {
      l1: {
        operation: () => Promise.resolve(undefined),
        hasRoot: () => Promise.resolve(true),
        versionOf: () => this.#now?.stored.protocolVersion ?? protocolVersion,
        policyOf: () => this.#now?.daPolicy ?? identity.daPolicy,
      },
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
    });
  }
}

/** Records name no initial state: the genesis of a proven version has all that a chain may have besides its configuration. */
const NO_FIRST_STATE = 0;

/** Why no node makes the blocks of a batch again: it names all blocks by their computed hashes, and pays one account all fees. */
function objectionTo(
  batchNumber: bigint,
  { coinbase, first, hasOtherHashes }: { readonly coinbase: Hex; readonly first: Hex; readonly hasOtherHashes: boolean },
): string | undefined {
  if (hasOtherHashes) return `batch ${batchNumber} has another hash of a block than its blocks lead to`;
  return coinbase === first ? undefined : `fees of batch ${batchNumber} go to ${coinbase}, those of the first batch to ${first}`;
}

/** The inputs are at fault, and not this software or a node. */
function isRefusal(error: unknown): error is Error {
  const named = [PublishedInputsError, TransactionFormatError, BatchRefusal, OrderError];
  return named.some((refusal) => error instanceof refusal);
}
