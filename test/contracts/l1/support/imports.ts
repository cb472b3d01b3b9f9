import { ZeroHash, type BaseContract, type ContractTransactionReceipt } from "ethers";
import { formImports, planImports, type FormedImport, type PlannedImports } from "../../../../src/chain/batch/form-imports.ts";
import { genesisLeaves, type GenesisAccount } from "../../../../src/chain/model/genesis.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../../src/proofs/kernels/wasm/compressor.ts";
import { digestToHex, elementsToBytes } from "../../../../src/ground/protocol/digest.ts";
import { toHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../../../src/ground/protocol/pubdata.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import { proofOf } from "./chain.ts";
import {
  createChain,
  defaultConfiguration,
  furtherVersion,
  hexAddress,
  NO_EXECUTION_PROOFS,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./ecosystem.ts";

/** Accounts of every tree of the version. */
const GENESIS: readonly GenesisAccount[] = [{ address: `0x${"9e".repeat(20)}`, nonce: 1n, balanceWei: 5n }];
const compressor = createCompressor();
const genesisTree = (): StateTree => StateTree.genesis(genesisLeaves(GENESIS), { compressor });

/** A version whose genesis is a real tree. */
export const IMPORTING_VERSION = furtherVersion(9);

export async function addImportingVersion(
  ecosystem: Ecosystem,
  version = IMPORTING_VERSION,
  genesisLeafCount = BigInt(genesisTree().leafCount),
): Promise<void> {
  const tree = genesisTree();
  await send(ecosystem.verifiers, "addVersion", version, {
    verifier: await ecosystem.verifier.getAddress(),
    tree: await ecosystem.stateTree.getAddress(),
    reader: await ecosystem.reader.getAddress(),
    genesisStateRoot: digestToHex(tree.root),
    genesisLeafCount,
    ...NO_EXECUTION_PROOFS,
  });
}

/** Chain before its last import, with the data of its initial state. */
export interface UnbornChain {
  readonly contract: BaseContract;
  readonly address: Hex;
  readonly configuration: ChainConfiguration;
  readonly plan: PlannedImports;
  readonly imports: readonly FormedImport[];
  /** The record before each import, and behind the last. */
  readonly records: readonly StoredBatch[];
  /** The arguments of an import's call. */
  call(number: number): {
    readonly previous: StoredBatch;
    readonly batch: Record<string, unknown>;
    readonly later: readonly Hex[];
  };
  bring(number: number): Promise<ContractTransactionReceipt>;
}

export async function createUnborn(
  ecosystem: Ecosystem,
  chainId: bigint,
  state: readonly GenesisAccount[],
  overrides: Partial<ChainConfiguration> = {},
): Promise<UnbornChain> {
  const plan = planImports(chainId, state, genesisTree());
  const configuration: ChainConfiguration = {
    ...(await defaultConfiguration(ecosystem, chainId)),
    protocolVersion: IMPORTING_VERSION,
    importBatches: BigInt(plan.imports.length),
    importStateRoot: plan.importStateRoot,
    importData: plan.importData,
    ...overrides,
  };
  await createChain(ecosystem, configuration);
  const address = await view<string>(ecosystem.factory, "getHyperchain", chainId);
  const contract = (await ecosystem.l1.ethers.getContractAt("ChainContract", address)) as unknown as BaseContract;
  const imports = formImports(
    plan,
    {
      settlementChainId: ecosystem.chainId,
      hyperchainAddress: await hexAddress(contract),
      chainId,
      daPolicy: BigInt(configuration.dataAvailabilityPolicy),
    },
    { protocolVersion: IMPORTING_VERSION, compress: (tag, left, right) => compressor.compress(tag, left, right) },
  );
  const first = genesisTree();
  const records = [genesisStoredBatch(IMPORTING_VERSION, digestToHex(first.root), BigInt(first.leafCount))];
  for (const { commitment, newStateRoot, leafCount } of imports)
    records.push({ ...records.at(-1)!, commitment, newStateRoot: digestToHex(newStateRoot), leafCount: BigInt(leafCount) });
  const hashes = imports.map(({ pubdata }) => hashPubdata(pubdata));
  const call: UnbornChain["call"] = (number) => ({
    previous: records[number]!,
    batch: importOf(imports[number]!),
    later: hashes.slice(number + 1),
  });
  return {
    ...{ contract, address: await hexAddress(contract), configuration, plan, imports, records, call },
    bring(number) {
      const { previous, batch, later } = call(number);
      return send(contract, "importBatch", previous, batch, later);
    },
  };
}

/** With the proof that the verifier's double takes. */
export function importOf({ number, newStateRoot, pubdata, job }: FormedImport): Record<string, unknown> {
  return {
    number,
    newStateRoot: digestToHex(newStateRoot),
    diffDigest: digestToHex(job.statement.diffDigest),
    pubdata: toHex(pubdata),
    pubdataHash: ZeroHash,
    entryCount: 0,
    policyData: "0x",
    proof: proofOfImport(job),
  };
}

/** The proof of one import that the verifier's double takes. */
export function proofOfImport({ statement }: FormedImport["job"]): Hex {
  return proofOf({
    commitment: statement.commitment,
    oldStateRoot: digestToHex(statement.oldStateRoot),
    newStateRoot: digestToHex(statement.newStateRoot),
    diffDigest: digestToHex(statement.diffDigest),
    point: toHex(elementsToBytes(statement.point)),
    evaluation: toHex(elementsToBytes(statement.evaluation)),
    outputsHash: statement.outputsHash,
  });
}
