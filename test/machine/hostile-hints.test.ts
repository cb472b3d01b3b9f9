import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, eoaCode7702SignAuthorization, privateToAddress } from "@ethereumjs/util";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { encodeRlp, getBytes, toBeArray, toBeHex } from "ethers";
import {
  blockHints,
  endHints,
  transactionHints,
  type UserTransaction,
} from "../../src/proofs/machine/hints/transaction-hints.ts";
import { Kernel } from "../../src/proofs/machine/interpreter/kernel.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { comparedMeters } from "./support/meters.ts";
import { primitives } from "./support/primitives.ts";
import { bytesOf, numberOf, rules } from "./support/reference.ts";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { World, type WorldAccount } from "./support/world.ts";

const KEY = bytesOf(0x5e0de4n, 32);
const SENDER = numberOf(privateToAddress(KEY));
const TARGET = 0xbeefn;
const GAS_LIMIT = 100_000n;
const FIELDS = { chainId: 1n, nonce: 0n, priorityFeeCap: 1n, feeCap: 3n, gasLimit: GAS_LIMIT, to: TARGET, value: 1n };

const world = (code = new Uint8Array(0)) =>
  new Map<bigint, WorldAccount>([[SENDER, { nonce: 0n, balance: 10n ** 24n, code, storage: new Map() }]]);

/** First values of the payloads of types 2 and 4. */
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
const refusedAs = (reason: string) => (error: unknown) => error instanceof KernelPanic && error.code === reason;

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

  it("refuses an access list of −1 slots, which would refund the gas of one", () => {
    const slots = 2n ** 256n - 1n;
    // As the kernel encodes: an entry of 21 bytes, and behind it a list of −33 bytes, whose head's first byte is 0xf7 + 32 modulo 2^8.
    const entry = concatBytes(Uint8Array.of(0xd5, 0x94), bytesOf(TARGET, 20), Uint8Array.of(0x17), bytesOf(2n ** 256n - 33n, 32));
    const transaction = signed(2, concatBytes(Uint8Array.of(0xd6), entry));
    assert.throws(() => run(transaction, [1n, TARGET, slots]), refusedAs("field-range"));
  });
});

describe("the kernel, of a transaction with any word of its witness changed", () => {
  /** Not bound by the signature, and without effect: any number but 0, and what is behind the data's last byte. */
  const FREE = ["isReplayProtected", "data"];
  const authorization = eoaCode7702SignAuthorization(
    { chainId: "0x1", address: createAddressFromBigInt(TARGET).toString(), nonce: "0x0" },
    bytesOf(0xb0bn, 32),
  );
  const storageKeys = [1n, 2n].map((slot) => toBeHex(slot, 32));
  const fields = {
    ...{ type: 4, chainId: 1n, nonce: 0n, gasLimit: GAS_LIMIT, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n, value: 1n },
    ...{ to: createAddressFromBigInt(TARGET), data: Uint8Array.of(1, 0, 3), authorizationList: [authorization] },
    accessList: [{ address: createAddressFromBigInt(TARGET).toString(), storageKeys }],
  };
  const transaction = userTransaction(createTx(fields, { common: rules }).sign(KEY), 1n);
  const hints = transactionHints(transaction);
  const NAMES = ["step", "type", "chainId", "nonce", "priorityFeeCap", "feeCap", "gasLimit", "isCreation", "target", "value"];
  const nameOf = (at: number): string | undefined => [...NAMES, "isReplayProtected", "length", "data"][at];

  const outcome = (witness: readonly Hint[]): string => {
    const state = new World(world());
    const around = [...blockHints(ENVIRONMENT.boundary.timestamp), ...witness, ...endHints()];
    const { transactions, leaves } = new Kernel(primitives).run({ environment: ENVIRONMENT, state, codes: state }, around);
    return inspect([transactions.map(({ status, gasUsed }) => [status, gasUsed]), leaves], { depth: 4, maxArrayLength: null });
  };

  it("refuses it, or runs what was signed", () => {
    const truth = outcome(hints);
    assert.match(truth, /success/);
    const changes = [1n, -1n, 1n << 160n, 1n << 253n];
    hints.forEach((hint, at) => {
      if (at === 0) return;
      for (const change of changes) {
        const witness = hints.map((each, i) => (i === at ? BigInt.asUintN(256, BigInt(hint) + change) : each));
        let end: string;
        try {
          end = outcome(witness);
        } catch (error) {
          // Another length reads other words, which may be too few.
          assert.ok(error instanceof KernelPanic || /the witness ended/.test((error as Error).message), String(error));
          continue;
        }
        assert.equal(end, truth, `hint ${at} (${nameOf(at)}) with ${change} added`);
        assert.ok(FREE.includes(nameOf(at) ?? ""), `hint ${at} (${nameOf(at)}) may be another`);
      }
    });
  });
});

describe("the kernel, of a sender with code", () => {
  const transaction = createTx(
    { type: 2, chainId: 1n, nonce: 0n, gasLimit: GAS_LIMIT, to: createAddressFromBigInt(TARGET), maxFeePerGas: 3n },
    { common: rules },
  ).sign(KEY);

  it("runs the transaction if the code is a delegation (EIP-7702)", async () => {
    const delegation = concatBytes(Uint8Array.of(0xef, 0x01, 0x00), bytesOf(TARGET, 20));
    const compared = await comparedMeters(world(delegation), transaction);
    assert.ok(compared.kind === "ran" && compared.receipt.success);
  });

  it("refuses it if the code is another (EIP-3607)", async () => {
    for (const code of [Uint8Array.of(0), new Uint8Array(23).fill(1)]) {
      const compared = await comparedMeters(world(code), transaction);
      assert.equal(compared.kind, "refused");
    }
  });
});
