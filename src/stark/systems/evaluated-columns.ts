import { turboshake128 } from "@noble/hashes/sha3-addons.js";
import { isCanonical } from "../../field/koala-bear.ts";
import { interpolate } from "../../kernels/reference/ntt.ts";

/** A table's preprocessed columns: 2^logRows values each. */
interface FixedTable {
  readonly table: number;
  readonly name: string;
  readonly logRows: number;
  readonly columns: readonly Uint32Array[];
}

/** The same columns by their coefficients, constant term first. */
interface FixedPolynomials {
  readonly logRows: number;
  readonly columns: readonly Uint32Array[];
}

/** Of the hash of columns: no tree of a proof hashes with it. */
const COLUMNS_DOMAIN = 0x02;
const DIGEST_BYTES = 32;

/**
 * Preprocessed columns whose values a verifier finds by itself. What it evaluates is what the digest is of: both come from one
 * list of columns, which nothing else may change.
 */
export class EvaluatedColumns {
  /** Of all columns with their tables and heights: what the verification key has of them. */
  readonly digest: Uint8Array;
  #values: readonly FixedTable[];
  #polynomials: readonly FixedPolynomials[] | undefined;

  /** Tables in order. Throws RangeError for columns that are not 2^logRows canonical elements. */
  constructor(tables: readonly FixedTable[]) {
    for (const { name, logRows, columns } of tables)
      for (const [i, column] of columns.entries())
        if (column.length !== 2 ** logRows || !column.every(isCanonical))
          throw new RangeError(`preprocessed column ${i} of table ${name} is not 2^${logRows} elements below the modulus`);
    this.digest = digestOf(tables);
    this.#values = tables;
  }

  /** By table, in order: interpolated when they are first asked for, and kept instead of the values. */
  polynomials(): readonly FixedPolynomials[] {
    this.#polynomials ??= this.#values.map(({ logRows, columns }) => ({ logRows, columns: columns.map(interpolate) }));
    this.#values = [];
    return this.#polynomials;
  }
}

/** Each table: its index, log2 of its height and the number of its columns, then their elements; four big-endian bytes each. */
function digestOf(tables: readonly FixedTable[]): Uint8Array {
  const hash = turboshake128.create({ D: COLUMNS_DOMAIN, dkLen: DIGEST_BYTES });
  for (const { table, logRows, columns } of tables) {
    hash.update(bigEndian([table, logRows, columns.length]));
    for (const column of columns) hash.update(bigEndian(column));
  }
  return hash.digest();
}

function bigEndian(numbers: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) view.setUint32(4 * i, numbers[i] ?? 0);
  return bytes;
}
