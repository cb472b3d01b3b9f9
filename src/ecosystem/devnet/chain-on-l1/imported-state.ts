import type { Log, Provider } from "ethers";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import { RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { digestFromHex } from "../../../ground/protocol/digest.ts";
import { outputsEntry } from "../../../ground/protocol/diff-list.ts";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import { hashImportOutputs, hashImports } from "../../../ground/protocol/imports.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import { decodePubdata } from "../../../ground/protocol/pubdata-decoder.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { hyperchainInterface, topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { plainStoredBatch, type NamedResult } from "../../../chain/settlement-layer/reader/l1-event.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";
import type { ChainContractFacts } from "./chain-contract.ts";

/** Public nodes limit it. */
const BLOCKS_PER_REQUEST = 2_000;

/** Range of L1 blocks with the imports. */
interface ImportRange {
  readonly provider: Provider;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly blocksPerRequest: number;
}

/**
 * Applies a chain's imports to its version's genesis, and resolves with the record before the first batch. Each import's
 * data are the input of its transaction, and their hash must be that of the chain's creation. Rejects with
 * ReconstructionError: EventMissing for a chain that was not created yet, and by the part that differs.
 */
export async function applyImports(
  state: RebuiltState,
  { hyperchain, configuration }: Pick<ChainContractFacts, "hyperchain" | "configuration">,
  { provider, fromBlock, toBlock, blocksPerRequest }: ImportRange,
): Promise<StoredBatch> {
  const { chainId, protocolVersion, importBatches, importStateRoot, importData } = configuration;
  let record = genesisStoredBatch(protocolVersion, state.stateRoot, BigInt(state.leafCount));
  if (importBatches === 0n) return record;
  const question = { address: hyperchain, topics: [topicOf(hyperchainInterface, "BatchImported")], fromBlock, toBlock };
  const logs: Log[] = [];
  for await (const page of readLogPages(provider, question, new PageWidth(blocksPerRequest))) {
    logs.push(...page.logs);
    // No import follows the creation, and L1 may run for years, which a start need not read.
    if (BigInt(logs.length) >= importBatches) break;
  }
  if (BigInt(logs.length) !== importBatches)
    throw new ReconstructionError(
      "EventMissing",
      `L1 has ${logs.length} of ${importBatches} imports; the chain is not created yet`,
    );
  const hashes: Hex[] = [];
  for (const [number, log] of logs.entries()) {
    const pubdata = await pubdataOf(log, number, provider);
    hashes.push(hashPubdata(pubdata));
    record = toldRecord(log);
    applyOne(state, { chainId, number, pubdata, newStateRoot: record.newStateRoot });
  }
  const data = hashImports(hashes);
  if (data !== importData)
    throw new ReconstructionError("PubdataMismatch", `the imports' data have the hash ${data}, expected ${importData}`);
  if (state.stateRoot !== importStateRoot)
    throw new ReconstructionError("RootMismatch", `the imports lead to ${state.stateRoot}, the creation says ${importStateRoot}`);
  return record;
}

/** State of a chain at its creation. */
interface BornState {
  /** Before its first batch. */
  readonly record: StoredBatch;
  /** With a tree that the caller may change. */
  readonly copy: RebuiltState["copy"];
}

/**
 * The initial state, from L1 alone, of a chain with accounts besides its version's genesis; `undefined` for any other.
 * Rejects like applyImports.
 */
export async function readBornState(
  { hyperchain, configuration }: Pick<ChainContractFacts, "hyperchain" | "configuration">,
  genesis: readonly GenesisAccount[],
  { provider, fromBlock }: Pick<ImportRange, "provider" | "fromBlock">,
): Promise<BornState | undefined> {
  if (configuration.importBatches === 0n) return undefined;
  const state = new RebuiltState(genesis);
  const range = { provider, fromBlock, toBlock: await provider.getBlockNumber(), blocksPerRequest: BLOCKS_PER_REQUEST };
  const record = await applyImports(state, { hyperchain, configuration }, range);
  return { record, copy: () => state.copy() };
}

function toldRecord({ data, topics }: Log): StoredBatch {
  const event = hyperchainInterface.decodeEventLog("BatchImported", data, topics);
  return plainStoredBatch(event["record"] as NamedResult);
}

async function pubdataOf({ transactionHash }: Log, number: number, provider: Provider): Promise<Uint8Array> {
  const transaction = await provider.getTransaction(transactionHash);
  const selector = hyperchainInterface.getFunction("importBatch")?.selector ?? "0x";
  if (transaction?.data.startsWith(selector) !== true)
    throw new ReconstructionError(
      "PubdataMissing",
      `transaction ${transactionHash} brought import ${number}, and does not hold it`,
    );
  const { batch } = hyperchainInterface.decodeFunctionData("importBatch", transaction.data) as unknown as {
    readonly batch: { readonly pubdata: string };
  };
  const pubdata = fromHex(batch.pubdata);
  if (pubdata.length === 0)
    throw new ReconstructionError(
      "NotARollup",
      `the data of import ${number} were withheld: only who keeps them has the first state`,
    );
  return pubdata;
}

interface ImportedPart {
  readonly chainId: bigint;
  readonly number: number;
  readonly pubdata: Uint8Array;
  readonly newStateRoot: Hex;
}

function applyOne(state: RebuiltState, { chainId, number, pubdata, newStateRoot }: ImportedPart): void {
  const decoding = decodePubdata(pubdata, { oldLeafCount: state.leafCount, priorityOpCount: 0 });
  if (!decoding.ok) {
    const { code, offset } = decoding.rejection;
    throw new ReconstructionError("PubdataMalformed", `${code} at byte ${offset} of the data of import ${number}`);
  }
  const { changes, bytecodes } = decoding.pubdata;
  const outputsHash = hashImportOutputs(chainId, number, hashPubdata(pubdata));
  const entries = [...changes, outputsEntry(BigInt(outputsHash))];
  state.applyImport(number, { entries, bytecodes, statement: { newStateRoot: digestFromHex(newStateRoot) } });
}
