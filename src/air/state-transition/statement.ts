import { createExtension, type Ext } from "../../field/extension.ts";
import { isCanonical } from "../../field/koala-bear.ts";
import type { Digest } from "../../protocol/state-transition-witness.ts";
import { DIGEST, EXTENSION_DEGREE } from "./columns.ts";
import { HIGHEST_POWER } from "./public-values.ts";

/** What a proof of this circuit says, together with the verification key. */
export interface StateTransitionStatement {
  /** bytes32. Bound by the transcript; the circuit does not read it. */
  readonly commitment: Uint8Array;
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  readonly diffDigest: Digest;
  /** Evaluation point of the diff list; zero in the off-chain modes. */
  readonly r: Ext;
  readonly y: Ext;
  /** bytes32, the value of the last entry. */
  readonly outputsHash: Uint8Array;
}

const BYTES32 = 32;
const ELEMENT_BYTES = 4;
/** Length of an encoded statement: three digests, r, y and two bytes32. */
export const STATEMENT_BYTES = 5 * BYTES32 + 2 * EXTENSION_DEGREE * ELEMENT_BYTES;

/**
 * The bytes that the transcript absorbs: commitment ‖ old state root ‖ new state root ‖ D ‖ r ‖ y ‖ outputsHash. Elements are four
 * big-endian bytes each, element or coordinate 0 first. Throws RangeError when a part has the wrong length.
 */
export function encodeStatement(statement: StateTransitionStatement): Uint8Array {
  const { commitment, oldStateRoot, newStateRoot, diffDigest, r, y, outputsHash } = statement;
  const bytes = new Uint8Array(STATEMENT_BYTES);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  const putBytes = (name: string, value: Uint8Array) => {
    if (value.length !== BYTES32) throw new RangeError(`${name} must have ${BYTES32} bytes, got ${value.length}`);
    bytes.set(value, offset);
    offset += BYTES32;
  };
  const putElements = (name: string, values: readonly number[], count: number) => {
    if (values.length !== count) throw new RangeError(`${name} must have ${count} elements, got ${values.length}`);
    for (const value of values) {
      if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new RangeError(`${name} has ${value}, not 32 bits`);
      view.setUint32(offset, value);
      offset += ELEMENT_BYTES;
    }
  };
  putBytes("commitment", commitment);
  putElements("oldStateRoot", oldStateRoot, DIGEST);
  putElements("newStateRoot", newStateRoot, DIGEST);
  putElements("diffDigest", diffDigest, DIGEST);
  putElements("r", r, EXTENSION_DEGREE);
  putElements("y", y, EXTENSION_DEGREE);
  putBytes("outputsHash", outputsHash);
  return bytes;
}

/** Reads what `encodeStatement` writes. Undefined for another length; elements may still be non-canonical. */
export function decodeStatement(bytes: Uint8Array): StateTransitionStatement | undefined {
  if (bytes.length !== STATEMENT_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const takeBytes = () => bytes.slice(offset, (offset += BYTES32));
  const takeElements = (count: number) =>
    Array.from({ length: count }, () => {
      const value = view.getUint32(offset);
      offset += ELEMENT_BYTES;
      return value;
    });
  return {
    commitment: takeBytes(),
    oldStateRoot: takeElements(DIGEST),
    newStateRoot: takeElements(DIGEST),
    diffDigest: takeElements(DIGEST),
    r: takeElements(EXTENSION_DEGREE),
    y: takeElements(EXTENSION_DEGREE),
    outputsHash: takeBytes(),
  };
}

/**
 * The table's public values that follow from a statement, in the order of `PUBLIC`; the auxiliary ones of the proof are
 * to be appended. Undefined when an element is not canonical: such a statement is false.
 */
export function publicValues(statement: StateTransitionStatement): number[] | undefined {
  const { oldStateRoot, newStateRoot, diffDigest, r, y, outputsHash } = statement;
  const elements = [...oldStateRoot, ...newStateRoot, ...diffDigest, ...y];
  if (![...elements, ...r].every(isCanonical)) return undefined;
  const field = createExtension(EXTENSION_DEGREE);
  const powers: number[] = [];
  let power: Ext = field.one;
  for (let k = 1; k <= HIGHEST_POWER; k++) {
    power = field.mul(power, r);
    powers.push(...power);
  }
  return [...elements, ...bytes32Limbs(outputsHash), ...powers];
}

/** A bytes32 as 16 limbs of 16 bits, least significant first. */
function bytes32Limbs(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: BYTES32 / 2 }, (_, i) => view.getUint16(BYTES32 - 2 - 2 * i));
}
