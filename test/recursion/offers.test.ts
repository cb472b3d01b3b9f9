import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { assertBoolean } from "../../src/proofs/circuits/words/expressions.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { checkProgram } from "../../src/proofs/recursion/check-program.ts";
import { interpret } from "../../src/proofs/recursion/interpret.ts";
import { machineAir } from "../../src/proofs/recursion/tables/machine-table.ts";
import { OFFER_TABLE } from "../../src/proofs/recursion/tables/offer-table.ts";
import { PICK_TABLE } from "../../src/proofs/recursion/tables/pick-table.ts";
import { NODE_BUS } from "../../src/proofs/recursion/tables/buses.ts";
import { programInput, type ProgramSystem, programSystem } from "../../src/proofs/recursion/tables/program-system.ts";
import type { Air } from "../../src/proofs/stark/constraints/air.ts";
import { countedSides } from "../../src/proofs/stark/constraints/multiplicities.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { checkTraces } from "../stark/check-traces.ts";
import { type CapClaim, capInput, capProgram, type CapVariant, siblingsOf, treeOf } from "./cap-program.ts";
import { forcedRun } from "./forced-run.ts";
import { leafParameters } from "./squares-leaf.ts";

/*
 * Entries of trees: paths that end at a cap. Each attack of the rules is refused, and is accepted if its rule is left out: in the
 * key's columns, in a table or in the program.
 */

const P = 2130706433;
const TREES = [treeOf(1), treeOf(2)];
const [A, B] = TREES as [(typeof TREES)[0], (typeof TREES)[0]];
/** A position under entry 1. */
const POSITION = 6;
const FALSE_LEAF = Array.from({ length: 8 }, (_, i) => 777 + i);
const HONEST = claimAt(POSITION);

function claimAt(position: number, changed: Partial<CapClaim> = {}): CapClaim {
  return {
    position,
    leaves: [A[0]![position]!, B[0]![position]!],
    siblings: [siblingsOf(A, position), siblingsOf(B, position)],
    ...changed,
  };
}

/** Last node of a path from a leaf. */
function endOf(leaf: readonly number[], position: number, siblings: readonly (readonly number[])[]): number[] {
  return siblings.reduce<number[]>(
    (node, sibling, i) => ((position >> i) % 2 === 0 ? compress(18, node, [...sibling]) : compress(18, [...sibling], node)),
    [...leaf],
  );
}

/** True if the relations of a variant hold for a claim. */
function holds(variant: CapVariant, claim: CapClaim, stated: readonly number[] = [], trees = TREES): boolean {
  const { publicValues, hints } = capInput(trees, claim);
  return interpret(capProgram(variant), [...publicValues, ...stated], hints).ok;
}

let backend: Backend;
let own: ProgramSystem;
/** A program with a third tree, of one entry that is a hint. */
let withThird: ProgramSystem;
before(async () => {
  backend = await createWasmBackend({ workers: 1 });
  own = await programSystem(capProgram(), leafParameters(), backend);
  withThird = await programSystem(capProgram({ hasThird: true }), leafParameters(), backend);
});
after(() => backend.close());

const tableOf = ({ tables }: System, name: string): number => tables.findIndex(({ air }) => air.name === name);

/** A prover's input for a claim, also for a false one. */
function inputOf(of: ProgramSystem, claim: CapClaim): ProverInput {
  const { publicValues, hints } = capInput(TREES, claim);
  return programInput(of, publicValues, forcedRun(of.wired.program, publicValues, hints));
}

/** The prover's input with this entry in a row of the table of offers, which is picked once instead of the honest row. */
function answering(
  system: System,
  input: ProverInput,
  entry: readonly number[],
  rows: { row: number; honest: number },
): ProverInput {
  const index = tableOf(system, "offer");
  const columns = input.traces[index]!.map((column, i) => column.with(rows.row, entry[i] ?? 1));
  const picks = columns.at(-1)!.with(rows.honest, 0);
  return { ...input, traces: input.traces.with(index, columns.with(-1, picks)) };
}

const holdsInTables = (system: System, input: ProverInput): boolean => checkTraces(system, input).length === 0;

/** The system with other columns of the key, which break a rule of the checker. */
function withColumns(system: System, change: (name: string, column: Uint32Array) => Uint32Array): System {
  const tables = system.definition.tables.map((table) => {
    const { preprocessed, air } = table;
    if (preprocessed === undefined || !["offer", "pick"].includes(air.name)) return table;
    const columns = (): Uint32Array[] =>
      preprocessed.columns().map((column, i) => change(`${air.name} ${air.preprocessedNames[i]}`, column));
    return { ...table, preprocessed: { ...preprocessed, columns } };
  });
  return compileSystem({ ...system.definition, tables }, system.preprocessedRoots);
}

/** The system with another table. */
function withAir(system: System, air: Air): System {
  const tables = system.definition.tables.map((table) => (table.air.name === air.name ? { ...table, air } : table));
  return compileSystem({ ...system.definition, tables }, system.preprocessedRoots);
}

const mapped = (column: Uint32Array, from: number, to: number): Uint32Array =>
  column.map((value) => (value === from ? to : value));

describe("entries of trees", () => {
  it("are offered and picked in tables of 18 and 24 cells a row, at degree 3", () => {
    checkProgram(capProgram());
    const cells = (name: string): number => {
      const { preprocessedWidth, mainWidth, lookupWidth } = own.system.tables[tableOf(own.system, name)]!;
      return preprocessedWidth + mainWidth + lookupWidth;
    };
    assert.deepEqual([cells("offer"), cells("pick")], [18, 24]);
    for (const { air } of own.system.tables) assert.ok(air.degree <= 3, air.name);
  });

  it("are proven, and no other leaf is", async () => {
    const honest = inputOf(own, HONEST);
    assert.deepEqual(checkTraces(own.system, honest, { limit: 5 }), []);
    assert.ok(verify(own.system, honest.statement, await prove(own.system, honest, backend)).ok);
    const forged = inputOf(own, { ...HONEST, leaves: [FALSE_LEAF, HONEST.leaves[1]!] });
    assert.ok(!verify(own.system, forged.statement, await prove(own.system, forged, backend)).ok);
  });

  it("are bound in each cell", () => {
    const input = inputOf(own, HONEST);
    for (const name of ["offer", "pick"] as const) {
      const columns = input.traces[tableOf(own.system, name)]!;
      for (const column of columns)
        for (let row = 0; row < own.wired.rows[name].length; row++) {
          const before = column[row]!;
          column[row] = (before + 1) % P;
          assert.ok(!holdsInTables(own.system, input), `${name} row ${row}`);
          column[row] = before;
        }
    }
  });
});

describe("rule 1, each tree has a separate number and an entry one offer", () => {
  const ofB = claimAt(POSITION, {
    leaves: [B[0]![POSITION]!, B[0]![POSITION]!],
    siblings: [B, B].map((tree) => siblingsOf(tree, POSITION)),
  });
  const ofOther = claimAt(POSITION, { leaves: [FALSE_LEAF, B[0]![POSITION]!] });
  const falseNode = endOf(FALSE_LEAF, POSITION, siblingsOf(A, POSITION));

  it("node of another tree, of this proof or of the other child", () => {
    const offers = own.wired.rows.offer;
    const row = Array.from({ length: offers.length }, (_, at) => offers.numbers(at).join()).indexOf("2,1");
    // The entry of the second tree is picked twice, and the first tree's is not.
    const forge = (input: ProverInput): ProverInput => {
      const columns = input.traces[tableOf(own.system, "offer")]!;
      const picks = columns
        .at(-1)!
        .map((count, at) => (at === row ? 2 : at < offers.length && offers.number(at, 1) === 1 ? 0 : count));
      return { ...input, traces: input.traces.with(tableOf(own.system, "offer"), columns.with(-1, picks)) };
    };
    const forged = forge(inputOf(own, ofB));
    assert.ok(!holdsInTables(own.system, forged));
    const oneNumber = withColumns(own.system, (name, column) => (name.endsWith("tree") ? mapped(column, 2, 1) : column));
    assert.ok(holdsInTables(oneNumber, forged));
  });

  it("one entry offered twice", () => {
    const { relations } = capProgram({ hasThird: true });
    const twice = relations.map((relation) =>
      relation.kind === "offer" && relation.tree === 3 ? { ...relation, tree: 1, index: 1 } : relation,
    );
    assert.throws(() => checkProgram({ ...capProgram({ hasThird: true }), relations: twice }), { code: "OfferedTwice" });

    const forged = answeringThird(inputOf(withThird, { ...ofOther, others: [falseNode] }));
    assert.ok(!holdsInTables(withThird.system, forged));
    const offeredTwice = withColumns(withThird.system, (name, column) =>
      name === "offer tree" ? mapped(column, 3, 1) : name === "offer index" ? column.with(8, 1) : column,
    );
    assert.ok(holdsInTables(offeredTwice, forged));
  });

  function answeringThird(input: ProverInput): ProverInput {
    assert.deepEqual(withThird.wired.rows.offer.numbers(8), [3, 0]);
    return answering(withThird.system, input, falseNode, { row: 8, honest: 1 });
  }
});

describe("rule 2, the first tree has number 1", () => {
  it("tree 0 picked from a filling row", async () => {
    const zero = capProgram().relations.map((relation) =>
      (relation.kind === "offer" || relation.kind === "pick") && relation.tree === 1 ? { ...relation, tree: 0 } : relation,
    );
    assert.throws(() => checkProgram({ ...capProgram(), relations: zero }), { code: "TreeZero" });
    const picked = capProgram().relations.map((relation) => (relation.kind === "pick" ? { ...relation, tree: 0 } : relation));
    assert.throws(() => checkProgram({ ...capProgram(), relations: picked }), { code: "TreeZero" });

    const position = 2;
    const claim = claimAt(position, { leaves: [FALSE_LEAF, B[0]![position]!] });
    const entry = endOf(FALSE_LEAF, position, siblingsOf(A, position));
    const rows = { row: own.wired.rows.offer.length, honest: 0 };
    const forged = answering(own.system, inputOf(own, claim), entry, rows);
    assert.ok(!holdsInTables(own.system, forged));
    const fromZero = withColumns(own.system, (name, column) => (name.endsWith("tree") ? mapped(column, 1, 0) : column));
    assert.ok(holdsInTables(fromZero, forged));
    const { definition } = fromZero;
    const proven = compileSystem(definition, await commitPreprocessed(definition, backend));
    assert.ok(verify(proven, forged.statement, await prove(proven, forged, backend)).ok);
  });
});

describe("rule 3, an entry is a hint only as an operand of a compression", () => {
  it("an offer that no compression reads", () => {
    assert.throws(() => checkProgram(capProgram({ hashed: 2 })), { code: "HintNotHashed" });
    // Without the rule other nodes than the first two are anything.
    const position = 14;
    const node = endOf(FALSE_LEAF, position, siblingsOf(A, position));
    const claim = claimAt(position, { leaves: [FALSE_LEAF, B[0]![position]!] });
    assert.ok(!holdsWith({}, claim, node));
    assert.ok(holdsWith({ hashed: 2 }, claim, node));
  });

  it("an unread node changed", () => {
    for (let node = 0; node < 4; node++) {
      assert.ok(!holdsWith({}, HONEST, FALSE_LEAF, node), `node ${node}`);
    }
    // Entry 3 is not the one that is picked.
    assert.ok(holdsWith({ hashed: 2 }, HONEST, FALSE_LEAF));
  });

  it("a digest that an offer alone reads", () => {
    const { relations, octetCount } = capProgram();
    const own = relations.find((relation) => relation.kind === "compress");
    assert.ok(own?.kind === "compress");
    const node = octetCount as typeof own.to;
    const offered = [...relations, { ...own, to: node }, { kind: "offer", tree: 5, index: 0, octet: node } as const];
    assert.throws(() => checkProgram({ ...capProgram(), relations: offered, octetCount: octetCount + 1 }), { code: "NeverRead" });
  });

  /** True if the relations hold with another node in the first cap; hashed nodes lead to the root. */
  function holdsWith(variant: CapVariant, claim: CapClaim, node: readonly number[], at = 3): boolean {
    const { hashed = 4 } = variant;
    const { publicValues, hints } = capInput(TREES, claim);
    // The root above the first two nodes alone.
    const roots = TREES.map((tree) => (hashed === 2 ? tree[3]![0]! : tree[4]![0]!));
    const octets = hints.octets.with(at, node);
    return interpret(capProgram(variant), [...roots.flat(), ...publicValues.slice(16)], { ...hints, octets }).ok;
  }
});

describe("rule 4, the index is the sum of the bits that the path does not climb", () => {
  /** Leaves of another position than the claimed one. */
  const moved = (position: number, shown: number): CapClaim => ({ ...claimAt(shown), position });

  it("index a hint", () => {
    const claim = moved(POSITION, POSITION + 8);
    assert.ok(!holds({}, claim));
    assert.ok(holds({ index: "hint" }, { ...claim, index: 3 }));
    assert.ok(!holds({ index: "hint" }, { ...claim, index: 1 }));
  });

  it("index of other bits", () => {
    // The climbed bits of position 6 are those of entry 2, which is above position 10.
    const claim = moved(POSITION, 10);
    assert.ok(!holds({}, claim));
    assert.ok(holds({ index: "climbed bits" }, claim));
  });

  it("index plus X", async () => {
    assert.ok(holds({ index: "plus stated" }, HONEST, [0, 0]));
    assert.ok(!holds({ index: "plus stated" }, HONEST, [0, 1]));
    const program = capProgram({ index: "plus stated" });
    const stated = await programSystem(program, leafParameters(), backend);
    const { publicValues, hints } = capInput(TREES, HONEST);
    const values = [...publicValues, 0, 1];
    const forged = programInput(stated, values, forcedRun(program, values, hints));
    assert.ok(!holdsInTables(stated.system, forged));
    // A table without a rule for the other coordinates of the index.
    const free = machineAir("pick", {
      ...PICK_TABLE,
      constrain(b, { numbers: [tree = b.constant(0)], reads: [, isPick = b.constant(0)] }) {
        const [index, octet] = [b.column("index"), b.columns("octet", 8)];
        b.send(NODE_BUS, isPick, { tree, index, octet });
        return [[index, ...b.columns("others", 4)], octet];
      },
    });
    const at = tableOf(stated.system, "pick");
    const others = Array.from({ length: 4 }, (_, k) => new Array<number>(stated.wired.rows.pick.length).fill(k === 0 ? 1 : 0));
    const [first] = forged.traces[at]!;
    const added = others.map((column) => Uint32Array.from({ length: first!.length }, (_, row) => column[row] ?? 0));
    const traces = forged.traces.with(at, [...forged.traces[at]!, ...added]);
    assert.ok(holdsInTables(withAir(stated.system, free), { ...forged, traces }));
  });

  it("index out of range", () => {
    for (const more of [3, 4, P - 2, P - 1]) assert.ok(!holds({ index: "plus stated" }, HONEST, [more, 0]), `index ${1 + more}`);
    assert.ok(holds({ index: "plus stated" }, HONEST, [0, 0]));
  });
});

describe("rule 5, the program fixes the number of steps", () => {
  it("one step less", () => {
    // An inner node shown as a leaf.
    const inner = [A, B].map((tree) => tree[1]![POSITION >> 1]!);
    const siblings = [A, B].map((tree) => siblingsOf(tree, POSITION, 1, 1));
    const claim = { position: 7, leaves: inner, siblings };
    assert.ok(!holds({}, claim));
    assert.ok(holds({ steps: 1 }, claim));
  });

  it("one step more", () => {
    // An operand of a leaf shown as a leaf.
    const [below, sibling] = [FALSE_LEAF, A[0]![5]!];
    const trees = [1, 2].map((seed) => treeOf(seed, compress(18, below, [...sibling])));
    const claim = { position: 0, leaves: [below, below], siblings: trees.map((tree) => [sibling, ...siblingsOf(tree, 0)]) };
    assert.ok(!holds({}, claim, [], trees));
    assert.ok(holds({ steps: 3 }, claim, [], trees));
  });
});

describe("rule 7, picks are counted by the key", () => {
  const claim = claimAt(POSITION, { leaves: [FALSE_LEAF, B[0]![POSITION]!] });
  const pickAir = (isBoolean: boolean): Air =>
    machineAir("pick", {
      ...PICK_TABLE,
      constrain(b, { numbers: [tree = b.constant(0)] }) {
        const [index, octet, times] = [b.column("index"), b.columns("octet", 8), b.column("times")];
        if (isBoolean) assertBoolean(b, { times });
        b.send(NODE_BUS, times, { tree, index, octet });
        return [[index, ...Array.from({ length: 4 }, () => b.constant(0))], octet];
      },
    });

  it("picks uncounted", () => {
    const offers = machineAir("offer", OFFER_TABLE);
    countedSides([offers, machineAir("pick", PICK_TABLE)]);
    assert.throws(() => countedSides([offers, pickAir(false)]), /no side of bus node is counted/);
    // A prover that chooses the multiplicities leaves a pick out.
    const forged = inputOf(own, claim);
    assert.ok(!holdsInTables(own.system, forged));
    const at = tableOf(own.system, "pick");
    const times = forged.traces[at]![0]!.map((_, row) => (row === 1 ? 1 : 0));
    const picks = forged.traces[tableOf(own.system, "offer")]!;
    const offered = picks.with(
      -1,
      picks.at(-1)!.map((_, row) => (row === 5 ? 1 : 0)),
    );
    const traces = forged.traces.with(at, [...forged.traces[at]!, times]).with(tableOf(own.system, "offer"), offered);
    assert.ok(holdsInTables(withAir(own.system, pickAir(true)), { ...forged, traces }));
  });
});
