import { fromHex, type Hex, toHex } from "../../../ground/protocol/hex.ts";
import { LAST_PROOFS, type LastProof } from "../../../ground/protocol/last-proof.ts";
import { WRAPPED } from "../../recursion/nodes/layout.ts";
import { fastParameters, wrapParameters } from "../../recursion/tables/program-parameters.ts";
import { systemOfForm } from "../../recursion/tables/program-system.ts";
import type { System } from "../../stark/systems/system.ts";
import { WRITTEN_PROGRAMS } from "./written-programs.ts";

const LAST_PROGRAMS = {
  fast: { form: WRITTEN_PROGRAMS.forms.fast, parameters: fastParameters(), root: WRITTEN_PROGRAMS.fastRoot },
  small: { form: WRITTEN_PROGRAMS.forms.wrap, parameters: wrapParameters(), root: WRITTEN_PROGRAMS.wrapRoot },
} as const satisfies Record<LastProof, unknown>;

/** System of the proof that L1 checks. A verifier needs nothing else of the programs, so that a browser loads it alone. */
export function systemForL1(last: LastProof): System {
  const { form, parameters, root } = LAST_PROGRAMS[last];
  return systemOfForm(WRAPPED.count, form, parameters, fromHex(`0x${root}`));
}

/** Verification key of that system, as the contracts of L1 show it. */
export function lastProofKey(last: LastProof): Hex {
  return toHex(systemForL1(last).verificationKeyDigest);
}

/** The last proof with this verification key; undefined for keys of other software. */
export function lastProofOfKey(key: Hex): LastProof | undefined {
  return LAST_PROOFS.find((last) => lastProofKey(last) === key);
}
