import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { Hex } from "../../../src/protocol/hex.ts";
import type { EdrEngine } from "../../../src/chain/execution/edr-engine.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { CHAIN_ID, environmentOf, openEngine } from "../support/engine.ts";
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

/** geth's vector of the point evaluation precompile: versioned hash, z, y, commitment, proof. */
const POINT_EVALUATION =
  "01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306" +
  "24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca2" +
  "5f26936857bc3a7c2539ea8ec3a952b7873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a";

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

  it("agree on recursion that fails at a great depth, and on the environment", async () => {
    await agree([{ to: RECURSION, data: "0x" }], 2n ** 24n);
    const [environment] = await agree([{ to: ENVIRONMENT, data: "0x" }]);
    assert.equal(BigInt(`0x${environment?.slice(2, 66)}`), 1n);
    assert.equal(BigInt(`0x${environment?.slice(66, 130)}`), 0n);
  });
});

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
