import type { AuthorizationLike, TransactionRequest } from "ethers";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { STACK_NEEDS } from "../../../src/ground/protocol/stack-needs.ts";
import { RandomCode } from "../../machine/support/random-code.ts";
import type { Random } from "../state/support/random.ts";
import { type Code, push } from "./assembler.ts";
import { CHAIN_ID } from "./engine.ts";
import { precompileCalls } from "./precompile-inputs.ts";
import type { RequestedOperation } from "./verified-chain.ts";
import { TestWallet } from "./wallet.ts";

const [CODECOPY, MSTORE8, SSTORE, LOG1, JUMPDEST, JUMP, POP, GAS, ADDRESS, CALL, DELEGATECALL, STATICCALL] = [
  0x39, 0x53, 0x55, 0xa1, 0x5b, 0x56, 0x50, 0x5a, 0x30, 0xf1, 0xf4, 0xfa,
] as const;
const [RETURN, REVERT, INVALID, CREATE, KECCAK256, TSTORE, CODESIZE] = [0xf3, 0xfd, 0xfe, 0xf0, 0x20, 0x5d, 0x38] as const;
const [MSTORE, RETURNDATASIZE, RETURNDATACOPY, BLOBHASH, BLOBBASEFEE, SELFDESTRUCT, DUP6] = [
  0x52, 0x3d, 0x3e, 0x49, 0x4a, 0xff, 0x85,
] as const;
/** Instructions that end a frame or go elsewhere: a loop of them is one round. */
const OPCODES = STACK_NEEDS.flatMap((need, opcode) => (need === undefined ? [] : [opcode]));
const ENDS: readonly Code[] = [[0x00], [0x5f, 0x5f, RETURN], [0x5f, 0x5f, REVERT], [INVALID], [0x5f, JUMP]];
/** Recipient of a creation. */
const NOBODY: Hex = `0x${"00".repeat(20)}`;
/** Limit of L1's queue. */
const MOST_OPERATION_GAS = 8_000_000n;
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
};
/** A contract of the genesis that calls itself with all of its gas, and stores behind that. */
export const DEEP = {
  address: `0x${"de".repeat(20)}` as Hex,
  nonce: 1n,
  code: toHex(Uint8Array.from([0x5f, 0x5f, 0x5f, 0x5f, 0x5f, ADDRESS, GAS, CALL, GAS, SSTORE])),
};

/** Call of an account without code, with all gas. */
const WARM_CALL: Code = [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x61, 0xd0, 0xd0, GAS, CALL, POP];
/** A contract of the genesis with 200 calls that are warm: more units than its gas pays for, once its slot is set. */
export const DEAR = {
  address: `0x${"da".repeat(20)}` as Hex,
  nonce: 1n,
  code: toHex(Uint8Array.from([...push(7), 0x5f, SSTORE, ...Array.from({ length: 200 }, () => WARM_CALL).flat()])),
};

/** Hostile transaction or operation; only a transaction can have lists of delegations. */
interface Hostile {
  readonly to?: Hex;
  readonly code: Code;
  readonly valueWei?: bigint;
  readonly authorizationList?: readonly AuthorizationLike[];
}

type Kind = (random: Random, sender: TestWallet) => Hostile;

/** Accounts that delegate to what anybody names, again and again. */
const AUTHORITIES = Array.from({ length: 8 }, (_, i) => new TestWallet(5_000 + i));
/** Chain id by which an L3 and this chain address each other's contracts. */
const L3 = BigInt(CHAIN_ID) + (1n << 32n);

/** Bytes in memory from 0. */
const stored = (bytes: Code): Code => bytes.flatMap((byte, i): Code => [...push(byte), ...push(i), MSTORE8]);

/** Creates a contract with this code, of up to 32 bytes, whose address is left on the stack. */
function created(code: Code, value: number): Code {
  const init: Code = [0x5f + code.length, ...code, 0x5f, MSTORE, ...push(code.length), ...push(32 - code.length), RETURN];
  return [...stored(init), ...push(init.length), 0x5f, ...push(value), CREATE];
}

/** Calls the contract on top of the stack again and again with a word that it is given, and does this behind each call. */
function askedAgain(setup: Code, word: Code, { value = 0, output = 0, then = [] as Code }): Code {
  const round: Code = [...word, 0x5f, MSTORE, ...push(output), 0x5f, ...push(32), 0x5f, ...push(value), DUP6, GAS, CALL, POP];
  return [...setup, JUMPDEST, ...round, ...then, ...push(setup.length), JUMP];
}

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
    const before = stored(deposits);
    return { code: [...before, JUMPDEST, ...push(size), 0x5f, 0x5f, CREATE, POP, ...push(before.length), JUMP] };
  },
  /** Memory, and hashes and copies of it. */
  size(random) {
    const bytes = random.pick([136, 4_096, 65_536, 1_000_000, 3_000_000]);
    const hash: Code = [...push(bytes), 0x5f, KECCAK256, POP];
    const copy: Code = [...push(bytes), 0x5f, 0x5f, random.pick([0x37, 0x39, 0x5e])];
    return { code: [JUMPDEST, ...random.pick([hash, copy]), 0x5f, JUMP] };
  },
  depth: () => ({ to: DEEP.address, code: [] }),
  warm: () => ({ to: DEAR.address, code: [] }),
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
  /** Contracts that destroy themselves in their creation, or when they are called, to any account; with ether, or without. */
  destructions(random) {
    const value = random.below(3);
    const to = random.pick<Code>([[ADDRESS], [GAS], push(random.below(18)), push(BigInt(DEEP.address)), push(0)]);
    const own: Code = [...stored([...to, SELFDESTRUCT])];
    const inCreation: Code = [...own, JUMPDEST, ...push(to.length + 1), 0x5f, ...push(value), CREATE, POP];
    const valueWei = random.pick([0n, 5n, 1_000n]);
    if (random.below(2) === 0) return { code: [...inCreation, ...push(own.length), JUMP], valueWei };
    return { code: askedAgain(created([0x5f, 0x35, SELFDESTRUCT], value), to, { value }), valueWei };
  },
  /** Callees that return or revert with much, which their caller takes, copies, or copies too much of. */
  returned(random) {
    const bytes = random.pick([0, 32, 10_000, 300_000, 1_000_000]);
    const callee: Code = [...push(bytes), 0x5f, random.pick([RETURN, REVERT])];
    const then = random.pick<Code>([
      [],
      [RETURNDATASIZE, 0x5f, 0x5f, RETURNDATACOPY],
      [RETURNDATASIZE, ...push(bytes), 0x5f, RETURNDATACOPY],
      [RETURNDATASIZE, ...push(1), 0x5f, RETURNDATACOPY],
    ]);
    return { code: askedAgain(created(callee, 0), [GAS], { output: random.pick([0, bytes]), then }) };
  },
  /** Hashes of blobs, which this transaction has none of, and their price. */
  blobs(random) {
    const index = random.pick<Code>([push(random.below(8)), [GAS], push(2n ** 256n - 1n)]);
    const kept = (value: Code, slot: number): Code =>
      random.pick<Code>([
        [...value, POP],
        [...value, ...push(slot), SSTORE],
      ]);
    return { code: [JUMPDEST, ...kept([...index, BLOBHASH], random.below(4)), ...kept([BLOBBASEFEE], 5), 0x5f, JUMP] };
  },
  /** Delegations (EIP-7702) to contracts, precompiled ones, each other and nothing, valid or not; and a call of one of them. */
  delegations(random, sender) {
    const authorities = [...AUTHORITIES, sender];
    const places = [CALLER.address, DEEP.address, `0x${"0".repeat(40)}`, ...authorities.map(({ address }) => address)];
    const nonces = [0, 0, 1, 2, random.below(20), Number.MAX_SAFE_INTEGER];
    const authorizationList = Array.from({ length: 1 + random.pick([0, 2, 40]) }, () => {
      const place = random.below(4) === 0 ? `0x${(1 + random.below(17)).toString(16).padStart(40, "0")}` : random.pick(places);
      return random.pick(authorities).authorize(place, random.pick(nonces));
    });
    const data: Code = [
      ...fromHex(random.pick([DEEP, ...AUTHORITIES]).address),
      ...Array.from({ length: 40 }, () => random.below(256)),
    ];
    return { to: random.pick(authorities).address, code: data, authorizationList, valueWei: BigInt(random.below(2)) };
  },
  /** A contract as large as one may be, that does nothing: its code is hashed, kept and loaded. */
  deposit(random) {
    const length = random.pick([1, 1_000, 24_576]);
    return { code: [CODESIZE, 0x5f, 0x5f, CODECOPY, ...push(length), 0x5f, RETURN] };
  },
};

/** A transaction of a kind, with little gas or much. */
export function hostileTransaction(random: Random, kind: Kind, sender: TestWallet): TransactionRequest {
  const { to, code, valueWei: value = 0n, authorizationList = [] } = kind(random, sender);
  const data = toHex(Uint8Array.from(code));
  const accessList = Array.from({ length: random.below(3) === 0 ? random.below(40) : 0 }, () => ({
    ...{ address: toHex(Uint8Array.from({ length: 20 }, () => random.below(256))), storageKeys: [] },
  }));
  const least = leastGas(code) + BigInt(accessList.length) * 2_400n + BigInt(authorizationList.length) * 25_000n;
  const gasLimit = least + random.pick(GAS_LIMITS);
  return {
    ...(to === undefined ? { data } : { to, data }),
    ...{ value, gasLimit: gasLimit < 2n ** 24n ? gasLimit : 2n ** 24n },
    ...(accessList.length === 0 ? {} : { accessList }),
    ...(authorizationList.length === 0 ? {} : { type: 4, authorizationList: [...authorizationList] }),
  };
}

/** An operation of L1's queue of a kind: of an account, of a contract on L1, or of one on an L3. */
export function hostileOperation(random: Random, kind: Kind, sender: TestWallet): RequestedOperation {
  const { to = NOBODY, code, valueWei = 0n } = kind(random, sender);
  const contract = `0x${"7".repeat(39)}${random.below(4)}` as const;
  const from = random.pick([sender.address, aliasOf(BigInt(CHAIN_ID), contract), aliasOf(L3, contract)]);
  const gasLimit = leastGas(code) + random.pick(GAS_LIMITS);
  return {
    ...{ from, to, data: toHex(Uint8Array.from(code)), valueWei: random.pick([valueWei, 10n ** 18n]) },
    ...{ gasLimit: gasLimit < MOST_OPERATION_GAS ? gasLimit : MOST_OPERATION_GAS },
    refundRecipient: random.pick([from, NOBODY, DEEP.address, CALLER.address]),
  };
}

/** Minimum gas for the data before anything runs (EIP-7623), a creation included. */
const leastGas = (code: Code): bigint => 53_000n + BigInt(code.length) * 42n;
