import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { getBytes, Interface, solidityPackedKeccak256, toBeHex } from "ethers";
import { codeDigestValue } from "../../src/proofs/rules/code-digests.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { encodeStatement } from "../../src/proofs/execution-proof/run-statement.ts";
import { changesOf, runDefinition, runInput } from "../../src/proofs/execution-proof/run-system.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { comparedMeters } from "../machine/support/meters.ts";
import { bytesOf, numberOf, rules } from "../machine/support/reference.ts";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { hashOf, type WorldAccount } from "../machine/support/world.ts";
import { cellsOf, refusalsOf, type RunCells } from "./support/judge.ts";
import { BOUNDARY, codesOf, interpret, type InterpretedRun, provenProgram, treeOf } from "./support/programs.ts";
import { compileToken } from "./support/token.ts";
import { usedTables } from "./support/used-tables.ts";

const KEY = bytesOf(0x5e0de4n, 32);
const SENDER = numberOf(privateToAddress(KEY));
const [TOKEN, PAYER, RECEIVER] = [0xc0de01n, 0xc0de02n, 0xbeef01n];
const ABI = new Interface([
  "function transfer(address to, uint256 amount)",
  "function pay(address token, address[] receivers, uint256 amount)",
]);
const address = (account: bigint): string => toBeHex(account, 20);
/** Slot of an account's balance in OpenZeppelin's token: in its first slot's mapping. */
const balanceSlot = (account: bigint): bigint => BigInt(solidityPackedKeccak256(["uint256", "uint256"], [account, 0]));

const PROGRAM = provenProgram("the kernel", kernelRows());

describe("an ERC-20 token as solc makes it, run by the whole kernel", () => {
  let codes: ReturnType<typeof compileToken>;
  let accounts: Map<bigint, WorldAccount>;
  before(() => {
    codes = compileToken();
    const account = (nonce: bigint, balance: bigint, code = new Uint8Array(0), slots: [bigint, bigint][] = []): WorldAccount => ({
      ...{ nonce, balance, code, storage: new Map(slots) },
    });
    const balances: [bigint, bigint][] = [
      [balanceSlot(SENDER), 1000n],
      [balanceSlot(PAYER), 50n],
    ];
    accounts = new Map([
      [SENDER, account(0n, 10n ** 24n)],
      [TOKEN, account(1n, 0n, codes.Token, balances)],
      [PAYER, account(1n, 0n, codes.Payer)],
    ]);
  });

  const transaction = (to: bigint, data: string, nonce = 0) =>
    createTx(
      {
        ...{ type: 2, chainId: 1n, nonce: BigInt(nonce), gasLimit: 200_000n, to: createAddressFromBigInt(to) },
        ...{ maxFeePerGas: 3n, maxPriorityFeePerGas: 1n, data: getBytes(data) },
      },
      { common: rules },
    ).sign(KEY);

  /** The run of the kernel that transactions are, from the state with the contracts. */
  function runOf(...transactions: readonly ReturnType<typeof transaction>[]): InterpretedRun {
    const state = [...accounts].flatMap(([own, { nonce, balance, code, storage }]) => {
      const leaf = (leafKind: LeafKind, value: bigint, slot = 0n) => ({ leafKind, address: own, slot, value });
      const ofCode = [leaf(LeafKind.codeHash, hashOf(code)), leaf(LeafKind.codeDigest, codeDigestValue(code))];
      const slots = [...storage].map(([slot, value]) => leaf(LeafKind.storage, value, slot));
      return [leaf(LeafKind.account, (balance << 64n) + nonce), ...(code.length === 0 ? [] : ofCode), ...slots];
    });
    const hints = [
      ...blockHints(BOUNDARY.timestamp),
      ...transactions.flatMap((tx) => transactionHints(userTransaction(tx, ENVIRONMENT.chainId))),
      ...endHints(),
    ];
    const codeOf = (digest: bigint): Uint8Array => (digest === codeDigestValue(codes.Token) ? codes.Token : codes.Payer);
    return interpret(PROGRAM, hints, BOUNDARY, codesOf(codeOf), treeOf(state));
  }

  /** The run's rows, accepted by all tables and equal to what the witness does. */
  async function accepted(to: bigint, data: string, succeeds: boolean): Promise<RunCells> {
    const tx = transaction(to, data);
    const run = cellsOf(PROGRAM, runOf(tx).trace);
    assert.deepEqual(refusalsOf(run), []);
    const compared = await comparedMeters(accounts, tx);
    assert.deepEqual([compared.kind, compared.kind === "ran" && compared.receipt.success], ["ran", succeeds]);
    return run;
  }

  it("transfers, and is refused with another memory, time, hash or price of what it hashes", async () => {
    const run = await accepted(TOKEN, ABI.encodeFunctionData("transfer", [address(RECEIVER), 7]), true);
    const kinds = (name: "stores" | "loads" | "hashes" | "loadsInput") => run.userBytes.filter((row) => row[name] === 1).length;
    for (const name of ["stores", "loads", "hashes", "loadsInput"] as const) assert.ok(kinds(name) > 0, name);
    const [hash] = run.userBytes.flatMap(({ hashes }, i) => (hashes === 1 ? [i] : []));
    const changed = (change: object): RunCells => ({
      ...run,
      userBytes: run.userBytes.map((row, i) => (i === hash ? { ...row, ...change } : row)),
    });
    for (const change of [{ frame: 1 }, { time: run.userBytes[hash!]!.time - 1 }, { c: run.userBytes[hash!]!.a }, { extra: 0 }]) {
      assert.notDeepEqual(refusalsOf(changed(change)), []);
    }
  });

  it("reverts with the reason, which a contract that called it passes on", async () => {
    const data = ABI.encodeFunctionData("pay", [address(TOKEN), [RECEIVER, RECEIVER + 1n].map(address), 30]);
    const run = await accepted(PAYER, data, false);
    assert.ok(run.userBytes.some(({ copiesReturned }) => copiesReturned === 1));
  });

  it("pays several receivers for a contract", async () => {
    await accepted(PAYER, ABI.encodeFunctionData("pay", [address(TOKEN), [RECEIVER, RECEIVER + 1n].map(address), 25]), true);
  });

  it("is proven and verified whole, from one state root to the next and to no other", async () => {
    const backend = await createWasmBackend({ workers: 2 });
    try {
      // NOT SECURE: small parameters.
      const definition = runDefinition(PROGRAM, smallParameters({ maxLogRows: 16, queryCount: 4 }));
      const system = compileSystem(definition, await commitPreprocessed(definition, backend));
      const { trace, roots } = runOf(transaction(TOKEN, ABI.encodeFunctionData("transfer", [address(RECEIVER), 7])));
      assert.notEqual(roots.before, roots.after);
      const input = runInput({ program: PROGRAM, definition }, trace);
      const statement = encodeStatement(PROGRAM, changesOf(PROGRAM, trace), roots);
      const proof = await prove(system, input, backend);
      assert.deepEqual(verify(system, statement, proof), { ok: true });
      const other = encodeStatement(PROGRAM, changesOf(PROGRAM, trace), { ...roots, after: roots.before });
      assert.equal(verify(system, other, proof).ok, false);
    } finally {
      await backend.close();
    }
  });

  it("takes 0.86 million cells for another transfer, of which a quarter are for its signature", () => {
    const definition = runDefinition(PROGRAM, executionParameters());
    const transfers = Array.from({ length: 3 }, (_, i) => {
      const receiver = address(RECEIVER + (BigInt(i) << 100n));
      return transaction(TOKEN, ABI.encodeFunctionData("transfer", [receiver, 7]), i);
    });
    const [two, three] = [2, 3].map((count) => usedTables(PROGRAM, definition, runOf(...transfers.slice(0, count)).trace));
    const more = (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + (three!.get(name)!.rows - two!.get(name)!.rows) * two!.get(name)!.width, 0);
    const total = more([...three!.keys()]);
    assert.ok(Math.abs(total - 856_451) < 1000, `${total}`);
    const ofSignature = more(["recover", "curveMultiple", "curveChoice", "curveStep", "curveSum", "curveProduct"]);
    assert.ok(ofSignature < 202_000, `${ofSignature}`);
    assert.ok(more(["userBytes", "memoryCost", "byteMemory", "copy", "sponge", "hashInput"]) < 26_000);
  });
});
