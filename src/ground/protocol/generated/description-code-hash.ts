// Written by 'npm run generate' from scripts/system-description. Do not edit.
import type { Hex } from "../hex.ts";

/** keccak of the code of StateTransitionDescription, which the second verifier reads. */
export const DESCRIPTION_CODE_HASH: Hex = "0xaaab16a6fed6cac44eec6fdc4e925c4eece00b2ceb8ea6f32990d7fae579ab64";
