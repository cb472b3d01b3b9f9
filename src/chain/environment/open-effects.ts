import { encodedBytes } from "../witness/change-size.ts";
import { ASSET_ROUTER_ADDRESS, isAssetSender } from "../../ground/protocol/asset-message.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS } from "../../ground/protocol/outputs-leaf.ts";
import type { PubdataLog } from "../../ground/protocol/pubdata.ts";
import { WORD_LIMIT } from "../../ground/protocol/word.ts";
import { fits, NO_USAGE, type BatchLimits, type BatchUsage } from "../ordering/limits.ts";
import type { StateTree } from "../state/state-tree.ts";
import { EnvironmentError } from "./environment-error.ts";
import type { LeafWrite, StepEffects } from "./execution-environment.ts";

/** Limits of one step's effects, so that a batch can be sealed before a step exceeds the limits of a batch. */
const STEP_LIMITS = { writes: 256, messages: 32, messageBytes: 16_384 } as const;

/** Leaves that the protocol writes with a step: the router's counter and a delivery's flag. */
const PROTOCOL_WRITES = 2;
/** Leaf that exceeds no other in bytes: a storage leaf with a full slot and value. */
const LARGEST_LEAF_BYTES = encodedBytes({
  leafKind: LeafKind.storage,
  address: 0n,
  slot: WORD_LIMIT - 1n,
  before: 0n,
  value: WORD_LIMIT - 1n,
});

/** Writes, logs and sizes of an open batch. */
export class OpenEffects {
  readonly #tree: Pick<StateTree, "get">;
  readonly #writes: Map<string, LeafWrite>;
  #usage: BatchUsage;

  constructor(tree: Pick<StateTree, "get">, from?: OpenEffects) {
    this.#tree = tree;
    this.#writes = new Map(from?.changed);
    this.#usage = from?.usage ?? NO_USAGE;
  }

  get usage(): BatchUsage {
    return this.#usage;
  }

  /** Values by the keys of their leaves. */
  get changed(): ReadonlyMap<string, LeafWrite> {
    return this.#writes;
  }

  /** Value of a leaf after the last step. */
  value(leaf: Omit<LeafWrite, "value">): bigint {
    return this.#writes.get(nameOf(leaf))?.value ?? this.#tree.get(leaf);
  }

  write(leaf: LeafWrite): void {
    const name = nameOf(leaf);
    if (!this.#writes.has(name)) this.#count(leaf);
    this.#writes.set(name, leaf);
  }

  /** Counts an entry of the batch's logs. */
  log(entry: PubdataLog): void {
    const { messages, messageBytes, priorityOps } = this.#usage;
    this.#usage =
      entry.type === "message"
        ? { ...this.#usage, messages: messages + 1, messageBytes: messageBytes + entry.body.length }
        : { ...this.#usage, priorityOps: priorityOps + 1 };
  }

  /** Counts imported roots. */
  imported(count: number): void {
    this.#usage = { ...this.#usage, importedRoots: this.#usage.importedRoots + count };
  }

  /** Changed leaves without those that have their old value. */
  net(): readonly LeafWrite[] {
    return [...this.#writes.values()].filter((leaf) => this.#tree.get(leaf) !== leaf.value);
  }

  /** True if the largest step may have no room. */
  isFull(limits: BatchLimits, leafCount: number): boolean {
    const { diffs, insertions, diffBytes, messages, messageBytes, priorityOps, importedRoots } = this.#usage;
    const leaves = STEP_LIMITS.writes + PROTOCOL_WRITES;
    const after: BatchUsage = {
      ...this.#usage,
      diffs: diffs + leaves,
      insertions: insertions + leaves,
      diffBytes: diffBytes + leaves * LARGEST_LEAF_BYTES,
      messages: messages + STEP_LIMITS.messages + 1,
      messageBytes: messageBytes + STEP_LIMITS.messageBytes,
      priorityOps: priorityOps + 1,
      importedRoots: importedRoots + 1,
    };
    return !fits(after, limits, leafCount);
  }

  #count(leaf: LeafWrite): void {
    const before = this.#tree.get(leaf);
    const { diffs, insertions, diffBytes } = this.#usage;
    this.#usage = {
      ...this.#usage,
      diffs: diffs + 1,
      insertions: before === 0n ? insertions + 1 : insertions,
      diffBytes: diffBytes + encodedBytes({ ...leaf, before, value: WORD_LIMIT - 1n }),
    };
  }
}

/** Throws EnvironmentError for effects that exceed a step's limits or belong to the protocol. */
export function requireAllowed({ writes, transfers = [], messages = [] }: StepEffects<unknown>): void {
  const messageBytes = messages.reduce((sum, { body }) => sum + body.length, 0);
  const count = transfers.length + messages.length;
  if (writes.length > STEP_LIMITS.writes || count > STEP_LIMITS.messages || messageBytes > STEP_LIMITS.messageBytes)
    throw new EnvironmentError(
      "EffectsTooLarge",
      `a step has ${writes.length} writes and ${count} messages with ${messageBytes} bytes; the limits are ` +
        `${STEP_LIMITS.writes}, ${STEP_LIMITS.messages} and ${STEP_LIMITS.messageBytes}: split the step`,
    );
  const reserved = writes.find(isReserved);
  if (reserved !== undefined)
    throw new EnvironmentError(
      "ReservedLeaf",
      `a step writes storage of 0x${reserved.address.toString(16)}, which the protocol writes; use another address`,
    );
  if (messages.some(({ sender }) => isAssetSender(sender)))
    throw new EnvironmentError("ReservedLeaf", "a step sends a message that moves assets; return it among the transfers");
}

const RESERVED: readonly bigint[] = [BigInt(ASSET_ROUTER_ADDRESS), OUTPUTS_ADDRESS];

function isReserved({ leafKind, address }: LeafWrite): boolean {
  return leafKind === LeafKind.storage && RESERVED.includes(address);
}

function nameOf({ leafKind, address, slot }: Omit<LeafWrite, "value">): string {
  return `${leafKind} ${address} ${slot}`;
}
