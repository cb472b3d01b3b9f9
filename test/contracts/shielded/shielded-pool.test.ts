import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";

import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import type { Note } from "../../../src/proofs/circuits/join-split/note.ts";
import { digestOf } from "../../circuits/join-split/scenario.ts";
import { type LocalL1, startLocalL1 } from "../../support/l1.ts";
import { assertReverts, errorOf } from "../l1/support/errors.ts";
import {
  deployPool,
  expectedDigest,
  GWEI,
  type JoinSplitCall,
  NO_ACCOUNT,
  type PlannedTransfer,
  PoolModel,
} from "./support/pool.ts";

/* A pool with its generated verifier and real proofs: money in, from note to note, and out; and each attack against it. */

const FRESH = `0x${"f5".repeat(20)}`;

let l1: LocalL1;
let backend: Backend;
let pool: Contract;
let chainId: bigint;
let alice: PoolModel;

before(async () => {
  [l1, backend] = [await startLocalL1(), await createWasmBackend({ workers: 1 })];
  pool = await deployPool(l1);
  ({ chainId } = await l1.ethers.provider.getNetwork());
  alice = new PoolModel(digestOf(11), { chainId, pool: await pool.getAddress() });
});
after(async () => {
  await backend.close();
  await l1.close();
});

/** Another encoding of a digest: its first element with p added. */
function notCanonical(digest: string): string {
  return `0x${(Number.parseInt(digest.slice(2, 10), 16) + P).toString(16).padStart(8, "0")}${digest.slice(10)}`;
}

/** The verifier's refusal: a changed statement changes the challenges. */
async function assertRefused(sent: Promise<unknown>, name: string): Promise<void> {
  const reason = await errorOf(sent);
  assert.ok(reason === "ConstraintMismatch()" || reason === "GrindingTooWeak()", `${name}: ${reason}`);
}

const transact = (call: JoinSplitCall, proof: Uint8Array | string, from: Contract = pool) =>
  from.getFunction("transact").send(call, proof, { value: call.valueIn * GWEI });

async function apply(planned: PlannedTransfer & { readonly outputs: readonly [Note, Note] }) {
  const made = await alice.prove(planned, backend);
  const receipt = await (await transact(made.call, made.proof)).wait();
  alice.applied(planned.outputs);
  return { ...made, receipt };
}

describe("a shielded pool", () => {
  let deposit: [Note, Note];
  let paid: [Note, Note];
  let spent: { readonly call: JoinSplitCall; readonly proof: Uint8Array };

  test("begins with the root of the empty tree", async () => {
    assert.equal(await pool.getFunction("isRoot")(digestToHex(alice.tree.root)), true);
    assert.equal(await pool.getFunction("isRoot")(`0x${"0".repeat(64)}`), false);
  });

  test("takes a deposit, whose digest is the defined one", async () => {
    deposit = [alice.note(700n), alice.note(300n)];
    const { call, proof, receipt } = await apply({ outputs: deposit, valueIn: 1_000n });
    assert.equal(await pool.getFunction("digestOf")(call), expectedDigest(chainId, await pool.getAddress(), call));
    assert.equal(await pool.getFunction("isRoot")(digestToHex(alice.tree.root)), true);
    assert.equal(await pool.getFunction("commitmentCount")(), 2n);
    assert.equal(await l1.ethers.provider.getBalance(pool), 1_000n * GWEI);
    // 2.55 M are measured, with 46 kB of proof; its bytes differ from proof to proof.
    const { gasUsed = 0n } = receipt ?? {};
    assert.ok(gasUsed > 2_000_000n && gasUsed < 2_700_000n, `${gasUsed} gas`);
    assert.ok(proof.length < 47_000, `${proof.length} bytes`);
  });

  test("moves value from note to note without a coin that moves", async () => {
    const bob = digestOf(77);
    paid = [alice.note(250n, bob), alice.note(750n)];
    spent = await apply({ inputs: deposit.map((note) => alice.spend(note)), outputs: paid });
    assert.equal(await l1.ethers.provider.getBalance(pool), 1_000n * GWEI);
  });

  test("double spend: a nullifier is spent once", async () => {
    await assertReverts(transact(spent.call, spent.proof), `NullifierSpent(${spent.call.nullifiers[0]})`);
  });

  test("a relayer changes recipient or fee, or a transaction of a relayer is copied: no withdrawal pays", async () => {
    const [, relayer] = await l1.ethers.getSigners();
    assert.ok(relayer);
    const rest: [Note, Note] = [alice.note(150n), alice.note(0n)];
    const planned = {
      inputs: [alice.spend(paid[1])],
      outputs: rest,
      valueOut: 600n,
      recipient: FRESH,
      relayer: relayer.address,
      fee: 40n,
    };
    const { call, proof } = await alice.prove(planned, backend);
    const [sender] = await l1.ethers.getSigners();
    // A copied transaction of a relayer, and one that names another relayer.
    await assertReverts(
      transact(call, proof),
      `NotTheRelayer(${relayer.address.toLowerCase()}, ${sender?.address.toLowerCase()})`,
    );
    const others: readonly [string, Partial<JoinSplitCall>][] = [
      ["relayer", { relayer: NO_ACCOUNT }],
      ["recipient", { relayer: relayer.address, recipient: relayer.address }],
      ["fee", { fee: 600n }],
      ["ciphertext", { ciphertexts: ["0x01", "0x0204"] }],
      ["value", { valueOut: 601n }],
      ["commitment", { commitments: [call.commitments[1], call.commitments[0]] }],
      ["nullifier", { nullifiers: [digestToHex(digestOf(5)), call.nullifiers[1]] }],
    ];
    const byRelayer = pool.connect(relayer) as Contract;
    for (const [changed, change] of others) await assertRefused(transact({ ...call, ...change }, proof, byRelayer), changed);
    await assertReverts(
      transact({ ...call, nullifiers: [notCanonical(call.nullifiers[0]), call.nullifiers[1]] }, proof, byRelayer),
      "BadStatement()",
    );
    const before = await l1.ethers.provider.getBalance(relayer.address);
    const receipt = await (await transact(call, proof, byRelayer)).wait();
    const gas = (receipt?.gasUsed ?? 0n) * (receipt?.gasPrice ?? 0n);
    assert.equal(await l1.ethers.provider.getBalance(FRESH), 560n * GWEI);
    assert.equal(await l1.ethers.provider.getBalance(relayer.address), before - gas + 40n * GWEI);
    assert.equal(await l1.ethers.provider.getBalance(pool), 400n * GWEI);
    alice.applied(rest);
  });

  test("root from another pool: a deposit there is nothing here", async () => {
    const other = new PoolModel(digestOf(12), { chainId, pool: await pool.getAddress() });
    const note = other.note(900n);
    other.applied([note, other.note(0n)]);
    const { call } = other.plan({ inputs: [other.spend(note)], outputs: [], valueOut: 900n, recipient: FRESH });
    await assertReverts(transact(call, "0x"), `UnknownRoot(${call.root})`);
  });

  test("a proof replayed on another chain, and in another pool", async () => {
    const address = await pool.getAddress();
    const outputs: [Note, Note] = [alice.note(0n), alice.note(0n)];
    // About the empty tree, whose root all new pools have.
    const { call, proof } = await new PoolModel(digestOf(11), { chainId, pool: address }).prove({ outputs }, backend);
    await assertRefused(transact(call, proof, await deployPool(l1)), "another pool");
    const elsewhere = await startLocalL1({ chainId: 777 });
    try {
      const copy = await deployPool(elsewhere);
      assert.equal(await copy.getAddress(), address);
      await assertRefused(transact(call, proof, copy), "another chain");
    } finally {
      await elsewhere.close();
    }
    await transact(call, proof);
  });
});
