import { codeChain } from "../../../ground/protocol/code-digest.ts";
import { type Compress, digestToHex } from "../../../ground/protocol/digest.ts";
import { PROTOCOL_CODES } from "../protocol-codes/generated/protocol-codes.ts";
import type { ByteMemory } from "./byte-memory.ts";

/** Code that frames run. */
export interface Code {
  readonly bytes: Uint8Array;
  /** 1 where a JUMPDEST stands that is not part of a push. */
  readonly jumpTargets: Uint8Array;
}

/** Code of a frame before its code is set. */
export const NO_CODE: Code = { bytes: new Uint8Array(0), jumpTargets: new Uint8Array(0) };

/** Source of a state's codes. */
export interface CodeSource {
  /** The code with a digest. Throws where it is missing, because the state names it. */
  codeOf(digest: bigint): Uint8Array;
  /**
   * Whether a code's digest has the length first, a form that the kernel reads and no state contains. Default: none has it.
   */
  isLengthFirst?(digest: bigint, code: Uint8Array): boolean;
}

/** Flag in a code's length if its digest has the length first. */
const LENGTH_FIRST = 2 ** 24;

/** Codes that a run has loaded. The kernel stores each in the memory of a separate frame, which is constant afterwards. */
export class CodeStore {
  readonly #source: CodeSource;
  readonly #byDigest = new Map<bigint, Uint8Array>();
  readonly #chains = new Map<bigint, bigint>();
  readonly #analysed = new Map<number, Code>();

  constructor(source: CodeSource) {
    this.#source = source;
  }

  /** The codes that were loaded or kept, by their digests. */
  get loaded(): ReadonlyMap<bigint, Uint8Array> {
    return this.#byDigest;
  }

  load(digest: bigint): Uint8Array {
    const known = this.#byDigest.get(digest);
    if (known !== undefined) return known;
    const bytes = PROTOCOL_CODES.get(digest) ?? this.#source.codeOf(digest);
    this.#byDigest.set(digest, bytes);
    return bytes;
  }

  /** Description of a code for the kernel before it loads it: its length, and the form of its digest. */
  describe(digest: bigint): number {
    const code = this.load(digest);
    return this.#source.isLengthFirst?.(digest, code) === true ? code.length + LENGTH_FIRST : code.length;
  }

  /** Chain over a code's bytes. The code's digest is the chain's compression with the length. */
  chainOf(digest: bigint, compress: Compress): bigint {
    let chain = this.#chains.get(digest);
    if (chain === undefined) this.#chains.set(digest, (chain = BigInt(digestToHex(codeChain(this.load(digest), compress)))));
    return chain;
  }

  /** Bytes that may be loaded by their digest from now on. */
  keep(digest: bigint, bytes: Uint8Array): void {
    this.#byDigest.set(digest, bytes.slice());
  }

  /** The code in a frame's memory, analysed once. */
  at(frame: number, memory: ByteMemory, length: number): Code {
    let code = this.#analysed.get(frame);
    if (code?.bytes.length !== length) {
      const bytes = memory.view(0, length).slice();
      code = { bytes, jumpTargets: findJumpTargets(bytes) };
      this.#analysed.set(frame, code);
    }
    return code;
  }
}

function findJumpTargets(bytes: Uint8Array): Uint8Array {
  const targets = new Uint8Array(bytes.length);
  for (let pc = 0; pc < bytes.length; pc++) {
    const opcode = bytes[pc] as number;
    if (opcode === 0x5b) targets[pc] = 1;
    else if (opcode >= 0x60 && opcode < 0x80) pc += opcode - 0x5f;
  }
  return targets;
}
