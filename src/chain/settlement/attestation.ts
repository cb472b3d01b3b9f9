import { encodeAttestation, type Attestation, type QuotedBatch } from "../../ground/protocol/attestation.ts";
import { WITHHELD } from "../../ground/protocol/data-choice.ts";
import { hashPubdata } from "../../ground/protocol/pubdata.ts";
import type { DataPolicy } from "./data-policy.ts";

/** A program that attests batches with a key for which a root has signed. */
export interface Attestor {
  /** Rejects if it does not attest the batch. */
  attest(batch: QuotedBatch): Promise<Attestation>;
}

interface AttestedChain extends Pick<QuotedBatch, "settlementChainId" | "policy"> {
  readonly attestor: Attestor;
}

/** Shows what an attestor says of a batch: `AttestedPolicy`. It makes no data available, so it is a part of an all-of policy. */
export function attestedPolicy({ attestor, settlementChainId, policy }: AttestedChain): DataPolicy {
  return {
    choose: () => WITHHELD,
    choiceAt: () => WITHHELD,
    async policyData({ preCommitment, pubdata }) {
      const quoted = { settlementChainId, policy, preCommitment, pubdataHash: hashPubdata(pubdata) };
      return encodeAttestation(await attestor.attest(quoted));
    },
  };
}
