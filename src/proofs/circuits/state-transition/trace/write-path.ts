import { DomainTag } from "../../../../ground/protocol/domain-tags.ts";
import { RowType, type RowTypeName } from "../layout/row-types.ts";
import type { Elements, WrittenCells, TraceWriter } from "./trace-writer.ts";

/** The two values of one tree node: before and after the operation. */
export interface Lanes {
  readonly old: Elements;
  readonly new: Elements;
}

/** Inputs that all rows of a path share. */
interface PathOptions {
  readonly returnType: RowTypeName;
  /** Handed on from row to row for the operation that the path belongs to. */
  readonly memory?: Elements;
  /** True for the first path of a table, which continues to the top rows and has no end. */
  readonly open?: boolean;
}

/** Hashes both lanes from level 0 of `siblings` upwards along the bits of `index`. Returns both lanes' last hashes. */
export function writePath(
  writer: TraceWriter,
  leaf: Lanes,
  siblings: readonly Elements[],
  index: number,
  { returnType, memory, open = false }: PathOptions,
): Lanes {
  let lanes = leaf;
  let remaining = index;
  siblings.forEach((sibling, level) => {
    const common = {
      sibling,
      bit: remaining & 1,
      remaining,
      returnType: RowType[returnType],
      pathEnd: !open && level === siblings.length - 1,
      ...(memory === undefined ? {} : { memory }),
    };
    lanes = writeLevel(writer, ["pathOld", "pathNew"], DomainTag.node, lanes, common);
    remaining >>>= 1;
  });
  return lanes;
}

interface LevelOptions extends Omit<WrittenCells, "left" | "right" | "other"> {
  readonly sibling: Elements;
}

/** Two rows that hash both lanes with the same sibling on the same side. Returns both hashes. */
export function writeLevel(
  writer: TraceWriter,
  [oldRow, newRow]: readonly [RowTypeName, RowTypeName],
  tag: number,
  lanes: Lanes,
  { sibling, pathEnd = false, ...cells }: LevelOptions,
): Lanes {
  const sides = (node: Elements) => (cells.bit === 1 ? { left: sibling, right: node } : { left: node, right: sibling });
  const oldHash = writer.row(oldRow, tag, { ...cells, ...sides(lanes.old), other: lanes.new });
  const newHash = writer.row(newRow, tag, { ...cells, ...sides(lanes.new), other: oldHash, pathEnd });
  return { old: oldHash, new: newHash };
}

/** Sources of the first rows: both roots of the working subtree, the siblings above it, both leaf counts. */
interface TopPath {
  readonly subtree: Lanes;
  readonly siblings: readonly Elements[];
  readonly oldLeafCount: number;
  readonly newLeafCount: number;
}

/** Writes the first rows of the table: from both roots of the working subtree to both state roots, which it returns. */
export function writeTop(writer: TraceWriter, { subtree, siblings, oldLeafCount, newLeafCount }: TopPath): Lanes {
  const below = siblings.slice(0, -2);
  let lanes = writePath(writer, subtree, below, 0, { returnType: "topOld1", open: true });
  siblings.slice(-2).forEach((sibling, i) => {
    const names = i === 0 ? (["topOld1", "topNew1"] as const) : (["topOld2", "topNew2"] as const);
    lanes = writeLevel(writer, names, DomainTag.node, lanes, { sibling, bit: 0, returnType: i === 0 ? RowType.topOld1 : 0 });
  });
  const count = (leafCount: number) => [leafCount, 0, 0, 0, 0, 0, 0, 0];
  const oldRoot = writer.row("stateOld", DomainTag.state, { left: lanes.old, right: count(oldLeafCount), other: lanes.new });
  const newRoot = writer.row("stateNew", DomainTag.state, { left: lanes.new, right: count(newLeafCount), other: oldRoot });
  return { old: oldRoot, new: newRoot };
}
