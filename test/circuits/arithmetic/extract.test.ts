import type { Request } from "../../../src/proofs/circuits/operations/operation.ts";
import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { LIMBS, limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul } from "../../../src/proofs/field/koala-bear.ts";
import { at, describeTable, forged } from "./support/table-tests.ts";

const zeros = limbsOf(0n);
const word = limbsOf;
/** A row that does not shift, and so answers 0 for the byte 5 at position 31. */
const idle = { shifts: 0, isZero: 0, amount: 0, shifted: zeros, result: zeros };

const shifts = ({ operation, a }: Request) => (operation === "clz" ? a > 0n : a < 32n);

function* forgeries(): Generator<RowCells> {
  const beyond = forged("byte", [32n, 0n]);
  yield { ...forged("byte", [0n, 0n]), byte: 0, ...idle, isZero: 1 };
  // CLZ(0) taken for an operation of no such opcode: the position is not looked at, the x of CLZ is 0.
  const clz = { clz: 1, rest: 0, inverse: 0, isZero: 1, shifted: word(1n), result: word(256n) };
  yield { ...beyond, byte: -1, signextend: 1, ...clz };
  yield { ...beyond, byte: 1, signextend: -1, ...clz };

  yield forged("byte", [31n, 5n], { ...idle, rest: 1, inverse: 1 });
  yield forged("byte", [31n, 5n], idle);
  yield forged("byte", [32n, 1n << 255n], { ...forged("byte", [0n, 1n << 255n]), position: word(32n), rest: 1, inverse: 0 });
  yield forged("byte", [31n, 5n], { ...idle, isZero: 1 });
  yield forged("byte", [31n, 0x0605n], { amount: 8, shifted: word(6n), result: word(6n) });
  for (let i = 0; i < LIMBS; i++) {
    yield forged("byte", [32n, 0n], { result: at(zeros, { [i]: 1 }) });
    if (i > 0) yield forged("clz", [1n], { result: at(word(255n), { [i]: 1 }) });
    // The lowest limb of x is beyond 1, or another is beyond 0, where 255 zeros are asserted.
    const x = i === 0 ? 2n : 1n + (1n << BigInt(16 * i));
    yield forged("clz", [x], { result: word(255n), amount: 0, shifted: word(x) });
  }
  // Position 31 = −1 + 32 · 1 and = 0 + 32 · (31/32): beyond 31 both times.
  yield forged("byte", [31n, 5n], { ...idle, low: -1, rest: 1, inverse: 1 });
  const rest = mul(31, inv(32));
  yield forged("byte", [31n, 5n], { ...idle, low: 0, rest, inverse: inv(rest) });
  // 256 zeros in 1: the amount would be −1.
  yield forged("clz", [1n], { result: word(256n), amount: -1 });
  yield forged("byte", [30n, 0x0605n], { shifted: word(7n), result: word(7n) });
  yield forged("byte", [31n, 0x0605n], { result: word(6n) });
}

describeTable("extract", {
  free: [
    {
      reason: "what is zero has no inverse to show",
      fields: ["inverse"],
      where: ({ operation, a }) => (operation === "clz" ? a === 0n : a < 32n),
    },
    { reason: "without a shift there is no amount", fields: ["amount"], where: (request) => !shifts(request) },
    {
      reason: "without a shift there is nothing shifted",
      fields: ["shifted"],
      where: (request) => request.operation !== "clz" && !shifts(request),
    },
    { reason: "CLZ has no position", fields: ["position"], where: ({ operation }) => operation === "clz" },
  ],
  forgeries: () => [...forgeries()],
  counting: ["shifts is boolean"],
  implied: { "clz is boolean": "if it were −1, with the two others set, shifts would be −1 or 2" },
});
