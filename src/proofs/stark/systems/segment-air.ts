import { type Air, AirBuilder, type Interaction } from "../constraints/air.ts";
import { type Bus, defineBus } from "../constraints/bus.ts";
import { columnsRead, type Expression, type NodeIndex } from "../constraints/expression.ts";
import { fieldValues } from "../constraints/fields.ts";
import { type SegmentRule, SEGMENT_FLAGS } from "../constraints/segment-bounds.ts";

/** Tags of the buses between a table's segments begin here; no table's own tag is as large. */
const FIRST_CHAIN_TAG = 2 ** 16;

/** An AIR that is written once more, with what segments add. */
interface Copy {
  readonly builder: AirBuilder;
  readonly columns: readonly Expression[];
  /** Image of a node of the AIR. */
  readonly of: (node: NodeIndex) => Expression;
  readonly index: Expression;
  readonly opens: Expression;
  readonly closes: Expression;
}

/**
 * A table that continues after a cut. Row 0 of every segment but the first is a ghost: the last row of the
 * segment before, in all columns that rules from row to row read of their current row, received as a message
 * that this segment's last row sends to the next. The ghost has no other effect. A constraint of a table's
 * first row holds in the run's first row, and likewise for the last.
 */
export function chainedAir(air: Air, table: number, firstFlag: number, holds: (rule: SegmentRule) => boolean): Air {
  let ghost: Expression | undefined;
  const copy = copyAir(air, firstFlag, (b) => (ghost = b.column("ghost")));
  const { builder: b, columns, of, index, opens, closes } = copy;
  if (ghost === undefined) throw new Error("the ghost's column is the first");
  const end = b.column("end");
  const one = b.constant(1);
  const silent = b.sub(one, ghost);
  for (const { name, scope, body, selector } of air.constraints) {
    if (scope === "firstRow" && !holds("first row opens")) continue;
    if (scope === "lastRow" && !holds("last row closes")) continue;
    const flag = { firstRow: opens, lastRow: closes, everyRow: undefined, transition: undefined }[scope];
    const value = flag === undefined ? of(body) : b.mul(flag, of(body));
    b.assertZero(name, scope, value, selector === undefined ? undefined : of(selector));
  }
  for (const [name, bit] of Object.entries({ ghost, end }))
    b.assertZero(`${name} is boolean`, "everyRow", b.mul(bit, b.sub(bit, one)));
  b.assertEqual("begins with a ghost", "firstRow", ghost, b.sub(one, opens));
  b.assertZero("no other ghost", "transition", b.next(ghost));
  b.assertEqual("ends with the continued row", "lastRow", end, b.sub(one, closes));
  b.assertZero("no other end", "transition", end);
  for (const interaction of air.interactions)
    say(copy, interaction, holds("ghost is silent") ? b.mul(silent, of(interaction.multiplicity)) : of(interaction.multiplicity));
  const handed = holds("ghost has current columns") ? currentColumns(air) : air.nextColumns;
  const row = handed.map((column) => columns[column] as Expression);
  const bus: Bus = defineBus(`chain of ${air.name}`, FIRST_CHAIN_TAG + table, { segment: 1, row: row.length });
  if (holds("chain")) {
    b.receive(bus, ghost, { segment: b.sub(index, one), row });
    b.send(bus, end, { segment: index, row });
  }
  return withBits(b.build(), firstFlag);
}

/**
 * A table that reads the statement does so in the first segment alone: in the others the statement is zeros.
 */
export function speakingAir(air: Air, firstFlag: number): Air {
  const copy = copyAir(air, firstFlag, () => undefined);
  const { builder: b, of, opens } = copy;
  for (const { name, scope, body, selector } of air.constraints)
    b.assertZero(name, scope, of(body), selector === undefined ? undefined : of(selector));
  for (const interaction of air.interactions) say(copy, interaction, b.mul(opens, of(interaction.multiplicity)));
  return withBits(b.build(), firstFlag);
}

/** The main columns that rules from row to row read of the current row: what the next row depends on. */
export function currentColumns({ nodes, constraints }: Pick<Air, "nodes" | "constraints">): number[] {
  const roots = constraints.flatMap(({ scope, body, selector }) =>
    scope !== "transition" ? [] : selector === undefined ? [body] : [body, selector],
  );
  const read = columnsRead(nodes, roots).filter(({ phase, next }) => phase === "main" && !next);
  return [...new Set(read.map(({ column }) => column))].sort((a, b) => a - b);
}

/** `before` may declare columns in front of the AIR's own. */
function copyAir(air: Air, firstFlag: number, before: (b: AirBuilder) => void): Copy {
  const builder = new AirBuilder(air.name, firstFlag + SEGMENT_FLAGS);
  before(builder);
  const columns = air.columnNames.map((name) => builder.column(name));
  const preprocessed = air.preprocessedNames.map((name) => builder.preprocessedColumn(name));
  const copies: Expression[] = [];
  const results = new Map<number, readonly Expression[]>();
  const of = (node: NodeIndex): Expression => copies[node] as Expression;
  air.nodes.forEach((node, i) => {
    if (node.kind === "call") {
      results.set(i, builder.apply(node.gadget, node.inputs.map(of)));
      return;
    }
    copies[i] = ((): Expression => {
      switch (node.kind) {
        case "constant":
          return builder.constant(node.value);
        case "column": {
          const column = (node.phase === "main" ? columns : preprocessed)[node.column] as Expression;
          return node.next ? builder.next(column) : column;
        }
        case "public":
          return builder.public(node.index);
        case "add":
        case "sub":
        case "mul":
          return builder[node.kind](of(node.a), of(node.b));
        case "result":
          return results.get(node.call)?.[node.index] as Expression;
        case "parameter":
          throw new Error("a parameter belongs to a gadget only");
      }
    })();
  });
  const [index, opens, closes] = [0, 1, 2].map((flag) => builder.public(firstFlag + flag)) as [
    Expression,
    Expression,
    Expression,
  ];
  return { builder, columns, of, index, opens, closes };
}

function say({ builder, of }: Copy, { bus, direction, message }: Interaction, multiplicity: Expression): void {
  builder[direction](bus, multiplicity, fieldValues(bus.fields, message.map(of)));
}

function withBits(air: Air, firstFlag: number): Air {
  return { ...air, bits: [firstFlag + 1, firstFlag + 2] };
}
