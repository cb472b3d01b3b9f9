import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { Kernel } from "../../src/proofs/machine/interpreter/kernel.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { type CalledContract, callOf, worldOf } from "./support/contract-call.ts";
import { primitives } from "./support/primitives.ts";
import { runReference } from "./support/reference.ts";
import { World } from "./support/world.ts";

const { opcodes, parts } = NATIVE_WEIGHTS;
const [OWN, OTHER, THIRD] = [0xc0de01n, 0xc0de02n, 0xc0de03n];
const [POP, SSTORE, SLOAD, TSTORE, CALL, GAS, REVERT, STOP, EXTCODESIZE] = [0x50, 0x55, 0x54, 0x5d, 0xf1, 0x5a, 0xfd, 0x00, 0x3b];
const kernel = new Kernel(primitives);
/** A budget of 6 units a gas, and the most that a chunk has room for. */
const [PER_GAS, LONE] = [6, 1_300_000];
const repeated = (count: number, code: Code): Code => Array.from({ length: count }, () => code).flat();
const call = (to: bigint, gas: Code = [GAS]): Code => [...repeated(5, [0x5f]), ...push(to), ...gas, CALL, POP];
const LONG = Array.from({ length: 24_000 }, (_, i) => (i === 0 ? STOP : (i * 7919) % 251));

interface Call {
  readonly gasLimit?: bigint;
  /** Whether another transaction has run before it in the same run, which loaded the same codes. */
  readonly second?: boolean;
}

const worldWith = (own: Code, others: readonly CalledContract[] = []) =>
  worldOf(new Map([[OWN, { code: own, balance: 10n ** 18n }], ...others.map((other, i) => [OTHER + BigInt(i), other] as const)]));

/** Outcome of a call of the first contract. */
function run(own: Code, others: readonly CalledContract[] = [], { gasLimit = 1_000_000n, second = false }: Call = {}) {
  const world = new World(worldWith(own, others));
  const environment = ENVIRONMENT;
  const calls = (second ? [0, 1] : [0]).map((nonce) => userTransaction(callOf(OWN, { gasLimit, nonce }), environment.chainId));
  const hints = [...blockHints(environment.boundary.timestamp), ...calls.flatMap(transactionHints), ...endHints()];
  const { transactions, leaves } = kernel.run({ environment, state: world, codes: world }, hints);
  const slot = leaves.find(({ leafKind, account }) => leafKind === 0 && account === OWN)?.after;
  const outcome = transactions.at(-1)!;
  const nonce = leaves.find(({ leafKind, account }) => leafKind === 1 && account !== OWN && account < OWN)?.after;
  return { ...outcome, units: Number(outcome.units), slot, nonce };
}

describe("the kernel weighs every transaction", () => {
  it("takes the EVM's gas where that is more than six units a gas cost", async () => {
    const own = [...push(7), 0x5f, SSTORE];
    const { gasUsed, status, units } = run(own);
    const expected = await runReference(worldWith(own), ENVIRONMENT, callOf(OWN, { gasLimit: 1_000_000n }));
    assert.equal(status, "success");
    assert.equal(gasUsed, expected.refused === undefined ? expected.gasUsed : undefined);
    // By hand: what a transaction has, its target, two pushes, a slot that is written.
    const byHand = parts.transaction + parts.account + own.length * parts.codeByte + opcodes[0x60]! + opcodes[0x5f]!;
    assert.equal(units, byHand + opcodes[SSTORE]! + parts.leaf);
  });

  it("takes what six units a gas cost where that is more, and fails where the budget is spent: all gas, and nothing stays", () => {
    const dear = [...push(7), 0x5f, SSTORE, ...repeated(400, call(OTHER))];
    const { gasUsed, units, status, slot } = run(dear, [{ code: [STOP] }]);
    assert.equal(status, "success");
    assert.equal(gasUsed, BigInt(Math.ceil(units / PER_GAS)));
    assert.equal(slot, 7n);
    // Exactly enough, and one unit too little.
    const enough = run(dear, [{ code: [STOP] }], { gasLimit: gasUsed });
    assert.deepEqual([enough.status, enough.gasUsed, enough.units], ["success", gasUsed, units]);
    const less = run(dear, [{ code: [STOP] }], { gasLimit: gasUsed - 1n });
    assert.deepEqual([less.status, less.gasUsed, less.slot], ["halted", gasUsed - 1n, 0n]);
  });

  it("ends what has more gas than a chunk has room for, in user mode and in the kernel", () => {
    for (const body of [[0x5f, POP], [0x5f, SLOAD, POP], call(OTHER)]) {
      const { status, gasUsed, units } = run([...push(7), 0x5f, SSTORE, 0x5b, ...body, ...push(4), 0x56], [{ code: [STOP] }], {
        gasLimit: 2n ** 24n,
      });
      assert.deepEqual([status, gasUsed, units], ["halted", 2n ** 24n, LONE]);
    }
  });

  it("attack: an access list that no budget pays for is looked up as far as gas pays for it, and all gas is taken", () => {
    const world = new World(worldWith([STOP]));
    const environment = ENVIRONMENT;
    const outcomeOf = (entries: number) => {
      const accessList = Array.from({ length: entries }, (_, i) => ({
        address: createAddressFromBigInt((1n << 100n) + BigInt(i)).toString(),
        storageKeys: [],
      }));
      const signed = userTransaction(callOf(OWN, { gasLimit: 2n ** 24n, accessList }), environment.chainId);
      const hints = [...blockHints(environment.boundary.timestamp), ...transactionHints(signed), ...endHints()];
      const { transactions, leaves } = kernel.run({ environment, state: world, codes: world }, hints);
      const named = leaves.filter(({ account }) => account >> 100n === 1n).length;
      return { status: transactions[0]?.status, gasUsed: transactions[0]?.gasUsed, named };
    };
    const { status, named } = outcomeOf(1_200);
    // The header of each account, and the digest of its code.
    assert.deepEqual([status, named], ["success", 2 * 1_200]);
    const { named: paid, ...spent } = outcomeOf(1_500);
    assert.deepEqual(spent, { status: "halted", gasUsed: 2n ** 24n });
    assert.ok(paid <= 2 * (1_300_000 / parts.account), `${paid}`);
  });

  it("attack: load from a dying child: code counts where it is loaded, and once a transaction", () => {
    const long = { code: LONG };
    const dies = { code: [...push(THIRD), EXTCODESIZE, 0xfe] };
    const loaded = run(call(OTHER, push(5_000)), [dies, long]).units;
    const none = run(call(OTHER, push(5_000)), [{ code: [...push(THIRD), POP, 0xfe] }, long]).units;
    assert.ok(loaded - none >= LONG.length * parts.codeByte, `${loaded - none} units`);
    const twice = run(repeated(2, call(OTHER, push(5_000))), [dies, long]).units;
    assert.ok(twice - loaded < LONG.length * parts.codeByte, `${twice - loaded} units`);
  });

  it("attack: bounded callee cannot undo: rounds of BLAKE2b that its gas does not pay for fail alone, and cost what it had", () => {
    // EIP-152: rounds in four bytes, 213 bytes of input; EDR's price is a gas a round.
    const rounds = (count: number, gas: number): Code => [
      ...[...push(BigInt(count) << 224n), 0x5f, 0x52, 0x5f, 0x5f, ...push(213), 0x5f, ...push(9), ...push(gas), 0xfa],
    ];
    const callee = { code: [...rounds(2_000, 2_300), POP] };
    const caller = [...call(OTHER, push(5_000)), ...push(7), 0x5f, SSTORE];
    const { status, slot, units } = run(caller, [callee], { gasLimit: 100_000n });
    assert.deepEqual([status, slot], ["success", 7n]);
    const without = run(caller, [{ code: [...rounds(0, 0), POP] }], { gasLimit: 100_000n }).units;
    // No more than 24 units for a gas of the stipend, the code's part aside.
    assert.ok(units - without > 10_000 && units - without <= 24 * 2_300 + 100, `${units - without} units`);
    // With gas enough it succeeds, at the price of its units.
    const slotWith = (gas: number) => run([...rounds(12, gas), 0x5f, SSTORE], [], { gasLimit: 200_000n }).slot;
    assert.deepEqual([slotWith(60_000), slotWith(1_000)], [1n, 0n]);
  });

  it("attack: undone work is paid: what reverts has taken as much as what stays, at least", () => {
    const writes = repeated(20, [0x5f, 0x5f, TSTORE]);
    const [stays, reverts] = [
      [...writes, 0x5f, 0x5f, 0xf3],
      [...writes, 0x5f, 0x5f, REVERT],
    ].map((code) => run(call(OTHER), [{ code }]).units);
    assert.equal(reverts, stays);
  });

  it("attack: weight does not depend on cuts: the same in a separate run and after one that loaded its codes", () => {
    const own = [...call(OTHER), ...call(THIRD), 0x5f, SLOAD, POP];
    const others = [{ code: LONG }, { code: [...push(OTHER), EXTCODESIZE, POP] }];
    const [first, second] = [run(own, others), run(own, others, { second: true })];
    assert.equal(second.units, first.units);
    assert.ok(second.kernelSteps < first.kernelSteps);
  });
});
