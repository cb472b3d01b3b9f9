import type { EVM } from "@ethereumjs/evm";
import type { Hex } from "../../ground/protocol/hex.ts";
import { beforeInstructions, type RunState } from "./instruction-table.ts";

/** CREATE, CREATE2. */
const CREATIONS = [0xf0, 0xf5];
/** Longer init code is not hostile (`isHostileCode`), or fails without being looked at (EIP-3860). */
const MOST_BYTES = 49_152n;

/** Receives every CREATE and CREATE2 that the EVM reaches. */
interface CreationListener {
  readonly onInitCode: (code: Uint8Array) => void;
  /** The account that runs the instruction. */
  readonly onCreator: (account: Hex) => void;
}

/**
 * Reports every CREATE and CREATE2 that the EVM reaches, until the returned function is called.
 *
 * The EVM's event "beforeMessage" leaves out creations that fail before their init code runs, for want of balance or
 * depth, or because a nonce is at its end. The first engine also reads the init code of these.
 */
export function watchCreations(evm: EVM, { onInitCode, onCreator }: CreationListener): () => void {
  const onCreation = ({ env, stack, memory }: RunState): void => {
    const [, offset = 0n, length = 0n] = stack.peek(3);
    onCreator(env.address.toString() as Hex);
    // Gas for this much memory has been paid by now.
    if (length > 0n && length <= MOST_BYTES) onInitCode(memory.read(Number(offset), Number(length)).slice());
  };
  return beforeInstructions(evm, new Map(CREATIONS.map((opcode) => [opcode, onCreation])));
}
