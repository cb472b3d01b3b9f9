const PUSH20 = 0x73;

/**
 * Whether EDR 0.22 ends the process when it meets this code, as init code or as an account's code: a first instruction
 * PUSH20 whose 20 bytes are not all there. (EDR takes that instruction for a Solidity library's own address and reads
 * the bytes unchecked.) That no operation of L1's queue may run or deploy it is a rule of the protocol's version.
 */
export function isHostileCode(code: Uint8Array): boolean {
  return code[0] === PUSH20 && code.length < 21;
}
