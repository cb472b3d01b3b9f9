import { Interface, type Signer } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import type { FormedImport } from "../../../chain/batch/form-imports.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { contractErrorOf, describeContractError } from "../../../chain/settlement/errors/contract-error.ts";
import { hyperchainInterface } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { encodeImport } from "../../../chain/settlement/l1-sender/batch-calls.ts";
import { DeploymentError } from "../deployment/deploy-layer.ts";

const factoryInterface = new Interface(chainFactoryAbi);

/** Target of the imports, and their prover. */
interface ImportDependencies {
  readonly hyperchain: Hex;
  readonly factory: Hex;
  readonly chainId: bigint;
  /** Data that the chain's policy requires in addition to the published ones. Default: none. */
  readonly policyData?: Hex | undefined;
  /** An account without code; anyone may import. */
  readonly signer: Signer;
  /** The proof of one import's changes, for the verifier of the chain's version. */
  readonly prove: (job: FormedImport["job"]) => Promise<Uint8Array>;
}

/** State of the chain after the imports. */
export interface BornChain {
  /** Stands before the first batch. */
  readonly record: StoredBatch;
  /** Seconds of L1's time. */
  readonly bornAt: bigint;
}

/**
 * Proves the parts of an initial state and submits them to L1 in order; the last one creates the chain. Parts that
 * another account has submitted, or submits in the meantime, are skipped: they change the record in the same way.
 * `genesis` is the record before the first. Rejects with DeploymentError, naming the contract's error, if L1 refuses one.
 */
export async function bringImports(
  imports: readonly FormedImport[],
  genesis: StoredBatch,
  { hyperchain, factory, chainId, policyData = "0x", signer, prove }: ImportDependencies,
): Promise<BornChain> {
  const hashes = imports.map(({ pubdata }) => hashPubdata(pubdata));
  const brought = async (): Promise<number> => imports.length - Number(await ask(signer, hyperchain, "importsLeft"));
  let record = genesis;
  for (const [number, { pubdata, commitment, leafCount, job }] of imports.entries()) {
    const { statement } = job;
    const newStateRoot = digestToHex(statement.newStateRoot);
    if ((await brought()) <= number) {
      const shown = {
        number,
        newStateRoot,
        diffDigest: digestToHex(statement.diffDigest),
        pubdata,
        policyData,
        proof: await prove(job),
      };
      try {
        await send(signer, hyperchain, encodeImport(record, shown, hashes.slice(number + 1)), number);
      } catch (error) {
        if ((await brought()) <= number) throw error;
      }
    }
    record = { ...record, commitment, newStateRoot, leafCount: BigInt(leafCount) };
  }
  return { record, bornAt: await ask(signer, factory, "bornAt", chainId) };
}

/** A number that a contract of L1 answers. */
async function ask(signer: Signer, to: Hex, method: "importsLeft" | "bornAt", ...args: readonly bigint[]): Promise<bigint> {
  const contract = method === "bornAt" ? factoryInterface : hyperchainInterface;
  const answer = await signer.call({ to, data: contract.encodeFunctionData(method, args) });
  return BigInt(answer);
}

async function send(signer: Signer, to: Hex, data: Hex, number: number): Promise<void> {
  try {
    const response = await signer.sendTransaction({ to, data });
    await response.wait();
  } catch (error) {
    const contractError = contractErrorOf(error);
    if (contractError === undefined) throw error;
    const reason = `the chain's contract refuses import ${number} with ${describeContractError(contractError)}`;
    throw new DeploymentError("importBatch", reason, { cause: error });
  }
}
