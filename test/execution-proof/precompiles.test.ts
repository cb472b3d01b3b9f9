import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { codeDigestValue } from "../../src/proofs/rules/code-digests.ts";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { runDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { bytesOf, numberOf, rules } from "../machine/support/reference.ts";
import { hashOf } from "../machine/support/world.ts";
import { cellsOf, refusalsOf } from "./support/judge.ts";
import { BOUNDARY, codesOf, interpret, type InterpretedRun, provenProgram, treeOf } from "./support/programs.ts";
import { usedTables } from "./support/used-tables.ts";

const KEY = bytesOf(0x5e0de4n, 32);
const SENDER = numberOf(privateToAddress(KEY));
const CONTRACT = 0xc0de01n;
const PROGRAM = provenProgram("the kernel", kernelRows());

/** The run of a transaction whose contract calls the account with the call data, and stores the first word that it returns. */
function runOf(account: number, data: Uint8Array): InterpretedRun {
  return runOfCode(`365f5f3760205f365f61${account.toString(16).padStart(4, "0")}5afa505f515f5500`, data);
}

/** Runs a transaction whose contract hashes `length` zeros of its memory with SHA-256. */
function hashingRun(length: number): InterpretedRun {
  return runOfCode(`60205f61${length.toString(16).padStart(4, "0")}5f60025afa505f515f5500`, new Uint8Array(0));
}

function runOfCode(hex: string, data: Uint8Array): InterpretedRun {
  const code = Uint8Array.from(Buffer.from(hex, "hex"));
  const leaf = (leafKind: LeafKind, address: bigint, value: bigint) => ({ leafKind, address, slot: 0n, value });
  const state = [
    leaf(LeafKind.account, SENDER, (10n ** 24n) << 64n),
    leaf(LeafKind.account, CONTRACT, 1n),
    leaf(LeafKind.codeHash, CONTRACT, hashOf(code)),
    leaf(LeafKind.codeDigest, CONTRACT, codeDigestValue(code)),
  ];
  const fields = { ...{ type: 2, chainId: 1n, nonce: 0n, gasLimit: 200_000n, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n }, data };
  const transaction = createTx({ ...fields, to: createAddressFromBigInt(CONTRACT) }, { common: rules }).sign(KEY);
  const hints = [
    ...blockHints(BOUNDARY.timestamp),
    ...transactionHints(userTransaction(transaction, ENVIRONMENT.chainId)),
    ...endHints(),
  ];
  return interpret(
    PROGRAM,
    hints,
    BOUNDARY,
    codesOf(() => code),
    treeOf(state),
  );
}

const definition = runDefinition(PROGRAM, executionParameters());
const cellsOfRun = ({ trace }: InterpretedRun): number =>
  [...usedTables(PROGRAM, definition, trace).values()].reduce((sum, { rows, width }) => sum + rows * width, 0);

describe("SHA-256 and signatures of P-256", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const message = Uint8Array.of(1, 2, 3);
  const signed = Buffer.concat([
    createHash("sha256").update(message).digest(),
    sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
    ...[x, y].map((text) => Buffer.from(text, "base64url")),
  ]);

  it("are accepted by all tables: SHA-256 of two blocks, a signature of P-256", () => {
    for (const [account, data] of [
      [0x02, new Uint8Array(100).fill(0xa5)],
      [0x100, signed],
    ] as const)
      assert.deepEqual(refusalsOf(cellsOf(PROGRAM, runOf(account, data).trace)), []);
  });

  it("take 64 rounds of SHA-256 for a block, in fewer cells than plain code", () => {
    const [short, long] = [64, 64 * 17].map((length) => cellsOfRun(hashingRun(length)));
    const block = (long! - short!) / 16;
    assert.ok(block > 64 * 424 && block < 40_000, `a block: ${block}`);
  });
});
