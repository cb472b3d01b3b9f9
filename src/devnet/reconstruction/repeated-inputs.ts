import type { Provider } from "ethers";
import { codeLimitsOf } from "../../chain/model/limits-of-state.ts";
import { unknownHeader } from "../../chain/execution/unknown-header.ts";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import { chainRules } from "../../chain/model/rules.ts";
import type { BatchCommand } from "../../chain/ordering/command.ts";
import { OrderError } from "../../chain/ordering/order-error.ts";
import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import { TransactionFormatError } from "../../chain/transaction/transaction-format-error.ts";
import { BatchVerifier } from "../../chain/verification/batch-verifier.ts";
import { commandsOfInputs, fewestBlocks } from "../../chain/verification/commands-of-inputs.ts";
import { BatchRefusal } from "../../chain/verification/refusal.ts";
import { identityOf } from "../../node/described/chain-options.ts";
import { hashAssetFlows, sumAssetFlows } from "../../protocol/asset-flows.ts";
import { fromHex, keccak, type Hex } from "../../protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../protocol/priority-op.ts";
import { versionParts } from "../../protocol/protocol-version.ts";
import { decodeInputs, PublishedInputsError, type PublishedInputs } from "../../protocol/published-inputs.ts";
import { hashPubdata } from "../../protocol/pubdata.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import type { CommitCall } from "../../settlement-layer/reader/commit-call.ts";
import type { ChainContractFacts } from "../chain-on-l1/chain-contract.ts";
import { isOfParts } from "../chains/policy-kind.ts";
import { firstStateAccounts, numberedFirstState } from "../described/first-state.ts";

/** Batch whose inputs are to be executed again. */
interface RepeatableBatch {
  readonly stored: StoredBatch;
  readonly previous: StoredBatch;
  readonly call: Pick<CommitCall, "policyData" | "withheldHash">;
  /** Operations of L1's queue that it takes, in order. */
  readonly operations: readonly L2CanonicalTransaction[];
  /** Policy that L1 asked about it, as a number. */
  readonly daPolicy: bigint;
}

/** What a chain is rebuilt from that publishes its inputs: everything that a node needs to execute it again. */
export interface RepeatedChain {
  readonly coinbase: Hex;
  /** State before the first batch, next to the genesis and the configuration. */
  readonly firstState: readonly GenesisAccount[];
  readonly firstStateNumber: number;
  /** Commands of all batches, in order. */
  readonly commands: readonly BatchCommand[];
}

/**
 * Executes the inputs of a chain's batches again, in order. The data that it returns have the hash that L1 has; the reader of the
 * batch compares everything else.
 */
export class RepeatedInputs {
  readonly #contract: ChainContractFacts;
  readonly #genesis: readonly GenesisAccount[];
  readonly #first: StoredBatch;
  readonly #provider: Provider;
  readonly #kinds = new Map<bigint, Promise<boolean>>();
  #verifier: BatchVerifier | undefined;
  #chain: Omit<RepeatedChain, "commands"> | undefined;
  readonly #commands: (readonly BatchCommand[])[] = [];
  /** Newest batch that was executed: several calls of its commit may have the same inputs. */
  #newest: { readonly commitment: Hex; readonly pubdata: Uint8Array } | undefined;
  /** Of the batch that is executed. */
  #now: Pick<RepeatableBatch, "stored" | "daPolicy"> | undefined;

  /** `first`: the record before the first batch. */
  constructor(
    contract: ChainContractFacts,
    {
      genesis,
      first,
      provider,
    }: { readonly genesis: readonly GenesisAccount[]; readonly first: StoredBatch; readonly provider: Provider },
  ) {
    this.#contract = contract;
    this.#genesis = genesis;
    this.#first = first;
    this.#provider = provider;
  }

  /** Undefined if no batch was executed. */
  get chain(): RepeatedChain | undefined {
    return this.#chain && { ...this.#chain, commands: this.#commands.flat() };
  }

  /** True if the policy has the inputs of batches published. Rejects with the provider's error. */
  isUnder(daPolicy: bigint): Promise<boolean> {
    const known = this.#kinds.get(daPolicy);
    if (known !== undefined) return known;
    const kind = isOfParts("inputs", `0x${daPolicy.toString(16).padStart(40, "0")}`, this.#provider);
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
      const pubdata = await this.#repeat(batch, decodeInputs(bytes), keccak(bytes));
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

  async #repeat(batch: RepeatableBatch, inputs: PublishedInputs, bound: Hex): Promise<Uint8Array> {
    const { stored, previous, call, operations } = batch;
    const { batchNumber } = stored;
    if (fewestBlocks(inputs) > Number(stored.lastBlock - previous.lastBlock))
      throw new PublishedInputsError(`they make more than the ${stored.lastBlock - previous.lastBlock} blocks of its record`);
    this.#now = batch;
    const verifier = await this.#verifierOf(inputs);
    const { format } = versionParts(stored.protocolVersion);
    const commands = commandsOfInputs(inputs, { batchNumber, format, operations, rules: this.#rules });
    const { pubdata } = await verifier.repeat(batchNumber, commands, bound);
    if (hashPubdata(pubdata) !== call.withheldHash)
      throw new PublishedInputsError(`they lead to pubdata with hash ${hashPubdata(pubdata)}, L1 has ${call.withheldHash}`);
    this.#commands.push(commands);
    return pubdata;
  }

  get #rules(): ReturnType<typeof chainRules> {
    return chainRules(Number(this.#contract.configuration.chainId), codeLimitsOf(this.#chain?.firstState ?? []));
  }

  async #verifierOf({ coinbase, firstState: firstStateNumber }: PublishedInputs): Promise<BatchVerifier> {
    const known = this.#chain;
    if (known !== undefined && known.coinbase !== coinbase)
      throw new PublishedInputsError(`its fees go to ${coinbase}, those of the batches before it to ${known.coinbase}`);
    if (this.#verifier !== undefined) return this.#verifier;
    const { configuration, bornAt, settlementChainId } = this.#contract;
    const named = numberedFirstState(firstStateNumber);
    if (named === undefined)
      throw new PublishedInputsError(`they name the first state ${firstStateNumber}, which this software does not know`);
    const { chainId, protocolVersion } = configuration;
    const firstState = firstStateAccounts({ chainId, format: versionParts(protocolVersion).format }, named);
    const { identity, configurationState } = identityOf(this.#contract);
    const head = { number: 0n, timestamp: bornAt };
    const options = {
      identity: { ...identity, chainId },
      coinbase,
      genesis: this.#genesis,
      initialState: [...configurationState, ...firstState],
      genesisBatch: this.#first,
      genesisBlock: { ...head, hash: unknownHeader(head).hash },
    };
    this.#chain = { coinbase, firstState, firstStateNumber };
    this.#verifier = await BatchVerifier.create(options, {
      l1: {
        operation: () => Promise.resolve(undefined),
        hasRoot: () => Promise.resolve(true),
        versionOf: () => this.#now?.stored.protocolVersion ?? protocolVersion,
        policyOf: () => this.#now?.daPolicy ?? identity.daPolicy,
      },
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
    });
    return this.#verifier;
  }
}

/** The inputs are at fault, and not this software or a node. */
function isRefusal(error: unknown): error is Error {
  const named = [PublishedInputsError, TransactionFormatError, BatchRefusal, OrderError];
  return named.some((refusal) => error instanceof refusal);
}
