import { digestFromHex, digestToHex, ZERO_DIGEST, type Digest } from "../../ground/protocol/digest.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../ground/protocol/ids.ts";
import { factIndex, hashFact } from "../../ground/protocol/import-kinds.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import { FactTree } from "./fact-tree.ts";
import { HubError } from "./hub-error.ts";
import { EMPTY_NODES, FACT_DEPTH, hubNode, MEMBER_DEPTH, memberLeaf, NO_LOGS, stateDigest } from "./hub-hashes.ts";

/** Chain of a hub after its newest batch there. */
interface HubMember {
  readonly chainId: ChainId;
  /** Number after the newest batch. */
  readonly nextBatch: BatchNumber;
  readonly stateRoot: Hex;
  /** Hash of the fact about the newest batch with logs. */
  readonly lastFact: Hex;
}

/** A batch of a member, as L1 stores it. */
interface MemberBatch {
  readonly chainId: ChainId;
  readonly stored: Pick<StoredBatch, "batchNumber" | "oldStateRoot" | "newStateRoot" | "l2LogsTreeRoot">;
}

const ID_LIMIT = 2n ** 32n;
const MEMBER_BYTES = 72;
const DIGEST_BYTES = 32;
const FACTS_BYTES = 4 + FACT_DEPTH * DIGEST_BYTES;

/**
 * State of a hub: its members' state roots, and the facts about their batches in the order of the hub, which is the hub's
 * transaction root. All that a node needs to follow the hub: 72 bytes a member and 772 bytes.
 */
export class HubState {
  readonly #members: Map<ChainId, HubMember>;
  readonly #facts: FactTree;
  #digest: Hex | undefined;

  private constructor(members: Map<ChainId, HubMember>, facts: FactTree) {
    this.#members = members;
    this.#facts = facts;
  }

  static empty(): HubState {
    return new HubState(new Map(), new FactTree());
  }

  /** State from the bytes of `encode`. Throws HubError Malformed. Compare `digest` with L1's before using it. */
  static decode(bytes: Uint8Array): HubState {
    const count = (bytes.length - FACTS_BYTES) / MEMBER_BYTES;
    if (!Number.isInteger(count) || count < 0) throw malformed(`${bytes.length} bytes do not encode a state of a hub`);
    const members = new Map<ChainId, HubMember>();
    let before = -1n;
    for (let i = 0; i < count; i++) {
      const member = decodeMember(bytes.subarray(i * MEMBER_BYTES, (i + 1) * MEMBER_BYTES));
      if (member.chainId <= before) throw malformed(`member ${member.chainId} follows member ${before}`);
      before = member.chainId;
      members.set(member.chainId, member);
    }
    return new HubState(members, decodeFacts(bytes.subarray(count * MEMBER_BYTES)));
  }

  /** Members in the order of their ids. */
  get members(): readonly HubMember[] {
    return [...this.#members.values()].toSorted((a, b) => Number(a.chainId - b.chainId));
  }

  get factCount(): number {
    return this.#facts.count;
  }

  member(chainId: ChainId): HubMember | undefined {
    return this.#members.get(chainId);
  }

  copy(): HubState {
    return new HubState(new Map(this.#members), this.#facts.copy());
  }

  encode(): Uint8Array {
    const members = this.members.map(encodeMember);
    const count = fromHex(wordToHex(BigInt(this.#facts.count))).subarray(28);
    return new Uint8Array(
      Buffer.concat([...members, count, ...this.#facts.frontier.map((digest) => fromHex(digestToHex(digest)))]),
    );
  }

  /** Leaf of a chain, 0⁸ if it is not a member, and its siblings from the leaf up: 32 digests. */
  memberPath(chainId: ChainId): { readonly leaf: Digest; readonly siblings: readonly Digest[] } {
    const leaves = this.#leaves();
    const leaf = leaves.find((member) => member.chainId === Number(chainId))?.leaf ?? ZERO_DIGEST;
    return { leaf, siblings: sparseSiblings(leaves, Number(chainId), MEMBER_DEPTH) };
  }

  /** Siblings of the next fact's leaf, from the leaf up: 24 digests. */
  nextFactSiblings(): readonly Digest[] {
    return this.#facts.nextSiblings();
  }

  /** Root of the facts: the hub's transaction root. */
  factsRoot(): Digest {
    return this.#facts.root();
  }

  /** The digest that L1 stores. */
  digest(): Hex {
    this.#digest ??= digestToHex(stateDigest(this.#membersRoot(), this.#facts.root(), this.#facts.count));
    return this.#digest;
  }

  /**
   * Takes a batch: the member's root and next number, and the fact of its newest batch with logs. Returns that fact. Throws
   * HubError, and changes nothing then.
   */
  step(batch: MemberBatch): Hex {
    const { chainId, stored } = batch;
    const nextBatch = stored.batchNumber + 1n;
    if (chainId >= ID_LIMIT) throw new HubError("ChainIdTooLarge", `chain ${chainId} is not below 2^32, so no hub takes it`);
    if (nextBatch >= ID_LIMIT)
      throw new HubError("BatchNumberTooLarge", `batch ${stored.batchNumber} of chain ${chainId} is not below 2^32 − 1`);
    const lastFact = this.#factOf(batch);
    const stateRoot = stored.newStateRoot;
    this.#facts.append(BigInt(lastFact));
    this.#members.set(chainId, { chainId, nextBatch, stateRoot, lastFact });
    this.#digest = undefined;
    return lastFact;
  }

  /** A batch without logs has no message, so the fact before it stays the member's last. */
  #factOf({ chainId, stored }: MemberBatch): Hex {
    const { batchNumber, l2LogsTreeRoot, oldStateRoot, newStateRoot } = stored;
    if (l2LogsTreeRoot !== NO_LOGS || batchNumber === 0n) return hashFact(factIndex(chainId, batchNumber), l2LogsTreeRoot);
    const known = this.#members.get(chainId);
    if (known !== undefined && known.nextBatch === batchNumber && known.stateRoot === oldStateRoot) return known.lastFact;
    // A block has the batch already, and L1 skipped it: the same state has the same last fact.
    const isRepeated = known !== undefined && known.nextBatch === batchNumber + 1n && known.stateRoot === newStateRoot;
    if (isRepeated) return known.lastFact;
    throw new HubError(
      "FactUnknown",
      `batch ${batchNumber} of chain ${chainId} has no logs, and the hub lacks the batch before it; the chain shows it to L1 alone`,
    );
  }

  #membersRoot(): Digest {
    return sparseRoot(this.#leaves(), MEMBER_DEPTH);
  }

  #leaves(): readonly SparseLeaf[] {
    return this.members.map(({ chainId, nextBatch, stateRoot, lastFact }) => ({
      chainId: Number(chainId),
      leaf: memberLeaf(chainId, nextBatch, digestFromHex(stateRoot), BigInt(lastFact)),
    }));
  }
}

interface SparseLeaf {
  readonly chainId: number;
  readonly leaf: Digest;
}

/** Root of a subtree of this height with these leaves, in the order of their ids. */
function sparseRoot(leaves: readonly SparseLeaf[], height: number): Digest {
  if (leaves.length === 0) return EMPTY_NODES[height] ?? ZERO_DIGEST;
  if (height === 0) return leaves[0]?.leaf ?? ZERO_DIGEST;
  const [left, right] = halves(leaves, height);
  return hubNode(sparseRoot(left, height - 1), sparseRoot(right, height - 1));
}

/** Siblings of a leaf's path in a subtree of this height, from the leaf up. */
function sparseSiblings(leaves: readonly SparseLeaf[], chainId: number, height: number): Digest[] {
  if (height === 0) return [];
  const [left, right] = halves(leaves, height);
  const [inside, outside] = sideAt(chainId, height) === 0 ? [left, right] : [right, left];
  return [...sparseSiblings(inside, chainId, height - 1), sparseRoot(outside, height - 1)];
}

function halves(leaves: readonly SparseLeaf[], height: number): readonly [readonly SparseLeaf[], readonly SparseLeaf[]] {
  const right = leaves.findIndex(({ chainId }) => sideAt(chainId, height) === 1);
  const middle = right < 0 ? leaves.length : right;
  return [leaves.slice(0, middle), leaves.slice(middle)];
}

function sideAt(chainId: number, height: number): number {
  return Math.floor(chainId / 2 ** (height - 1)) % 2;
}

function encodeMember({ chainId, nextBatch, stateRoot, lastFact }: HubMember): Uint8Array {
  const bytes = new Uint8Array(MEMBER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Number(chainId));
  view.setUint32(4, Number(nextBatch));
  bytes.set(fromHex(stateRoot, 32), 8);
  bytes.set(fromHex(lastFact, 32), 40);
  return bytes;
}

function decodeMember(bytes: Uint8Array): HubMember {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const stateRoot = toHex(bytes.subarray(8, 40));
  const [chainId, nextBatch] = [BigInt(view.getUint32(0)), BigInt(view.getUint32(4))];
  return { chainId, nextBatch, stateRoot: canonical(stateRoot), lastFact: toHex(bytes.subarray(40)) };
}

function decodeFacts(bytes: Uint8Array): FactTree {
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (count >= 2 ** FACT_DEPTH) throw malformed(`${count} facts are more than a hub has`);
  const frontier = Array.from({ length: FACT_DEPTH }, (_, i) => {
    const at = 4 + i * DIGEST_BYTES;
    return digestFromHex(canonical(toHex(bytes.subarray(at, at + DIGEST_BYTES))));
  });
  return new FactTree(count, frontier);
}

function canonical(digest: Hex): Hex {
  try {
    digestFromHex(digest);
    return digest;
  } catch (error) {
    throw malformed(`${digest} is not a digest`, { cause: error });
  }
}

function malformed(reason: string, options?: ErrorOptions): HubError {
  return new HubError("Malformed", `${reason}; request the hub's state from another node`, options);
}
