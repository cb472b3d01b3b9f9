import type { AssetFlow } from "../../../src/ground/protocol/asset-flows.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { compressor } from "../model/state-tree.ts";
import type { Chain, QueuedOperation } from "../model/world.ts";

/** Bits of an account header below the balance. */
const NONCE_BITS = 64n;

/** A message of a batch, at its place among the logs. */
export interface SentMessage {
  readonly index: number;
  readonly log: PubdataLog & { readonly type: "message" };
}

/** A leg of a flow whose escrow begins or ends: `EscrowStatus`. */
export interface EscrowMove {
  readonly id: Hex;
  readonly leg: number;
  readonly status: bigint;
}

/** Content of one batch of a chain. */
export interface BatchContent {
  readonly operations: readonly { readonly operation: QueuedOperation; readonly success: boolean }[];
  readonly messages: readonly SentMessage["log"][];
  readonly writes: readonly StateWrite[];
  /** Holdings after the batch that differ from those before. */
  readonly holdings: ReadonlyMap<string, bigint>;
  readonly bytecodes: readonly Uint8Array[];
  readonly imports: readonly ImportedRoot[];
  /** Hashes of the messages of other chains that are delivered. */
  readonly deliveries: readonly Hex[];
  /** Moves of legs of flows. */
  readonly escrows: readonly EscrowMove[];
  readonly cheatCount: bigint;
  readonly timestamp: bigint;
  readonly withhold: boolean;
  /** In place of the true state root. */
  readonly falseRoot?: Hex;
}

/** A batch that L1 has taken, with what its later stages need. */
export interface BatchRecord {
  readonly stored: StoredBatch;
  readonly leaves: readonly Hex[];
  readonly flows: readonly AssetFlow[];
  readonly content: BatchContent;
  /** State to restore if the batch is reverted. */
  readonly before: { readonly snapshot: ReturnType<StateTree["snapshot"]>; readonly holdings: ReadonlyMap<string, bigint> };
}

/** A holding's name: the L1 token (ETH as 0) and the account on the chain. */
export function holdingName(token: Hex, account: Hex): string {
  return `${token},${account}`;
}

/** A chain as its operator knows it: its state, and what L1 knows of its batches. */
export class L2Chain {
  readonly chain: Chain;
  /** Whether the quorum says the truth. */
  readonly isHonest: boolean;
  /** The second from which on the operator commits nothing more. */
  readonly leavesAt: bigint;
  readonly tree: StateTree;
  holdings = new Map<string, bigint>();
  /** Committed and not executed. */
  pending: BatchRecord[] = [];
  readonly executed: BatchRecord[] = [];
  readonly #l1ChainId: bigint;

  constructor(chain: Chain, isHonest: boolean, leavesAt: bigint, l1ChainId: bigint) {
    this.chain = chain;
    this.isHonest = isHonest;
    this.leavesAt = leavesAt;
    this.#l1ChainId = l1ChainId;
    this.tree = StateTree.genesis([], { compressor });
  }

  /** In place of the hash of the next batch's outputs, which only a proof would look at. */
  get nextOutputs(): bigint {
    return BigInt(this.executed.length + this.pending.length + 1);
  }

  /** Whether a message has been delivered, as far as batches are committed. */
  hasDelivered(messageHash: Hex): boolean {
    return [...this.executed, ...this.pending].some(({ content }) => content.deliveries.includes(messageHash));
  }

  /** The leaf of a holding. */
  holdingWrite(name: string, amount: bigint): StateWrite {
    const [token, account] = name.split(",") as [Hex, Hex];
    const { baseToken } = this.chain.configuration;
    const key = holdingKey({ settlementChainId: this.#l1ChainId, baseToken, token, account });
    return { ...key, value: key.leafKind === LeafKind.account ? amount << NONCE_BITS : amount };
  }

  /** Takes a batch that L1 has committed. */
  commit(record: Omit<BatchRecord, "before">): void {
    const before = { snapshot: this.tree.snapshot(), holdings: new Map(this.holdings) };
    this.tree.apply(record.content.writes, this.nextOutputs);
    for (const [name, amount] of record.content.holdings) this.holdings.set(name, amount);
    this.pending.push({ ...record, before });
  }

  /** Continues after the oldest pending batch was executed. */
  execute(): void {
    const record = this.pending.shift()!;
    this.tree.discard(record.before.snapshot);
    this.executed.push(record);
  }

  /** The state after the last executed batch, until it is put back. */
  executedState(): { readonly state: Pick<L2Chain, "chain" | "holdings" | "tree">; restore(): void } {
    const [first] = this.pending;
    if (first === undefined) return { state: this, restore: () => {} };
    const { pending } = this;
    this.revertTo(first.stored.batchNumber);
    return {
      state: this,
      restore: () => {
        for (const record of pending) this.commit(record);
      },
    };
  }

  /** Returns to the state before the pending batch of this number. */
  revertTo(number: bigint): void {
    const position = this.pending.findIndex(({ stored }) => stored.batchNumber === number);
    const record = this.pending[position];
    if (record === undefined) return;
    this.tree.revert(record.before.snapshot);
    this.holdings = new Map(record.before.holdings);
    this.pending = this.pending.slice(0, position);
  }
}
