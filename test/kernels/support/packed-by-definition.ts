import { BLOCK_ROWS } from "../../../src/proofs/kernels/wasm/emit/pack-columns.ts";
import type { PackedBlock } from "../../../src/proofs/kernels/wasm/row-packer.ts";

/** Packs rows column by column, as the definition of a packer says. */
export function packedByDefinition(cells: Uint32Array, width: number): PackedBlock {
  const columns = Array.from({ length: width }, (_, column) =>
    Array.from({ length: BLOCK_ROWS }, (_, row) => cells[width * row + column]!),
  );
  const sizes = columns.map((column) => {
    const most = Math.max(...column);
    if (column.every((cell) => cell === column[0])) return 0;
    return most < 2 ** 8 ? 1 : most < 2 ** 16 ? 2 : 4;
  });
  const bytes: number[] = [];
  const at = columns.map((column, i) => {
    const begin = bytes.length;
    for (const cell of column) for (let byte = 0; byte < sizes[i]!; byte++) bytes.push((cell >>> (8 * byte)) & 255);
    return sizes[i] === 0 ? column[0]! : begin;
  });
  return { sizes: Uint8Array.from(sizes), at: Uint32Array.from(at), bytes: Uint8Array.from(bytes) };
}
