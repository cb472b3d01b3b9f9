import { WordReader, WordWriter } from "../protocol/word-stream.ts";

/** A proof that a node's program checks: one that another job makes, or one that is there. */
interface ChildProof {
  readonly statement: Uint8Array;
  /** The program that it is of; undefined for proofs that programs begin with. */
  readonly program: string | undefined;
  /** Undefined where another job makes it. */
  readonly proof: Uint8Array | undefined;
}

/** What the proof of a program is made from. */
interface NodeInput {
  readonly program: string;
  /** Its elements. */
  readonly statement: Uint8Array;
  readonly children: readonly ChildProof[];
}

/** "HCN1": what the bytes are, and in which format. */
const MAGIC = 0x48434e31;
/** Bytes of a child at least. */
const LEAST_CHILD = 9;

/**
 * magic (4) ‖ program, as its length (4) and its name ‖ statement, likewise ‖ children (4), each: statement ‖ program, empty for
 * a proof that programs begin with ‖ 0 (1), or 1 (1) and the proof with its length. As `WordWriter`.
 */
export function encodeNodeInput({ program, statement, children }: NodeInput): Uint8Array {
  const writer = new WordWriter();
  const text = (value: string): void => writer.sized(new TextEncoder().encode(value));
  writer.number(MAGIC, 4);
  text(program);
  writer.sized(statement);
  writer.list(children, (child) => {
    writer.sized(child.statement);
    text(child.program ?? "");
    writer.number(child.proof === undefined ? 0 : 1, 1);
    if (child.proof !== undefined) writer.sized(child.proof);
  });
  return writer.end();
}

/** Inverse of `encodeNodeInput`, of any bytes. Throws RangeError. */
export function decodeNodeInput(bytes: Uint8Array): NodeInput {
  const reader = new WordReader(bytes);
  const magic = reader.number(4);
  if (magic !== MAGIC) throw new RangeError(`the bytes begin with 0x${magic.toString(16)}: no job in this software's format`);
  const text = (): string => new TextDecoder().decode(reader.sized());
  const [program, statement] = [text(), reader.sized()];
  const children = reader.list(LEAST_CHILD, (): ChildProof => {
    const [said, name] = [reader.sized(), text()];
    const proof = reader.number(1) === 1 ? reader.sized() : undefined;
    return { statement: said, program: name === "" ? undefined : name, proof };
  });
  reader.end();
  return { program, statement, children };
}
