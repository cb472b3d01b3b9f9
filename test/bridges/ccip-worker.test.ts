import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { AbiCoder, concat, id as hashOfText, Interface, keccak256, zeroPadValue } from "ethers";
import { ccipRamps } from "../../src/ecosystem/bridges/ccip/interfaces.ts";
import { CcipWorker } from "../../src/ecosystem/bridges/ccip/worker.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { byNight } from "../support/nightly.ts";
import { FakeMember, type FakeLog } from "./support/fake-member.ts";

const SENDER = "0x00000000000000000000000000000000000000aa";
const RECEIVER = zeroPadValue("0xbbbbbb", 32);
const NO_ONE = `0x${"00".repeat(20)}`;
const NO_ID = `0x${"00".repeat(32)}`;
/** Message encoding of CCIP's `Internal.Any2EVMRampMessage` and these ramps. */
const MESSAGE =
  "tuple(tuple(bytes32, uint64, uint64, uint64, uint64), address, bytes, bytes, bytes, address, uint256, uint256, tuple(address, bytes, bytes, uint256, bytes)[])";
const GAS = 100_000n;
/** CCIP's tag of gas and order, gas, and that order does not matter. */
const ARGS = concat(["0x181dcf10", AbiCoder.defaultAbiCoder().encode(["uint256", "bool"], [GAS, true])]);
const FAILURES = new Interface([
  "error ReceiverError(bytes err)",
  "error NotEnoughGasForPubdata(uint256 required, uint256 actual)",
  "error NotInOrder(uint64 expected, uint64 actual)",
  "error ExecutionRefused(string reason)",
]);
/** `Refused()` of any contract. */
const REFUSED = "0x8ac5ff0b";
const MANY = byNight(1_000, 60);
const [SUCCESS, FAILURE] = [2n, 3n];

describe("CCIP's worker with hostile receivers and chains", () => {
  let [a, b, c]: [FakeMember, FakeMember, FakeMember] = [] as never;
  let worker: CcipWorker;
  /** Numbers of messages that were asked for on beta. */
  let asked: bigint[];
  beforeEach(() => {
    [a, b, c] = [new FakeMember("alpha", 1), new FakeMember("beta", 2), new FakeMember("gamma", 3)];
    worker = new CcipWorker({
      ...{ members: [a, b, c].map(({ member }) => member), clock: systemClock },
      ...{ isHeld: () => false, answerMs: 2_000 },
    });
    asked = [];
  });

  const messageOf = (number: number, source: bigint, id: string): readonly unknown[] => {
    const header = [id, source, 2n, BigInt(number), 0n];
    return [header, SENDER, "0x1234", RECEIVER, ARGS, NO_ONE, 0n, 0n, []];
  };
  /** Id of a message: the hash of a tag and the whole message, with 0 in place of the id. */
  const idOf = (number: number, source = 1n): Hex => {
    const values = [hashOfText("hyperchain CCIP message"), messageOf(number, source, NO_ID)];
    return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", MESSAGE], values)) as Hex;
  };
  const log = (name: string, values: readonly unknown[]): FakeLog => ({
    address: worker.contracts.ramps,
    ...ccipRamps.encodeEventLog(name, [...values]),
  });
  const sent = (number: number, source = 1n, id = idOf(number, source)): FakeLog =>
    log("CCIPMessageSent", [2n, number, messageOf(number, source, id)]);
  const recorded = (number: number, source = 1n, id = idOf(number)): FakeLog => log("MessageRecorded", [source, number, id]);
  /** Parses a run on beta with the receiver's gas; undefined for another call. */
  function runIn(data: string): { readonly number: bigint; readonly isFirst: boolean; readonly gas: bigint } | undefined {
    const parsed = ccipRamps.parseTransaction({ data });
    if (parsed?.name !== "execute" && parsed?.name !== "manuallyExecute") return undefined;
    const [message, gas = GAS] = parsed.args as unknown as [{ header: { sequenceNumber: bigint } }, bigint?];
    return { number: message.header.sequenceNumber, isFirst: parsed.name === "execute", gas };
  }
  /** Beta's ramps: a first run is always taken, a repetition where its receiver takes it, and fails with `data` otherwise. */
  function behave(takes: (number: bigint, gas: bigint) => boolean, data = REFUSED): void {
    b.onCall = (given) => {
      const run = runIn(given);
      if (run === undefined) return `0x${"00".repeat(32)}`;
      asked.push(run.number);
      if (run.isFirst || takes(run.number, run.gas)) return "0x";
      throw Object.assign(new Error("execution reverted"), { code: "CALL_EXCEPTION", data });
    };
    b.onTransaction = ({ data: given }) => {
      const run = runIn(given);
      if (run === undefined) return [];
      const isDone = takes(run.number, run.gas);
      const reason = isDone ? "0x" : FAILURES.encodeErrorResult("ReceiverError", [data]);
      const id = idOf(Number(run.number));
      return [log("ExecutionStateChanged", [1n, run.number, id, id, isDone ? SUCCESS : FAILURE, reason, 1n])];
    };
  }

  test(`attack: ${MANY} messages to a receiver that always fails: each is paid for once, then calls only, and a new message is first`, async () => {
    behave((number) => number > BigInt(MANY));
    const numbers = Array.from({ length: MANY }, (_, i) => i + 1);
    a.emit(...numbers.map((number) => sent(number)));
    b.emit(...numbers.map((number) => recorded(number)));
    for (let look = 0; look < 20 && b.sent.length < MANY; look++) await worker.look({ all: true });
    await worker.look({ all: true });
    assert.equal(b.sent.length, MANY);
    a.emit(sent(MANY + 1));
    b.emit(recorded(MANY + 1));
    asked = [];
    await worker.look();
    assert.deepEqual([b.sent.length, asked[0]], [MANY + 1, BigInt(MANY + 1)]);
    assert.ok(worker.book.marks(worker.book.message(idOf(MANY + 1))!).executed !== undefined);
    assert.ok(worker.book.marks(worker.book.message(idOf(1))!).failed !== undefined);
  });

  test("attack: a receiver that accepts in calls and fails in each transaction: two repetitions are paid for, and other messages continue", async () => {
    behave(() => true);
    const take = b.onTransaction;
    b.onTransaction = (transaction) => {
      const run = runIn(transaction.data);
      if (run?.number !== 1n || !run.isFirst) return take(transaction);
      const reason = FAILURES.encodeErrorResult("ReceiverError", [REFUSED]);
      return [log("ExecutionStateChanged", [1n, 1n, idOf(1), idOf(1), FAILURE, reason, 1n])];
    };
    b.reverts = ({ data }) => runIn(data)?.isFirst === false;
    a.emit(sent(1));
    b.emit(recorded(1));
    for (let look = 0; look < 10; look++) await worker.look({ all: true });
    assert.equal(b.sent.length, 3);
    assert.match(worker.waitsFor(idOf(1)) ?? "", /failed in 2 repetitions that were paid for/);
    a.emit(sent(2));
    b.emit(recorded(2));
    await worker.look();
    assert.ok(worker.book.marks(worker.book.message(idOf(2))!).executed !== undefined);
    // By hand it is run all the same.
    b.reverts = () => false;
    b.onTransaction = take;
    await worker.execute(idOf(1), undefined);
    assert.ok(worker.book.marks(worker.book.message(idOf(1))!).executed !== undefined);
  });

  test("attack: a chain that attests another chain's message, or reports one in another's name, has nothing executed", async () => {
    behave(() => true);
    a.emit(sent(7));
    b.emit(recorded(7, 3n));
    c.emit(sent(8, 1n));
    b.emit(recorded(8, 3n));
    await worker.look({ all: true });
    assert.deepEqual([b.sent, asked], [[], []]);
    assert.equal(worker.book.message(idOf(8)), undefined);
    b.emit(recorded(7));
    await worker.look();
    assert.equal(b.sent.length, 1);
  });

  test("attack: a lying chain reports its message by another chain's id: the other's is executed all the same", async () => {
    behave(() => true);
    a.emit(sent(7));
    c.emit(sent(7, 3n, idOf(7)));
    b.emit(recorded(7));
    await worker.look();
    const executed = b.sent.map(({ data }) => runIn(data)?.number);
    assert.deepEqual([executed, worker.book.message(idOf(7))?.source], [[7n], 1n]);
  });

  test("a receiver that sends itself and had no gas for what is published is run once more with a million more; any other is not", async () => {
    const lacking = FAILURES.encodeErrorResult("NotEnoughGasForPubdata", [85_700n, 13_635n]);
    behave((_number, gas) => gas >= GAS + 1_000_000n, lacking);
    a.emit(sent(1));
    b.emit(recorded(1));
    await worker.look();
    await worker.look({ all: true });
    assert.equal(b.sent.length, 2);
    assert.ok(worker.book.marks(worker.book.message(idOf(1))!).executed !== undefined);
    behave((_number, gas) => gas >= GAS + 1_000_000n);
    a.emit(sent(2));
    b.emit(recorded(2));
    for (let look = 0; look < 3; look++) await worker.look({ all: true });
    assert.equal(b.sent.length, 3);
    assert.match(worker.waitsFor(idOf(2)) ?? "", /it fails again with 0x8ac5ff0b/);
  });

  for (const answersTooLate of [false, true])
    test(`attack: the chain refuses to run an ordered message${answersTooLate ? ", and calls of it end by the clock" : ""}: that is recorded, and the sender's next one is executed`, async () => {
      const refusal = (code: string) =>
        Object.assign(new Error("missing revert data"), { info: { error: { message: `refused: ${code}`, data: { code } } } });
      let turn = 1n;
      behave(() => true);
      const [call, transact] = [b.onCall, b.onTransaction];
      b.onCall = (data, gas) => {
        const run = runIn(data);
        if (run?.number === 1n) throw refusal(answersTooLate ? "QuestionTooLong" : "TooManySteps");
        if (run !== undefined && run.number !== turn)
          throw Object.assign(new Error("execution reverted"), {
            code: "CALL_EXCEPTION",
            data: FAILURES.encodeErrorResult("NotInOrder", [turn, run.number]),
          });
        return call(data, gas);
      };
      b.onTransaction = (transaction) => {
        if (runIn(transaction.data)?.number === 1n) return refusal("TooManySteps");
        const parsed = ccipRamps.parseTransaction({ data: transaction.data });
        if (parsed?.name !== "recordRefusal") return transact(transaction);
        turn = 2n;
        const reason = FAILURES.encodeErrorResult("ExecutionRefused", [parsed.args["reason"]]);
        return [log("ExecutionStateChanged", [1n, 1n, idOf(1), idOf(1), FAILURE, reason, 0n])];
      };
      a.emit(sent(1), sent(2));
      b.emit(recorded(1), recorded(2));
      for (let look = 0; look < 3; look++) await worker.look({ all: true });
      const names = b.sent.map(({ data }) => ccipRamps.parseTransaction({ data })?.name);
      assert.deepEqual(names, ["recordRefusal", "execute"]);
      assert.ok(worker.book.marks(worker.book.message(idOf(2))!).executed !== undefined);
      assert.match(worker.waitsFor(idOf(1)) ?? "", /the chain refuses to run it: TooManySteps: refused: TooManySteps/);
    });
});
