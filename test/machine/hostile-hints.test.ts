import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { encodeRlp, getBytes, toBeArray } from "ethers";
import { blockHints, endHints, transactionHints } from "../../src/machine/hints/transaction-hints.ts";
import type { UserTransaction } from "../../src/machine/hints/transaction-hints.ts";
import { Kernel } from "../../src/machine/interpreter/kernel.ts";
import { KernelPanic } from "../../src/machine/interpreter/machine-error.ts";
import { compareEngines, ENVIRONMENT } from "./support/compare.ts";
import { primitives } from "./support/primitives.ts";
import { bytesOf, numberOf, rules } from "./support/reference.ts";
import { World, type WorldAccount } from "./support/world.ts";

const KEY = bytesOf(0x5e0de4n, 32);
const SENDER = numberOf(privateToAddress(KEY));
const TARGET = 0xbeefn;
const GAS_LIMIT = 100_000n;
const FIELDS = { chainId: 1n, nonce: 0n, priorityFeeCap: 1n, feeCap: 3n, gasLimit: GAS_LIMIT, to: TARGET, value: 1n };

const world = (code = new Uint8Array(0)) =>
  new Map<bigint, WorldAccount>([[SENDER, { nonce: 0n, balance: 10n ** 24n, code, storage: new Map() }]]);

/** What comes first in the payloads of types 2 and 4. */
const PAYLOAD = [
  ...[FIELDS.chainId, FIELDS.nonce, FIELDS.priorityFeeCap, FIELDS.feeCap, FIELDS.gasLimit].map((field) => toBeArray(field)),
  bytesOf(TARGET, 20),
  ...[FIELDS.value, 0n].map((field) => toBeArray(field)),
];

/** A transaction without lists, whose sender signed what is given behind the fields, in a list as RLP has it. */
function signed(type: 2 | 4, lists: Uint8Array): UserTransaction {
  const fields = concatBytes(...PAYLOAD.map((field) => getBytes(encodeRlp(field))), lists);
  // The head of a list of at most 255 bytes.
  const head = fields.length < 56 ? [0xc0 + fields.length] : [0xf8, fields.length];
  const hash = keccak_256(concatBytes(Uint8Array.from([type, ...head]), fields));
  const signature = secp256k1.sign(hash, KEY, { prehash: false, format: "recovered" });
  const [parity = 0, ...rest] = signature;
  const own = { type, isReplayProtected: true, data: new Uint8Array(0), accessList: [], authorizations: [] } as const;
  const [r, s] = [rest.slice(0, 32), rest.slice(32)].map((bytes) => numberOf(Uint8Array.from(bytes))) as [bigint, bigint];
  return { ...FIELDS, ...own, parity: BigInt(parity), r, s };
}

/** The kernel's run of a transaction with other hints behind its data. */
function run(transaction: UserTransaction, lists: readonly bigint[]) {
  const plain = transactionHints(transaction);
  const first = transactionHints({ ...transaction, type: 0 }).length - 3;
  const hints = [...plain.slice(0, first), ...lists, ...plain.slice(-3)];
  const state = new World(world());
  return new Kernel(primitives).run({ environment: ENVIRONMENT, state, codes: state }, [
    ...blockHints(ENVIRONMENT.boundary.timestamp),
    ...hints,
    ...endHints(),
  ]).transactions;
}

const EMPTY_LIST = Uint8Array.of(0xc0);
const refusedAs = (reason: string) => (error: unknown) => error instanceof KernelPanic && error.reason === reason;

describe("the kernel, of a transaction whose hints lie", () => {
  it("takes the lists that were signed", () => {
    const [outcome] = run(signed(2, EMPTY_LIST), [0n]);
    assert.deepEqual([outcome?.status, outcome?.gasUsed], ["success", 21_000n]);
  });

  it("refuses a type 4 without authorizations, also one that says to have 2^253", () => {
    const transaction = signed(4, concatBytes(EMPTY_LIST, EMPTY_LIST));
    assert.throws(() => run(transaction, [0n, 0n]), refusedAs("no-authorizations"));
    // 192 · 2^253 bytes and 25,000 · 2^253 gas are 0 modulo 2^256.
    assert.throws(() => run(transaction, [0n, 2n ** 253n]), refusedAs("field-range"));
  });

  it("refuses an access list of −1 slots, for which the gas of one would be given back", () => {
    const slots = 2n ** 256n - 1n;
    // As the kernel encodes: an entry of 21 bytes, and behind it a list of −33 bytes, whose head's first byte is 0xf7 + 32 modulo 2^8.
    const entry = concatBytes(Uint8Array.of(0xd5, 0x94), bytesOf(TARGET, 20), Uint8Array.of(0x17), bytesOf(2n ** 256n - 33n, 32));
    const transaction = signed(2, concatBytes(Uint8Array.of(0xd6), entry));
    assert.throws(() => run(transaction, [1n, TARGET, slots]), refusedAs("field-range"));
  });
});

describe("the kernel, of a sender with code", () => {
  const transaction = createTx(
    { type: 2, chainId: 1n, nonce: 0n, gasLimit: GAS_LIMIT, to: createAddressFromBigInt(TARGET), maxFeePerGas: 3n },
    { common: rules },
  ).sign(KEY);

  it("runs the transaction if the code is a delegation (EIP-7702)", async () => {
    const delegation = concatBytes(Uint8Array.of(0xef, 0x01, 0x00), bytesOf(TARGET, 20));
    const result = await compareEngines(world(delegation), transaction);
    assert.deepEqual([result.kind, result.kind === "equal" && result.success], ["equal", true]);
  });

  it("refuses it if the code is another (EIP-3607)", async () => {
    for (const code of [Uint8Array.of(0), new Uint8Array(23).fill(1)]) {
      const result = await compareEngines(world(code), transaction);
      assert.deepEqual(result, { kind: "invalid", reason: "sender-has-code" });
    }
  });
});
