import assert from "node:assert/strict";
import { test } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { WordStack } from "../../src/proofs/machine/interpreter/word-stack.ts";
import { comparedMeters } from "./support/meters.ts";
import { bytesOf, numberOf, rules } from "./support/reference.ts";
import type { WorldAccount } from "./support/world.ts";

/** Heights at which the machine's stack of words gets more room, and their neighbors. */
const HEIGHTS = [31, 32, 33, 63, 64, 128, 1020];
/** All opcodes that push a word and pop nothing, those of longer pushes and of other words of the stack by an example. */
const PUSHING = [
  ...[0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43],
  ...[0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59, 0x5a, 0x5f, 0x80, 0x8f],
];
const SENDER = bytesOf(0x5e0de4n, 32);
const CONTRACT = 0xc0de01n;

/** Pushes as many words, then runs the opcode and stores what it pushed. */
function codeOf(opcode: number, height: number): Uint8Array {
  return Uint8Array.from([...Array.from({ length: height }, () => [0x60, 0x07]).flat(), opcode, 0x5f, 0x55]);
}

function worldWith(code: Uint8Array): ReadonlyMap<bigint, WorldAccount> {
  const sender: WorldAccount = { nonce: 0n, balance: 10n ** 24n, code: new Uint8Array(0), storage: new Map() };
  const contract: WorldAccount = { nonce: 1n, balance: 9n, code, storage: new Map([[0n, 5n]]) };
  return new Map([
    [numberOf(privateToAddress(SENDER)), sender],
    [CONTRACT, contract],
  ]);
}

const transaction = createTx(
  {
    ...{ type: 2, chainId: 1n, nonce: 0n, gasLimit: 200_000n, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n },
    ...{ to: createAddressFromBigInt(CONTRACT), value: 3n, data: Uint8Array.from({ length: 100 }, (_, i) => i) },
  },
  { common: rules },
).sign(SENDER);

for (const height of HEIGHTS) {
  test(`what opcodes push onto ${height} words is what the witness has`, async () => {
    for (const opcode of PUSHING) {
      const compared = await comparedMeters(worldWith(codeOf(opcode, height)), transaction);
      assert.ok(compared.kind === "ran" && compared.receipt.success, `opcode 0x${opcode.toString(16)}`);
    }
  });
}

test("a stack of words keeps what is pushed in any way while it grows", () => {
  const ways: readonly ((stack: WordStack, value: bigint) => void)[] = [
    (stack, value) => stack.pushBigInt(value),
    (stack, value) => stack.pushNumber(Number(value)),
    (stack, value) =>
      stack.pushWord(
        Uint16Array.from({ length: 17 }, (_, i) => (i === 1 ? Number(value) : 0)),
        1,
      ),
  ];
  for (const push of ways) {
    const stack = new WordStack();
    for (let value = 1n; value <= 1024n; value++) push(stack, value);
    for (let value = 1024n; value >= 1n; value--) assert.equal(stack.popBigInt(), value);
  }
});
