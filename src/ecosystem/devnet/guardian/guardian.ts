import { verifyTypedData } from "ethers";
import { GUARDIAN_REQUEST_TYPES, GUARDIAN_TYPES, GUARDIAN_VALIDITY_SECONDS } from "../../../ground/protocol/guardians.ts";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import { availabilityDomain, quorumDomain } from "../../../ground/protocol/quorum.ts";
import type { TypedDataSigner } from "../../../chain/settlement/signing/signatures.ts";
import type { GuardedBatch } from "./guarded-batch.ts";
import type { ExecutedLeaves, GuardedChain } from "./guarded-chain.ts";
import { GuardianError } from "./guardian-error.ts";

/** Request of a chain that a guardian stores and signs a batch. */
export interface SigningRequest {
  readonly batch: GuardedBatch;
  /** Last second at which L1 accepts the signature. */
  readonly validUntil: bigint;
  /**
   * Signature of a validator or of the chain's admin, for these data and this second: a guardian executes nothing, so a
   * stranger could move its state.
   */
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

/** Seconds by which the newest block of this guardian's L1 may be behind that of the chain. */
const L1_LAG_SECONDS = 300n;
/**
 * Seconds after L1's newest block at which a signature ends at the latest. The network accepts a form of a batch until then, so a
 * chain that replaces the form has its data for no longer.
 */
export const MAX_VALID_SECONDS = GUARDIAN_VALIDITY_SECONDS + L1_LAG_SECONDS;

/** Value of a request that a chain signs. */
export function requestValue({ preCommitment, pubdata, porter }: GuardedBatch, validUntil: bigint) {
  return {
    preCommitment,
    pubdataHash: hashPubdata(pubdata),
    porterListHash: keccak(porter?.list ?? new Uint8Array()),
    validUntil,
  };
}

/** A key that signs for a chain's data after it has stored them. */
export class Guardian {
  readonly #dependencies: GuardianDependencies;

  constructor(dependencies: GuardianDependencies) {
    this.#dependencies = dependencies;
  }

  /** Stores a batch and signs for its data. Rejects with GuardianError. */
  async sign({ batch, validUntil, requestSignature }: SigningRequest): Promise<Hex> {
    const { signer, settlementChainId, network, chain } = this.#dependencies;
    await this.#requireRequester(requestValue(batch, validUntil), requestSignature);
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

  async #requireRequester(value: ReturnType<typeof requestValue>, signature: Hex): Promise<void> {
    const { settlementChainId, hyperchain, requesters } = this.#dependencies;
    const domain = quorumDomain(settlementChainId, hyperchain);
    let signer = "an account without a valid signature";
    try {
      signer = verifyTypedData({ ...domain }, GUARDIAN_REQUEST_TYPES, value, signature).toLowerCase();
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
