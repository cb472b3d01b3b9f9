import { type Code, push } from "../../../chain/support/assembler.ts";
import { precompileCalls } from "../../../chain/support/precompile-inputs.ts";
import { encodedPair, FIRST, SECOND } from "../../../machine/support/twist-points.ts";
import { fromHex, type Hex } from "../../../../src/ground/protocol/hex.ts";

type Copies = (copy: number) => Code;

/** Item of the measurement: a repeated body, less the code around the item. */
export interface MeasuredItem {
  /** Unique key: its opcode in hex, its precompiled contract, or the aspect of its operands. */
  readonly key: string;
  readonly name: string;
  /** Body by the number of its copy, because a repeated request uses existing rows. */
  readonly body: Copies;
  /** Part of the body with a separate weight. Default: nothing. */
  readonly less?: Copies;
  /**
   * POPs of the body in addition to those of `less`: stacks of both end in their initial state, because each used place has
   * a row.
   */
  readonly pops?: number;
  /** Number of times that the body, but not `less`, does the item. Default 1. */
  readonly times?: number;
  /** Gas that its own frame pays for the thing at least. */
  readonly gas: number;
  /** True if its frame pays a gas for six of its units, when that is more. */
  readonly paysForUnits?: true;
  /** Runs once before. */
  readonly setup?: Code;
  /** Codes of the accounts at `otherAddress`. */
  readonly others?: readonly Code[];
  /** Runs of the body, less the first of them. Default: ten times and twice, so that single effects cancel. */
  readonly counts?: readonly [number, number];
  /** Changes of the state that it makes, each of which may be undone. */
  readonly changes?: number;
  /** Leaves of the state of which it asks for the first time, each with a path from a tree's root. */
  readonly leaves?: number;
  readonly margin?: false;
  /** Bytes of call data of two transactions that do nothing else, instead of code: the first's are not counted; without one, none is. */
  readonly callData?: readonly [less: number | undefined, bytes: number];
}

/** Addresses of an item's other accounts. */
export const otherAddress = (place: number): number => 0xc0de10 + place;

const [POP, MSTORE, MSTORE8, SLOAD, SSTORE, TSTORE, TLOAD, NUMBER, SUB, BLOCKHASH, PC, GAS, ADD] = [
  0x50, 0x52, 0x53, 0x54, 0x55, 0x5d, 0x5c, 0x43, 0x03, 0x40, 0x58, 0x5a, 0x01,
];
const [STOP, REVERT, RETURN, CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE, CREATE2, SELFDESTRUCT] = [
  0x00, 0xfd, 0xf3, 0xf1, 0xf2, 0xf4, 0xfa, 0xf0, 0xf5, 0xff,
];
const [INVALID, DUP1, SWAP1, JUMPDEST] = [0xfe, 0x80, 0x90, 0x5b];
const ONCE = [0, 1] as const;
const WIDE = 0xf123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefn;
const NARROW = 0x0123456789abcdef0123456789abcdefn;
const NEGATIVE = 2n ** 256n - NARROW;
/** Maximum gas given to a call; one that halts consumes all of it. */
const GIVEN = push(50_000);
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const hex = (opcode: number): string => `0x${opcode.toString(16).padStart(2, "0")}`;
const repeated = (count: number, code: Code): Code => Array.from({ length: count }, () => code).flat();
const drop = (count: number): Code => repeated(count, [POP]);
const same =
  (code: Code): Copies =>
  () =>
    code;
/** A word of memory that is another in each copy of a body. */
const unlike: Code = [PC, 0x5f, MSTORE];

/** An opcode on these operands, the first of which is pushed first; long ones are others in each copy. */
function on(name: string, opcode: number, gas: number, operands: readonly (bigint | number)[], results = 1): MeasuredItem {
  const pushes: Copies = (copy) =>
    operands.flatMap((word) => push(BigInt(word) > 2n ** 64n ? BigInt(word) + BigInt(copy) : word));
  return {
    ...{ key: hex(opcode), name, gas, pops: results - operands.length },
    body: (copy) => [...pushes(copy), opcode, ...drop(results)],
    less: (copy) => [...pushes(copy), ...drop(operands.length)],
  };
}

const ARITHMETIC: readonly MeasuredItem[] = [
  on("ADD", 0x01, 3, [WIDE, WIDE]),
  on("MUL", 0x02, 5, [WIDE, WIDE]),
  on("SUB", 0x03, 3, [WIDE, 1n]),
  on("DIV", 0x04, 5, [NARROW, WIDE]),
  on("SDIV", 0x05, 5, [NEGATIVE, WIDE]),
  on("MOD", 0x06, 5, [NARROW, WIDE]),
  on("SMOD", 0x07, 5, [NEGATIVE, WIDE]),
  on("ADDMOD", 0x08, 8, [NARROW, WIDE, WIDE]),
  on("MULMOD", 0x09, 8, [NARROW, WIDE, WIDE]),
  on("EXP", 0x0a, 10, [0n, WIDE]),
  on("SIGNEXTEND", 0x0b, 5, [WIDE, 3n]),
  on("LT", 0x10, 3, [WIDE, 5n]),
  on("GT", 0x11, 3, [WIDE, 5n]),
  on("SLT", 0x12, 3, [WIDE, 5n]),
  on("SGT", 0x13, 3, [WIDE, 5n]),
  on("EQ", 0x14, 3, [WIDE, 5n]),
  on("ISZERO", 0x15, 3, [WIDE]),
  on("AND", 0x16, 3, [WIDE, WIDE]),
  on("OR", 0x17, 3, [WIDE, WIDE]),
  on("XOR", 0x18, 3, [WIDE, NARROW]),
  on("NOT", 0x19, 3, [WIDE]),
  on("BYTE", 0x1a, 3, [WIDE, 7n]),
  on("SHL", 0x1b, 3, [WIDE, 77n]),
  on("SHR", 0x1c, 3, [WIDE, 77n]),
  on("SAR", 0x1d, 3, [WIDE, 77n]),
  on("CLZ", 0x1e, 5, [NARROW]),
];

const READS: readonly (readonly [name: string, opcode: number, gas: number])[] = [
  ["ADDRESS", 0x30, 2],
  ["ORIGIN", 0x32, 2],
  ["CALLER", 0x33, 2],
  ["CALLVALUE", 0x34, 2],
  ["CALLDATASIZE", 0x36, 2],
  ["CODESIZE", 0x38, 2],
  ["GASPRICE", 0x3a, 2],
  ["RETURNDATASIZE", 0x3d, 2],
  ["COINBASE", 0x41, 2],
  ["TIMESTAMP", 0x42, 2],
  ["NUMBER", 0x43, 2],
  ["PREVRANDAO", 0x44, 2],
  ["GASLIMIT", 0x45, 2],
  ["CHAINID", 0x46, 2],
  ["SELFBALANCE", 0x47, 5],
  ["BASEFEE", 0x48, 2],
  ["BLOBBASEFEE", 0x4a, 2],
  ["PC", PC, 2],
  ["MSIZE", 0x59, 2],
  ["GAS", GAS, 2],
];

const MOVES: readonly MeasuredItem[] = [
  { key: hex(POP), name: "POP", gas: 2, body: same([0x5f, POP]), pops: 1 },
  on("BLOBHASH", 0x49, 3, [0n]),
  on("CALLDATALOAD", 0x35, 3, [1n]),
  { ...on("MLOAD", 0x51, 3, [1n]), setup: [...push(WIDE), 0x5f, MSTORE] },
  on("MSTORE", MSTORE, 3, [WIDE, 1n], 0),
  on("MSTORE8", MSTORE8, 3, [WIDE, 1n], 0),
  on("CALLDATACOPY", 0x37, 3, [0n, 0n, 0n], 0),
  on("CODECOPY", 0x39, 3, [0n, 0n, 0n], 0),
  on("RETURNDATACOPY", 0x3e, 3, [0n, 0n, 0n], 0),
  on("MCOPY", 0x5e, 3, [0n, 0n, 0n], 0),
  ...(
    [
      ["CODECOPY", 0x39],
      ["MCOPY", 0x5e],
    ] as const
  ).map(([name, opcode]): MeasuredItem => ({
    ...{ key: `copiedWord ${name}`, name: `a word that ${name} copies`, gas: 3, times: 32 },
    body: same([...push(1025), ...push(3), ...push(2), opcode]),
    less: same([...push(1), ...push(3), ...push(2), opcode]),
  })),
  {
    ...{ key: hex(0x56), name: "JUMP", gas: 8, pops: -1 },
    body: same([PC, ...push(5), ADD, 0x56, JUMPDEST]),
    less: same([PC, ...push(5), ADD, POP, JUMPDEST]),
  },
  {
    ...{ key: hex(0x57), name: "JUMPI", gas: 10, pops: -2 },
    body: same([...push(1), PC, ...push(5), ADD, 0x57, JUMPDEST]),
    less: same([...push(1), PC, ...push(5), ADD, POP, POP, JUMPDEST]),
  },
  { key: hex(JUMPDEST), name: "JUMPDEST", gas: 1, body: same([JUMPDEST]) },
  ...range(0x5f, 0x7f).map((opcode): MeasuredItem => {
    const body: Copies = (copy) => [opcode, ...repeated(opcode - 0x5f, [copy + 1]), POP];
    return { key: hex(opcode), name: `PUSH${opcode - 0x5f}`, gas: opcode === 0x5f ? 2 : 3, body, pops: 1 };
  }),
  ...range(DUP1, 0x8f).map((opcode): MeasuredItem => {
    const at = { key: hex(opcode), name: `DUP${opcode - 0x7f}`, gas: 3, setup: repeated(17, [0x5f]) };
    return { ...at, body: same([opcode, POP]), pops: 1 };
  }),
  ...range(SWAP1, 0x9f).map((opcode): MeasuredItem => {
    return { key: hex(opcode), name: `SWAP${opcode - 0x8f}`, gas: 3, body: same([opcode]), setup: repeated(17, [0x5f]) };
  }),
];

const HASHES: readonly MeasuredItem[] = [
  {
    ...{ key: hex(0x20), name: "KECCAK256 of up to 135 bytes", gas: 36, margin: false, pops: 1 },
    ...{ body: same([...unlike, ...push(32), 0x5f, 0x20, POP]), less: same([...unlike, ...push(32), 0x5f, POP, POP]) },
  },
  {
    // Four are 17 words of memory.
    ...{ key: "hashedBlock", name: "136 bytes more of KECCAK256", gas: (17 * 6) / 4, times: 4, margin: false },
    body: same([...unlike, ...push(32 + 4 * 136), 0x5f, 0x20, POP]),
    less: same([...unlike, ...push(32), 0x5f, 0x20, POP]),
  },
  {
    ...{ key: "exponentByte", name: "a byte of EXP's exponent", gas: 50, times: 31 },
    body: (copy) => [...push(2n ** 256n - 1n), ...push(WIDE + BigInt(copy)), 0x0a, POP],
    less: (copy) => [...push(255), ...push(WIDE + BigInt(copy)), 0x0a, POP],
  },
];

const state = (): MeasuredItem[] => {
  const other = push(otherAddress(0));
  const one = { others: [[STOP]] };
  const ask = (distance: number): Code => [...push(distance), NUMBER, SUB, BLOCKHASH, POP];
  const account = (name: string, opcode: number, operands: readonly number[], results = 1): MeasuredItem => {
    const setup = [...other, 0x3b, POP];
    return { ...on(name, opcode, 100, [...operands, otherAddress(0)], results), setup, ...one };
  };
  return [
    { ...on("SLOAD", SLOAD, 100, [0]), setup: [0x5f, SLOAD, POP] },
    {
      ...{ key: "leaf", name: "a slot, the first time in a transaction", gas: 1900, leaves: 1 },
      ...{ body: same([PC, SLOAD, POP]), less: same([0x5f, SLOAD, POP]), changes: 1 },
    },
    { ...on("SSTORE", SSTORE, 100, [WIDE, 0], 0), changes: 1, setup: [...push(1), 0x5f, SSTORE] },
    on("TLOAD", TLOAD, 100, [0]),
    { ...on("TSTORE", TSTORE, 100, [WIDE, 0], 0), changes: 2 },
    account("BALANCE", 0x31, []),
    account("EXTCODESIZE", 0x3b, []),
    account("EXTCODEHASH", 0x3f, []),
    account("EXTCODECOPY", 0x3c, [0, 0, 0], 0),
    {
      ...{ key: "account", name: "an account, the first time in a transaction", gas: 2400, leaves: 3, changes: 1, ...one },
      ...{ body: same([...push(0xabcd), PC, ADD, 0x3b, POP]), less: same([...push(0xabcd), PC, ADD, POP, ...other, 0x3b, POP]) },
    },
    {
      ...{ ...on("BLOCKHASH", BLOCKHASH, 20, []), paysForUnits: true },
      setup: ask(9),
      body: same(ask(9)),
      less: same([...push(9), NUMBER, SUB, POP]),
      pops: 0,
    },
    {
      ...{
        key: "link",
        name: "an earlier block of BLOCKHASH, beyond all before it in a transaction",
        gas: 0,
        paysForUnits: true,
      },
      ...{ times: 200, body: same(ask(250)), less: same(ask(50)), counts: ONCE },
    },
    ...range(0xa0, 0xa4).map((opcode) =>
      on(`LOG${opcode - 0xa0}`, opcode, 375 * (opcode - 0x9f), repeated(opcode - 0x9e, [0]), 0),
    ),
    {
      ...{ key: "codeByte", name: "a byte of code, the first time in a transaction", gas: 0, times: 20_000, counts: ONCE },
      // EXTCODECOPY of no bytes loads the code.
      ...{ body: same([0x5f, 0x5f, 0x5f, ...push(otherAddress(1)), 0x3c]), less: same([0x5f, 0x5f, 0x5f, ...other, 0x3c]) },
      others: [repeated(4_000, [INVALID]), range(0, 23_999).map((i) => (i * 7919) % 251)],
    },
  ];
};

const calls = (): MeasuredItem[] => {
  const to = push(otherAddress(0));
  const around = (wei: Code): Code => [...repeated(4, [0x5f]), ...wei, ...to, ...GIVEN];
  const of = (name: string, opcode: number, other: Code, wei: Code = opcode < DELEGATECALL ? [0x5f] : []): MeasuredItem => ({
    ...{ key: `${hex(opcode)} ${name}`, name, gas: 100, others: [other], setup: [...around([0x5f]), CALL, POP], changes: 2 },
    ...{ body: same([...around(wei), opcode, POP]), less: same([...around(wei), ...drop(wei.length > 0 ? 7 : 6)]) },
    pops: 1 - (wei.length > 0 ? 7 : 6),
  });
  const create = (initCode: Code, opcode = CREATE): Code => {
    const word = BigInt(`0x${Buffer.from(Uint8Array.from(initCode)).toString("hex")}`);
    const salt = opcode === CREATE2 ? [PC] : [];
    return [...push(word), 0x5f, MSTORE, ...salt, ...push(initCode.length), ...push(32 - initCode.length), 0x5f, opcode, POP];
  };
  const touches = repeated(10, [0x5f, 0x5f, TSTORE]);
  return [
    of("CALL, which stops", CALL, [STOP]),
    of("CALL, which returns", CALL, [0x5f, 0x5f, RETURN]),
    of("CALL, which reverts", CALL, [0x5f, 0x5f, REVERT]),
    of("CALL, which halts", CALL, [INVALID]),
    of("CALL with value, which reverts", CALL, [0x5f, 0x5f, REVERT], push(1)),
    of("CALL of an account without code", CALL, []),
    of("CALLCODE, which reverts", CALLCODE, [0x5f, 0x5f, REVERT]),
    of("DELEGATECALL, which reverts", DELEGATECALL, [0x5f, 0x5f, REVERT]),
    of("STATICCALL, which reverts", STATICCALL, [0x5f, 0x5f, REVERT]),
    {
      ...{ key: hex(SELFDESTRUCT), name: "SELFDESTRUCT", gas: 5000, changes: 5, others: [[STOP], [0x5f, SELFDESTRUCT]] },
      body: same([...repeated(5, [0x5f]), ...push(otherAddress(1)), ...GIVEN, CALL, POP]),
      less: same([...around([0x5f]), CALL, POP]),
    },
    {
      ...{ key: "journalEntry", name: "a change, which is undone", gas: 0, times: 20 },
      body: same([...repeated(5, [0x5f]), ...push(otherAddress(1)), ...GIVEN, CALL, POP]),
      less: same([...repeated(5, [0x5f]), ...to, ...GIVEN, CALL, POP]),
      others: [
        [...touches, 0x5f, 0x5f, RETURN],
        [...touches, 0x5f, 0x5f, REVERT],
      ],
    },
    {
      ...{ key: "0xf0 nothing", name: "CREATE without init code", gas: 32_000, changes: 8 },
      ...{ body: same([0x5f, 0x5f, 0x5f, CREATE, POP]), less: same([...repeated(3, [0x5f]), ...drop(3)]), pops: -2 },
    },
    { key: "0xf0", name: "CREATE, which reverts", gas: 32_000, changes: 8, body: same(create([0x5f, 0x5f, REVERT])) },
    { key: "0xf5", name: "CREATE2, which stops", gas: 32_000, changes: 8, body: same(create([STOP], CREATE2)) },
    {
      ...{ key: "depositedByte", name: "a byte of code that a contract gets", gas: 200, times: 20_000, counts: ONCE },
      body: same(create([...push(24_000), 0x5f, RETURN])),
      less: same(create([...push(4_000), 0x5f, RETURN])),
    },
  ];
};

/** Prices of precompiled contracts in EIPs, and the index of a free word of their inputs. */
const PRICES = new Map([
  ["ecrecover", { gas: 3000, free: 0 }],
  ["sha256, 32 bytes", { gas: 72, free: 0 }],
  ["identity, 32 bytes", { gas: 18, free: 0 }],
  ["modexp, 32 bytes", { gas: 4080, free: 96 }],
  ["p256", { gas: 6900, free: 0 }],
]);

const precompiles = (): MeasuredItem[] => {
  const identity = { what: "identity, 32 bytes", address: 4, input: `0x${"5a".repeat(32)}` as Hex };
  return [...precompileCalls(), identity].flatMap(({ what, address, input }): MeasuredItem[] => {
    const price = PRICES.get(what);
    if (price === undefined) return [];
    const bytes = fromHex(input);
    const words = range(0, Math.ceil(bytes.length / 32) - 1).map((i) => bytes.subarray(32 * i, 32 * i + 32));
    const stored = words.flatMap((word, i) => [
      ...push(BigInt(`0x${Buffer.from(word).toString("hex").padEnd(64, "0")}`)),
      ...push(32 * i),
      MSTORE,
    ]);
    const change = [PC, ...push(price.free), MSTORE];
    const around = [...change, 0x5f, 0x5f, ...push(bytes.length), 0x5f, ...push(address), GAS];
    return [
      {
        ...{ key: `precompile ${hex(address)}`, name: what, gas: 100 + price.gas, setup: stored, pops: -5 },
        ...{ body: same([...around, STATICCALL, POP]), less: same([...around, ...drop(6)]), counts: [1, 3] },
      },
    ];
  });
};

/** Bytes of SHA-256 by the precompiled contract, other ones in each copy. */
const sha256Block: MeasuredItem = {
  ...{ key: "sha256Block", name: "64 bytes more of SHA-256", gas: 24, times: 10, counts: [1, 3] },
  body: same([...unlike, 0x5f, 0x5f, ...push(672), 0x5f, ...push(2), GAS, STATICCALL, POP]),
  less: same([...unlike, 0x5f, 0x5f, ...push(32), 0x5f, ...push(2), GAS, STATICCALL, POP]),
};

/** Pairs of points on BN254, different in each copy: multiples of the generators. */
const PAIR_BYTES = 192;
const PAIRS = Array.from({ length: 5 }, (_, i) => encodedPair(FIRST.multiply(BigInt(5 + i)), SECOND.multiply(BigInt(7 + i))));
/** A call of 0x08 with the given number of pairs, from a pair that depends on the copy. */
const pairing =
  (pairs: number): Copies =>
  (copy) => [0x5f, 0x5f, ...push(PAIR_BYTES * pairs), ...push(PAIR_BYTES * copy), ...push(8), GAS, STATICCALL, POP];
const pairingSetup: Code = PAIRS.flatMap((pair, place) =>
  range(0, 5).flatMap((i) => [
    ...push(BigInt(`0x${Buffer.from(pair.subarray(32 * i, 32 * i + 32)).toString("hex")}`)),
    ...push(PAIR_BYTES * place + 32 * i),
    MSTORE,
  ]),
);
/** A call of a contract with 128 bytes of memory from a word that depends on the copy. */
const onPoints =
  (address: number): Copies =>
  (copy) => [0x5f, 0x5f, ...push(128), ...push(128 * copy), ...push(address), GAS, STATICCALL, POP];
const lessPoints =
  (address: number): Copies =>
  (copy) => [...onPoints(address)(copy).slice(0, -2), ...drop(6)];
/** Two points, or a point and a long scalar; other ones for each copy. */
const pointsSetup = (isScalar: boolean): Code =>
  range(0, 4).flatMap((i) => {
    const [p, q] = [FIRST.multiply(BigInt(1000 + i)).toAffine(), FIRST.multiply(BigInt(77 + i)).toAffine()];
    const words = [p.x, p.y, ...(isScalar ? [2n ** 256n - 12_345n - BigInt(i), 0n] : [q.x, q.y])];
    return words.flatMap((word, place) => [...push(word), ...push(128 * i + 32 * place), MSTORE]);
  });
const points = (address: number, name: string, gas: number, isScalar: boolean): MeasuredItem => ({
  ...{ key: `precompile ${hex(address)}`, name, gas: 100 + gas, counts: [1, 3], setup: pointsSetup(isScalar), pops: -5 },
  ...{ body: onPoints(address), less: lessPoints(address) },
});
const PAIRINGS: readonly MeasuredItem[] = [
  { ...points(0x06, "sum of two points of BN254", 150, false), paysForUnits: true },
  points(0x07, "multiple of a point of BN254", 6_000, true),
  {
    ...{ key: `precompile ${hex(0x08)}`, name: "pairing of BN254 with one pair", gas: 100 + 45_000 + 34_000, counts: [1, 3] },
    ...{ setup: pairingSetup, body: pairing(1), less: (copy) => [...pairing(1)(copy).slice(0, -2), ...drop(6)], pops: -5 },
  },
  {
    ...{ key: "pairOfPoints", name: "a pair more of a pairing", gas: 34_000, counts: [1, 3], times: 2 },
    ...{ setup: pairingSetup, body: pairing(3), less: pairing(1) },
  },
];

/** All that has a weight. */
export function measuredItems(): readonly MeasuredItem[] {
  const reads = READS.map(([name, opcode, gas]) => on(name, opcode, gas, []));
  const nothing = { gas: 0, body: same([]) };
  const transactions: MeasuredItem[] = [
    { key: "transaction", name: "a transaction, signed", ...nothing, gas: 21_000, callData: [undefined, 0], leaves: 9 },
    { key: "inputWord", name: "32 bytes of call data", ...nothing, gas: 128, callData: [320, 6720], times: 200 },
  ];
  return [
    ...transactions,
    ...ARITHMETIC,
    ...reads,
    ...MOVES,
    ...HASHES,
    ...state(),
    ...calls(),
    sha256Block,
    ...precompiles(),
    ...PAIRINGS,
  ];
}
