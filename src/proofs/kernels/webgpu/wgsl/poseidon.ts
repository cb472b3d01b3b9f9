import { toMontgomery } from "../../montgomery.ts";
import { COMPACT_CONSTANTS } from "../../poseidon-rounds.ts";
import { MDS_FIRST_ROW, WIDTH } from "../../poseidon.ts";

const HALF = WIDTH / 2;
const LANES = Array.from({ length: WIDTH }, (_, i) => i);
const HALVES = Array.from({ length: HALF }, (_, i) => i);
const { initial, partial, terminal } = COMPACT_CONSTANTS;
const constants = [...initial.flat(), ...terminal.flat(), ...partial].map(toMontgomery);

/**
 * Round constants in Montgomery form, and the reduction of twice a sum of products of halves: even, signed halves, not
 * negative.
 */
export const POSEIDON_CONSTANTS = /* wgsl */ `
const ROUNDS = array<u32, ${constants.length}>(${constants.map((x) => `${x}u`).join(", ")});
fn halve(high: i32, low: i32) -> u32 {
  let t = u32(high + (low >> 16u));
  let q = ((t >> 9u) * 33026u) >> 22u;
  let x = (u32(high) << 15u) + u32(low >> 1u);
  let r = x - q * P;
  return min(r, r - P);
}
fn cube(x: u32) -> u32 { return product(product(x, x), x); }
`;

/**
 * The circulant matrix by halves: modulo X⁸ − 1 of sums and X⁸ + 1 of differences, each on 16-bit halves of the elements, whose
 * products with the matrix's small numbers stay below 2³¹. Both results together are twice the product.
 */
function matrix(): string {
  const split = HALVES.map(
    (i) => `let u${i} = s${i} + s${i + HALF}; let v${i} = i32(s${i}) - i32(s${i + HALF});
      let ul${i} = i32(u${i} & 0xffffu); let uh${i} = i32(u${i} >> 16u); let vl${i} = v${i} & 0xffff; let vh${i} = v${i} >> 16u;`,
  );
  const entry = (at: number): number => MDS_FIRST_ROW[at] ?? 0;
  const even = (i: number, j: number): number => entry((j - i + HALF) % HALF) + entry(((j - i + HALF) % HALF) + HALF);
  const odd = (i: number, j: number): number => {
    const at = (j - i + HALF) % HALF;
    return (j < i ? -1 : 1) * (entry(at) - entry(at + HALF));
  };
  const sum = (name: string, i: number, of: (i: number, j: number) => number): string =>
    HALVES.map((j) => `${name}${j} * (${of(i, j)})`).join(" + ");
  const sums = HALVES.map(
    (i) => `let eh${i} = ${sum("uh", i, even)}; let el${i} = ${sum("ul", i, even)};
      let oh${i} = ${sum("vh", i, odd)}; let ol${i} = ${sum("vl", i, odd)};`,
  );
  const joined = HALVES.map(
    (i) => `s${i} = halve(eh${i} + oh${i}, el${i} + ol${i}); s${i + HALF} = halve(eh${i} - oh${i}, el${i} - ol${i});`,
  );
  return [...split, ...sums, ...joined].join("\n      ");
}

/** The permutation of `reference/poseidon.ts` on variables s0…s15 in Montgomery form. The rounds of both ends share one loop. */
export const POSEIDON_ROUNDS = /* wgsl */ `
    for (var r = 0u; r < 28u; r++) {
      if (r < 4u || r >= 24u) {
        let k = select(16u * r, 64u + 16u * (r - 24u), r >= 24u);
        ${LANES.map((i) => `s${i} = cube(add(s${i}, ROUNDS[k + ${i}u]));`).join("\n        ")}
      } else {
        s0 = cube(add(s0, ROUNDS[128u + r - 4u]));
      }
      ${matrix()}
    }`;
