import type { HubBatch, HubEntry } from "../../hub/hub-block.ts";
import { HubError } from "../../hub/hub-error.ts";
import type { OfferedEntry } from "../../hub/hub-node.ts";
import type { HubState } from "../../hub/hub-state.ts";
import { requireSlots } from "../../hub/member-slots.ts";
import type { JoinableBatch } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";
import type { HubHeader } from "../../../ground/protocol/hub-header.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { MemberSlots } from "../../../ground/protocol/hub-slots.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import type { FactSource } from "../facts/open-facts.ts";
import { readOfferedBatches, readOfferedProof } from "../offers/offered-answers.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Proofs that are remembered. */
const MAX_REMEMBERED = 256;
/** Times that a batch may be decided again because L1 skipped it: a block without effect costs a landing. */
const MAX_REPEATS = 2;

interface HubOffersDependencies {
  /** Chains of the hub that run now. */
  readonly members: () => readonly FactSource[];
  /** L1 at its newest block that counts. */
  readonly l1: () => Promise<FactsOnL1>;
  /** Number of the hub's newest block that is landed in this block of L1. */
  readonly landedIn: (l1Block: number) => Promise<bigint>;
  /** Contract that accepts the hub's proofs. */
  readonly aggregator: Hex;
  /** Reason why a batch's proof does not hold, verified in this process; undefined for a proof that holds. */
  readonly refusalOf: (batch: FactBatch) => Promise<string | undefined>;
  /** True if proofs of the hub's states are made, which read slots of the members' states. */
  readonly isProven: boolean;
  /** True if this process makes them, or markers, from the members' proofs; else a proof is forgotten when it is verified. */
  readonly keepsProofs: boolean;
}

/** A batch as a member shows it. */
interface ShownOffer extends Pick<FactBatch, "program" | "imports"> {
  readonly proofHash: Hex;
  /** Undefined in a process that makes no proofs of blocks. */
  readonly parts: ProofParts | undefined;
}

/** Parts of an offer that a block's proof is made from. */
interface ProofParts {
  readonly proof: Uint8Array;
  /** Compared with the batch's state root; undefined if no proof reads them. */
  readonly slots: MemberSlots | undefined;
}

/** Batches that members offer, and the check of a block's batches against L1. The aggregators of a process share it. */
export class HubOffers {
  readonly #dependencies: HubOffersDependencies;
  /**
   * Batches whose proofs hold, by chain and record: another member can show the same record. Only batches that L1 stores are
   * here, so no member displaces the proofs of others by invented ones. A proof has some 600 kB, so its hash is computed once.
   */
  readonly #verified = new Map<string, ShownOffer>();
  /** Refusals of proofs, so that a proof is fetched and verified once. */
  readonly #refused = new Map<string, HubError>();
  /** Reasons against batches that members offer, by chain, of the newest read. */
  readonly #refusals = new Map<bigint, HubError>();
  /** Number of blocks after the first one that have a batch, by chain and record. */
  readonly #repeats = new Map<string, number>();
  /** Number of the newest decided block that has a batch, by chain and record. */
  readonly #newestBlocks = new Map<string, bigint>();

  constructor(dependencies: HubOffersDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Offered batches for the block after the node's one, if aggregators vote for them now: new ones, and batches of its state
   * that L1 skipped. Each chain's are in order up to one that aggregators refuse: a block with such a batch would never be
   * decided, and would stop the other members. A member that does not answer has none.
   */
  async read(node: NewestBlock): Promise<readonly OfferedEntry[]> {
    this.#refusals.clear();
    const offers = this.#dependencies.members().map((member) => this.#ofMember(member, node).catch(() => []));
    return (await Promise.all(offers)).flat();
  }

  /** Notes the batches of a decided block, and counts those that the state before it contains. */
  noteDecided({ header, entries }: DecidedBatches, before: HubState): void {
    for (const { chainId, stored } of entries) {
      const name = nameOf(chainId, stored);
      this.#newestBlocks.delete(name);
      this.#newestBlocks.set(name, header.number);
      dropOldest(this.#newestBlocks, MAX_REMEMBERED);
      if (isNew(stored, before.member(chainId))) continue;
      this.#repeats.set(name, (this.#repeats.get(name) ?? 0) + 1);
      dropOldest(this.#repeats, MAX_REMEMBERED);
    }
  }

  /** Reasons against members whose batches the newest read left out. */
  get refusals(): readonly HubError[] {
    return [...this.#refusals.values()];
  }

  /** True if the batches' proofs are stored here and hold. */
  hasVerified(entries: readonly HubEntry[]): boolean {
    return entries.every(
      ({ chainId, stored, proofHash }) => this.#verified.get(nameOf(chainId, stored))?.proofHash === proofHash,
    );
  }

  /** True if L1 stores the batches, none is executed, and their proofs hold. Rejects with L1's error. */
  async areOpen(entries: readonly HubEntry[]): Promise<boolean> {
    const l1 = await this.#dependencies.l1();
    if (!this.hasVerified(entries)) return false;
    for (const { chainId, stored } of entries) if ((await this.#closedReason(chainId, stored, l1)) !== undefined) return false;
    return true;
  }

  /**
   * Proof and slots of a block's batch, from which the block's proof is made. Throws HubError BatchNotOffered if the offer is no
   * longer stored.
   */
  offerOf({ chainId, stored }: HubEntry): { readonly joinable: JoinableBatch; readonly slots: MemberSlots | undefined } {
    const offer = this.#verified.get(nameOf(chainId, stored));
    if (offer?.parts === undefined)
      throw new HubError(
        "BatchNotOffered",
        `the proof of batch ${stored.batchNumber} of chain ${chainId} is no longer stored here; the chain shows the batch to L1 alone`,
      );
    const { program, parts } = offer;
    const { proof, slots } = parts;
    return { joinable: { fields: { chainId, batch: stored }, program, proof }, slots };
  }

  async #ofMember({ chainId, answer }: FactSource, node: NewestBlock): Promise<readonly OfferedEntry[]> {
    const records = readOfferedBatches(await answer("hyperchain_getOfferedBatches", []));
    const entries: OfferedEntry[] = [];
    if (records.length === 0) return entries;
    const l1 = await this.#dependencies.l1();
    const member = node.state.member(chainId);
    const skipped = records.every((stored) => isNew(stored, member)) ? [] : await this.#skipped({ chainId, records, l1 }, node);
    try {
      for (const stored of records)
        if (isNew(stored, member)) entries.push(await this.#entryOf({ chainId, stored, answer, l1 }));
        else if (skipped.includes(stored)) entries.push(await this.#repeatedEntry({ chainId, stored, answer, l1 }));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#refusals.set(chainId, error);
    }
    return entries;
  }

  /**
   * Batches that L1 has not proven although it has landed their newest block: its landing skipped them, for example because L1
   * did not store them yet. A batch whose block waits for the landing is left out, because that landing may prove the batch.
   * Blocks of other members may wait: a busy hub always has some.
   */
  async #skipped({ chainId, records, l1 }: MemberRecords, { header }: NewestBlock): Promise<readonly StoredBatch[]> {
    const landed = await this.#dependencies.landedIn(l1.block);
    const source = await l1.source(chainId);
    if (source === undefined) return [];
    return records.filter((stored) => {
      // After a return of L1 the hub may have fewer blocks than were noted, and a new process has noted none.
      const noted = this.#newestBlocks.get(nameOf(chainId, stored)) ?? header.number;
      return landed >= (noted < header.number ? noted : header.number) && stored.batchNumber >= source.verified;
    });
  }

  async #repeatedEntry(record: ShownRecord): Promise<OfferedEntry> {
    const { chainId, stored } = record;
    const repeats = this.#repeats.get(nameOf(chainId, stored)) ?? 0;
    if (repeats < MAX_REPEATS) return this.#entryOf(record);
    throw new HubError(
      "AlwaysSkipped",
      `${repeats + 1} blocks of the hub have batch ${stored.batchNumber} of chain ${chainId}, and L1 has it not proven; the chain shows it to L1 alone`,
    );
  }

  async #entryOf(record: ShownRecord): Promise<OfferedEntry> {
    const { chainId, stored, l1 } = record;
    const name = nameOf(chainId, stored);
    const refused = this.#refused.get(name);
    if (refused !== undefined) throw refused;
    // Before the proof is fetched: an invented record needs no verification.
    const closed = await this.#closedReason(chainId, stored, l1);
    if (closed !== undefined)
      throw new HubError("BatchNotOpen", `${closed}; the chain shows batch ${stored.batchNumber} to L1 alone`);
    const { program, proofHash, imports } = this.#verified.get(name) ?? (await this.#verify(name, record));
    return { chainId, stored, program, proofHash, imports };
  }

  async #verify(name: string, { chainId, stored, answer }: ShownRecord): Promise<ShownOffer> {
    const { isProven, keepsProofs, refusalOf } = this.#dependencies;
    const answered = await answer("hyperchain_getOfferedProof", [Number(stored.batchNumber)]);
    const { slots: unchecked, ...shown } = readOfferedProof(answered);
    const slots = isProven ? requireSlots({ chainId, stored, imports: shown.imports }, unchecked) : undefined;
    const refusal = await refusalOf({ chainId, stored, ...shown });
    if (refusal !== undefined) {
      const error = new HubError(
        "ProofRefused",
        `the proof of batch ${stored.batchNumber} of chain ${chainId} does not hold: ${refusal}; the chain shows it to L1 alone`,
      );
      this.#refused.set(name, error);
      dropOldest(this.#refused, MAX_REMEMBERED);
      throw error;
    }
    const { program, imports, proof } = shown;
    const offer = { program, imports, proofHash: keccak(proof), parts: keepsProofs ? { proof, slots } : undefined };
    this.#verified.set(name, offer);
    dropOldest(this.#verified, MAX_REMEMBERED);
    return offer;
  }

  /** Why a landing would have no effect on the batch; undefined if it would. Rejects with L1's error. */
  async #closedReason(chainId: ChainId, stored: StoredBatch, l1: FactsOnL1): Promise<string | undefined> {
    const { aggregator } = this.#dependencies;
    const { batchNumber, protocolVersion } = stored;
    const source = await l1.source(chainId);
    if (source === undefined || batchNumber < source.executed) return `L1 has executed batch ${batchNumber} of chain ${chainId}`;
    if (batchNumber >= source.committed || (await l1.storedHash(source, batchNumber)) !== hashStoredBatch(stored))
      return `L1 stores another batch ${batchNumber} of chain ${chainId}, or none`;
    if ((await l1.aggregator(chainId, protocolVersion)) === aggregator) return undefined;
    return `version ${protocolVersion} of chain ${chainId} has another aggregator than the hub`;
  }
}

/** A decided block with its batches. */
interface DecidedBatches {
  readonly header: Pick<HubHeader, "number">;
  readonly entries: readonly HubBatch[];
}

/** Newest block of a hub, as its header, with the state after it. */
interface NewestBlock {
  readonly header: Pick<HubHeader, "number">;
  readonly state: HubState;
}

/** Records that a member offers, with the present L1. */
interface MemberRecords {
  readonly chainId: ChainId;
  readonly records: readonly StoredBatch[];
  readonly l1: FactsOnL1;
}

/** A record that a member offers, in the current state of L1. */
interface ShownRecord {
  readonly chainId: ChainId;
  readonly stored: StoredBatch;
  readonly answer: FactSource["answer"];
  readonly l1: FactsOnL1;
}

function nameOf(chainId: ChainId, stored: StoredBatch): string {
  return `${chainId} ${hashStoredBatch(stored)}`;
}

/** True for a batch after the member's newest one in the hub, and for another one of its number. */
function isNew({ batchNumber, newStateRoot }: StoredBatch, member: ReturnType<HubState["member"]>): boolean {
  if (member === undefined || batchNumber >= member.nextBatch) return true;
  return batchNumber + 1n === member.nextBatch && newStateRoot !== member.stateRoot;
}
