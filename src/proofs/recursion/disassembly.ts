import type { Octet, Relation, Word } from "./relation.ts";

/** A relation in one line: `w3 = 2·w1·w2 + w0 + 7`. */
export function disassemble(relation: Relation): string {
  switch (relation.kind) {
    case "arithmetic": {
      const { product, a, b, linear, c, constant, d } = relation;
      const terms = [
        ...(a === undefined ? [] : [scaled(product, `${word(a)}·${word(b)}`)]),
        ...(c === undefined ? [] : [scaled(linear, word(c))]),
        ...(constant === 0 && (a ?? c) !== undefined ? [] : [`${constant}`]),
      ];
      return `${word(d)} = ${terms.join(" + ")}`;
    }
    case "constant":
      return `${word(relation.word)} = (${relation.value.join(", ")})`;
    case "public":
      return `${word(relation.word)} = public ${relation.index}`;
    case "compress":
      return `${octet(relation.to)} = C${relation.tag}(${octet(relation.left)}, ${octet(relation.right)})`;
    case "climb":
      return `${octet(relation.to)} = C${relation.tag} above ${octet(relation.from)}, on the side ${word(relation.bit)}`;
    case "offer":
      return `${octet(relation.octet)} = entry ${relation.index} of tree ${relation.tree}`;
    case "pick":
      return `${octet(relation.octet)} = entry ${word(relation.index)} of tree ${relation.tree}`;
    case "pack":
      return `${octet(relation.octet)} = elements ${relation.words.map(word).join(" ")}`;
    case "deal":
      return `${relation.octets.map(octet).join(" ")} = words ${relation.words.map(word).join(" ")}`;
    case "bits": {
      const { element, low, high, bits } = relation;
      const named = bits.slice(0, bits.findLastIndex((bit) => bit !== undefined) + 1);
      return `${word(element)} = bits ${named.map(word).join(" ")}, low ${word(low)}, high ${word(high)}`;
    }
    case "dot": {
      const { to, from, weights } = relation;
      return `${word(to)} = ${word(from)} + ${octet(relation.octet)}·(${weights.map(octet).join(" ")})`;
    }
  }
}

function word(cell: Word | undefined): string {
  return cell === undefined ? "_" : `w${cell}`;
}

function octet(cell: Octet | undefined): string {
  return cell === undefined ? "_" : `o${cell}`;
}

function scaled(factor: number, term: string): string {
  return factor === 1 ? term : `${factor}·${term}`;
}
