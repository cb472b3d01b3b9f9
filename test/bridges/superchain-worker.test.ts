import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { AbiCoder, concat, keccak256 } from "ethers";
import { recordOf } from "../../src/ecosystem/bridges/superchain/identifier.ts";
import { superchainContracts } from "../../src/ecosystem/bridges/superchain/interfaces.ts";
import { SuperchainWorker } from "../../src/ecosystem/bridges/superchain/worker.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../src/ground/protocol/superchain.ts";
import { MemberSilentError } from "../../src/ecosystem/relayer/member-silence.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { FakeMember, FAKE_BLOCK_TIME, type FakeLog } from "./support/fake-member.ts";

const [SENDER, TARGET] = [`0x${"aa".repeat(20)}`, `0x${"bb".repeat(20)}`];
const MESSENGER = SUPERCHAIN.L2ToL2CrossDomainMessenger;
/** Long for a fake member, and short for a test. */
const ANSWER_MS = 300;

interface FakeMessage {
  readonly source: number;
  readonly destination: number;
  readonly nonce: number;
}

const logOf = (address: Hex, name: string, values: readonly unknown[]): FakeLog => ({
  address,
  ...superchainContracts.encodeEventLog(name, [...values]),
});
const sent = ({ destination, nonce }: FakeMessage): FakeLog =>
  logOf(MESSENGER, "SentMessage", [destination, TARGET, nonce, SENDER, "0x"]);
const hashOf = ({ source, destination, nonce }: FakeMessage): Hex =>
  keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["uint256", "uint256", "uint256", "address", "address", "bytes"],
      [destination, source, nonce, SENDER, TARGET, "0x"],
    ),
  ) as Hex;
/** Log of an inbox for a message whose log is in a block. */
const proven = (message: FakeMessage, blockNumber: bigint, source = BigInt(message.source)): FakeLog => {
  const { topics, data } = sent(message);
  const at = { origin: MESSENGER, blockNumber, timestamp: FAKE_BLOCK_TIME(Number(blockNumber)), chainId: source };
  return logOf(SUPERCHAIN.CrossL2Inbox, "MessageProven", [source, recordOf(at, keccak256(concat([...topics, data])))]);
};

describe("the Superchain's worker with silent members and lying chains", () => {
  let [a, b, c]: [FakeMember, FakeMember, FakeMember] = [] as never;
  let worker: SuperchainWorker;
  beforeEach(() => {
    [a, b, c] = [new FakeMember("alpha", 1), new FakeMember("beta", 2), new FakeMember("gamma", 3)];
    worker = new SuperchainWorker({
      ...{ members: [a, b, c].map(({ member }) => member), clock: systemClock },
      ...{ isHeld: () => false, answerMs: ANSWER_MS },
    });
    for (const member of [a, b, c]) {
      member.onCall = () => "0x";
      member.onTransaction = ({ data }) => {
        const [{ chainId }, payload] = superchainContracts.decodeFunctionData("relayMessage", data) as unknown as [
          { chainId: bigint },
          string,
        ];
        const [destination, , nonce] = AbiCoder.defaultAbiCoder().decode(
          ["uint256", "address", "uint256"],
          `0x${payload.slice(66)}`,
        ) as unknown as [bigint, string, bigint];
        const hash = hashOf({ source: Number(chainId), destination: Number(destination), nonce: Number(nonce) });
        return [logOf(MESSENGER, "RelayedMessage", [chainId, nonce, hash, `0x${"00".repeat(32)}`])];
      };
    }
  });

  const silent = (error: unknown): boolean => error instanceof MemberSilentError;
  const toBeta: FakeMessage = { source: 3, destination: 2, nonce: 1 };
  const fromAlpha: FakeMessage = { source: 1, destination: 2, nonce: 2 };

  test("a member that answers nothing is named, and messages between others are relayed in the same look", async () => {
    a.isSilent = true;
    c.emit(sent(toBeta));
    b.emit(proven(toBeta, 1n));
    await assert.rejects(worker.look(), silent);
    assert.equal(b.sent.length, 1);
    assert.ok(worker.book.relayed(worker.book.message(hashOf(toBeta))!) !== undefined);
  });

  test("a source that falls silent before it has told a block's time holds its own messages alone, until it answers", async () => {
    a.emit(sent(fromAlpha));
    c.emit(sent(toBeta));
    b.emit(proven(fromAlpha, 1n), proven(toBeta, 1n));
    a.tellsNoBlocks = true;
    await worker.look();
    assert.equal(b.sent.length, 1);
    assert.ok(worker.book.relayed(worker.book.message(hashOf(toBeta))!) !== undefined);
    assert.equal(worker.isProven(worker.book.message(hashOf(fromAlpha))!), false);
    a.tellsNoBlocks = false;
    // A question that it left open is waited for once more.
    await worker.look().catch((error: unknown) => assert.ok(silent(error)));
    await worker.look({ all: true });
    assert.equal(b.sent.length, 2);
  });

  test("a destination that falls silent holds no relay on others, and is served once it answers", async () => {
    const toGamma = { source: 1, destination: 3, nonce: 5 };
    a.emit(sent(fromAlpha), sent(toGamma));
    b.emit(proven(fromAlpha, 1n));
    c.emit(proven(toGamma, 1n));
    await worker.read();
    b.isSilent = true;
    await assert.rejects(worker.look(), silent);
    assert.deepEqual([b.sent.length, c.sent.length], [0, 1]);
    b.isSilent = false;
    await worker.look({ all: true });
    assert.equal(b.sent.length, 1);
  });

  test("a message whose first record never comes is relayed once the record of its resending has, and once", async () => {
    a.emit(sent(fromAlpha));
    await worker.look();
    a.emit(sent(fromAlpha));
    b.emit(proven(fromAlpha, 2n));
    await worker.look({ all: true });
    assert.equal(b.sent.length, 1);
    b.emit(proven(fromAlpha, 1n));
    a.emit(sent(fromAlpha));
    b.emit(proven(fromAlpha, 3n));
    await worker.look({ all: true });
    assert.equal(b.sent.length, 1);
  });

  test("attack: an inbox' record counts for the chain that it came from, and no other's message is relayed by it", async () => {
    a.emit(sent(fromAlpha));
    b.emit(proven(fromAlpha, 1n, 3n));
    await worker.look({ all: true });
    assert.deepEqual(b.sent, []);
    b.emit(proven(fromAlpha, 1n));
    await worker.look({ all: true });
    assert.equal(b.sent.length, 1);
  });

  test("the same number, sender and target on two members are two messages, each relayed once", async () => {
    const twin = { ...fromAlpha, source: 3 };
    a.emit(sent(fromAlpha));
    c.emit(sent(twin));
    b.emit(proven(fromAlpha, 1n), proven(twin, 1n));
    await worker.look();
    await worker.look({ all: true });
    assert.equal(b.sent.length, 2);
    for (const message of [fromAlpha, twin]) assert.ok(worker.book.relayed(worker.book.message(hashOf(message))!) !== undefined);
  });
});
