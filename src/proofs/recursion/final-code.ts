import { pointAt } from "../stark/openings/fri.ts";
import type { ProofParameters } from "../stark/systems/parameters.ts";
import type { Assembler } from "./assembler.ts";
import { formAt } from "./constraint-code.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { DEALT_OCTETS, OCTET_ELEMENTS, type Octet, type Word } from "./relation.ts";

/** The final polynomial: its coefficients, constant term first, and the octets that they are dealt to. */
export interface FinalCells {
  readonly coefficients: readonly Form[];
  readonly octets: readonly Octet[];
}

/** Domain of the final polynomial's values, after folds by 2^logFolded. */
interface FinalDomain {
  readonly logDomain: number;
  readonly logFolded: number;
}

/** A query's position in that domain. */
interface FinalPosition {
  /** The position as a number. */
  readonly index: (logDomain: number) => Word;
  /** Writes the position's point. */
  readonly point: () => Form;
}

/** Compares the final polynomial's value at a position with the last layer's fold. */
export type FinalComparison = (position: FinalPosition, value: Form) => void;

/** Cells of a row, the key's and those of lookups included, as `MACHINE_TABLES` has them. */
const CELLS = { arithmetic: 41, dot: 94, deal: 101, pack: 51, offer: 18, pick: 24 };

/** Writes the comparison that takes fewer cells for all queries of a proof: from a codeword, or a sum for each query. */
export function finalComparison(
  assembler: Assembler,
  forms: FormArithmetic,
  cells: FinalCells,
  domain: FinalDomain,
  parameters: ProofParameters,
): FinalComparison {
  // Without caps, wrap checks the proof: another row of `dot` would make its table, and L1's proof, larger.
  if (parameters.paths !== "capped")
    return ({ point }, value) => forms.assertEqual(forms.polynomial(cells.coefficients, point()), value);
  return takesCodeword(parameters, domain) ? codeword(assembler, forms, cells, domain) : sums(assembler, forms, cells);
}

function takesCodeword({ queryCount, logFinalMax }: ProofParameters, { logDomain }: FinalDomain): boolean {
  const values = 2 ** logDomain;
  const codewordCells =
    values * (logFinalMax * CELLS.arithmetic + CELLS.deal + CELLS.offer) + queryCount * (CELLS.deal + CELLS.pick);
  const blocks = 2 ** logFinalMax / OCTET_ELEMENTS;
  const sumCells = CELLS.pack + blocks * CELLS.dot + (OCTET_ELEMENTS + blocks) * CELLS.arithmetic;
  return codewordCells <= queryCount * sumCells;
}

/** Offers all values of the polynomial, which a query picks from. */
function codeword(
  assembler: Assembler,
  forms: FormArithmetic,
  { coefficients }: FinalCells,
  domain: FinalDomain,
): FinalComparison {
  assembler.section("codeword", "FinalPolynomialMismatch");
  const tree = assembler.newTree();
  const octetOf = (value: Form): Octet => {
    const [octet] = assembler.deal([forms.word(value)]);
    if (octet === undefined) throw new Error("a value is dealt to an octet");
    return octet;
  };
  valuesOf(forms, coefficients, domain).forEach((value, index) => assembler.offer(tree, index, octetOf(value)));
  return ({ index }, value) => assembler.pick(tree, index(domain.logDomain), octetOf(value));
}

/**
 * A polynomial's values by position, from the values of its even and its odd coefficients at the squares of points. Two
 * neighbouring positions share a square.
 */
function valuesOf(forms: FormArithmetic, coefficients: readonly Form[], { logDomain, logFolded }: FinalDomain): Form[] {
  if (coefficients.length === 1) return new Array<Form>(2 ** logDomain).fill(formAt(coefficients, 0));
  const squares = { logDomain: logDomain - 1, logFolded: logFolded + 1 };
  const even = valuesOf(
    forms,
    coefficients.filter((_, i) => i % 2 === 0),
    squares,
  );
  const odd = valuesOf(
    forms,
    coefficients.filter((_, i) => i % 2 === 1),
    squares,
  );
  return even.flatMap((value, i) => {
    const term = forms.scale(formAt(odd, i), pointAt(2 * i, logDomain, logFolded));
    return [forms.add(value, term), forms.sub(value, term)].map((sum) => forms.cell(forms.word(sum)));
  });
}

/** Sums up a polynomial at a query's point: eight coefficients by a row, the sums of eight by Horner's rule. */
function sums(assembler: Assembler, forms: FormArithmetic, { coefficients, octets }: FinalCells): FinalComparison {
  const blocks = Math.floor(coefficients.length / OCTET_ELEMENTS);
  if (blocks === 0) return ({ point }, value) => forms.assertEqual(forms.polynomial(coefficients, point()), value);
  return ({ point }, value) => {
    const x = point();
    const powers = [forms.one, x];
    while (powers.length <= OCTET_ELEMENTS) powers.push(forms.cell(forms.word(forms.mul(x, formAt(powers, powers.length - 1)))));
    const octet = assembler.pack(powers.slice(0, OCTET_ELEMENTS).map((power) => forms.word(power)));
    let sum = forms.zero;
    for (let block = blocks - 1; block >= 0; block--) {
      const weights = octets.slice(block * DEALT_OCTETS, (block + 1) * DEALT_OCTETS);
      const above = forms.word(forms.mul(sum, formAt(powers, OCTET_ELEMENTS)));
      sum = forms.cell(assembler.dot(octet, weights, above));
    }
    forms.assertEqual(sum, value);
  };
}
