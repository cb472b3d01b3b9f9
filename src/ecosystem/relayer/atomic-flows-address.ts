import { ATOMIC_FLOWS_CODE } from "../../ground/abi/atomic-flows-code.ts";
import { deployedAddress } from "../../ground/protocol/create2.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Address of `AtomicFlows.sol` of this version of the package, on every chain that has it. */
export const ATOMIC_FLOWS_ADDRESS: Hex = deployedAddress(ATOMIC_FLOWS_CODE);
