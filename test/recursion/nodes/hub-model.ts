import { createExtension, type Ext } from "../../../src/proofs/field/extension.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { HubSlots, HubStepInput } from "../../../src/proofs/recursion/nodes/hub-step.ts";
import type { Statements } from "./judged-rules.ts";
import { PROGRAMS } from "./statements.ts";

/*
 * A step of a hub, from docs/protocol.md alone: trees are dictionaries, each level computed as a whole. The compression is a parameter.
 */

type Digest = readonly number[];
type Compress = (tag: number, left: readonly number[], right: readonly number[]) => number[];

const ZERO: Digest = new Array<number>(8).fill(0);
const field = createExtension(5);

/** NOT A HASH: a change of one element of an operand changes one element of the result. */
export const elementwise: Compress = (tag, left, right) => left.map((own, i) => (2 * own + 3 * (right[i] ?? 0) + tag + i) % P);

export const padded = (...elements: readonly number[]): number[] => [...elements, ...ZERO].slice(0, 8);
/** Eight elements that differ by the mark. */
export const marked = (mark: number): number[] => ZERO.map((_, i) => (mark * 7919 + i * 104_729 + 17) % P);

/** Keys of the slots that programs read. */
export const SLOTS: HubSlots = {
  lastFact: marked(1),
  factMask: marked(2),
  imports: Array.from({ length: 16 }, (_, i) => marked(3 + i)),
};

/** A tree of leaves at these positions. */
class Tree {
  readonly #levels: Map<number, Digest>[] = [];
  readonly #empty: Digest[] = [ZERO];

  constructor(leaves: ReadonlyMap<number, Digest>, depth: number, node: (left: Digest, right: Digest) => Digest) {
    this.#levels.push(new Map(leaves));
    for (let level = 0; level < depth; level++) {
      const above = new Set([...this.#levels[level]!.keys()].map((at) => Math.floor(at / 2)));
      this.#levels.push(new Map([...above].map((at) => [at, node(this.at(level, 2 * at), this.at(level, 2 * at + 1))])));
      this.#empty.push(node(this.#empty[level]!, this.#empty[level]!));
    }
  }

  at(level: number, index: number): Digest {
    return this.#levels[level]!.get(index) ?? this.#empty[level]!;
  }

  get root(): Digest {
    return this.at(this.#levels.length - 1, 0);
  }

  path(index: number): Digest[] {
    return this.#levels.slice(0, -1).map((_, level) => this.at(level, Math.floor(index / 2 ** level) ^ 1));
  }
}

/** A member of a hub. */
export interface ModelMember {
  readonly chainId: number;
  readonly nextBatch: number;
  readonly root: Digest;
  readonly lastFact: Digest;
}

/** A hub: members, and digests of its facts. */
export interface ModelHub {
  readonly members: readonly ModelMember[];
  readonly facts: readonly Digest[];
}

/** Elements of a batch or of a state that no honest one has. */
export interface Oddities {
  /** Limbs of the batch's chain id: four. */
  readonly chainId?: readonly number[];
  readonly version?: readonly number[];
  /** Lowest limb of the mask in the member's state, and the next one. */
  readonly mask?: readonly [number, number];
  /** The count in the hub's state, whose lowest 16 and 8 bits are the number of facts. */
  readonly count?: readonly [number, number];
  /** Hub whose facts the member's state and the shown paths are about. */
  readonly imported?: ModelHub;
}

/** A step: the statement of the program, its children's statements, and its input. */
export interface ModelStep extends Statements {
  readonly input: HubStepInput;
  readonly after: ModelHub;
}

/** A batch of a member. */
export interface ModelBatch {
  readonly chainId: number;
  readonly number: number;
  readonly fact: Digest;
  /** Positions among the hub's facts. */
  readonly imports: readonly number[];
}

/** Aggregate before the batch, and the hub that it begins with. */
interface Before {
  readonly statement: readonly number[];
}

/** Tag and operands of each compression of a hub's state. */
export class Model {
  readonly #compress: Compress;

  constructor(compress: Compress) {
    this.#compress = compress;
  }

  c(tag: number, left: Digest, right: Digest): number[] {
    return this.#compress(tag, left, right);
  }

  /** Digest of a hub's state; `count` is written unchanged. */
  digest(hub: ModelHub, count: readonly [number, number] = limbs(hub.facts.length)): number[] {
    const [members, facts] = [this.members(hub).root, this.facts(hub.facts).root];
    return this.c(27, members, this.c(27, facts, padded(...count)));
  }

  members({ members }: ModelHub): Tree {
    return this.#hubTree(new Map(members.map((own) => [own.chainId, this.leafOf(own)])), 32);
  }

  facts(facts: readonly Digest[]): Tree {
    return this.#hubTree(this.#factLeaves(facts), 24);
  }

  leafOf({ chainId, nextBatch, root, lastFact }: ModelMember, id: readonly number[] = limbs(chainId)): number[] {
    return this.c(28, padded(...id.slice(0, 2), ...limbs(nextBatch)), this.c(28, root, lastFact));
  }

  /** The state of a member after a batch, by the slots that programs read; each other leaf of the state is empty here. */
  state(batch: ModelBatch, hub: ModelHub, mask: readonly [number, number] = [2 ** batch.imports.length - 1, 1]) {
    const values = [batch.fact, this.c(3, padded(...mask), ZERO), ...batch.imports.map((at) => hub.facts[at]!)];
    const keys = [SLOTS.lastFact, SLOTS.factMask, ...SLOTS.imports];
    const next = (i: number): number[] => marked(100 * batch.chainId + i);
    const index = (i: number): number => 2 ** 20 + 3 * i;
    const leaves = new Map(values.map((value, i) => [index(i), this.c(2, this.c(8, keys[i]!, next(i)), value)]));
    const tree = new Tree(leaves, 32, (left, right) => this.c(1, left, right));
    const leafCount = 2 ** 20 + 100;
    const slots = values.map((value, i) => ({ index: index(i), nextKey: next(i), value, siblings: tree.path(index(i)) }));
    return { root: this.c(6, tree.root, padded(leafCount)), leafCount, slots };
  }

  /** The step of a hub by a batch, alone or after an aggregate. */
  step(hub: ModelHub, batch: ModelBatch, before?: Before, odd: Oddities = {}): ModelStep {
    const { root, leafCount, slots } = this.state(batch, odd.imported ?? hub, odd.mask);
    const member = { chainId: batch.chainId, nextBatch: batch.number + 1, root, lastFact: batch.fact };
    const others = hub.members.filter(({ chainId }) => chainId !== batch.chainId);
    const after = { members: [...others, member], facts: [...hub.facts, batch.fact] };
    const count = odd.count ?? limbs(hub.facts.length);
    const elements = this.#batch(member, odd);
    const states = { before: this.digest(hub, count), after: this.#digestAfter(after, count, odd.chainId) };
    const [lastFact, factMask, ...imported] = slots as [(typeof slots)[0], (typeof slots)[0], ...typeof slots];
    const facts = this.facts(hub.facts);
    const shown = this.facts((odd.imported ?? hub).facts);
    const held = hub.members.find(({ chainId }) => chainId === batch.chainId);
    return {
      ...this.#statements(elements, states, before),
      after,
      input: {
        member: {
          ...{ leafCount, lastFact, factMask },
          imports: imported.map((slot, i) => ({
            slot,
            fact: { position: batch.imports[i]!, siblings: shown.path(batch.imports[i]!) },
          })),
        },
        leaf: { before: held === undefined ? ZERO : this.leafOf(held), siblings: this.members(hub).path(batch.chainId) },
        facts: { count: hub.facts.length, siblings: facts.path(nextIndex(count)) },
      },
    };
  }

  #digestAfter(hub: ModelHub, count: readonly [number, number], chainId?: readonly number[]): number[] {
    const [low, high] = count;
    const [fact] = hub.facts.slice(-1) as [Digest];
    const leaf = this.c(29, fact, padded(low + 2 ** 16 * high));
    const facts = this.#hubTree(this.#factLeaves(hub.facts.slice(0, -1)).set(nextIndex(count), leaf), 24);
    const last = hub.members.length - 1;
    const leaves = hub.members.map((own, i) => [own.chainId, this.leafOf(own, i === last ? chainId : undefined)] as const);
    const next = low + 1;
    const members = this.#hubTree(new Map(leaves), 32);
    return this.c(27, members.root, this.c(27, facts.root, padded(next % 2 ** 16, high + Math.floor(next / 2 ** 16))));
  }

  #factLeaves(facts: readonly Digest[]): Map<number, Digest> {
    return new Map(facts.map((fact, i) => [i, this.c(29, fact, padded(i))]));
  }

  #hubTree(leaves: ReadonlyMap<number, Digest>, depth: number): Tree {
    return new Tree(leaves, depth, (left, right) => this.c(30, left, right));
  }

  #batch({ chainId, nextBatch, root }: ModelMember, odd: Oddities): number[] {
    const id = odd.chainId ?? [...limbs(chainId), 0, 0];
    const others = [marked(200), marked(201), marked(202), marked(203), marked(204)].flat();
    return [
      ...(odd.version ?? [3, 2]),
      ...id,
      ...limbs(nextBatch),
      ...others,
      ...root,
      ...marked(205),
      ...marked(206),
      1,
      2,
      ...new Array<number>(34).fill(0),
    ];
  }

  #statements(
    elements: readonly number[],
    { before: hubBefore, after: hubAfter }: { readonly before: Digest; readonly after: Digest },
    before?: Before,
  ): Statements {
    const point = [1, 2, 3, 4, 5];
    const begun = before?.statement ?? [3, 2, 0, ...marked(300), ...marked(300), 9, 8, 7, 6, 5, 9, 8, 7, 6, 5, ...point];
    const own = (at: number, count: number): readonly number[] => begun.slice(at, at + count);
    let digest: Digest = own(11, 8);
    for (let i = 0; i < 108; i += 8) digest = this.c(16, digest, padded(...elements.slice(i, i + 8)));
    let evaluation: Ext = [...own(24, 5)];
    for (let i = 0; i < 108; i += 5)
      evaluation = field.add(field.mul(evaluation, point), [...elements.slice(i, i + 5), 0, 0, 0, 0].slice(0, 5));
    const first = before === undefined ? hubBefore : before.statement.slice(34, 42);
    const statement = [
      ...[3, 2, begun[2]! + 1, ...own(3, 8), ...digest, ...own(19, 5), ...evaluation, ...point, ...first, ...hubAfter],
      ...[...new Array<number>(58).fill(0), 1, ...PROGRAMS],
    ];
    const said = [...elements, ...new Array<number>(9).fill(0)];
    return { statement, children: before === undefined ? [said] : [before.statement, said] };
  }
}

export function limbs(number: number): [number, number] {
  return [number % 2 ** 16, Math.floor(number / 2 ** 16)];
}

/** Index of the next fact's leaf, by the 16 and 8 lowest bits of the count's limbs. */
function nextIndex([low, high]: readonly [number, number]): number {
  return (low % 2 ** 16) + 2 ** 16 * (high % 2 ** 8);
}
