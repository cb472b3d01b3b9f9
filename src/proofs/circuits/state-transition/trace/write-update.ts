import { inv, sub } from "../../../field/koala-bear.ts";
import { DomainTag, LeafKind } from "../../../../ground/protocol/domain-tags.ts";
import type { UpdateWitness } from "../../../../ground/protocol/state-transition-witness.ts";
import { toLimbs } from "../../../../ground/protocol/word.ts";
import { DIGEST } from "../../shapes/digest.ts";
import { RowType, type RowTypeName } from "../layout/row-types.ts";
import type { ReportInconsistency } from "./trace-error.ts";
import type { TraceWriter } from "./trace-writer.ts";
import { writePath } from "./write-path.ts";

/** Tags of updates in the diff list. */
const UPDATE_TAG = 1;
const CODE_UPDATE_TAG = 2;

/** Writes the rows of one update; the row after them is of type `returnType`. */
export function writeUpdate(
  writer: TraceWriter,
  { entry, leafKind, key, nextKey, oldValue, siblings }: UpdateWitness,
  returnType: RowTypeName,
  report: ReportInconsistency,
): void {
  if (entry.isCode !== (leafKind === LeafKind.codeHash)) {
    report("KindMismatch", `the entry for leaf ${entry.index} has isCode ${entry.isCode}, but the leaf is of kind ${leafKind}`);
  }
  const common = { returnType: RowType[returnType] };
  const [indexLow, indexHigh] = toLimbs(BigInt(entry.index), 2);
  const header = [entry.isCode ? CODE_UPDATE_TAG : UPDATE_TAG, indexLow ?? 0, indexHigh ?? 0, 0, 0, 0, 0, 0];
  writer.row("header", DomainTag.diff, { ...common, left: writer.digest, right: header });

  const indexed = { ...common, remaining: entry.index };
  const kindFirst = [leafKind, 0, 0, 0, 0, 0, 0, 0];
  const pair = writer.row("pair", DomainTag.pair + leafKind, { ...indexed, left: key, right: nextKey, other: kindFirst });
  const limbs = toLimbs(entry.value, 2 * DIGEST);
  const remembered = { ...indexed, memory: pair };
  const value = writer.row("value", DomainTag.value, { ...remembered, left: limbs.slice(0, DIGEST), right: limbs.slice(DIGEST) });
  writer.row("absorbValue", DomainTag.diff, { ...remembered, left: writer.digest, right: value });

  const oldLimbs = toLimbs(oldValue, 2 * DIGEST);
  const oldHash = writer.compress(DomainTag.value, oldLimbs.slice(0, DIGEST), oldLimbs.slice(DIGEST));
  const inverse = new Uint32Array(DIGEST);
  const lane = oldHash.findIndex((x, i) => x !== value[i]);
  if (lane < 0) report("ValueUnchanged", `the update of leaf ${entry.index} writes the value that it already has`);
  else inverse[lane] = inv(sub(oldHash[lane] ?? 0, value[lane] ?? 0));
  const side = { ...indexed, bit: 1, left: pair };
  const oldLeaf = writer.row("leafOld", DomainTag.leaf, { ...side, right: oldHash, other: value });
  const newLeaf = writer.row("leafNew", DomainTag.leaf, { ...side, right: value, other: oldLeaf, memory: inverse });

  const { root } = writer;
  const end = writePath(writer, { old: oldLeaf, new: newLeaf }, siblings, entry.index, { returnType });
  if (Array.from(end.old).some((x, i) => x !== root[i])) {
    report("PathMismatch", `leaf ${entry.index} and its siblings do not lead to the root left by the entries before it`);
  }
}
