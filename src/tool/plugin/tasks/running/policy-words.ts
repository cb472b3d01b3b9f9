import { partsOf, type DataPart } from "../../../../ecosystem/options/fields/data-policy.ts";

/** Parts of a data policy in the words of its options: "guardians or rollup". */
export function policyWords(part: DataPart): string {
  if (typeof part === "string") return part;
  const parts = partsOf(part);
  if (parts.length === 0) return Object.keys(part)[0] ?? "";
  const words = parts.map((inner) => (partsOf(inner).length === 0 ? policyWords(inner) : `(${policyWords(inner)})`));
  return words.join("allOf" in part ? " and " : " or ");
}
