/**
 * The storage slot that receives the hash of a batch's public outputs: slot 0 of the system context. It is inserted at
 * genesis as leaf 1 of every state tree, and every batch's diff list ends with its new value.
 */
export const OUTPUTS_ADDRESS = 0x800bn;
/** The slot within the system context's storage. */
export const OUTPUTS_SLOT = 0n;
