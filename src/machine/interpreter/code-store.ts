/** Code that frames run. */
export interface Code {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** 1 where a JUMPDEST stands that is not part of a push. */
  readonly jumpTargets: Uint8Array;
  readonly digest: bigint;
}

/** What a frame runs before its code is set, and an account without code. */
export const NO_CODE: Code = { id: 0, bytes: new Uint8Array(0), jumpTargets: new Uint8Array(0), digest: 0n };

/** Where the codes of a state come from. */
export interface CodeSource {
  /** The code with a digest. Throws where it is missing, because the state names it. */
  codeOf(digest: bigint): Uint8Array;
  /** Digest of a code: what leaf kind 3 holds. */
  digestOf(code: Uint8Array): bigint;
}

/** The codes that a run has met, each analysed once. */
export class CodeStore {
  readonly #source: CodeSource;
  readonly #codes: Code[] = [NO_CODE];
  readonly #byDigest = new Map<bigint, Code>();

  constructor(source: CodeSource) {
    this.#source = source;
  }

  get(id: number): Code {
    const code = this.#codes[id];
    if (code === undefined) throw new Error(`the kernel named code ${id}, and there are ${this.#codes.length}`);
    return code;
  }

  load(digest: bigint): Code {
    return this.#byDigest.get(digest) ?? this.#add(this.#source.codeOf(digest), digest);
  }

  make(bytes: Uint8Array): Code {
    const copy = bytes.slice();
    const digest = this.#source.digestOf(copy);
    return this.#byDigest.get(digest) ?? this.#add(copy, digest);
  }

  #add(bytes: Uint8Array, digest: bigint): Code {
    const code = { id: this.#codes.length, bytes, jumpTargets: findJumpTargets(bytes), digest };
    this.#codes.push(code);
    this.#byDigest.set(digest, code);
    return code;
  }
}

/** Whether an account with this code is a delegation of EIP-7702. */
export function isDelegation({ bytes }: Code): boolean {
  return bytes.length === 23 && bytes[0] === 0xef && bytes[1] === 0x01 && bytes[2] === 0x00;
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
