import type { EVM } from "@ethereumjs/evm";
import type { Hex } from "../../protocol/hex.ts";

/** CREATE, CREATE2. */
const CREATIONS = [0xf0, 0xf5];
/** Longer init code is not hostile (`isHostileCode`), or fails without being looked at (EIP-3860). */
const MOST_BYTES = 49_152n;

/** What is used of a run's state. */
interface RunState {
  readonly env: { readonly address: { toString(): string } };
  readonly stack: { peek(count: number): readonly bigint[] };
  readonly memory: { read(offset: number, length: number): Uint8Array };
}

type Handler = (runState: RunState, common: unknown) => unknown;

/** Is told of every CREATE and CREATE2 that the EVM comes to. */
export interface CreationListener {
  readonly onInitCode: (code: Uint8Array) => void;
  /** The account that runs the instruction. */
  readonly onCreator: (account: Hex) => void;
}

/**
 * Reports every CREATE and CREATE2 that the EVM comes to, until the returned function is called.
 *
 * The EVM's event "beforeMessage" leaves out creations that fail before their init code runs, for want of balance or depth, or
 * because a nonce is at its end. The first engine looks at the init code of these too.
 */
export function watchCreations(evm: EVM, { onInitCode, onCreator }: CreationListener): () => void {
  // No part of the library's interface: there is no other way to see these instructions without the cost of its event "step".
  const entries = Reflect.get(evm, "_opcodeMap") as Record<number, { opHandler: Handler }>;
  const originals = CREATIONS.map((opcode) => [opcode, entries[opcode]] as const);
  for (const [opcode, original] of originals) {
    if (original === undefined) throw new TypeError(`the EVM has no instruction ${opcode}`);
    const opHandler: Handler = (runState, common) => {
      const [, offset = 0n, length = 0n] = runState.stack.peek(3);
      onCreator(runState.env.address.toString() as Hex);
      // Gas for this much memory has been paid by now.
      if (length > 0n && length <= MOST_BYTES) onInitCode(runState.memory.read(Number(offset), Number(length)).slice());
      return original.opHandler(runState, common);
    };
    entries[opcode] = { ...original, opHandler };
  }
  return () => {
    for (const [opcode, original] of originals) if (original !== undefined) entries[opcode] = original;
  };
}
