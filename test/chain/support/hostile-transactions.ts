import type { TransactionRequest } from "ethers";
import { fromHex, toHex } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { STACK_NEEDS } from "../../../src/protocol/stack-needs.ts";
import { RandomCode } from "../../machine/support/random-code.ts";
import type { Random } from "../state/support/random.ts";
import { type Code, push } from "./assembler.ts";
import { precompileCalls } from "./precompile-inputs.ts";

const [CODECOPY, MSTORE8, SSTORE, LOG1, JUMPDEST, JUMP, POP, GAS, ADDRESS, CALL, DELEGATECALL, STATICCALL] = [
  0x39, 0x53, 0x55, 0xa1, 0x5b, 0x56, 0x50, 0x5a, 0x30, 0xf1, 0xf4, 0xfa,
] as const;
const [RETURN, REVERT, INVALID, CREATE, KECCAK256, TSTORE, CODESIZE] = [0xf3, 0xfd, 0xfe, 0xf0, 0x20, 0x5d, 0x38] as const;
/** Instructions that end a frame or go elsewhere: a loop of them is one round. */
const OPCODES = STACK_NEEDS.flatMap((need, opcode) => (need === undefined ? [] : [opcode]));
const ENDS: readonly Code[] = [[0x00], [0x5f, 0x5f, RETURN], [0x5f, 0x5f, REVERT], [INVALID], [0x5f, JUMP]];
const GAS_LIMITS = [90_000n, 150_000n, 400_000n, 1_000_000n, 3_000_000n, 16_000_000n] as const;

/** A contract of the genesis that calls what its call data begins with, with the rest, again and again while there is gas. */
export const CALLER = {
  address: `0x${"ca".repeat(20)}` as Hex,
  nonce: 1n,
  // calldatacopy(0, 20, calldatasize - 20); for (;;) call(gas, shr(96, calldataload(0)), 0, 0, calldatasize - 20, 0, 0)
  code: toHex(
    Uint8Array.from([
      ...[...push(20), 0x36, 0x03, ...push(20), 0x5f, 0x37, JUMPDEST, 0x5f, 0x5f, ...push(20), 0x36, 0x03, 0x5f, 0x5f],
      ...[0x5f, 0x35, ...push(96), 0x1c, GAS, CALL, POP, ...push(8), JUMP],
    ]),
  ),
  digestFormat: 3 as const,
};
/** A contract of the genesis that calls itself with all of its gas, and stores behind that. */
export const DEEP = {
  address: `0x${"de".repeat(20)}` as Hex,
  nonce: 1n,
  code: toHex(Uint8Array.from([0x5f, 0x5f, 0x5f, 0x5f, 0x5f, ADDRESS, GAS, CALL, GAS, SSTORE])),
  digestFormat: 3 as const,
};

type Kind = (random: Random) => { readonly to?: Hex; readonly code: Code };

/** Each as init code, or as call data of one of the contracts above. */
export const HOSTILE_KINDS: Readonly<Record<string, Kind>> = {
  /** One instruction again and again, with operands that mean something to most. */
  opcode(random) {
    const opcode = random.pick(OPCODES);
    const { pops, pushes } = STACK_NEEDS[opcode] ?? { pops: 0, pushes: 0 };
    const operands = Array.from({ length: pops }, () => push(random.pick([0, 0, 1, 32, 64, 257, 0xc0de]))).flat();
    const forgets = Array.from({ length: pushes }, (): number => POP);
    const bytes = opcode >= 0x60 && opcode <= 0x7f ? Array.from({ length: opcode - 0x5f }, () => random.below(256)) : [];
    return { code: [JUMPDEST, ...operands, opcode, ...bytes, ...forgets, 0x5f, JUMP] };
  },
  /** All that a frame can change, undone at its end in one of the ways. */
  undone(random) {
    const step = (): Code =>
      random.pick<Code>([
        [...push(1 + random.below(3)), ...push(random.below(40)), SSTORE],
        [...push(1), ...push(random.below(40)), TSTORE],
        [...push(7), ...push(random.below(300)), 0x5f, LOG1],
        [0x5f, 0x5f, ...push(random.below(3)), CREATE, POP],
        [0x5f, 0x5f, 0x5f, 0x5f, ...push(random.below(2)), ...push(random.bits(160)), GAS, CALL, POP],
      ]);
    return { code: [...Array.from({ length: 10 + random.below(120) }, step).flat(), ...random.pick(ENDS)] };
  },
  /** Contracts of what is in memory, of any size, until gas or room ends it. */
  creations(random) {
    const size = random.pick([0, 1, 300, 24_576, 24_577, 49_152]);
    const deposits: Code = [...push(random.pick([0, 1, 24_576])), 0x5f, RETURN];
    const stored = deposits.flatMap((byte, i): Code => [...push(byte), ...push(i), MSTORE8]);
    return { code: [...stored, JUMPDEST, ...push(size), 0x5f, 0x5f, CREATE, POP, ...push(stored.length), JUMP] };
  },
  /** Memory, and hashes and copies of it. */
  size(random) {
    const bytes = random.pick([136, 4_096, 65_536, 1_000_000, 3_000_000]);
    const hash: Code = [...push(bytes), 0x5f, KECCAK256, POP];
    const copy: Code = [...push(bytes), 0x5f, 0x5f, random.pick([0x37, 0x39, 0x5e])];
    return { code: [JUMPDEST, ...random.pick([hash, copy]), 0x5f, JUMP] };
  },
  depth: () => ({ to: DEEP.address, code: [] }),
  /** A precompiled contract again and again. */
  precompile(random) {
    const { address, input } = random.pick(precompileCalls());
    return { to: CALLER.address, code: [...fromHex(`0x${address.toString(16).padStart(40, "0")}`), ...fromHex(input)] };
  },
  /** Itself as a callee of every kind, with a stipend or all gas. */
  frames(random) {
    const opcode = random.pick([CALL, 0xf2, DELEGATECALL, STATICCALL]);
    const value = opcode === CALL || opcode === 0xf2 ? [0x5f] : [];
    const gas = random.pick<Code>([[GAS], push(2_300), push(0)]);
    const to = random.pick<Code>([push(BigInt(DEEP.address)), [ADDRESS], push(random.below(18))]);
    return { code: [JUMPDEST, 0x5f, 0x5f, ...push(random.below(2_000)), 0x5f, ...value, ...to, ...gas, opcode, POP, 0x5f, JUMP] };
  },
  /** Everything at once. */
  mix(random) {
    const targets = [BigInt(DEEP.address), BigInt(CALLER.address), ...Array.from({ length: 9 }, (_, i) => BigInt(i + 1))];
    return { code: [...new RandomCode(random, targets).generate()] };
  },
  /** A contract as large as one may be, that does nothing: its code is hashed, kept and loaded. */
  deposit(random) {
    const length = random.pick([1, 1_000, 24_576]);
    return { code: [CODESIZE, 0x5f, 0x5f, CODECOPY, ...push(length), 0x5f, RETURN] };
  },
};

/** A transaction of a kind, with little gas or much. */
export function hostileTransaction(random: Random, kind: Kind): TransactionRequest {
  const { to, code } = kind(random);
  const data = toHex(Uint8Array.from(code));
  // What data costs before anything runs (EIP-7623), a creation included.
  const least = 53_000n + BigInt(code.length) * 42n;
  const accessList = Array.from({ length: random.below(3) === 0 ? random.below(40) : 0 }, () => ({
    ...{ address: toHex(Uint8Array.from({ length: 20 }, () => random.below(256))), storageKeys: [] },
  }));
  const gasLimit = least + BigInt(accessList.length) * 2_400n + random.pick(GAS_LIMITS);
  return {
    ...(to === undefined ? { data } : { to, data }),
    gasLimit: gasLimit < 2n ** 24n ? gasLimit : 2n ** 24n,
    ...(accessList.length === 0 ? {} : { accessList }),
  };
}
