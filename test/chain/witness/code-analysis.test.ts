import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, it } from "node:test";
import { createEVM, type EVM } from "@ethereumjs/evm";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { rememberAnalyses } from "../../../src/chain/witness/code-analysis.ts";
import { beforeInstructions } from "../../../src/chain/witness/instruction-table.ts";
import { toHex } from "../../../src/ground/protocol/hex.ts";

const [STOP, JUMP, JUMPDEST, PUSH0, PUSH1, PUSH32] = [0x00, 0x56, 0x5b, 0x5f, 0x60, 0x7f];
const RULES = chainRules(271);
/** Arithmetic, POP, jumps, pushes and the first DUPs: nothing that needs a block. */
const PLAIN = [
  ...range(0x01, 0x0b),
  ...range(0x10, 0x1e),
  0x50,
  JUMP,
  0x57,
  JUMPDEST,
  ...range(PUSH0, PUSH32),
  ...range(0x80, 0x84),
];

async function remembering(): Promise<EVM> {
  const evm = await createEVM({ common: RULES });
  await rememberAnalyses(evm);
  return evm;
}

/** Jumps over itself first, so that the library looks at the whole code. Ends with what is on the stack. */
async function endOf(evm: EVM, body: readonly number[]): Promise<string> {
  const code = Uint8Array.from([PUSH1, 4, JUMP, STOP, JUMPDEST, ...body]);
  const { runState, exceptionError } = await evm.runCode({ code, gasLimit: 1_000_000n });
  const stack = runState?.stack.getStack().map(String) ?? [];
  return [exceptionError?.error ?? "", ...stack].join();
}

describe("remembered analyses of codes", () => {
  it("push what pushes hold, of every length, and zeros behind the code's end", async () => {
    const evm = await remembering();
    for (let length = 1; length <= 32; length++) {
      const bytes = Array.from({ length }, (_, i) => 0xf1 + (i % 14));
      const whole = BigInt(toHex(Uint8Array.from(bytes)));
      assert.equal(await endOf(evm, [PUSH0 + length, ...bytes, PUSH0]), `,${whole},0`, `${length} bytes`);
      if (length === 1) continue;
      const cut = BigInt(toHex(Uint8Array.from([...bytes.slice(0, -1), 0])));
      assert.equal(await endOf(evm, [PUSH0 + length, ...bytes.slice(0, -1)]), `,${cut}`, `${length} bytes, one missing`);
    }
  });

  it("let a jump land on an instruction only", async () => {
    const evm = await remembering();
    // Place 8 is pushed data, place 10 an instruction.
    const body = (target: number) => [PUSH1, target, JUMP, PUSH1 + 1, JUMPDEST, JUMPDEST, JUMPDEST, PUSH1, 7];
    assert.match(await endOf(evm, body(9)), /^invalid JUMP/);
    assert.equal(await endOf(evm, body(11)), ",7");
  });

  it("see instructions that are exchanged behind a first run, until they are restored", async () => {
    const evm = await remembering();
    const code = Uint8Array.from([PUSH1, 4, JUMP, STOP, JUMPDEST, PUSH0, STOP]);
    let seen = 0;
    const run = async () => void (await evm.runCode({ code }));
    await run();
    const stop = beforeInstructions(evm, new Map([[PUSH0, () => void seen++]]));
    await run();
    await run();
    assert.equal(seen, 2);
    stop();
    await run();
    assert.equal(seen, 2);
  });

  it("end as the library ends on random codes", async () => {
    const plain = await createEVM({ common: RULES });
    const evm = await remembering();
    for (let round = 0; round < 60; round++) {
      const body = Array.from({ length: 60 }, () => PLAIN[randomInt(PLAIN.length)] ?? STOP);
      assert.equal(await endOf(evm, body), await endOf(plain, body), toHex(Uint8Array.from(body)));
    }
  });
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
