/** Elements of a digest. */
type Elements = readonly number[];

/** Facts that a batch imports at most, and slots for their hashes. */
export const MAX_IMPORTED_FACTS = 16;
/** Levels of the trees: a chain's state, a hub's members, a hub's facts. */
export const HUB_DEPTHS = { state: 32, members: 32, facts: 24 } as const;
/** Tags of the compressions in a hub's state (`protocol/domain-tags.ts`). */
export const HUB_TAG = { state: 27, member: 28, fact: 29, node: 30 } as const;
/** Tags of the compressions in a chain's state; pairs are those of storage. */
export const STATE_TAG = { node: 1, leaf: 2, value: 3, state: 6, pair: 8 } as const;

/** Keys of the storage slots that a program reads in a member's state, as digests. */
export interface HubSlots {
  /** Hash of the fact about the newest batch with logs. */
  readonly lastFact: Elements;
  /** 2^16, and a bit for each fact that the newest batch imports. */
  readonly factMask: Elements;
  /** Hashes of imported facts: 16 slots. */
  readonly imports: readonly Elements[];
}

/** Position of a storage slot's leaf in a member's state tree. */
interface SlotOpening {
  /** Below 2^32. */
  readonly index: number;
  /** Next key in the order of keys. */
  readonly nextKey: Elements;
  /** Digest of the leaf's value. */
  readonly value: Elements;
  /** 32 siblings, the leaf's first. */
  readonly siblings: readonly Elements[];
}

/** Position of a fact in a hub's tree. */
interface FactOpening {
  /** Below 2^24. */
  readonly position: number;
  /** 24 siblings, the leaf's first. */
  readonly siblings: readonly Elements[];
}

/** Fact that a batch imports: its slot in the member's state, and its leaf among the hub's facts before the batch. */
interface ImportedFact {
  readonly slot: SlotOpening;
  readonly fact: FactOpening;
}

/** All that a program needs besides statements and proofs for the step of a hub's state by one batch. */
export interface HubStepInput {
  /** The member's state after the batch. */
  readonly member: {
    readonly leafCount: number;
    readonly lastFact: SlotOpening;
    /** `value` is not read: the mask determines it. */
    readonly factMask: SlotOpening;
    /** Facts that the batch imports, in order. */
    readonly imports: readonly ImportedFact[];
  };
  /** The member's leaf before the batch, 0⁸ if the hub lacks the chain, and its 32 siblings. */
  readonly leaf: { readonly before: Elements; readonly siblings: readonly Elements[] };
  /** Number of facts before the batch, and the 24 siblings of the next leaf. */
  readonly facts: { readonly count: number; readonly siblings: readonly Elements[] };
}
