import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { MAX_UNITS_PER_GAS, MAX_UNITS, UNITS_ADDRESS, UNITS_GAS } from "../../src/ground/protocol/native-budget.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { callOf, type CalledContract, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";

const [OWN, CALLEE, LINK] = [0xc0de01n, 0xc0de02n, 0x11000n << 8n];
const [POP, MLOAD, MSTORE8, SSTORE, JUMP, GAS, JUMPDEST] = [0x50, 0x51, 0x53, 0x55, 0x56, 0x5a, 0x5b];
const [KECCAK256, RETURNDATASIZE, BALANCE, EXTCODEHASH, CREATE] = [0x20, 0x3d, 0x31, 0x3f, 0xf0];
const [CALL, CALLCODE, DELEGATECALL, STATICCALL] = [0xf1, 0xf2, 0xf4, 0xfa];

interface Ask {
  readonly opcode?: number;
  readonly to?: bigint;
  readonly gas?: Code;
  readonly room?: number;
  readonly bytes?: number;
  readonly value?: number;
}

/** Calls the contract that answers units, or another; leaves the call's result on the stack. */
const call = ({ opcode = STATICCALL, to = UNITS_ADDRESS, gas = [GAS], room = 32, bytes = 0, value = 0 }: Ask = {}): Code => [
  ...[...push(room), 0x5f, ...push(bytes), 0x5f],
  ...(opcode < DELEGATECALL ? push(value) : []),
  ...[...push(to), ...gas, opcode],
];
/** Writes the answer into a slot. */
const ask = (slot: number, options: Ask = {}): Code => [...call(options), POP, 0x5f, MLOAD, ...push(slot), SSTORE];
/** Spends units faster than any other: 30 blocks of KECCAK256 again and again. */
const GREEDY: Code = [JUMPDEST, ...push(4_080), 0x5f, KECCAK256, POP, 0x5f, JUMP];

async function run(
  contracts: readonly (readonly [bigint, CalledContract])[],
  options: Parameters<typeof callOf>[1] = {},
  to = OWN,
) {
  const compared = await comparedMeters(worldOf(new Map(contracts)), callOf(to, options));
  assert.ok(compared.kind === "ran", compared.kind === "refused" ? compared.reason : "");
  const slot = (number: number, account = OWN): bigint =>
    compared.leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === account && leaf.slot === BigInt(number))?.after ?? 0n;
  return { ...compared.receipt, slot };
}

const contract = (code: Code): CalledContract => ({ code, balance: 10n ** 18n });

describe("the precompiled contract that answers the units left, by kernel and witness", () => {
  it("answers the units that are not spent: the price of a call less at each further call", async () => {
    const { slot, native } = await run([[OWN, contract([...ask(0), ...ask(1), ...ask(2)])]]);
    const [first, second, third] = [slot(0), slot(1), slot(2)];
    assert.ok(first < BigInt(MAX_UNITS) && third < second && second < first);
    // Slots 1 and 2 are cold alike.
    assert.equal(second - third, first - second);
    assert.ok(third > BigInt(MAX_UNITS - native.units), "the last slot's units are spent after the answer");
  });

  it("takes 15 gas and a warm call's 100, and fails for 14", async () => {
    const gasOf = async (code: Code): Promise<bigint> => (await run([[OWN, contract([...code, POP])]])).gasUsed;
    // Six operands of 3 or 2 gas, POP, and the price.
    const asked = await gasOf(call({ room: 0, gas: push(100) }));
    const empty = await gasOf(call({ room: 0, gas: push(100), to: 4n }));
    // Identity takes 15 gas too; its address is pushed in one byte.
    assert.equal(asked, empty);
    const { slot } = await run([[OWN, contract([...call({ gas: push(UNITS_GAS - 1n) }), ...push(3), SSTORE, ...ask(0)])]]);
    assert.equal(slot(3), 0n);
    assert.ok(slot(0) > 0n);
  });

  for (const [name, opcode] of Object.entries({ CALL, CALLCODE, DELEGATECALL, STATICCALL }))
    it(`answers ${name} with any input, with room for less or more than a word, and with value`, async () => {
      const value = opcode < DELEGATECALL ? 1 : 0;
      const kinds: readonly Ask[] = [{ bytes: 300 }, { room: 5 }, { room: 200 }, { room: 0 }, { value }, { gas: push(15) }];
      const code = kinds.flatMap((kind, i) => [...call({ opcode, ...kind }), RETURNDATASIZE, 0x02, ...push(i + 10), SSTORE]);
      const { slot } = await run([[OWN, contract([...code, ...ask(0, { opcode })])]]);
      for (const i of kinds.keys()) assert.equal(slot(i + 10), 32n, `kind ${i}`);
      assert.ok(slot(0) > 0n);
    });

  it("answers at every depth, a callee no more than its gas pays for, and its caller the rest", async () => {
    for (const depth of [1, 2, 7, 29]) {
      const gas = 200_000;
      const links = Array.from({ length: depth }, (_, i): readonly [bigint, CalledContract] => [
        LINK + BigInt(i),
        contract([...ask(0), ...(i === depth - 1 ? [] : [...call({ opcode: CALL, to: LINK + BigInt(i) + 1n }), POP]), ...ask(1)]),
      ]);
      const limit = { gasLimit: 2n ** 24n };
      const code = [...ask(0), ...call({ opcode: CALL, to: LINK, gas: push(gas * depth) }), POP, ...ask(1)];
      const { slot, success } = await run([[OWN, contract(code)], ...links], limit);
      assert.ok(success);
      let before = slot(0);
      for (let i = 0; i < depth; i++) {
        const own = slot(0, LINK + BigInt(i));
        assert.ok(own > 0n && own <= before - before / 64n, `${depth}: ${i}`);
        assert.ok(slot(1, LINK + BigInt(i)) < own);
        before = own;
      }
      assert.ok(slot(0, LINK) <= BigInt(MAX_UNITS_PER_GAS * gas * depth));
      assert.ok(slot(1) < slot(0));
    }
  });

  it("answers a caller no less than a 64th after its callee has spent all", async () => {
    const turns = Array.from({ length: 2 }, (_, i) => [
      ...[...call({ opcode: CALL, to: CALLEE, gas: push(20_000) }), POP],
      ...ask(i + 1),
    ]).flat();
    const { slot } = await run(
      [
        [OWN, contract([...ask(0), ...turns])],
        [CALLEE, contract(GREEDY)],
      ],
      { gasLimit: 800_000n },
    );
    for (let i = 0; i < 2; i++) assert.ok(slot(i + 1) === 0n || slot(i + 1) >= slot(i) / 64n - 2_000n, `turn ${i}`);
    assert.ok(slot(1) > 0n && slot(1) < slot(0) - 200_000n, `${slot(0)} ${slot(1)}`);
  });

  it("answers in a creation, behind a delegation, and to a transaction that names it", async () => {
    const initCode = [...ask(0)];
    const creates = [
      ...initCode.flatMap((byte, i) => [...push(byte), ...push(i), MSTORE8]),
      ...[...push(initCode.length), 0x5f, 0x5f, CREATE, POP],
    ];
    const target = createAddressFromBigInt(UNITS_ADDRESS).bytes;
    const delegated: CalledContract = { code: [0xef, 0x01, 0x00, ...target] };
    const { success } = await run([
      [OWN, contract([...creates, ...ask(1, { to: CALLEE }), ...call({ to: CALLEE }), RETURNDATASIZE, 0x5f, SSTORE])],
      [CALLEE, delegated],
    ]);
    assert.ok(success);
    assert.ok((await run([], { data: Uint8Array.of(1, 2, 3) }, UNITS_ADDRESS)).success);
    const accessList = [{ address: createAddressFromBigInt(UNITS_ADDRESS).toString(), storageKeys: [] }];
    assert.ok((await run([[OWN, contract(ask(0))]], { accessList })).slot(0) > 0n);
  });

  it("is an account without code, warm from the start, that can hold money", async () => {
    const reads = [BALANCE, EXTCODEHASH].flatMap((opcode, i) => [...push(UNITS_ADDRESS), opcode, ...push(i), SSTORE]);
    const { slot } = await run([[OWN, contract([...call({ opcode: CALL, value: 7 }), POP, ...reads])]]);
    assert.equal(slot(0), 7n);
  });
});
