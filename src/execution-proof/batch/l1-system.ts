import { fromHex } from "../../protocol/hex.ts";
import { WRAPPED } from "../../recursion/nodes/layout.ts";
import { wrapParameters } from "../../recursion/tables/program-parameters.ts";
import { systemOfForm } from "../../recursion/tables/program-system.ts";
import type { System } from "../../stark/systems/system.ts";
import type { WrittenPrograms } from "./product-programs.ts";
import { WRITTEN_PROGRAMS } from "./written-programs.ts";

/** System of the proof that L1 checks. A verifier needs nothing else of the programs, so that a browser loads it alone. */
export function systemForL1({
  forms,
  wrapRoot,
}: Pick<WrittenPrograms, "wrapRoot"> & { readonly forms: Pick<WrittenPrograms["forms"], "wrap"> } = WRITTEN_PROGRAMS): System {
  return systemOfForm(WRAPPED.count, forms.wrap, wrapParameters(), fromHex(`0x${wrapRoot}`));
}
