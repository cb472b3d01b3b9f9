import { Interface, type ParamType } from "ethers";
import { hyperchainAbi } from "../../../src/ground/abi/hyperchain.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, type BatchCommitment, type TypedDataDomain } from "../../../src/ground/protocol/quorum.ts";
import type { TypedDataSigner } from "../../../src/chain/settlement/signing/quorum.ts";

const hyperchain = new Interface(hyperchainAbi);

/** Calldata of a commit that no contract accepts, with a signature of the key after bytes of another form, or after these copies. */
export async function commitCalldata(
  key: TypedDataSigner,
  domain: TypedDataDomain,
  word: BatchCommitment,
  copies: (signature: string) => readonly string[] = () => ["0x1234"],
): Promise<Hex> {
  const signature = await key.signTypedData(domain, BATCH_COMMITMENT_TYPES, { ...word });
  const commit = hyperchain.getFunction("commitBatch");
  if (commit === null) throw new Error("the ABI has no function commitBatch");
  const [previous, batch] = commit.inputs.map(zeroOf) as [object, object];
  const { validFrom, validUntil, batchNumber, commitment } = word;
  const approval = { validFrom, validUntil, signatures: [...copies(signature), signature] };
  return hyperchain.encodeFunctionData(commit, [previous, { ...batch, batchNumber, commitment }, approval]) as Hex;
}

function zeroOf(type: ParamType): unknown {
  if (type.isTuple()) return Object.fromEntries(type.components.map((each) => [each.name, zeroOf(each)]));
  if (type.isArray()) return [];
  if (type.type === "address") return `0x${"00".repeat(20)}`;
  if (type.type === "bool") return false;
  if (type.type === "bytes") return "0x";
  return type.type.startsWith("bytes") ? `0x${"00".repeat(Number(type.type.slice(5)))}` : 0n;
}
