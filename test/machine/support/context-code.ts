import { PREDEPLOY_CODES } from "../../../src/ground/protocol/generated/predeploy-codes.ts";
import { VERSION_PREDEPLOYS } from "../../../src/ground/protocol/generated/version-predeploys.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";

/** Code of the system context. */
export const SYSTEM_CONTEXT_CODE: Hex =
  PREDEPLOY_CODES[VERSION_PREDEPLOYS.findIndex(({ address }) => address === PREDEPLOYS.SystemContext)] ?? "0x";
