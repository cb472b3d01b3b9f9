import { Interface, type ParamType } from "ethers";
import { hyperchainAbi } from "../../../src/ground/abi/hyperchain.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, type BatchCommitment, type TypedDataDomain } from "../../../src/ground/protocol/quorum.ts";
import type { TypedDataSigner } from "../../../src/chain/settlement/signing/quorum.ts";

const hyperchain = new Interface(hyperchainAbi);

/** A word with its signatures, in the order of the calldata. */
interface SignedCommit {
  readonly word: BatchCommitment;
  readonly signatures: readonly string[];
}

/** Calldata of a commit that no contract accepts, with a signature of the key after bytes of another form, or after these copies. */
export async function commitCalldata(
  key: TypedDataSigner,
  domain: TypedDataDomain,
  word: BatchCommitment,
  copies: (signature: string) => readonly string[] = () => ["0x1234"],
): Promise<Hex> {
  const signature = await key.signTypedData(domain, BATCH_COMMITMENT_TYPES, { ...word });
  return commitsCalldata([{ word, signatures: [...copies(signature), signature] }]);
}

/** Calldata of a call with these commits. */
export function commitsCalldata(signed: readonly SignedCommit[]): Hex {
  const commit = hyperchain.getFunction("commitBatches");
  if (commit === null) throw new Error("the ABI has no function commitBatches");
  const [previousType, { arrayChildren }] = commit.inputs as [ParamType, ParamType];
  const { batch } = zeroOf(arrayChildren!) as { readonly batch: object };
  const commits = signed.map(({ word: { validFrom, validUntil, batchNumber, commitment }, signatures }) => ({
    batch: { ...batch, batchNumber, commitment },
    approval: { validFrom, validUntil, signatures },
  }));
  return hyperchain.encodeFunctionData(commit, [zeroOf(previousType), commits]) as Hex;
}

function zeroOf(type: ParamType): unknown {
  if (type.isTuple()) return Object.fromEntries(type.components.map((each) => [each.name, zeroOf(each)]));
  if (type.isArray()) return [];
  if (type.type === "address") return `0x${"00".repeat(20)}`;
  if (type.type === "bool") return false;
  if (type.type === "bytes") return "0x";
  return type.type.startsWith("bytes") ? `0x${"00".repeat(Number(type.type.slice(5)))}` : 0n;
}
