import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { loop, push, staticCall, type Code, type LoopOptions } from "./assembler.ts";
import { precompileCalls } from "./precompile-inputs.ts";

/** Code that spends all of an operation's gas on one thing. */
export interface WorstOperation {
  /** Family: opcodes of one price class, storage, messages, … */
  readonly family: string;
  readonly what: string;
  readonly code: Hex;
  /** Storage that it finds. */
  readonly storage?: GenesisAccount["storage"];
  /** Calldata of the operation. */
  readonly data?: Hex;
}

const [CALL, CREATE, POP, GAS, SSTORE, SLOAD, MSTORE, DUP1, ADD, SHL, OR] = [
  0xf1, 0xf0, 0x50, 0x5a, 0x55, 0x54, 0x52, 0x80, 0x01, 0x1b, 0x17,
];
const SEND_TO_L1 = 0x62f84b24n;
/** Slots whose value one operation can change: one for each 5,000 gas, and more. */
export const FILLED_SLOTS = 1700;

const operand: Code = push(0xf123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefn);
/** The instruction on the same operands, over and over. */
const onOperands = (opcode: number, operands: number): Hex =>
  loop([...Array.from({ length: operands }, () => DUP1 + operands - 1), opcode, POP], {
    setup: Array.from({ length: operands }, () => operand).flat(),
    times: 200,
    reserve: 400_000,
  });
/** A counter on the stack, which the body uses and moves on. */
const counting = (body: Code, options: Partial<LoopOptions> = {}): Hex =>
  loop([...body, ...push(1), ADD], { setup: push(1), times: 1, reserve: 100_000, ...options });
const repeating = (body: Code, options: Partial<LoopOptions> = {}): Hex =>
  loop(body, { times: 20, reserve: 100_000, ...options });

const ARITHMETIC: readonly (readonly [name: string, opcode: number, operands: number])[] = [
  ["ADD", 0x01, 2],
  ["MUL", 0x02, 2],
  ["DIV", 0x04, 2],
  ["SDIV", 0x05, 2],
  ["MOD", 0x06, 2],
  ["SMOD", 0x07, 2],
  ["ADDMOD", 0x08, 3],
  ["MULMOD", 0x09, 3],
  ["EXP of 32 bytes", 0x0a, 2],
  ["SIGNEXTEND", 0x0b, 2],
  ["XOR", 0x18, 2],
  ["BYTE", 0x1a, 2],
  ["SHL", 0x1b, 2],
  ["SAR", 0x1d, 2],
  ["CLZ", 0x1e, 1],
];

function instructions(): WorstOperation[] {
  const of = (what: string, code: Hex): WorstOperation => ({ family: "instructions", what, code });
  return [
    ...ARITHMETIC.map(([what, opcode, operands]) => of(what, onOperands(opcode, operands))),
    of("JUMPDEST", loop([0x5b], { times: 10_000, reserve: 100_000 })),
    of("PUSH32, POP", loop([...operand, POP], { times: 400, reserve: 60_000 })),
    of("SWAP16", loop([0x9f], { setup: Array.from({ length: 17 }, () => 0x5f), times: 5000, reserve: 60_000 })),
    of("MSTORE, unaligned", loop([...operand, ...push(1), 0x52], { times: 400, reserve: 60_000 })),
    of("MLOAD, unaligned", loop([...push(1), 0x51, POP], { times: 1000, reserve: 60_000 })),
    of("KECCAK256 of 0 bytes", loop([0x5f, 0x5f, 0x20, POP], { times: 500, reserve: 60_000 })),
    of("KECCAK256 of 32 bytes", loop([...push(32), 0x5f, 0x20, POP], { times: 500, reserve: 60_000 })),
    of("KECCAK256 of 64 kB", loop([...push(65_536), 0x5f, 0x20, POP], { times: 1, reserve: 60_000 })),
    of("MCOPY of 64 kB", loop([...push(65_536), ...push(1), 0x5f, 0x5e], { times: 1, reserve: 60_000 })),
    of("CALLDATACOPY of 64 kB", loop([...push(65_536), 0x5f, 0x5f, 0x37], { times: 1, reserve: 60_000 })),
    of("CODECOPY of 64 kB", loop([...push(65_536), 0x5f, 0x5f, 0x39], { times: 1, reserve: 60_000 })),
    of(
      "EXTCODECOPY of 24 kB",
      repeating([...push(24_576), 0x5f, 0x5f, ...push(BigInt(L1_MESSENGER_ADDRESS)), 0x3c], { times: 1 }),
    ),
    of("2 MB of memory", loop([...push(1_900_000), 0x51, POP], { times: 100, reserve: 60_000 })),
    of("BLOCKHASH", loop([...push(1), 0x43, 0x03, 0x40, POP], { times: 500, reserve: 60_000 })),
    of("SELFBALANCE", loop([0x47, POP], { times: 1000, reserve: 60_000 })),
    of("GAS", loop([GAS, POP], { times: 1000, reserve: 60_000 })),
  ];
}

function state(): WorstOperation[] {
  const of = (what: string, code: Hex, more: Partial<WorstOperation> = {}): WorstOperation => ({
    family: "state",
    what,
    code,
    ...more,
  });
  const storage = Array.from({ length: FILLED_SLOTS }, (_, i) => ({ slot: BigInt(i + 1), value: 1n }));
  return [
    of("SSTORE, other value", counting([DUP1, ...push(1n << 255n), ADD, DUP1 + 1, SSTORE]), { storage }),
    of("SSTORE, cleared", counting([0x5f, DUP1 + 1, SSTORE]), { storage }),
    of("SSTORE, first value", counting([DUP1, ...push(1n << 255n), ADD, DUP1, SSTORE])),
    of("SSTORE, warm", repeating([GAS, 0x5f, SSTORE])),
    of("SLOAD, cold", counting([DUP1, SLOAD, POP])),
    of("SLOAD, warm", repeating([0x5f, SLOAD, POP], { times: 500 })),
    of("TSTORE, new slots", counting([DUP1, DUP1, 0x5d])),
    of("TLOAD", repeating([0x5f, 0x5c, POP], { times: 500 })),
    of("BALANCE, cold", counting([DUP1, 0x31, POP])),
    of("EXTCODEHASH, cold", counting([DUP1, 0x3f, POP])),
    of("EXTCODESIZE, warm", repeating([...push(BigInt(L1_MESSENGER_ADDRESS)), 0x3b, POP], { times: 100 })),
  ];
}

/** PUSH2 of a counter, stored and returned: two bytes of code, other ones each time. */
function creationOfOtherCodes(): Hex {
  const initCode = 0x610000_5f5260_02601e_f3n;
  const place = 56;
  return counting([DUP1, ...push(place), SHL, ...push(initCode), OR, 0x5f, MSTORE, ...push(10), ...push(22), 0x5f, CREATE, POP]);
}

function calls(): WorstOperation[] {
  const of = (what: string, code: Hex, data?: Hex): WorstOperation => ({
    family: "calls and logs",
    what,
    code,
    ...(data === undefined ? {} : { data }),
  });
  const plain = (opcode: number, to: Code): Code => [
    0x5f,
    0x5f,
    0x5f,
    0x5f,
    ...(opcode === CALL ? [0x5f] : []),
    ...to,
    GAS,
    opcode,
    POP,
  ];
  return [
    of("CALL of an empty account, warm", repeating(plain(CALL, push(0xdead)))),
    of("CALL of new accounts, cold", counting([0x5f, 0x5f, 0x5f, 0x5f, 0x5f, DUP1 + 5, GAS, CALL, POP])),
    of(
      "STATICCALL passing on 64 kB",
      repeating([0x5f, 0x5f, ...push(65_536), 0x5f, ...push(0xdead), GAS, 0xfa, POP], { times: 1 }),
    ),
    of("calls of itself, twice each", `0x${`${"5f".repeat(5)}305af150`.repeat(2)}00`),
    of("LOG0 of 0 bytes", repeating([0x5f, 0x5f, 0xa0])),
    of("LOG4 of 32 bytes", repeating([0x5f, 0x5f, 0x5f, 0x5f, ...push(32), 0x5f, 0xa4])),
    of("LOG0 of 64 kB", repeating([...push(65_536), 0x5f, 0xa0], { times: 1, reserve: 700_000 })),
    of("CREATE of nothing", counting([0x5f, 0x5f, 0x5f, 0xf0, POP])),
    of("CREATE of another code each time", creationOfOtherCodes()),
    of("CREATE, 48 kB of init code that stops", repeating([...push(49_152), 0x5f, 0x5f, 0xf0, POP], { times: 1 })),
    of(
      "CREATE of a code of 24 kB",
      repeating([...push(0x61_6000_5f_f3), 0x5f, 0x52, ...push(5), ...push(27), 0x5f, 0xf0, POP], {
        times: 1,
        reserve: 5_100_000,
      }),
    ),
    of("calldata of 32 kB", repeating(plain(CALL, push(0xdead))), `0x${"5a".repeat(32_768)}`),
  ];
}

function messages(): WorstOperation[] {
  const message = (length: number): WorstOperation => {
    const setup = [
      ...push(SEND_TO_L1 << 224n),
      0x5f,
      MSTORE,
      ...push(32),
      ...push(4),
      MSTORE,
      ...push(length),
      ...push(36),
      MSTORE,
    ];
    const size = 68 + Math.ceil(length / 32) * 32;
    const body = [0x5f, 0x5f, ...push(size), 0x5f, 0x5f, ...push(BigInt(L1_MESSENGER_ADDRESS)), GAS, CALL, POP];
    return {
      family: "messages",
      what: `messages of ${length} bytes`,
      code: loop(body, { setup, reserve: 100 * length + 200_000 }),
    };
  };
  return [message(0), message(190), message(8192)];
}

/** Codes that spend an operation's gas, by family; `bench -- operations` and the tests of limits run them. */
export function worstOperations(): readonly WorstOperation[] {
  return [
    ...instructions(),
    ...state(),
    ...calls(),
    ...messages(),
    ...precompileCalls().map(({ what, address, input }) => ({
      family: "precompiled contracts",
      what,
      code: loop(staticCall(address, fromHex(input).length), { input, reserve: 400_000 }),
    })),
  ];
}
