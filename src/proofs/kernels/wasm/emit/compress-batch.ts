import { DIGEST_WIDTH, WIDTH } from "../../poseidon.ts";
import { type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { v128 } from "../assembler/values.ts";
import { R_SQUARED } from "../../montgomery.ts";
import { FieldLanes, transpose } from "./field-lanes.ts";
import { preparePoseidon } from "./poseidon.ts";

/**
 * compressBatch(groups, tags, inputs, outputs, constants): four tagged compressions per group.
 * Layout: tags one word each; inputs 16 words each (left ‖ right); outputs 8 words each; all canonical, 4-byte aligned.
 * Outputs must not overlap inputs. Oracle: `compress` of `reference/poseidon.ts`.
 */
export function compressBatch(): FunctionBuilder {
  const { f, p } = i32Function("compressBatch", ["groups", "tags", "inputs", "outputs", "constants"]);
  const lanes = new FieldLanes(f);
  const permute = preparePoseidon(f, lanes);
  const rSquared = f.let(v128.const32(R_SQUARED));
  const one = f.let(v128.const32(1));
  f.repeat(p.groups, () => {
    const input = [];
    for (let quarter = 0; quarter < WIDTH; quarter += 4) {
      input.push(
        ...transpose(
          f,
          [0, 1, 2, 3].map((lane) => v128.load(p.inputs, 4 * (WIDTH * lane + quarter))),
        ),
      );
    }
    const state = input.map((x) => f.let(lanes.montgomery(x, rSquared)));
    const first = state[0];
    if (first === undefined) throw new Error("the state is empty");
    f.set(first, lanes.add(first, lanes.montgomery(v128.load(p.tags), rSquared)));
    permute(state, p.constants);
    // The left half is read again rather than kept: eight more live vectors would spill throughout the rounds.
    for (let quarter = 0; quarter < DIGEST_WIDTH; quarter += 4) {
      const left = transpose(
        f,
        [0, 1, 2, 3].map((lane) => v128.load(p.inputs, 4 * (WIDTH * lane + quarter))),
      );
      const output = left.map((x, i) => {
        const permuted = state[quarter + i];
        if (permuted === undefined) throw new Error("the state is too short");
        return lanes.add(x, lanes.montgomery(permuted, one));
      });
      transpose(f, output).forEach((digest, lane) => f.store(p.outputs, digest, 4 * (DIGEST_WIDTH * lane + quarter)));
    }
    f.increase(p.tags, 16);
    f.increase(p.inputs, 16 * WIDTH);
    f.increase(p.outputs, 16 * DIGEST_WIDTH);
  });
  return f;
}
