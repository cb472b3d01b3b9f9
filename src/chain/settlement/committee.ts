import { AbiCoder } from "ethers";
import { WITHHELD } from "../../ground/protocol/data-choice.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { hashPubdata } from "../../ground/protocol/pubdata.ts";
import { availabilityDomain, DATA_AVAILABILITY_TYPES } from "../../ground/protocol/quorum.ts";
import type { HeldBatch } from "./batch/settlement-batch.ts";
import type { DataPolicy } from "./data-policy.ts";
import { collectSignatures, type TypedDataSigner } from "./signing/signatures.ts";

/** Holds the data of a chain that does not post it. */
export interface CommitteeMember {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  /**
   * Returns its EIP-712 signature that it holds the batch's pubdata. Rejects if it does not, or if the pubdata is not the
   * batch's.
   */
  signAvailability(batch: HeldBatch): Promise<Hex>;
}

/** An availability committee and the contract that counts its signatures. */
interface Committee {
  readonly members: readonly CommitteeMember[];
  readonly threshold: number;
  readonly settlementChainId: ChainId;
  /** The CommitteePolicy contract. */
  readonly policy: Hex;
}

/** A member inside this process. `keep` stores the pubdata and rejects where it is not what the batch commits to. */
export async function createLocalCommitteeMember(
  signer: TypedDataSigner,
  { settlementChainId, policy }: Pick<Committee, "settlementChainId" | "policy">,
  keep: (batch: HeldBatch) => Promise<void>,
): Promise<CommitteeMember> {
  return {
    address: (await signer.getAddress()).toLowerCase() as Hex,
    async signAvailability(batch) {
      await keep(batch);
      return (await signer.signTypedData(
        availabilityDomain(settlementChainId, policy),
        DATA_AVAILABILITY_TYPES,
        claimOf(batch),
      )) as Hex;
    },
  };
}

/** Keeps the pubdata off L1 and shows a committee's signatures instead: a validium, or a part of what a chain has. */
export function committeePolicy({ members, threshold, settlementChainId, policy }: Committee): DataPolicy {
  return {
    choose: () => WITHHELD,
    choiceAt: () => WITHHELD,
    async policyData(batch) {
      const signatures = await collectSignatures({
        members,
        threshold,
        domain: availabilityDomain(settlementChainId, policy),
        types: DATA_AVAILABILITY_TYPES,
        value: claimOf(batch),
        ask: (member) => member.signAvailability(batch),
      });
      return AbiCoder.defaultAbiCoder().encode(["bytes[]"], [signatures]) as Hex;
    },
  };
}

function claimOf({ preCommitment, pubdata }: HeldBatch): { preCommitment: Hex; pubdataHash: Hex } {
  return { preCommitment, pubdataHash: hashPubdata(pubdata) };
}
