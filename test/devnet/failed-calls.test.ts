import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import hre from "hardhat";
import { interopHandlerAbi } from "../../src/ground/abi/interop-handler.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import type { EcosystemStatus, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { hasFailed, whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Journey } from "../../src/ecosystem/relayer/journey.ts";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import { failedCallsOf } from "../../src/ecosystem/devnet/view/books/failed-calls.ts";
import { cacheNames } from "../../src/ecosystem/devnet/view/books/kept-names.ts";
import { deploy } from "../client/support.ts";
import { ALICE, RELAYER, UNPROVEN } from "../flow/support/devnet.ts";
import { Kept } from "../flow/support/kept.ts";

const [A, B] = [271, 272];
const NOBODY = "0x000000000000000000000000000000000000c0de";
const HOUR = 3_600n;
const handler = new Interface(interopHandlerAbi);

describe("a message whose call failed on the other chain", () => {
  const kept = new Kept(
    [
      { chainId: BigInt(A), name: "alpha" },
      { chainId: BigInt(B), name: "beta" },
    ],
    { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] },
    undefined,
    { names: projectNames(hre.artifacts) },
  );
  let token: Hex;
  /** The sender's account on beta, which has no token. */
  let there: string;
  let tooMuch: Hex;
  before(async () => {
    await kept.start();
    const alice = kept.wallet(ALICE);
    token = await deploy(kept.wallet(ALICE, 1), "DevelopmentToken", "Money", "MNY", alice.address, 1_000n);
    const { abi } = await hre.artifacts.readArtifact("DevelopmentToken");
    tooMuch = new Interface(abi).encodeFunctionData("transfer", [NOBODY, 5n]) as Hex;
    const asked = { to: PREDEPLOYS.InteropHandler, data: handler.encodeFunctionData("interopAccount", [A, alice.address]) };
    [there] = handler.decodeFunctionResult("interopAccount", await kept.client(1).call(asked)) as unknown as [string];
  });
  after(() => kept.end());

  const calls = async (account: Hex, data: Hex, more: { readonly value?: bigint; readonly deadline?: bigint } = {}) => {
    const order = { chain: A, to: { chain: B, account }, data, value: 0n, reward: 0n, ...more };
    return (await call(kept.devnet.info(), order, kept.wallet(ALICE))).messageHash;
  };
  const moveOn = async (): Promise<void> => {
    await kept.devnet.settle();
    await kept.devnet.relay();
  };
  const messages = (): Promise<readonly MessageInfo[]> => kept.request("hyperchain_messages") as Promise<readonly MessageInfo[]>;
  const told = async (hash: Hex): Promise<MessageInfo> =>
    (await messages()).find(({ messageHash }) => messageHash === hash) ?? assert.fail("it is not told");
  const counts = async () => {
    const { delivered, failed, inFlight, stuck } = ((await kept.request("hyperchain_status")) as EcosystemStatus).messages;
    return { delivered, failed, inFlight, stuck: stuck.length };
  };
  let reverted: Hex;
  let expired: Hex;

  test("is listed as such with its reason by the project's error, in lists, alone and among a relay's messages", async () => {
    const succeeded = await calls(NOBODY, "0x");
    reverted = await calls(token, tooMuch);
    await kept.devnet.settle();
    assert.deepEqual(await counts(), { delivered: 0, failed: 0, inFlight: 2, stuck: 0 });
    assert.deepEqual([(await told(reverted)).failed, whereItIs(await told(reverted)).kind], [undefined, "under-way"]);
    const { messages: moved } = await kept.devnet.relay();
    const why = `the call arrived on beta and reverted there with BalanceTooSmall(${there}, 0, 5)`;
    const failed = { because: "reverted", why, goesBack: false };
    assert.deepEqual((await told(reverted)).failed, failed);
    assert.deepEqual(moved.find(({ messageHash }) => messageHash === reverted)?.failed, failed);
    assert.deepEqual(((await kept.request("hyperchain_message", reverted)) as MessageInfo).failed, failed);
    assert.deepEqual(whereItIs(await told(reverted)), { kind: "bad", text: why });
    assert.deepEqual([(await told(succeeded)).failed, hasFailed(await told(succeeded))], [undefined, false]);
    assert.deepEqual(await counts(), { delivered: 1, failed: 1, inFlight: 0, stuck: 0 });
    // The import is settled: nothing is left to come.
    await moveOn();
    assert.deepEqual([(await told(reverted)).waitingFor, (await told(reverted)).failed], [undefined, failed]);
    assert.deepEqual(whereItIs(await told(reverted)), { kind: "bad", text: why });
    assert.deepEqual(whereItIs(await told(succeeded)), { kind: "good", text: "all steps done" });
    assert.deepEqual(await counts(), { delivered: 1, failed: 1, inFlight: 0, stuck: 0 });
  });

  test("by its expiry is distinct, and its value is refunded", async () => {
    const now = BigInt((await kept.client(1).getBlock("latest"))!.timestamp);
    expired = await calls(NOBODY, "0x", { value: 7n, deadline: now + HOUR });
    await kept.devnet.settle();
    await kept.client(1).send("evm_increaseTime", [Number(HOUR) + 1]);
    await kept.devnet.relay();
    const why = "the call came to beta after its last second, so it was not made; its value is refunded";
    assert.deepEqual((await told(expired)).failed, { because: "expired", why, goesBack: true });
    assert.deepEqual(whereItIs(await told(expired)), { kind: "bad", text: why });
    await moveOn();
    // What went back has arrived too.
    assert.deepEqual(await counts(), { delivered: 2, failed: 2, inFlight: 0, stuck: 0 });
  });

  test("is known again by an ecosystem that starts from its folder", async () => {
    const [before, counted] = [await messages(), await counts()];
    assert.equal(before.filter(hasFailed).length, 2);
    await kept.restart();
    assert.deepEqual(await messages(), before);
    assert.deepEqual(await counts(), counted);
  });

  test("disappears after a return to an earlier snapshot, and may succeed then", async () => {
    const mark = await kept.devnet.snapshot();
    const before = await messages();
    const hash = await calls(token, tooMuch);
    await moveOn();
    assert.equal((await told(hash)).failed?.because, "reverted");
    assert.equal(await kept.devnet.revert(mark), true);
    assert.deepEqual(await messages(), before);
    const { abi } = await hre.artifacts.readArtifact("DevelopmentToken");
    const paid = new Interface(abi).encodeFunctionData("transfer", [there, 5n]);
    await (await kept.wallet(ALICE, 1).sendTransaction({ to: token, data: paid })).wait();
    const again = await calls(token, tooMuch);
    await moveOn();
    assert.equal(again, hash, "the same message, since the state is the same");
    assert.deepEqual([(await told(again)).failed, hasFailed(await told(again))], [undefined, false]);
  });
});

test("what strangers' failed messages reverted with is looked up once for each reading of the project's names, not at each look", async () => {
  const error = new Interface(["error Late(uint256)"]);
  const failed = Array.from({ length: 50 }, (_, i) => {
    const failedWith = error.encodeErrorResult("Late", [i]) as Hex;
    return { failedWith, content: { type: "bundle", bundle: { value: 0n, tokens: [] } }, destinationChainId: 272n };
  }) as unknown as readonly Journey[];
  let [lookUps, nowMs] = [0, 0];
  const reading = (abi: readonly string[]) => {
    const names = contractNames([abi]);
    return { ...names, error: (data: Hex) => (lookUps++, names.error(data)) };
  };
  let compiled = reading([]);
  const names = cacheNames(
    async () => compiled,
    () => nowMs,
  );
  const look = failedCallsOf({ names, nameOf: () => "beta" });
  const first = async (): Promise<string | undefined> => (await look(failed)).get(failed[0]!)?.why;
  const unnamed = `the call arrived on beta and reverted there with ${failed[0]!.failedWith}`;
  assert.deepEqual([await first(), lookUps], [unnamed, 50]);
  for (nowMs = 0; nowMs < 60_000; nowMs += 4_000) assert.equal(await first(), unnamed);
  assert.equal(lookUps, 50);
  compiled = reading(["error Late(uint256)"]);
  nowMs += 6_000;
  const named = "the call arrived on beta and reverted there with Late(0)";
  assert.deepEqual([await first(), lookUps], [named, 100]);
  nowMs += 6_000;
  assert.deepEqual([await first(), lookUps], [named, 100]);
});
