import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { AccessList } from "@ethereumjs/tx";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { fromHex } from "../../src/ground/protocol/hex.ts";
import { MAX_UNITS_PER_GAS } from "../../src/ground/protocol/native-budget.ts";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { precompileCalls } from "../chain/support/precompile-inputs.ts";
import { callOf, type CalledContract, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";

const [POP, SSTORE, JUMP, JUMPDEST, GAS, CODECOPY, STOP] = [0x50, 0x55, 0x56, 0x5b, 0x5a, 0x39, 0x00];
const [OWN, CALLEE, LINK, LARGE, COINBASE] = [0xc0de01n, 0xc0de02n, 0x11000n << 8n, 0x22000n << 8n, 0xfeen];
const METER = "src/proofs/machine/kernel/native-meter.yul";
/** Functions that weigh before the first frame, and helpers. */
const OF_TRANSACTIONS = [
  "meterUser",
  "meterStart",
  "meterFirst",
  "meterTarget",
  "weighTransaction",
  "weigh",
  "weighStop",
  "weighEnd",
];
/** Number of accounts with the longest code. */
const LARGE_CODES = 22;
const LONGEST: Code = Array<number>(24_576).fill(STOP);

/** Code that a callee repeats until its gas is spent. */
interface Kind {
  readonly name: string;
  /** Functions of the meter that the body reaches. */
  readonly meters?: readonly string[];
  readonly body: Code;
  /** Bytes that are in memory before. */
  readonly input?: Uint8Array;
  readonly accessList?: AccessList;
  /** Code of the caller before the call. */
  readonly before?: Code;
  readonly asksLargeCodes?: true;
}

const zeros = (count: number): Code => Array<number>(count).fill(0x5f);
const callBy = (opcode: number, to: Code, { gas = [0x5f] as Code, bytes = 0, room = 0, value = 0 } = {}): Code => [
  ...[...push(room), 0x5f, ...push(bytes), 0x5f],
  ...(opcode < 0xf3 ? push(value) : []),
  ...[...to, ...gas, opcode, POP],
];
const hashOf = (back: number): Code => [...push(back), 0x43, 0x03, 0x40, POP];
/** First of a number of delegations to a large account. */
const delegated = (hops: number, number: number): bigint => LARGE + BigInt(0x1000 * hops + number);
const each = (code: (number: number) => Code): Code => Array.from({ length: LARGE_CODES }, (_, i) => code(i)).flat();

function opcodeKinds(): Kind[] {
  const look = (opcode: number, account: Code, words = 0): Code => [
    ...zeros(words),
    ...account,
    opcode,
    ...(words === 3 ? [] : [POP]),
  ];
  const accounts = [0x31, 0x3b, 0x3f].flatMap((opcode): Kind[] => [
    { name: `0x${opcode.toString(16)}, cold`, meters: ["meterAccount"], body: look(opcode, [GAS]) },
    { name: `0x${opcode.toString(16)}, warm`, body: look(opcode, push(OWN)) },
    {
      name: `0x${opcode.toString(16)} of the longest codes`,
      meters: ["weighCode"],
      asksLargeCodes: true,
      body: each((i) => look(opcode, push(delegated(0, i)))),
    },
  ]);
  return [
    ...accounts,
    { name: "SLOAD, cold", meters: ["meterSlot"], body: [GAS, 0x54, POP] },
    { name: "SLOAD, warm", body: [0x5f, 0x54, POP] },
    { name: "SSTORE, cold", body: [...push(1), GAS, SSTORE] },
    { name: "SSTORE, warm", body: [GAS, 0x5f, SSTORE] },
    { name: "TLOAD", body: [0x5f, 0x5c, POP] },
    { name: "TSTORE", body: [0x5f, GAS, 0x5d] },
    {
      name: "EXTCODECOPY of 4 kB",
      meters: ["meterCode", "weighCopy"],
      asksLargeCodes: true,
      body: [...push(4096), 0x5f, 0x5f, ...push(delegated(0, 0)), 0x3c],
    },
    { name: "EXTCODECOPY of nothing", body: [0x5f, 0x5f, 0x5f, GAS, 0x3c] },
    { name: "BLOCKHASH of 256 blocks back", meters: ["meterLinks"], body: hashOf(256) },
    { name: "BLOCKHASH of each block back", body: Array.from({ length: 60 }, (_, i) => hashOf(i + 1)).flat() },
    { name: "PREVRANDAO", body: [0x44, POP] },
    { name: "KECCAK256 of a word", body: [...push(32), 0x5f, 0x20, POP] },
    ...[0, 1, 2, 3, 4].map((topics) => ({ name: `LOG${topics}`, body: [...zeros(2 + topics), 0xa0 + topics] })),
    { name: "SELFDESTRUCT", body: [GAS, 0xff] },
    { name: "SELFDESTRUCT to the longest code", asksLargeCodes: true, body: [...push(delegated(0, 1)), 0xff] },
    { name: "KECCAK256 of 136 bytes", body: [...push(136), 0x5f, 0x20, POP] },
    { name: "KECCAK256 of 30 blocks", body: [...push(4080), 0x5f, 0x20, POP] },
    { name: "EXP", body: [0x5f, 0x19, ...push(2), 0x0a, POP] },
    { name: "MCOPY of 4 kB", body: [...push(4096), 0x5f, ...push(4096), 0x5e] },
    { name: "CREATE of nothing", meters: ["meterCreation", "meterInitCode"], body: [0x5f, 0x5f, 0x5f, 0xf0, POP] },
    { name: "CREATE2 of the longest init code", body: [GAS, ...push(49_152), 0x5f, 0x5f, 0xf5, POP] },
    // PUSH2 1000, PUSH0, RETURN: a code of 1,000 zeros.
    {
      name: "CREATE of 1,000 bytes of code",
      meters: ["meterDeposit"],
      body: [0x64, 0x61, 0x03, 0xe8, 0x5f, 0xf3, 0x5f, 0x52, ...push(5), ...push(27), 0x5f, 0xf0, POP],
    },
  ];
}

function callKinds(): Kind[] {
  const list = (hops: number): AccessList =>
    Array.from({ length: LARGE_CODES }, (_, i) => ({ address: address(delegated(hops, i)), storageKeys: [] }));
  const balances = (hops: number): Code => each((i) => [...push(delegated(hops, i)), 0x31, POP]);
  return [
    ...[0xf1, 0xf2, 0xf4, 0xfa].flatMap((opcode): Kind[] => [
      { name: `0x${opcode.toString(16)} of an absent account`, meters: ["meterCallOf"], body: callBy(opcode, push(0xdead)) },
      { name: `0x${opcode.toString(16)} of cold accounts`, body: callBy(opcode, [GAS]) },
      { name: `0x${opcode.toString(16)} of itself`, body: callBy(opcode, [0x30], { gas: [GAS] }) },
    ]),
    { name: "CALL with value", body: callBy(0xf1, push(OWN), { value: 1 }) },
    {
      name: "CALL with room for 64 kB",
      meters: ["meterOutput"],
      body: callBy(0xf1, push(4), { room: 65_536, bytes: 65_536, gas: [GAS] }),
    },
    { name: "CALL with 64 kB of data", body: callBy(0xf1, push(0xdead), { bytes: 65_536 }) },
    ...[0, 1, 2, 3].flatMap((hops): Kind[] => {
      const body = each((i) => callBy(0xf1, push(delegated(hops, i))));
      const what = `codes after ${hops} delegations`;
      return [
        { name: `CALL of ${what}, cold`, meters: ["meterDelegate"], asksLargeCodes: true, body },
        { name: `CALL of ${what}, warm by list`, asksLargeCodes: true, body, accessList: list(hops) },
        { name: `CALL of ${what}, warm by BALANCE`, asksLargeCodes: true, body, before: balances(hops) },
      ];
    }),
    { name: "CALL of the operator's code, warm from the start", body: callBy(0xf1, push(COINBASE)) },
    { name: "CALL of the target's code, warm from the start", body: callBy(0xf1, push(OWN)) },
  ];
}

/** The meter has separate functions for these precompiled contracts. */
const METER_OF: ReadonlyMap<number, string> = new Map([
  [0x05, "meterPower"],
  [0x06, "meterPoints"],
  [0x07, "meterPoints"],
  [0x08, "meterPairs"],
]);

function precompileKinds(): Kind[] {
  // The witness runs their bytecode, which takes seconds for longer inputs.
  const isShort = ({ input }: { readonly input: string }): boolean => input.length < 2 * 4096;
  const word = (value: bigint): string => value.toString(16).padStart(64, "0");
  const shortPower = {
    what: "modexp of a word to the first",
    address: 0x05,
    input: `0x${word(32n)}${word(32n)}${word(32n)}${word(7n)}${word(1n)}${word(9n)}`,
  };
  const rounds = { what: "blake2f, 2,000 rounds", address: 0x09, input: `0x000007d0${"00".repeat(209)}` };
  return [...precompileCalls(), shortPower, rounds]
    .filter((one) => isShort(one) && one.what !== "modexp, 256 bytes" && one.what !== "blake2f, 10,000 rounds")
    .map(({ what, address: number, input }): Kind => {
      const bytes = fromHex(input);
      return {
        name: what,
        meters: [METER_OF.get(number) ?? "meterRun"],
        input: bytes,
        body: callBy(0xfa, push(number), { gas: [GAS], bytes: bytes.length, room: 64 }),
      };
    });
}

const KINDS: readonly Kind[] = [...opcodeKinds(), ...callKinds(), ...precompileKinds()];
const [STIPEND, QUARTER] = [2_300, 54_167];
/** Frames between the caller and its callee. */
const DEPTHS = [0, 7, 29];

function address(account: bigint): `0x${string}` {
  return createAddressFromBigInt(account).toString();
}

/** A loop over the body, after eight bytes that copy the input to memory; the input follows the loop. */
function loopOf({ body, input = new Uint8Array(0) }: Kind): number[] {
  const pushed = (value: number): Code => [0x61, value >> 8, value & 0xff];
  const loop = [JUMPDEST, ...body, ...push(8), JUMP];
  return [...pushed(input.length), ...pushed(8 + loop.length), 0x5f, CODECOPY, ...loop, ...input];
}

/** Accounts with the longest code, and those that delegate to them. */
function largeContracts(): (readonly [bigint, CalledContract])[] {
  return [0, 1, 2, 3].flatMap((hops) =>
    Array.from({ length: LARGE_CODES }, (_, i): readonly [bigint, CalledContract] => [
      delegated(hops, i),
      { code: hops === 0 ? LONGEST : [0xef, 0x01, 0x00, ...fromHex(address(delegated(hops - 1, i)))] },
    ]),
  );
}

/** Units of a transaction whose callee has this gas at this depth, and whose caller writes a slot after the call. */
async function unitsOf(kind: Kind, gas: number, depth: number, callee: Code): Promise<number> {
  const last = gas === STIPEND ? callBy(0xf1, push(CALLEE), { value: 1 }) : callBy(0xf1, push(CALLEE), { gas: push(gas) });
  const links = Array.from({ length: depth }, (_, i): readonly [bigint, CalledContract] => [
    LINK + BigInt(i),
    { code: i === depth - 1 ? last : callBy(0xf1, push(LINK + BigInt(i) + 1n), { gas: [GAS] }), balance: 1n },
  ]);
  const first = depth === 0 ? last : callBy(0xf1, push(LINK), { gas: [GAS] });
  const contracts = new Map<bigint, CalledContract>([
    [OWN, { code: [...(kind.before ?? []), ...first, ...push(7), 0x5f, SSTORE], balance: 10n ** 18n }],
    [CALLEE, { code: callee, balance: 10n ** 18n }],
    [COINBASE, { code: LONGEST }],
    ...links,
    ...(kind.asksLargeCodes === true ? largeContracts() : []),
  ]);
  const gasLimit = kind.accessList !== undefined || kind.before !== undefined || gas === QUARTER ? 2_000_000n : 300_000n;
  const compared = await comparedMeters(worldOf(contracts), callOf(OWN, { gasLimit, accessList: kind.accessList ?? [] }));
  assert.ok(compared.kind === "ran" && compared.receipt.success, `${kind.name}: the caller does not continue`);
  return compared.receipt.native.units;
}

/** Units with callees of 64 bytes that stop, by the code before the call, its gas and its depth. */
const idle = new Map<string, Promise<number>>();

/** Units with a callee of the same length that stops: a byte of its code has a weight. */
async function idleUnits(kind: Kind, gas: number, depth: number, length: number): Promise<number> {
  const { accessList = [], before = [] } = kind;
  const name = [gas, depth, accessList[0]?.address, before.join(), kind.asksLargeCodes].join();
  const known = idle.get(name) ?? unitsOf(kind, gas, depth, Array<number>(64).fill(STOP));
  idle.set(name, known);
  return (await known) + (length - 64) * SERVED_WEIGHTS.codeByte;
}

describe("a callee takes fewer than 24 units for a gas, and its caller continues", () => {
  it("reaches each function of the kernel's meter", () => {
    const source = readFileSync(join(import.meta.dirname, "..", "..", METER), "utf8");
    const functions = [...source.matchAll(/^function ((?:meter|weigh)\w*)\(/gm)].map(([, name]) => name);
    const tried = new Set([...OF_TRANSACTIONS, ...KINDS.flatMap(({ meters = [] }) => meters)]);
    assert.deepEqual(
      functions.filter((name) => !tried.has(name ?? "")),
      [],
    );
  });

  for (const [index, kind] of KINDS.entries())
    it(kind.name, async () => {
      const loop = loopOf(kind);
      for (const [turn, gas] of [STIPEND, QUARTER].entries()) {
        const depth = DEPTHS[(index + turn) % DEPTHS.length] ?? 0;
        const units = (await unitsOf(kind, gas, depth, loop)) - (await idleUnits(kind, gas, depth, loop.length));
        // Equal would mean that units ended the callee and not its gas.
        assert.ok(units < MAX_UNITS_PER_GAS * gas, `${units} units for ${gas} gas, ${depth} frames down`);
      }
    });
});
