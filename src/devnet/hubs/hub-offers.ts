import type { HubEntry } from "../../hub/hub-block.ts";
import { HubError } from "../../hub/hub-error.ts";
import type { OfferedEntry } from "../../hub/hub-node.ts";
import type { HubState } from "../../hub/hub-state.ts";
import { requireSlots } from "../../hub/member-slots.ts";
import type { JoinableBatch } from "../../l1-proof/batch-for-l1.ts";
import type { FactBatch } from "../../protocol/fact-evidence.ts";
import { keccak, type Hex } from "../../protocol/hex.ts";
import type { MemberSlots } from "../../protocol/hub-slots.ts";
import { hashStoredBatch, type StoredBatch } from "../../protocol/stored-batch.ts";
import type { FactsOnL1 } from "../../settlement-layer/facts/facts-on-l1.ts";
import type { FactSource } from "../facts/open-facts.ts";
import { readOfferedBatches, readOfferedProof } from "../offers/offered-answers.ts";
import { dropOldest } from "../../runtime/drop-oldest.ts";

/** Proofs that are remembered. */
const MAX_REMEMBERED = 256;

interface HubOffersDependencies {
  /** Chains of the hub that run now. */
  readonly members: () => readonly FactSource[];
  /** L1 at its newest block that counts. */
  readonly l1: () => Promise<FactsOnL1>;
  /** Contract that accepts the hub's proofs. */
  readonly aggregator: Hex;
  /** Reason why a batch's proof does not hold, verified in this process; undefined for a proof that holds. */
  readonly refusalOf: (batch: FactBatch) => Promise<string | undefined>;
  /** True if proofs of the hub's states are made, which read slots of the members' states. */
  readonly isProven: boolean;
}

/** A batch as a member shows it. */
interface ShownOffer {
  readonly batch: FactBatch;
  readonly proofHash: Hex;
  /** Compared with the batch's state root; undefined if no proof reads them. */
  readonly slots: MemberSlots | undefined;
}

/** Batches that members offer, and the check of a block's batches against L1. The aggregators of a process share it. */
export class HubOffers {
  readonly #dependencies: HubOffersDependencies;
  /** Batches with their proofs, by the hash of their records. A proof has some 600 kB, so its hash is computed once. */
  readonly #batches = new Map<Hex, ShownOffer>();
  /** Records of batches whose proofs hold. */
  readonly #verified = new Set<Hex>();

  /** Reasons against the slots that members offer, by chain, of the newest read. */
  readonly #refusals = new Map<bigint, HubError>();

  constructor(dependencies: HubOffersDependencies) {
    this.#dependencies = dependencies;
  }

  /** Offered batches that the state does not contain, each chain's in order. A member that does not answer has none. */
  async read(state: HubState): Promise<readonly OfferedEntry[]> {
    this.#refusals.clear();
    const offers = this.#dependencies.members().map((member) =>
      this.#ofMember(member, state).catch((error: unknown) => {
        if (error instanceof HubError) this.#refusals.set(member.chainId, error);
        return [];
      }),
    );
    return (await Promise.all(offers)).flat();
  }

  /** Reasons against members whose batches the newest read left out. */
  get refusals(): readonly HubError[] {
    return [...this.#refusals.values()];
  }

  /** True if L1 stores the batches, none is executed, and their proofs hold. Rejects with L1's error. */
  async areOpen(entries: readonly HubEntry[]): Promise<boolean> {
    const l1 = await this.#dependencies.l1();
    for (const entry of entries) if (!(await this.#isOpen(entry, l1))) return false;
    return true;
  }

  /**
   * Proof and slots of a block's batch, from which the block's proof is made. Throws HubError BatchNotOffered if the offer is no
   * longer stored.
   */
  offerOf({ chainId, stored }: HubEntry): { readonly joinable: JoinableBatch; readonly slots: MemberSlots | undefined } {
    const offer = this.#batches.get(hashStoredBatch(stored));
    if (offer === undefined)
      throw new HubError(
        "BatchNotOffered",
        `the proof of batch ${stored.batchNumber} of chain ${chainId} is no longer stored here; the chain shows the batch to L1 alone`,
      );
    const { program, proof } = offer.batch;
    return { joinable: { fields: { chainId, batch: stored }, program, proof }, slots: offer.slots };
  }

  async #ofMember({ chainId, answer }: FactSource, state: HubState): Promise<readonly OfferedEntry[]> {
    const records = readOfferedBatches(await answer("hyperchain_getOfferedBatches", []));
    const isNew = ({ batchNumber, newStateRoot }: StoredBatch): boolean => {
      const member = state.member(chainId);
      return member === undefined || batchNumber >= member.nextBatch || isOther(member, { batchNumber, newStateRoot });
    };
    const entries: OfferedEntry[] = [];
    for (const stored of records.filter(isNew)) entries.push(await this.#entryOf(chainId, stored, answer));
    return entries;
  }

  async #entryOf(chainId: bigint, stored: StoredBatch, answer: FactSource["answer"]): Promise<OfferedEntry> {
    const name = hashStoredBatch(stored);
    let offer = this.#batches.get(name);
    if (offer === undefined) {
      const answered = await answer("hyperchain_getOfferedProof", [Number(stored.batchNumber)]);
      const { slots: unchecked, ...shown } = readOfferedProof(answered);
      const { isProven } = this.#dependencies;
      const slots = isProven ? requireSlots({ chainId, stored, imports: shown.imports }, unchecked) : undefined;
      offer = { batch: { chainId, stored, ...shown }, proofHash: keccak(shown.proof), slots };
      this.#batches.set(name, offer);
      dropOldest(this.#batches, MAX_REMEMBERED);
    }
    const { program, imports } = offer.batch;
    return { chainId, stored, program, proofHash: offer.proofHash, imports };
  }

  async #isOpen({ chainId, stored, proofHash }: HubEntry, l1: FactsOnL1): Promise<boolean> {
    const { aggregator } = this.#dependencies;
    const source = await l1.source(chainId);
    const { batchNumber, protocolVersion } = stored;
    if (source === undefined || batchNumber < source.executed || batchNumber >= source.committed) return false;
    const name = hashStoredBatch(stored);
    if ((await l1.storedHash(source, batchNumber)) !== name) return false;
    if ((await l1.aggregator(chainId, protocolVersion)) !== aggregator) return false;
    const offer = this.#batches.get(name);
    return offer?.proofHash === proofHash && (await this.#holds(name, offer.batch));
  }

  async #holds(name: Hex, batch: FactBatch): Promise<boolean> {
    if (this.#verified.has(name)) return true;
    if ((await this.#dependencies.refusalOf(batch)) !== undefined) return false;
    if (this.#verified.size >= MAX_REMEMBERED) this.#verified.clear();
    this.#verified.add(name);
    return true;
  }
}

/** True for a batch that L1 stores instead of the member's newest one. */
function isOther(
  { nextBatch, stateRoot }: { readonly nextBatch: bigint; readonly stateRoot: Hex },
  { batchNumber, newStateRoot }: Pick<StoredBatch, "batchNumber" | "newStateRoot">,
): boolean {
  return batchNumber + 1n === nextBatch && newStateRoot !== stateRoot;
}
