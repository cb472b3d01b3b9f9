import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { EdrEngine } from "../support/edr-engine.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { CHAIN_ID, environmentOf, openEngine } from "../support/engine.ts";
import { POINT_EVALUATION } from "../support/precompile-inputs.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
/** Calls the precompile named by the first input word with the rest, and logs success and output. */
const CALLER: Hex = `0x${"e1".repeat(20)}`;
/** Calls itself with all its gas, then fails, as deep as it gets. */
const RECURSION: Hex = `0x${"e2".repeat(20)}`;
const RECURSION_CODE: Hex = "0x60006000600060006000305af1fe";
/** Logs BLOBBASEFEE, BASEFEE, GASPRICE, CHAINID, CODESIZE and GAS. */
const ENVIRONMENT: Hex = `0x${"e3".repeat(20)}`;
const ENVIRONMENT_CODE: Hex = "0x4a5f52486020523a60405246606052386080525a60a05260c05fa0";

describe("precompiles in both engines", () => {
  let engine: EdrEngine;
  let witness: BatchWitness;
  const wallet = new TestWallet(80);
  let height = 0n;

  before(async () => {
    // input: word 0 the address, then the data. mem[0..n) = data; CALL; log success ‖ returned bytes.
    const genesis = [
      { address: wallet.address, balanceWei: 1000n * ETHER },
      { address: CALLER, nonce: 1n, code: callerCode() },
      { address: RECURSION, nonce: 1n, code: RECURSION_CODE },
      { address: ENVIRONMENT, nonce: 1n, code: ENVIRONMENT_CODE },
    ];
    engine = await openEngine(genesis);
    witness = await BatchWitness.create(CHAIN_ID, genesis);
  });
  after(() => engine.close());

  /** Runs it in both engines; the witness throws when any receipt differs. Returns each call's success and output. */
  async function agree(calls: readonly { readonly to: Hex; readonly data: Hex }[], gasLimit = 8_000_000n) {
    const transactions = [];
    for (const { to, data } of calls) transactions.push(await wallet.sign({ to, data, gasLimit }));
    const { block, included, refused } = await engine.mine(transactions, environmentOf(++height));
    assert.deepEqual(refused, []);
    await witness.execute({ ...block, transactions: included });
    return block.receipts.map(({ logs }) => logs[0]?.data ?? "none");
  }
  const precompile = (address: number, input: string) => ({
    to: CALLER,
    data: `0x${address.toString(16).padStart(64, "0")}${input}` as Hex,
  });

  it("agree on random input of many lengths to every address up to 0x12 and to 0x100", async () => {
    for (const address of [...Array.from({ length: 0x12 }, (_, i) => i + 1), 0x100]) {
      const lengths = [0, 1, 32, 64, 96, 128, 160, 192, 213, 256, 288, 384];
      await agree(lengths.map((length) => precompile(address, randomBytes(length).toString("hex"))));
      await agree(lengths.map((length) => precompile(address, "00".repeat(length))));
    }
  });

  it("agree on point evaluations, true and false", async () => {
    const [valid, wrongY, wrongHash, infinity, invalidPoint] = await agree([
      precompile(10, POINT_EVALUATION),
      precompile(10, POINT_EVALUATION.replace("24d25032", "24d25033")),
      precompile(10, POINT_EVALUATION.replace("01e7", "01e8")),
      // The zero polynomial is 0 everywhere.
      precompile(10, `${zeroCommitmentHash()}${"11".repeat(32)}${"00".repeat(32)}c0${"00".repeat(47)}c0${"00".repeat(47)}`),
      precompile(10, `${zeroCommitmentHash()}${"11".repeat(32)}${"00".repeat(32)}c0${"00".repeat(47)}${"ff".repeat(48)}`),
    ]);
    const success = (answer: string | undefined) => BigInt(answer?.slice(0, 66) ?? 0);
    assert.deepEqual([valid, wrongY, wrongHash, infinity, invalidPoint].map(success), [1n, 0n, 0n, 1n, 0n]);
  });

  it("agree on points of BLS12-381: in the group, outside it, off the curve, at infinity, and by other scalars", async () => {
    const word = (value: bigint) => value.toString(16).padStart(128, "0");
    const scalar = (value: bigint) => value.toString(16).padStart(64, "0");
    const { x, y } = bls12_381.G1.Point.BASE.double().toAffine();
    const { x: x2, y: y2 } = bls12_381.G2.Point.BASE.double().toAffine();
    const [p, order] = [bls12_381.fields.Fp.ORDER, bls12_381.fields.Fr.ORDER];
    const outside = pointOutsideOfGroup();
    const [zero1, zero2] = ["00".repeat(128), "00".repeat(256)];
    const points1 = [
      word(x) + word(y),
      word(x) + word(p - y),
      outside,
      word(x) + word(y + 1n),
      zero1,
      word(x + p) + word(y),
      `01${(word(x) + word(y)).slice(2)}`,
    ];
    const g2 = (...parts: bigint[]) => parts.map(word).join("");
    const points2 = [
      g2(x2.c0, x2.c1, y2.c0, y2.c1),
      g2(x2.c0, x2.c1, p - y2.c0, p - y2.c1),
      g2(x2.c1, x2.c0, y2.c0, y2.c1),
      zero2,
      g2(x2.c0, x2.c1 + p, y2.c0, y2.c1),
    ];
    const scalars = [0n, 1n, order - 1n, order, 2n ** 256n - 1n].map(scalar);
    await agree(points1.flatMap((a) => points1.map((b) => precompile(0x0b, a + b))));
    await agree(points2.flatMap((a) => points2.map((b) => precompile(0x0d, a + b))));
    await agree(points1.flatMap((a) => scalars.map((k) => precompile(0x0c, a + k + points1[0] + scalars[2]))));
    await agree(points2.flatMap((a) => scalars.map((k) => precompile(0x0e, a + k + points2[0] + scalars[2]))));
    await agree(points1.flatMap((a) => points2.map((b) => precompile(0x0f, a + b + points1[1] + points2[0]))));
    const mapped = [0n, 1n, p - 1n, p, 2n ** 384n].map(word);
    await agree(mapped.flatMap((a) => [precompile(0x10, a), ...mapped.map((b) => precompile(0x11, a + b))]));
  });

  it("agree on recursion that fails at a great depth, and on the environment", async () => {
    await agree([{ to: RECURSION, data: "0x" }], 2n ** 24n);
    const [environment] = await agree([{ to: ENVIRONMENT, data: "0x" }]);
    assert.equal(BigInt(`0x${environment?.slice(2, 66)}`), 1n);
    assert.equal(BigInt(`0x${environment?.slice(66, 130)}`), 0n);
  });
});

/** On the curve y² = x³ + 4, but not of the group's order, as all but one in 2^125 of its points are. */
function pointOutsideOfGroup(): string {
  const { Fp } = bls12_381.fields;
  for (let x = 1n; ; x++) {
    const square = Fp.add(Fp.mul(Fp.mul(x, x), x), 4n);
    if (Fp.pow(square, (Fp.ORDER - 1n) / 2n) !== 1n) continue;
    const coordinates = [x, Fp.sqrt(square)];
    return coordinates.map((value) => value.toString(16).padStart(128, "0")).join("");
  }
}

function zeroCommitmentHash(): string {
  const commitment = Buffer.from(`c0${"00".repeat(47)}`, "hex");
  return `01${createHash("sha256").update(commitment).digest("hex").slice(2)}`;
}

function callerCode(): Hex {
  return [
    // mem[0x20 …) = input after word 0
    "6020360360206020",
    // CALLDATACOPY(dest 0x20, offset 0x20, size): stack has size, offset, dest with dest on top
    "37",
    // STATICCALL(gas, address, 0x20, size, 0, 0)
    "5f5f602036036020",
    "5f355afa",
    // mem[0] = success; mem[0x20 …) = output; log it
    "5f52",
    "3d5f60203e",
    "3d6020015fa000",
  ].reduce<string>((code, part) => code + part, "0x") as Hex;
}
