import { ATOMIC_FLOWS_CODE } from "../../ground/abi/atomic-flows-code.ts";
import { deployedAddress } from "../../ground/protocol/create2.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Where `AtomicFlows.sol` is on every chain that has it, of this version of the package. */
export const ATOMIC_FLOWS_ADDRESS: Hex = deployedAddress(ATOMIC_FLOWS_CODE);
