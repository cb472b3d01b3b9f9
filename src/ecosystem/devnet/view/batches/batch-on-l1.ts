import { verifyTypedData, type TypedDataField } from "ethers";
import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import type { BatchChanges } from "../../../../chain/index/batch-archive.ts";
import {
  availabilityDomain,
  BATCH_COMMITMENT_TYPES,
  DATA_AVAILABILITY_TYPES,
  quorumDomain,
  type TypedDataDomain,
} from "../../../../ground/protocol/quorum.ts";
import { isPolicy, policyOfPlan } from "../../../options/data-facts.ts";
import { fromHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { GUARDIAN_TYPES } from "../../../../ground/protocol/guardians.ts";
import { hashPubdata } from "../../../../ground/protocol/pubdata.ts";
import { SETTLEMENT_STAGES, type SettlementStage } from "../../../../ground/protocol/settlement-stage.ts";
import { hyperchainInterface } from "../../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { gasShare, stageContracts } from "../../../../chain/settlement-layer/reader/gas-share.ts";
import { chainsAmong } from "./chains-among.ts";
import { attestorShown, guardiansShown, signaturesShown } from "../../chains/policy-contracts.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { SettlementBase } from "../../l1/settlement-base.ts";
import { settledStages, type BatchSource, type SettledStages } from "./batch-info.ts";

/** Answer of `hyperchain_batch`. */
export interface BatchInfo extends SettledStages {
  readonly pubdataBytes: number;
  readonly changes: BatchChanges;
  /** The batch's share of the gas of L1's transactions; those that have not happened are absent. */
  readonly l1Gas: Readonly<Partial<Record<SettlementStage, number>>>;
  /** Absent before L1 has the batch, and where another contract than the chain's own was called to commit it. */
  readonly signers?: BatchSigners;
}

/** The accounts whose signatures L1 was shown when the batch was committed, in L1's order. */
interface BatchSigners {
  readonly validators: readonly Hex[];
  /** Holders of the data besides L1; absent if L1 alone has them. */
  readonly committee?: readonly Hex[];
  /** Guardians that signed for the data; absent without a network. */
  readonly guardians?: readonly Hex[];
  /** Key of the program that attested it; absent if L1 requires none. */
  readonly attestor?: { readonly x: Hex; readonly y: Hex };
}

/** Requests to L1. */
type AskedL1 = Pick<SettlementBase, "chainId" | "request">;
/** L1 with the directory of its chains. */
type DirectoryOnL1 = AskedL1 & Pick<SettlementBase, "provider" | "ecosystem">;
/** A chain, and where it settles. */
export type SettledSource<L1 = AskedL1> = BatchSource & Pick<DevnetChain, "pipeline" | "plan"> & { readonly base: L1 };

/** One batch, with what it changed, and what L1 was shown and took; null before it is sealed. Rejects as `settledStages` does. */
export async function batchInfo(
  chain: SettledSource<DirectoryOnL1>,
  number: unknown,
  client: RpcClient | undefined,
): Promise<BatchInfo | null> {
  const l1 = chain.base;
  const settled = await settledStages(chain, number, client);
  const archived = settled === null ? undefined : chain.pipeline.chain.archive.batch(BigInt(settled.number));
  if (settled === null || archived === undefined) return null;
  const { pubdataBytes, changes, preCommitment } = archived;
  const [l1Gas, signers] = await Promise.all([
    gasOf(settled, l1),
    settled.l1.commit === undefined
      ? undefined
      : signersOf(chain, l1, { ...settled, preCommitment, transactionHash: settled.l1.commit.transactionHash }),
  ]);
  return { ...settled, pubdataBytes, changes, l1Gas, ...(signers === undefined ? {} : { signers }) };
}

async function gasOf({ l1: stages }: SettledStages, l1: DirectoryOnL1): Promise<BatchInfo["l1Gas"]> {
  const gas: Partial<Record<SettlementStage, number>> = {};
  for (const stage of SETTLEMENT_STAGES) {
    const hash = stages[stage]?.transactionHash;
    if (hash === undefined) continue;
    const receipt = (await l1.request("eth_getTransactionReceipt", [hash])) as L1Receipt | null;
    if (receipt === null) continue;
    const chains = await chainsAmong(stageContracts(receipt.logs, stage), l1);
    gas[stage] = Number(gasShare({ ...receipt, gasUsed: BigInt(receipt.gasUsed) }, stage, chains));
  }
  return gas;
}

/** Fields of `eth_getTransactionReceipt`. */
interface L1Receipt {
  readonly gasUsed: string;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[] }[];
}

/** Signatures of a batch, and the L1 transaction with them. */
interface SignedCommit extends Pick<SettledStages, "number" | "commitment"> {
  readonly preCommitment: Hex;
  readonly transactionHash: Hex;
}

/** Answer of `eth_getTransactionByHash`. */
interface L1Transaction {
  readonly to: string | null;
  readonly input: string;
  readonly blockNumber: string;
}

/** Elements of the list of `commitBatches` that are read here. */
interface CommitArguments {
  readonly batch: {
    readonly commitment: Hex;
    readonly pubdata: Hex;
    readonly withheld: { readonly pubdataHash: Hex };
    readonly policyData: Hex;
  };
  readonly approval: { readonly validFrom: bigint; readonly validUntil: bigint; readonly signatures: readonly string[] };
}

async function signersOf(
  { pipeline, plan }: Pick<DevnetChain, "pipeline" | "plan">,
  l1: AskedL1,
  { number, commitment, preCommitment, transactionHash }: SignedCommit,
): Promise<BatchSigners | undefined> {
  const { hyperchain } = pipeline.created;
  const transaction = (await l1.request("eth_getTransactionByHash", [transactionHash])) as L1Transaction | null;
  const call =
    transaction?.to?.toLowerCase() === hyperchain ? hyperchainInterface.parseTransaction({ data: transaction.input }) : null;
  if (transaction === null || call?.name !== "commitBatches") return undefined;
  const { batches } = call.args.toObject() as { readonly batches: readonly CommitArguments[] };
  const committed = batches.find(({ batch }) => batch.commitment === commitment);
  if (committed === undefined) return undefined;
  const { batch, approval } = committed;
  const asked = { to: hyperchain, data: hyperchainInterface.encodeFunctionData("revertCount") };
  const revertCount = BigInt(String(await l1.request("eth_call", [asked, transaction.blockNumber])));
  const { validFrom, validUntil, signatures } = approval;
  const signed = { commitment, batchNumber: number, revertCount, validFrom, validUntil };
  const validators = recovered(quorumDomain(l1.chainId, hyperchain), BATCH_COMMITMENT_TYPES, signed, signatures);
  const { policy } = pipeline.signers;
  const dataAvailability = policyOfPlan(plan.availability);
  if (policy === undefined || !isPolicy(dataAvailability) || batch.policyData === "0x") return { validators };
  const { pubdata, withheld } = batch;
  const pubdataHash = pubdata === "0x" ? withheld.pubdataHash : hashPubdata(fromHex(pubdata));
  const claim = { preCommitment, pubdataHash };
  const committee = signaturesShown(dataAvailability, policy, batch.policyData).flatMap(([contract, shown]) =>
    recovered(availabilityDomain(l1.chainId, contract), DATA_AVAILABILITY_TYPES, claim, shown),
  );
  const guardians = guardiansShown(dataAvailability, policy, batch.policyData).flatMap(([contract, until, shown]) =>
    recovered(availabilityDomain(l1.chainId, contract), GUARDIAN_TYPES, { ...claim, validUntil: until }, shown),
  );
  const leaf = attestorShown(dataAvailability, policy, batch.policyData);
  return {
    validators,
    ...(committee.length === 0 ? {} : { committee }),
    ...(guardians.length === 0 ? {} : { guardians }),
    ...(leaf === undefined ? {} : { attestor: { x: leaf.x, y: leaf.y } }),
  };
}

/** L1 has checked the signatures, so each is one. */
function recovered(
  domain: TypedDataDomain,
  types: Record<string, TypedDataField[]>,
  value: Record<string, unknown>,
  signatures: readonly string[],
): readonly Hex[] {
  return signatures.map((signature) => verifyTypedData(domain, types, value, signature).toLowerCase() as Hex);
}
