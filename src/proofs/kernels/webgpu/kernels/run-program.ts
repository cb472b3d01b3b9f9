import type { CardKernel } from "../card/kernel.ts";
import { DIRECT, OPCODE } from "../../programs/strip-code.ts";

/**
 * Runs the code of `programs/strip-code.ts` from a word to below another, on one row per invocation: the same code for all of
 * them.
 * Shape: strip [source][lane], registers [register][lane], result [column][lane]; scalars one word each; everything in Montgomery
 * form, stored columns also canonical. Register 0 is 1 and needs no memory. `zeros` gets 1 if an inverted
 * element
 * is zero.
 * The products of a sum are added in two words and reduced once; p is taken from an upper word that is not below it.
 */
export const runProgram: CardKernel = {
  name: "run-program",
  params: ["lanes", "begin", "until"],
  item: [],
  read: ["code", "scalars", "strip"],
  write: ["registers", "result"],
  atomic: "zeros",
  declarations: /* wgsl */ `
struct Wide { high: u32, low: u32 }
fn operand(word: u32, lane: u32) -> u32 {
  if (word == 0u) { return R; }
  if (word >= ${DIRECT}u) { return strip[(word - ${DIRECT}u) * p.lanes + lane]; }
  return registers[word * p.lanes + lane];
}
fn accumulate(sum: Wide, a: u32, b: u32) -> Wide {
  let low = a * b;
  let next = sum.low + low;
  let high = sum.high + high_word(a, b) + select(0u, 1u, next < low);
  return Wide(min(high, high - P), next);
}`,
  body: /* wgsl */ `
  var at = p.begin;
  loop {
    if (at >= p.until) { break; }
    let opcode = code[at];
    if (opcode == ${OPCODE.sum}u) {
      let out = code[at + 1u];
      var end = at + 7u + code[at + 2u];
      var cursor = at + 7u;
      var wide = Wide(0u, 0u);
      for (; cursor < end; cursor += 2u) { wide = accumulate(wide, operand(code[cursor], i), scalars[code[cursor + 1u]]); }
      end += code[at + 3u];
      for (; cursor < end; cursor += 2u) { wide = accumulate(wide, operand(code[cursor], i), operand(code[cursor + 1u], i)); }
      end += code[at + 4u];
      // p − a instead of a: p itself for zero, which is as good.
      for (; cursor < end; cursor += 2u) { wide = accumulate(wide, P - operand(code[cursor], i), operand(code[cursor + 1u], i)); }
      var sum = reduce(wide.high, wide.low);
      end += code[at + 5u];
      for (; cursor < end; cursor++) { sum = add(sum, operand(code[cursor], i)); }
      end += code[at + 6u];
      for (; cursor < end; cursor++) { sum = sub(sum, operand(code[cursor], i)); }
      registers[out * p.lanes + i] = sum;
      at = end;
    } else if (opcode == ${OPCODE.store}u) {
      result[code[at + 2u] * p.lanes + i] = operand(code[at + 1u], i);
      at += 3u;
    } else if (opcode == ${OPCODE.storeCanonical}u) {
      result[code[at + 2u] * p.lanes + i] = product(operand(code[at + 1u], i), 1u);
      at += 3u;
    } else if (opcode == ${OPCODE.invert}u) {
      let element = operand(code[at + 2u], i);
      if (element == 0u) { atomicOr(&zeros[0], 1u); }
      registers[code[at + 1u] * p.lanes + i] = inverse(element);
      at += 3u;
    } else {
      break;
    }
  }`,
};
