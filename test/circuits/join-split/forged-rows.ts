import { add, inv, mul, P, sub } from "../../../src/proofs/field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../../src/proofs/kernels/poseidon-rounds.ts";
import { applyRound, WIDTH } from "../../../src/proofs/kernels/poseidon.ts";
import type { Digest } from "../../../src/ground/protocol/digest.ts";
import type { JoinSplitCells, JoinSplitWitness } from "../../../src/proofs/circuits/join-split/join-split-trace.ts";
import { padDigest, valueLimbs } from "../../../src/proofs/circuits/join-split/note.ts";
import { ROW_PLAN, type Role } from "../../../src/proofs/circuits/join-split/rows.ts";
import type { JoinSplitStatement } from "../../../src/proofs/circuits/join-split/statement.ts";

/*
 * A second writer of the trace: the constraint that determines a cell assigns the cell. A forgery changes one assignment;
 * everything after it follows from the lie, and so does the statement. So the trace breaks the assignment's constraint and no other.
 */

/** Changes the value that the named constraint determines. */
export type Forgery = (constraint: string, value: number) => number;

/** Cells that no constraint determines, which a forgery may choose. */
export interface FreeChoices {
  /** Added to the index of the note with this number. */
  readonly indexBeyond?: readonly [note: number, added: number];
  /** Element of the first note's register of the commitment that is one more. */
  readonly otherCommitment?: number;
  /** Bits of the carry with this number. */
  readonly carryBits?: readonly [carry: number, bits: readonly number[]];
}

type Cells = { -readonly [Name in keyof JoinSplitCells]: JoinSplitCells[Name] extends readonly number[] ? number[] : number };
type Roles = Readonly<Record<Role, boolean>>;

export interface ForgedTrace {
  readonly rows: readonly JoinSplitCells[];
  readonly statement: JoinSplitStatement;
}

export function forgeRows(witness: JoinSplitWitness, forgery: Forgery, choices: FreeChoices = {}): ForgedTrace {
  // The register of a commitment is written before the commitment is computed: a first pass computes it.
  const first = new ForgedWriter(witness, forgery, choices, [padDigest([]), padDigest([])]).write();
  const commitments = first.rows.filter((_, row) => ROW_PLAN[row]?.roles.includes("position")).map(({ left }) => left);
  return new ForgedWriter(witness, forgery, choices, commitments).write();
}

class ForgedWriter {
  readonly #witness: JoinSplitWitness;
  readonly #forge: Forgery;
  readonly #choices: FreeChoices;
  readonly #commitments: readonly Digest[];
  readonly #rows: Cells[] = [];
  readonly #publics = new Map<string, number[]>();
  #note = -1;

  constructor(witness: JoinSplitWitness, forge: Forgery, choices: FreeChoices, commitments: readonly Digest[]) {
    this.#witness = witness;
    this.#forge = forge;
    this.#choices = choices;
    this.#commitments = commitments;
  }

  write(): ForgedTrace {
    let level = 0;
    for (const [row, { roles, tag, sign }] of ROW_PLAN.entries()) {
      const before = this.#rows[row - 1];
      const of = rolesOf(roles);
      const from = rolesOf(ROW_PLAN[row - 1]?.roles ?? []);
      if (of.owner || (of.range && !from.owner)) this.#note++;
      level = from.pathStep ? level + 1 : 0;
      const cells = emptyCells();
      this.#rows.push(cells);
      this.#carryRegisters(cells, before, { of, from, sign: ROW_PLAN[row - 1]?.sign ?? 0 });
      if (of.range) this.#writeRange(cells, before, from);
      else if (of.balance) this.#writeBalance(cells);
      else this.#writeHash(cells, { before, of, from, tag, level });
      if (sign !== 0) cells.weight = this.#forge("weight", sumOf(cells.left.slice(0, 4)));
    }
    return { rows: this.#rows, statement: this.#statement() };
  }

  #list(name: string, values: readonly number[]): number[] {
    return values.map((value, i) => this.#forge(`${name}[${i}]`, value));
  }

  #carryRegisters(
    cells: Cells,
    before: Cells | undefined,
    { of, from, sign }: { readonly of: Roles; readonly from: Roles; readonly sign: number },
  ): void {
    if (before === undefined) {
      cells.key = [...this.#witness.nullifierKey];
      cells.total = this.#list("total begins", [0, 0, 0, 0]);
      return;
    }
    cells.key = this.#list("key stays", before.key);
    const limbs = before.left.slice(0, 4).map((limb) => mul((sign + P) % P, limb));
    cells.total = this.#list(
      "total grows",
      before.total.map((sum, i) => add(sum, limbs[i] ?? 0)),
    );
    cells.commitment = from.note ? this.#list("commitment stays", before.commitment) : this.#chosenCommitment(of);
    cells.weight = from.note ? this.#forge("weight stays", before.weight) : 0;
    cells.index = this.#nextIndex(before, of, from);
  }

  #chosenCommitment({ range }: Roles): number[] {
    const chosen = [...(range ? (this.#commitments[this.#note] ?? padDigest([])) : padDigest([]))];
    const other = this.#note === 0 && range ? this.#choices.otherCommitment : undefined;
    if (other !== undefined) chosen[other] = add(chosen[other] ?? 0, 1);
    return chosen;
  }

  #nextIndex(before: Cells, of: Roles, from: Roles): number {
    const witness = this.#witness.inputs[this.#note]?.index ?? 0;
    const [note, added] = this.#choices.indexBeyond ?? [-1, 0];
    if (of.position) return note === this.#note ? add(witness, added) : witness;
    if (from.position) return this.#forge("index at position stays[0]", before.index);
    if (from.nullifier0) return this.#forge("index at nullifier 0 stays[0]", before.index);
    if (from.nullifier1) return this.#forge("index at nullifier 1 stays[0]", before.index);
    if (from.pathStep) return this.#forge("index loses a bit", mul(sub(before.index, before.bit), inv(2)));
    return 0;
  }

  #writeRange(cells: Cells, before: Cells | undefined, from: Roles): void {
    const created = this.#witness.outputs[this.#note - 2];
    const value = created?.value ?? this.#witness.inputs[this.#note]?.value ?? 0n;
    cells.right = from.owner ? this.#list("owner to range", before?.output ?? []) : [...(created?.owner ?? [])];
    const bits = valueLimbs(value).flatMap((limb, k) =>
      Array.from({ length: 16 }, (_, i) => this.#forge(`bit ${16 * k + i} of a value is boolean`, Math.floor(limb / 2 ** i) % 2)),
    );
    writeBits(cells, bits);
    cells.left = padDigest(valueLimbs(0n)).map((_, i) =>
      i < 4 ? this.#forge(`limb ${i}`, weigh(bits.slice(16 * i, 16 * i + 16))) : 0,
    );
  }

  #writeBalance(cells: Cells): void {
    const neutral = [0, 0, 1]; // 4 − 4: no carry
    const [chosen, own] = this.#choices.carryBits ?? [-1, neutral];
    const bits = [0, 1, 2].flatMap((carry) => {
      return (carry === chosen ? own : neutral).map((bit, i) => this.#forge(`bit ${i} of carry ${carry} is boolean`, bit));
    });
    writeBits(cells, bits);
    this.#publics.set(
      "valueOut",
      cells.total.map((sum, i) => this.#forge(`balance of limb ${i}`, add(sum, VALUE_IN[i] ?? 0))),
    );
  }

  #writeHash(
    cells: Cells,
    { before, of, from, tag, level }: { readonly before: Cells | undefined; of: Roles; from: Roles; tag: number; level: number },
  ): void {
    const zero = padDigest([]);
    const which = of.nullifier1 ? 1 : 0;
    if (of.owner) [cells.left, cells.right] = [this.#list("owner of key", cells.key), this.#list("owner of zero", zero)];
    if (from.range) {
      cells.left = this.#list("value past range", [...(before?.left.slice(0, 4) ?? []), ...zero.slice(4)]);
      cells.right = this.#list("owner past range", before?.right ?? []);
    }
    if (from.chain) cells.left = this.#list("chained", before?.output ?? []);
    if (from.chain && !of.position) cells.right = [...this.#randomOfNote()];
    if (of.position) cells.right = this.#list("position", [cells.index, ...zero.slice(1)]);
    if (from.position) cells.right = this.#list("nullifier of position", before?.output ?? []);
    if (of.nullifier0 || of.nullifier1) cells.left = this.#list(`nullifier ${which} of key`, cells.key);
    if (of.pathStep || of.pathEnd) this.#turn(cells, before, { of, from, level });
    this.#compress(cells, tag);
    if (of.nullifier0) this.#publics.set("nullifier0", this.#list("nullifier 0", cells.output));
    if (of.nullifier1) this.#publics.set("nullifier1", this.#list("nullifier 1", cells.output));
    if (of.output0) this.#publics.set("output0", this.#list("output 0", cells.output));
    if (of.output1) this.#publics.set("output1", this.#list("output 1", cells.output));
    if (of.pathEnd && this.#note === 0) this.#publics.set("root", this.#list("root", cells.output));
  }

  #randomOfNote(): Digest {
    const { inputs, outputs } = this.#witness;
    return inputs[this.#note]?.random ?? outputs[this.#note - 2]?.random ?? padDigest([]);
  }

  #turn(
    cells: Cells,
    before: Cells | undefined,
    { of, from, level }: { readonly of: Roles; readonly from: Roles; readonly level: number },
  ): void {
    const begins = from.nullifier0 || from.nullifier1;
    const name = begins ? `path ${from.nullifier1 ? 1 : 0} begins` : "path continues";
    const child = this.#list(name, (begins ? before?.commitment : before?.output) ?? []);
    const witness = this.#witness.inputs[this.#note];
    const honest = Math.floor((witness?.index ?? 0) / 2 ** level) % 2;
    cells.bit = this.#forge(`bit at ${of.pathEnd ? "end" : "step"} is boolean`, honest);
    const sibling = [...(witness?.siblings[level] ?? [])];
    if (cells.bit === 0) [cells.left, cells.right] = [child, sibling];
    else {
      // left + bit · (right − left) is the child.
      const share = inv(cells.bit);
      [cells.left, cells.right] = [sibling, sibling.map((lane, i) => add(lane, mul(sub(child[i] ?? 0, lane), share)))];
    }
  }

  #compress(cells: Cells, tag: number): void {
    const state = Float64Array.from([...cells.left, ...cells.right]);
    state[0] = add(state[0] ?? 0, tag);
    const store = (name: string, to: number[]): void =>
      state.forEach((lane, i) => {
        state[i] = this.#forge(`permutation: ${name}[${i}]`, lane);
        to.push(state[i] ?? 0);
      });
    const rounds = (part: "initial" | "terminal"): void =>
      COMPACT_CONSTANTS[part].forEach((constants, i) => {
        applyRound(state, Float64Array.from(constants), WIDTH);
        if (i < 3) store(`${part} ${i}`, cells[part]);
      });
    Object.assign(cells, { initial: [], sboxInputs: [], afterPartial: [], terminal: [] });
    rounds("initial");
    COMPACT_CONSTANTS.partial.forEach((constant, i) => {
      const input = this.#forge(`permutation: S-box of partial round ${i}`, add(state[0] ?? 0, constant));
      cells.sboxInputs.push(input);
      state[0] = input;
      applyRound(state, NO_CONSTANTS, 1);
    });
    store("after the partial rounds", cells.afterPartial);
    rounds("terminal");
    cells.output = this.#list(
      "output",
      cells.left.map((lane, i) => add(lane, state[i] ?? 0)),
    );
  }

  #statement(): JoinSplitStatement {
    const digest = (name: string): Digest => this.#publics.get(name) ?? padDigest([]);
    const valueOf = (limbs: readonly number[]): bigint =>
      limbs.reduce((sum, limb, i) => {
        if (limb >= 2 ** 16) throw new RangeError(`limb ${i} of a public value is ${limb}`);
        return sum + (BigInt(limb) << BigInt(16 * i));
      }, 0n);
    return {
      root: digest("root"),
      nullifiers: [digest("nullifier0"), digest("nullifier1")],
      commitments: [digest("output0"), digest("output1")],
      valueIn: valueOf(VALUE_IN),
      valueOut: valueOf(this.#publics.get("valueOut") ?? []),
      digest: new Uint8Array(32),
    };
  }
}

/** Limbs that enter: enough that no limb of a total is negative. */
const VALUE_IN = [1000, 1000, 1000, 1000];
const NO_CONSTANTS = new Float64Array(WIDTH);

function rolesOf(roles: readonly Role[]): Roles {
  return Object.fromEntries(roles.map((role) => [role, true])) as Record<Role, boolean>;
}

function emptyCells(): Cells {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  return {
    ...{ left: zeros(8), right: zeros(8), key: zeros(8), commitment: zeros(8), total: zeros(4) },
    ...{ index: 0, weight: 0, bit: 0, output: zeros(8) },
    ...{ initial: zeros(48), sboxInputs: zeros(20), afterPartial: zeros(16), terminal: zeros(48), mask: zeros(5) },
  };
}

function writeBits(cells: Cells, bits: readonly number[]): void {
  bits.forEach((bit, i) => (i < 48 ? (cells.initial[i] = bit) : (cells.sboxInputs[i - 48] = bit)));
}

function weigh(bits: readonly number[]): number {
  return bits.reduce((sum, bit, i) => add(sum, mul(bit, 2 ** i)), 0);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => add(sum, value), 0);
}
