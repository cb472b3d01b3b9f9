import type { Signer } from "ethers";
import { formImports, ImportError, planImports, type FormedImport } from "../../../chain/batch/form-imports.ts";
import { GenesisError, genesisLeaves, type GenesisAccount } from "../../../chain/model/genesis.ts";
import { StateTree } from "../../../chain/state/state-tree.ts";
import { createCompressor } from "../../../proofs/kernels/wasm/compressor.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { Layer, LayerVersion } from "../deployment/layer.ts";
import { DevnetOptionsError } from "../described/options.ts";
import { bringImports } from "./bring-imports.ts";
import { createChain, type CreatedChain, type HyperchainConfiguration } from "./create-chain.ts";

/** Creation of a chain with additional accounts. */
interface ImportedChain {
  /** Accounts besides those of the genesis. */
  readonly accounts: readonly GenesisAccount[];
  readonly genesis: readonly GenesisAccount[];
  readonly version: LayerVersion;
  /** Without what it says of imports. */
  readonly configuration: HyperchainConfiguration;
  /** Passed to bringImports. */
  readonly policyData?: Hex | undefined;
}

interface ImportedCreation {
  readonly ecosystem: Layer;
  /** Creates the chain, and brings what others have not brought. */
  readonly signer: Signer;
  readonly prove: (job: FormedImport["job"]) => Promise<Uint8Array>;
  readonly confirmations: number;
}

/**
 * Creates a chain whose configuration binds an initial state, and submits this state; the last import creates the chain.
 * Rejects with DevnetOptionsError for accounts that no initial state can have, or with DeploymentError.
 */
export async function createImported(
  { accounts, genesis, version, configuration, policyData }: ImportedChain,
  { ecosystem, signer, prove, confirmations }: ImportedCreation,
): Promise<CreatedChain> {
  const { chainId, dataAvailabilityPolicy } = configuration;
  const { settlementChainId, addresses } = ecosystem;
  const { protocolVersion, genesisStateRoot, genesisLeafCount } = version;
  const compressor = createCompressor();
  const tree = StateTree.genesis(genesisLeaves(genesis), { compressor });
  const plan = inOptions(() => planImports(chainId, accounts, tree));
  const { imports, importStateRoot, importData } = plan;
  if (imports.length === 0)
    throw new DevnetOptionsError(
      "BadOptions",
      "import: none of its accounts has a balance, a nonce, code or storage; give one of them some, or leave the option out",
    );
  const bound = { ...configuration, importBatches: BigInt(imports.length), importStateRoot, importData };
  const created = await createChain(ecosystem, bound, signer, { confirmations });
  const { hyperchain } = created;
  const formed = formImports(
    plan,
    { settlementChainId, hyperchainAddress: hyperchain, chainId, daPolicy: BigInt(dataAvailabilityPolicy) },
    { protocolVersion, compress: (tag, left, right) => compressor.compress(tag, left, right) },
  );
  const first = genesisStoredBatch(protocolVersion, genesisStateRoot, genesisLeafCount);
  const { bornAt } = await bringImports(formed, first, {
    hyperchain,
    factory: addresses.factory,
    chainId,
    policyData,
    signer,
    prove,
  });
  return { ...created, bornAt };
}

/** Accounts that cannot be are an option that cannot work. */
function inOptions<T>(plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof ImportError || error instanceof GenesisError)) throw error;
    throw new DevnetOptionsError("BadOptions", `import: ${error.message}`, { cause: error });
  }
}
