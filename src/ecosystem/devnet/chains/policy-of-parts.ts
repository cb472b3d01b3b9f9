import type { Provider } from "ethers";
import { isAttestedPart, isGuardedPart, partsOf, type DataPart } from "../../options/fields/data-policy.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { attestedPolicy } from "../../../chain/settlement/attestation.ts";
import { createLocalCommitteeMember, type CommitteeMember } from "../../../chain/settlement/committee.ts";
import { allOf, anyOf, CALLDATA, PORTER_LIST, type DataPolicy } from "../../../chain/settlement/data-policy.ts";
import type { HeldBatch } from "../../../chain/settlement/batch/settlement-batch.ts";
import type { TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import type { GuardedBatch } from "../guardian/guarded-batch.ts";
import { guardiansPolicy } from "../guardian/guardians-policy.ts";
import { remoteCommitteeMember, type InputsOf } from "../quorum-member/remote-member.ts";
import type { Committee } from "./committees.ts";
import type { PolicyContract } from "./policy-contracts.ts";
import { committeeOn } from "./served-policy.ts";
import { createTestAttestor } from "./test-attestor.ts";

const DEFAULT_AFTER_MS = 2_000;

interface PolicyParts {
  readonly settlementChainId: ChainId;
  readonly l1: Provider;
  readonly clock: Clock;
  /** In this process. More come while the chain runs. */
  readonly keys: readonly TypedDataSigner[];
  /** Keeps a batch's data in this process. */
  readonly keep: (batch: HeldBatch) => Promise<void>;
  /** Inputs for members in separate processes. */
  readonly inputs: InputsOf;
  /** Contract of the chain. */
  readonly hyperchain: Hex;
  /** Key whose requests guardians answer: the chain's admin or a validator. */
  readonly requester: TypedDataSigner;
  /** A batch that was formed in this process, or replayed in it. */
  readonly batchOf: (batchNumber: BatchNumber) => GuardedBatch | undefined;
}

/** Serves a policy contract of these parts; `committees`: one for each in it, in order. Rejects as the provider does. */
export async function policyOfParts(
  part: DataPart,
  { address: policy, parts }: PolicyContract,
  committees: Iterator<Committee>,
  served: PolicyParts,
): Promise<DataPolicy> {
  const { settlementChainId, l1, clock, keys, keep, inputs } = served;
  if (part === "rollup") return CALLDATA;
  if (part === "listed") return PORTER_LIST;
  if (isGuardedPart(part)) {
    const { hyperchain, requester, batchOf } = served;
    return guardiansPolicy({ l1, settlementChainId, network: policy, hyperchain, requester, batchOf });
  }
  if (isAttestedPart(part)) return attestedPolicy({ attestor: createTestAttestor(() => timeOf(l1)), settlementChainId, policy });
  const inner: DataPolicy[] = [];
  for (const [i, within] of partsOf(part).entries())
    inner.push(await policyOfParts(within, parts[i] as PolicyContract, committees, served));
  if (typeof part === "object" && "allOf" in part) return allOf(inner);
  if (typeof part === "object" && "anyOf" in part) return anyOf(inner, { afterMs: part.afterMs ?? DEFAULT_AFTER_MS, clock });
  const { members } = (committees.next() as IteratorYieldResult<Committee>).value;
  const mine = (key: TypedDataSigner): Promise<CommitteeMember> =>
    createLocalCommitteeMember(key, { settlementChainId, policy }, keep);
  const candidates = (): Promise<readonly CommitteeMember[]> =>
    members.length === 0
      ? Promise.all(keys.map(mine))
      : Promise.resolve(members.map((member) => remoteCommitteeMember(member, inputs, policy)));
  return committeeOn({ settlementChainId, policy }, candidates, l1);
}

/** Seconds of the newest block; 0 without a block. */
async function timeOf(l1: Provider): Promise<bigint> {
  return BigInt((await l1.getBlock("latest"))?.timestamp ?? 0);
}
