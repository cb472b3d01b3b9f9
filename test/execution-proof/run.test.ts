import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { hashAuthorization, hexlify, toBeHex, Transaction, Wallet } from "ethers";
import { compileSource } from "../../scripts/kernel-generator/kernel-file.ts";
import { PROCESSOR_FIELDS } from "../../src/proofs/circuits/processor/processor-air.ts";
import { limbsOf } from "../../src/proofs/circuits/shapes/word.ts";
import { decode } from "../../src/proofs/execution-proof/decode.ts";
import { encodeStatement, type RootChange } from "../../src/proofs/execution-proof/run-statement.ts";
import { RUN_TABLES, type RunTable } from "../../src/proofs/execution-proof/run-tables.ts";
import { changesOf, runDefinition, runInput, type RunSystem } from "../../src/proofs/execution-proof/run-system.ts";
import { ZERO_WORD } from "../../src/proofs/execution-proof/recorded-run.ts";
import type { ProvableTrace } from "../../src/proofs/execution-proof/run-state.ts";
import { RunTracer } from "../../src/proofs/execution-proof/run-trace.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { translate } from "../../src/proofs/machine/rom/translate.ts";
import { compress as referenceCompress } from "../../src/proofs/kernels/poseidon.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { codeDigestWord } from "../../src/ground/protocol/code-digest.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { checkProverInput, type ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { TableRows } from "../../src/proofs/stark/rows/table-rows.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { lengthFirstDigest } from "../machine/support/length-first-digest.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { presentTables } from "../circuits/arithmetic/support/table-claims.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import {
  ADD,
  applyWrites,
  BOUNDARY,
  codesOf,
  dup,
  GAS,
  interpret,
  LOAD,
  LOAD_USER,
  MLOAD,
  programOf,
  provenProgram,
  push,
  set,
  STOP,
  SUB,
  swap,
  treeOf,
} from "./support/programs.ts";
import { USER_FRAME, userCode } from "./support/user-run.ts";
import type { Instruction } from "../../src/proofs/circuits/shapes/instruction.ts";
import { checkTraces } from "../stark/check-traces.ts";

/** NOT SECURE: small parameters. `npm run bench -- tables` proves the same with secure ones. */
const PARAMETERS = smallParameters({ maxLogRows: 16, queryCount: 4 });
/** Words of a statement about the environment, which no run changes. */
const KEPT = [
  ...[ENVIRONMENT.chainId, ENVIRONMENT.baseFee, ENVIRONMENT.blockGasLimit],
  ...[BOUNDARY.nextBatch, BOUNDARY.open, BOUNDARY.blockHashes, BOUNDARY.cheatCount],
].map((word) => ({ before: word, after: word }));
const FIXED = ["bytePairs", "range16", "rom", "opcodes", "boundary", "processor", "memory", "roots", "compression"];
/**
 * Buses of further requests during the opening of blocks: hints, sums and comparisons, OR, and a shift, which is a
 * division; the leaf with the first block of known hashes. Some words are left.
 */
const ASKED = ["wordRange", "add", "logic", "mul", "shift", "stackRest", "keys", "leaves", "tree"];

interface CompiledRun extends RunSystem {
  readonly system: System;
}

describe("proofs of runs", () => {
  let backend: Backend;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
  });
  after(() => backend.close());

  async function compile(program: RunSystem["program"], tables = RUN_TABLES): Promise<CompiledRun> {
    const definition = runDefinition(program, PARAMETERS, tables);
    return { program, definition, tables, system: compileSystem(definition, await commitPreprocessed(definition, backend)) };
  }

  async function judge({ system }: CompiledRun, input: ProverInput): Promise<string> {
    const result = verify(system, input.statement, await prove(system, input, backend));
    return result.ok ? "accepted" : result.rejection.code;
  }

  describe("of the kernel", () => {
    const program = provenProgram("the kernel", kernelRows());
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    // A run's witness with two blocks, and none.
    const hints = [...blockHints(timestamp), ...blockHints(timestamp + 2n), ...endHints()];
    let run: CompiledRun;
    let trace: ProvableTrace;
    let roots: RootChange;
    before(async () => {
      run = await compile(program);
      ({ trace, roots } = interpret(program, hints));
    });

    it("show that two blocks were opened, and no other number or time of them", async () => {
      const input = runInput(run, trace);
      assert.deepEqual(checkTraces(run.system, input), []);
      const proof = await prove(run.system, input, backend);
      const statement = encodeStatement(
        run.program,
        [
          { before: blockNumber, after: blockNumber + 2n },
          { before: timestamp, after: timestamp + 2n },
          { before: coinbase, after: coinbase },
          ...KEPT,
        ],
        roots,
      );
      assert.deepEqual(verify(run.system, statement, proof), { ok: true });
      assert.deepEqual(presentTables(run.system, proof), [...FIXED, ...ASKED].sort());
      // The roots, and the lowest limbs of words before and after: each end has a root and ten words of 16 limbs.
      for (const element of [0, 8, 24, 40, 56, 152, 168, 176, 192, 320]) {
        const other = statement.slice();
        other[4 * element + 3] = other[4 * element + 3]! ^ 1;
        assert.equal(verify(run.system, other, proof).ok, false, `element ${element}`);
      }
    });

    it("are refused for a run with a changed flag, and for a statement of another run", async () => {
      const wrong = runInput(run, trace, [
        { before: blockNumber, after: blockNumber + 3n },
        { before: timestamp, after: timestamp + 2n },
        { before: coinbase, after: coinbase },
        ...KEPT,
      ]);
      assert.equal(await judge(run, wrong), "LookupSumMismatch");
      // A jump is not taken whose condition says so, because the condition is said to be 0.
      const changed = Array.from(trace.processor, (row) =>
        row.jumpsIf + row.jumpsUnless > 0 ? { ...row, zero: 1 - row.zero } : row,
      );
      const processor = new TableRows("processor", PROCESSOR_FIELDS, changed);
      assert.equal(await judge(run, runInput(run, { ...trace, processor })), "ConstraintMismatch");
    });

    it("have the same columns in every table, in whichever order the tables are", async () => {
      const columnsByName = (of: CompiledRun): [string, ProverInput["traces"][number]][] =>
        runInput(of, trace).traces.map((columns, i): [string, ProverInput["traces"][number]] => [
          of.system.tables[i]!.air.name,
          columns,
        ]);
      const turned = await compile(program, RUN_TABLES.toReversed());
      assert.deepEqual(checkTraces(turned.system, runInput(turned, trace)), []);
      assert.deepEqual(new Map(columnsByName(turned)), new Map(columnsByName(run)));
    });

    it("are not those of two tables that have exchanged their columns", () => {
      const at = (name: string): number => run.system.tables.findIndex(({ air }) => air.name === name);
      const exchanged = (one: string, other: string): RunTable[] => {
        const [a, b] = [RUN_TABLES[at(one)]!, RUN_TABLES[at(other)]!];
        return RUN_TABLES.map((table) => {
          if (table === a) return { ...a, columns: b.columns };
          return table === b ? { ...b, columns: a.columns } : table;
        });
      };
      const planted = (one: string, other: string) => runInput({ ...run, tables: exchanged(one, other) }, trace);
      // Before a constraint is looked at.
      assert.throws(() => checkProverInput(run.system, planted("memory", "keys")), { code: "BadTrace" });
      assert.throws(() => planted("curveSum", "stackRest"), /curveSum lacks main column/);
    });

    it("cannot be made of a step that the kernel refuses: a time that falls", () => {
      const falling = [...blockHints(timestamp), ...blockHints(timestamp - 1n), ...endHints()];
      assert.throws(() => interpret(program, falling), { name: "UnprovableRowError", message: /opcode 0xbd/ });
    });
  });

  it("cannot be made of an access at 2^29 or above: the memory's table has no such place", () => {
    const [row] = programOf([LOAD, STOP]).rows;
    const instruction = decode(row!)!;
    const at = (address: bigint) => placesOf(instruction, address)[0];
    assert.equal(at(2n ** 29n - 1n), 536_870_911);
    for (const address of [2n ** 29n, 2n ** 30n, 2n ** 32n, 2n ** 255n]) {
      assert.throws(() => at(address), { name: "UnprovableAddressError", address });
    }
  });

  it("cannot be made of a word that reaches 2^29", () => {
    const [row] = programOf([MLOAD, STOP]).rows;
    const placesAt = (address: bigint) => placesOf(decode(row!)!, address);
    const last = 2n ** 29n - 32n;
    assert.deepEqual(placesAt(last), [Number(last)]);
    assert.deepEqual(placesAt(last - 1n), [Number(last) - 32, Number(last)]);
    assert.throws(() => placesAt(last + 1n), { name: "UnprovableAddressError", address: last + 1n });
  });

  /** Which places a run of one row accesses that finds an address on the stack. */
  function placesOf(instruction: Instruction, address: bigint): number[] {
    const tracer = new RunTracer([]);
    const top = limbsOf(address);
    tracer.step({ instruction, top, takenB: ZERO_WORD, takenC: ZERO_WORD }, top, 0);
    return tracer.trace([]).places.map(({ index }) => index);
  }

  /** The program of some of the kernel's functions and a few lines that use them. */
  function routine(name: string, files: readonly string[], functions: RegExp, lines: readonly string[]): RunSystem["program"] {
    const folder = join(import.meta.dirname, "..", "..", "src", "proofs", "machine", "kernel");
    const source = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
    const used = source.match(functions) ?? [];
    const code = compileSource(`object "Kernel" { code {\n${[...lines, "stop()", ...used].join("\n")}\n} }\n`);
    return provenProgram(name, translate(Buffer.from(code, "hex"), { fused: true }));
  }

  /** Routine of the functions that load codes and compute digests. */
  function codeRoutine(name: string, lines: readonly string[]): RunSystem["program"] {
    const functions = "loadCode|codeDigest|lengthFirstDigest|lengthAsTold|digestAsTold|newFrame|pointer";
    const pattern = new RegExp(`^function (${functions})\\((?:.*}$|[^]*?^}$)`, "gm");
    return routine(name, ["codes.yul", "code-digests.yul", "frames.yul", "state.yul"], pattern, lines);
  }

  it("show what the kernel makes an authorization's signer sign: the hash of bytes in its memory (EIP-7702)", async () => {
    const program = routine(
      "a hash",
      ["rlp.yul", "authorizations.yul"],
      /^function (rlpInteger|rlpAddress|authorizationHash)\([^]*?^}$/gm,
      ["set.coinbase(authorizationHash(get.timestamp(), get.coinbase(), get.blockNumber()))"],
    );
    const run = await compile(program);
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    const { trace, roots } = interpret(program);
    const input = runInput(run, trace);
    const hash = hashAuthorization({ chainId: timestamp, address: toBeHex(coinbase, 20), nonce: blockNumber });
    const statement = encodeStatement(
      run.program,
      [
        { before: blockNumber, after: blockNumber },
        { before: timestamp, after: timestamp },
        { before: coinbase, after: BigInt(hash) },
        ...KEPT,
      ],
      roots,
    );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    const present = presentTables(run.system, proof);
    for (const table of ["byteMemory", "sponge", "hashInput", "keccak"]) assert.ok(present.includes(table), table);
    const other = statement.slice();
    other[191] = other[191]! ^ 1;
    assert.equal(verify(run.system, other, proof).ok, false);
  });

  it("show which hash a transaction's sender signs, of all its fields, its data and its access list", async () => {
    const lines = ["set.nextFrame(1)", "readFields()", "set.coinbase(payloadHash())"];
    const files = ["user-transaction", "typed-data", "access-list", "authorizations", "payload", "rlp", "frames", "state"];
    const read = "readFields|readInputData|readAccessList|readAuthorizations|hasLists|readTypedFields|newFrame|pointer";
    const written = "payloadHash|authorizationLength|rlp\\w+|headLength|integerLength|entryLength";
    const functions = new RegExp(`^function (${read}|${written})\\([^]*?^}$`, "gm");
    const program = routine(
      "a payload",
      files.map((file) => `${file}.yul`),
      functions,
      lines,
    );
    const [account, slots] = [0xdead99n, [5n, 1n << 255n]];
    const data = Uint8Array.from({ length: 75 }, (_, i) => (i % 3) * i);
    const amounts = { nonce: 3n, priorityFeeCap: 2n, feeCap: 3n << 40n, gasLimit: 90_000n, value: 10n ** 18n };
    const unsigned = { parity: 0n, r: 0n, s: 0n, authorizations: [], isReplayProtected: true };
    const fields = { ...amounts, ...unsigned, chainId: ENVIRONMENT.chainId, to: account, data, accessList: [{ account, slots }] };
    // Without the kind of step and the signature.
    const hints = transactionHints({ type: 2, ...fields }).slice(1, -3);
    const run = await compile(program);
    const { trace, roots } = interpret(program, hints);
    const input = runInput(run, trace);
    const { unsignedHash } = Transaction.from({
      ...{ type: 2, chainId: ENVIRONMENT.chainId, nonce: 3, to: toBeHex(account, 20), data: hexlify(data), value: amounts.value },
      ...{ maxPriorityFeePerGas: amounts.priorityFeeCap, maxFeePerGas: amounts.feeCap, gasLimit: amounts.gasLimit },
      accessList: [{ address: toBeHex(account, 20), storageKeys: slots.map((slot) => toBeHex(slot, 32)) }],
    });
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    const statement = encodeStatement(
      run.program,
      [
        ...[blockNumber, timestamp].map((word) => ({ before: word, after: word })),
        { before: coinbase, after: BigInt(unsignedHash) },
        ...KEPT,
      ],
      roots,
    );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    assert.ok(presentTables(run.system, proof).includes("copy"));
  });

  it("show the SHA-256 of bytes in the kernel's memory, block by block, and no other", async () => {
    const program = routine("sha256", ["sha256.yul"], /^function (sha256|paddedWord)\([^]*?^}$/gm, [
      ...["mstore(0, get.blockNumber())", "mstore(32, get.timestamp())", "mstore(64, get.coinbase())"],
      // All as machine words, and across them.
      "set.timestamp(sha256(0, 96))",
      "set.blockNumber(sha256(31, 60))",
    ]);
    const run = await compile(program);
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    const { trace, roots } = interpret(program);
    const input = runInput(run, trace);
    const bytes = Buffer.concat([blockNumber, timestamp, coinbase].map((word) => Buffer.from(toBeHex(word, 32).slice(2), "hex")));
    const hashOf = (part: Uint8Array): bigint => BigInt(`0x${createHash("sha256").update(part).digest("hex")}`);
    const statement = encodeStatement(
      run.program,
      [
        { before: blockNumber, after: hashOf(bytes.subarray(31, 91)) },
        { before: timestamp, after: hashOf(bytes) },
        { before: coinbase, after: coinbase },
        ...KEPT,
      ],
      roots,
    );
    assert.deepEqual(checkTraces(run.system, input), []);
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    for (const table of ["sha256", "wordRange"]) assert.ok(presentTables(run.system, proof).includes(table), table);
    const other = statement.slice();
    other[63] = other[63]! ^ 1;
    assert.equal(verify(run.system, other, proof).ok, false);
    // Of another block the table answers nothing that was asked.
    const [first, ...others] = trace.sha256;
    const changed = { ...trace, sha256: [{ ...first!, first: first!.first.with(3, first!.first[3]! ^ 1) }, ...others] };
    assert.equal(await judge(run, runInput(run, changed)), "LookupSumMismatch");
    // Blocks of two messages exchanged, and a block left out.
    const [second, third, fourth] = others;
    const exchanged = {
      ...trace,
      sha256: [first!, { ...second!, state: fourth!.state }, third!, { ...fourth!, state: second!.state }],
    };
    assert.equal(await judge(run, runInput(run, exchanged)), "LookupSumMismatch");
    assert.equal(await judge(run, runInput(run, { ...trace, sha256: others })), "LookupSumMismatch");
  });

  it("show what a transfer makes of two accounts' balances, by the ids of their leaves", async () => {
    const run = await compile(
      routine("a transfer", ["state.yul"], /^function (headerOf|balanceOf|transfer|credited|setCurrent|journal)\([^]*?^}$/gm, [
        "let payer := headerOf(get.coinbase())",
        "if transfer(payer, headerOf(5), get.blockNumber()) {",
        "set.blockNumber(balanceOf(headerOf(get.coinbase())))",
        "set.timestamp(load.current(headerOf(machine.accountOfKey(headerOf(5)))))",
        "set.coinbase(machine.accountOfKey(payer)) }",
      ]),
    );
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    const header = (address: bigint, value: bigint) => ({ leafKind: LeafKind.account, address, slot: 0n, value });
    const nonce = 3n;
    // The payee has no header yet; other accounts' lie around it.
    const others = [9n, 10n, 11n, 12n].map((address) => header(address, address << 64n));
    const tree = treeOf([header(coinbase, nonce + (20n << 64n)), ...others]);
    const oldRoot = tree.root;
    const { trace } = interpret(run.program, [], BOUNDARY, undefined, tree);
    const input = runInput(run, trace);
    applyWrites(tree, [header(coinbase, nonce + ((20n - blockNumber) << 64n)), header(5n, blockNumber << 64n)]);
    const statement = encodeStatement(
      run.program,
      [
        { before: blockNumber, after: 20n - blockNumber },
        { before: timestamp, after: blockNumber << 64n },
        { before: coinbase, after: coinbase },
        ...KEPT,
      ],
      { before: oldRoot, after: tree.root },
    );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    const present = presentTables(run.system, proof);
    for (const table of ["keys", "leaves", "tree"]) assert.ok(present.includes(table), table);
    // A word, and each root.
    for (const at of [63, 387, 419]) {
      const other = statement.slice();
      other[at] = other[at]! ^ 1;
      assert.equal(verify(run.system, other, proof).ok, false, `byte ${at}`);
    }
  });

  it("show what the kernel does for user code: its stack, the memory that it pays for, codes made and copied", async () => {
    const functions = ["popUser", "pushUser", "stackPlace", "expand", "memoryCost", "charge", "newFrame", "pointer"];
    const ofCodes = ["makeCode", "copyCode", "codeLength", "runCode"];
    const program = routine(
      "user code's surroundings",
      ["user.yul", "codes.yul", "frames.yul", "state.yul"],
      new RegExp(`^function (${[...functions, ...ofCodes].join("|")})\\((?:.*}$|[^]*?^}$)`, "gm"),
      [
        "{ set.nextFrame(2)",
        "machine.enterFrame(newFrame())",
        "machine.setGas(1000)",
        // The account's 20 bytes are the code, of which 15 and 25 zeros behind them are copied to 40.
        "mstore(pointer(get.frame(), 0), get.coinbase())",
        "let code := makeCode(pointer(get.frame(), 12), 20)",
        "runCode(code)",
        "copyCode(code, 40, 5, 40)",
        "pushUser(mload(pointer(get.frame(), 40)))",
        "pushUser(expand(0, 100))",
        "pushUser(add(expand(0, 128), expand(33554432, 1)))",
        "pushUser(expand(320000, 1))",
        "set.blockNumber(popUser())",
        "set.blockNumber(add(shl(8, get.blockNumber()), shl(4, popUser())))",
        "set.blockNumber(add(get.blockNumber(), popUser()))",
        "set.coinbase(popUser())",
        "set.timestamp(add(shl(128, frame.position()), gas())) }",
      ],
    );
    const run = await compile(program);
    const { trace, roots } = interpret(program);
    const input = runInput(run, trace);
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    // 100 bytes are four words of three gas each; 128 are paid; there is no memory at 2^25, and 10,001 words cost too much.
    const paid = 0x011n;
    const position = (3n << 48n) + (20n << 64n);
    const statement = encodeStatement(
      run.program,
      [
        { before: blockNumber, after: paid },
        { before: timestamp, after: (position << 128n) + 988n },
        { before: coinbase, after: (coinbase % 2n ** 120n) << 136n },
        ...KEPT,
      ],
      roots,
    );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    for (const at of [63, 127, 160, 191]) {
      const other = statement.slice();
      other[at] = other[at]! ^ 1;
      assert.equal(verify(run.system, other, proof).ok, false, `byte ${at}`);
    }
  });

  it("show which account signed a transaction: the kernel recovers it from the signature", async () => {
    const files = ["user-transaction", "typed-data", "access-list", "authorizations", "payload", "rlp", "frames", "state"];
    const read = "readFields|readInputData|readAccessList|readAuthorizations|hasLists|readTypedFields|newFrame|pointer";
    const written =
      "readSender|recoverAccount|typedDataHash|payloadHash|authorizationLength|rlp\\w+|headLength|integerLength|entryLength";
    const program = routine(
      "a sender",
      files.map((file) => `${file}.yul`),
      new RegExp(`^function (${read}|${written})\\([^]*?^}$`, "gm"),
      [
        ...["set.nextFrame(1)", "readFields()", "set.coinbase(readSender())"],
        // As on a chain that publishes no inputs.
        "function noteTransaction(hash, parity, r, s) { }",
      ],
    );
    const wallet = new Wallet(toBeHex(0xc0ffee, 32));
    const amounts = { nonce: 3n, priorityFeeCap: 2n, feeCap: 3n << 40n, gasLimit: 90_000n, value: 10n ** 18n };
    const signed = Transaction.from({
      ...{ type: 2, chainId: ENVIRONMENT.chainId, nonce: 3, to: toBeHex(0xdead99n, 20), value: amounts.value },
      ...{ maxPriorityFeePerGas: amounts.priorityFeeCap, maxFeePerGas: amounts.feeCap, gasLimit: amounts.gasLimit },
    });
    const { yParity, r, s } = wallet.signingKey.sign(signed.unsignedHash);
    const signature = { parity: BigInt(yParity), r: BigInt(r), s: BigInt(s), authorizations: [], isReplayProtected: true };
    const fields = {
      ...amounts,
      ...signature,
      chainId: ENVIRONMENT.chainId,
      to: 0xdead99n,
      data: new Uint8Array(0),
      accessList: [],
    };
    const run = await compile(program);
    const { trace, roots } = interpret(program, transactionHints({ type: 2, ...fields }).slice(1));
    const input = runInput(run, trace);
    assert.deepEqual(checkTraces(run.system, input), []);
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    const statementOf = (account: bigint) =>
      encodeStatement(
        run.program,
        [
          ...[blockNumber, timestamp].map((word) => ({ before: word, after: word })),
          { before: coinbase, after: account },
          ...KEPT,
        ],
        roots,
      );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statementOf(BigInt(wallet.address)), proof), { ok: true });
    for (const table of ["recover", "curveMultiple", "curveChoice", "curveStep", "curveSum", "curveProduct"]) {
      assert.ok(presentTables(run.system, proof).includes(table), table);
    }
    assert.equal(verify(run.system, statementOf(BigInt(wallet.address) ^ 1n), proof).ok, false);
    // The same signature with the other parity is of another account.
    const [recovery] = trace.recoveries;
    const parity = [1 - yParity, ...recovery!.parity.slice(1)];
    const other = runInput(run, { ...trace, recoveries: [{ ...recovery!, parity }] });
    const violations = checkTraces(run.system, other, { limit: 2 });
    assert.deepEqual(violations.map((each) => (each.kind === "bus" ? each.bus : each.constraint)).sort(), [
      "memory",
      "y has the parity",
    ]);
  });

  it("show that a code that the kernel loads, and one that it deploys, has the digest that the state holds", async () => {
    const program = codeRoutine("codes and their digests", [
      "{ set.nextFrame(2)",
      "let code := loadCode(get.coinbase())",
      "let p := pointer(and(code, 0xffff), 0)",
      "set.blockNumber(code)",
      "set.timestamp(mload(add(p, 32)))",
      "set.coinbase(codeDigest(add(p, 1), 23)) }",
    ]);
    const run = await compile(program);
    const code = Uint8Array.from({ length: 50 }, (_, i) => 7 * i + 3);
    const digest = codeDigestWord(code, referenceCompress);
    const boundary = { ...BOUNDARY, blockNumber: 1n, timestamp: 2n, coinbase: digest };
    const { trace, roots } = interpret(
      program,
      [],
      boundary,
      codesOf(() => code),
    );
    const input = runInput(run, trace);
    const statement = encodeStatement(
      run.program,
      [
        { before: 1n, after: 2n + (50n << 16n) },
        { before: 2n, after: BigInt(hexlify(code.subarray(32))) << (8n * 14n) },
        { before: digest, after: codeDigestWord(code.subarray(1, 24), referenceCompress) },
        ...KEPT,
      ],
      roots,
    );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    assert.ok(presentTables(run.system, proof).includes("digestWords"));
    for (const at of [63, 127, 159, 191]) {
      const other = statement.slice();
      other[at] = other[at]! ^ 1;
      assert.equal(verify(run.system, other, proof).ok, false, `byte ${at}`);
    }
    // No run of another code, however it ends, reaches its stop.
    for (const false_ of [code.subarray(0, 49), Uint8Array.from([...code, 0]), code.with(20, 0)]) {
      const run = () =>
        interpret(
          program,
          [],
          boundary,
          codesOf(() => false_),
        );
      assert.throws(run, { name: "UnprovableRowError", message: /opcode 0xbd/ });
    }
  });

  for (const [form, digestOf] of [
    ["last", (code: Uint8Array) => codeDigestWord(code, referenceCompress)],
    ["first", lengthFirstDigest],
  ] as const)
    it(`make the digest of codes of any length, of codes whose digests have the length ${form}, whatever lies behind them`, () => {
      const lines = [
        "{ set.nextFrame(2)",
        "let p := pointer(and(loadCode(get.coinbase()), 0xffff), 0)",
        "set.coinbase(codeDigest(add(p, 1), get.timestamp())) }",
      ];
      const program = codeRoutine("codes of any length", lines);
      // Up to where loops over several words or blocks have had a turn and a rest of each length.
      for (let length = 3; length < 320; length++) {
        const code = Uint8Array.from({ length }, (_, i) => 255 - ((31 * i) % 97));
        const part = code.subarray(1, length - 1);
        const boundary = { ...BOUNDARY, timestamp: BigInt(part.length), coinbase: digestOf(code) };
        const isLengthFirst = () => form === "first";
        const { trace } = interpret(program, [], boundary, { codeOf: () => code, isLengthFirst });
        const after = changesOf(program, trace)[2]?.after;
        assert.equal(after, codeDigestWord(part, referenceCompress), `${length} bytes`);
      }
    });

  it("show the result of user code: a loop of it, its stack and its gas", async () => {
    // The product of all numbers down to 1 from the word on the stack; then the block's gas limit and a power of it.
    const [MUL, EXP, GASLIMIT, JUMPI, JUMPDEST] = [0x02, 0x0a, 0x45, 0x57, 0x5b];
    const limit = [push(300), GASLIMIT, EXP];
    const factorial = [push(1), JUMPDEST, dup(2), MUL, swap(1), push(1), swap(1), SUB, swap(1), dup(2), push(2), JUMPI];
    const after = [
      ...push(1024 * USER_FRAME + 1),
      LOAD_USER,
      ...push(1024 * USER_FRAME + 2),
      LOAD_USER,
      ADD,
      ...set("coinbase"),
      GAS,
      ...set("timestamp"),
    ];
    const run = await compile(programOf(userCode([...factorial, ...limit, STOP], { stack: [20n], after })));
    const { trace, roots } = interpret(run.program);
    const input = runInput(run, trace);
    const { blockNumber, timestamp, coinbase } = BOUNDARY;
    const statement = encodeStatement(
      run.program,
      [
        { before: blockNumber, after: blockNumber },
        { before: timestamp, after: 1000n - 3n - 20n * (1n + 3n + 5n + 3n + 3n + 3n + 3n + 3n + 3n + 3n + 10n) - 115n },
        { before: coinbase, after: BigInt.asUintN(256, 2_432_902_008_176_640_000n + ENVIRONMENT.blockGasLimit ** 300n) },
        ...KEPT,
      ],
      roots,
    );
    const proof = await prove(run.system, input, backend);
    assert.deepEqual(verify(run.system, statement, proof), { ok: true });
    for (const table of ["user", "visits", "code", "codeWords", "exp"])
      assert.ok(presentTables(run.system, proof).includes(table), table);
    for (const at of [127, 191]) {
      const other = statement.slice();
      other[at] = other[at]! ^ 1;
      assert.equal(verify(run.system, other, proof).ok, false, `byte ${at}`);
    }
  });

  it("show what a routine of the kernel computes: a power modulo a number", async () => {
    const run = await compile(
      routine("a power", ["modular-power.yul"], /^function power\([^]*?^}$/m, [
        "set.coinbase(power(get.blockNumber(), get.timestamp(), get.coinbase()))",
      ]),
    );
    const [base, exponent, modulus] = [3n ** 150n, 0x1_0000_00ffn, (1n << 255n) - 19n];
    const { trace, roots } = interpret(run.program, [], {
      ...BOUNDARY,
      blockNumber: base,
      timestamp: exponent,
      coinbase: modulus,
    });
    const input = runInput(run, trace);
    let expected = 1n;
    for (let bit = 32n; bit >= 0n; bit--) {
      expected = (expected * expected) % modulus;
      if (((exponent >> bit) & 1n) === 1n) expected = (expected * base) % modulus;
    }
    const statement = encodeStatement(
      run.program,
      [{ before: base, after: base }, { before: exponent, after: exponent }, { before: modulus, after: expected }, ...KEPT],
      roots,
    );
    assert.deepEqual(verify(run.system, statement, await prove(run.system, input, backend)), { ok: true });
  });
});
