import { verifyTypedData } from "ethers";
import { GUARDIAN_TYPES } from "../../protocol/guardians.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import { hashPubdata } from "../../protocol/pubdata.ts";
import { availabilityDomain, quorumDomain } from "../../protocol/quorum.ts";
import type { TypedDataSigner } from "../../settlement/signing/signatures.ts";
import type { GuardedBatch } from "./guarded-batch.ts";
import type { ExecutedLeaves, GuardedChain } from "./guarded-chain.ts";
import { GuardianError } from "./guardian-error.ts";

/** EIP-712 fields of a request to sign, in the domain of the chain's contract. */
export const GUARDIAN_REQUEST_TYPES = { GuardianRequest: [{ name: "preCommitment", type: "bytes32" }] };

/** Request of a chain that a guardian stores and signs a batch. */
export interface SigningRequest {
  readonly batch: GuardedBatch;
  /** Last second at which L1 accepts the signature. */
  readonly validUntil: bigint;
  /** Signature of a validator or of the chain's admin: a guardian executes nothing, so a stranger could move its state. */
  readonly requestSignature: Hex;
}

interface GuardianDependencies {
  readonly signer: TypedDataSigner;
  readonly settlementChainId: ChainId;
  /** Contract of the network, which counts the signatures. */
  readonly network: Hex;
  /** Contract of the chain: 20 bytes, lower case. */
  readonly hyperchain: Hex;
  readonly chain: GuardedChain;
  /** Accounts whose requests count, as L1 lists them now. */
  readonly requesters: () => Promise<ReadonlySet<Hex>>;
  /** Seconds of L1's newest block. */
  readonly l1Seconds: () => Promise<bigint>;
}

/**
 * Seconds for which a signature holds at most. The network accepts a form of a batch until then, so a chain that replaces the
 * form has its data for no longer.
 */
export const MAX_VALID_SECONDS = 86_400n;

/** A key that signs for a chain's data after it has stored them. */
export class Guardian {
  readonly #dependencies: GuardianDependencies;

  constructor(dependencies: GuardianDependencies) {
    this.#dependencies = dependencies;
  }

  /** Stores a batch and signs for its data. Rejects with GuardianError. */
  async sign({ batch, validUntil, requestSignature }: SigningRequest): Promise<Hex> {
    const { signer, settlementChainId, network, chain } = this.#dependencies;
    await this.#requireRequester(batch.preCommitment, requestSignature);
    await this.#requireEnd(validUntil);
    await chain.take(batch);
    const { preCommitment, pubdata } = batch;
    const value = { preCommitment, pubdataHash: hashPubdata(pubdata), validUntil };
    return (await signer.signTypedData(availabilityDomain(settlementChainId, network), GUARDIAN_TYPES, value)) as Hex;
  }

  /** State that L1 executed last, for every account that asks. Rejects with GuardianError StateUnknown. */
  leaves(): Promise<ExecutedLeaves> {
    return this.#dependencies.chain.leaves();
  }

  async #requireEnd(validUntil: bigint): Promise<void> {
    const latest = (await this.#dependencies.l1Seconds()) + MAX_VALID_SECONDS;
    if (validUntil <= latest) return;
    throw new GuardianError(
      "ValidityTooLong",
      `the signature would hold until ${validUntil}, and ${latest} is the latest; name an earlier second`,
    );
  }

  async #requireRequester(preCommitment: Hex, signature: Hex): Promise<void> {
    const { settlementChainId, hyperchain, requesters } = this.#dependencies;
    const domain = quorumDomain(settlementChainId, hyperchain);
    let signer = "an account without a valid signature";
    try {
      signer = verifyTypedData({ ...domain }, GUARDIAN_REQUEST_TYPES, { preCommitment }, signature).toLowerCase();
    } catch {
      // No account has signed: the check below refuses the request.
    }
    if ((await requesters()).has(signer as Hex)) return;
    throw new GuardianError(
      "RequesterUnknown",
      `${signer} is neither a validator nor the admin of ${hyperchain}; sign as one of them`,
    );
  }
}
