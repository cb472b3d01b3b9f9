import type { Hints } from "../recursion/interpret.ts";
import { OCTET_ELEMENTS, WORD_ELEMENTS } from "../recursion/relation.ts";
import { FIELD_MODULUS } from "../../ground/protocol/digest.ts";
import { WordReader, WordWriter } from "../../ground/protocol/word-stream.ts";

/** Proof that a node's program checks: the result of another job, or a finished one. */
interface ChildProof {
  readonly statement: Uint8Array;
  /** The program that it is of; undefined for proofs that programs begin with. */
  readonly program: string | undefined;
  /** Undefined where another job makes it. */
  readonly proof: Uint8Array | undefined;
}

/** Input of a program's proof. */
interface NodeInput {
  readonly program: string;
  /** Elements of the statement. */
  readonly statement: Uint8Array;
  readonly children: readonly ChildProof[];
  /** Values that the program reads besides its children's statements and proofs, if it reads any. */
  readonly hints?: Hints | undefined;
}

const NO_HINTS: Hints = { words: [], octets: [] };

/** "HCN2": what the bytes are, and in which format. */
const MAGIC = 0x48434e32;
/** Bytes of a child at least. */
const LEAST_CHILD = 9;

/**
 * magic (4) ‖ program, as its length (4) and its name ‖ statement, likewise ‖ children (4), each: statement ‖ program, empty for
 * a proof that programs begin with ‖ 0 (1), or 1 (1) and the proof with its length ‖ words of hints (4), five elements each ‖
 * octets of hints (4), eight each. An element has four bytes. As `WordWriter`.
 */
export function encodeNodeInput({ program, statement, children, hints = NO_HINTS }: NodeInput): Uint8Array {
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
  for (const list of [hints.words, hints.octets])
    writer.list(list, (elements) => elements.forEach((element) => writer.number(element, 4)));
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
  const values = (count: number): number[][] => reader.list(4 * count, () => readElements(reader, count));
  const hints = { words: values(WORD_ELEMENTS), octets: values(OCTET_ELEMENTS) };
  reader.end();
  return { program, statement, children, hints };
}

function readElements(reader: WordReader, count: number): number[] {
  const elements = Array.from({ length: count }, () => reader.number(4));
  if (!elements.every((element) => element < FIELD_MODULUS))
    throw new RangeError("a hint of the job is outside the field; request the job again");
  return elements;
}
