import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Contract, ZeroAddress } from "ethers";
import hre from "hardhat";
import { createPublicClient, http } from "viem";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import type { MemberClient } from "../../src/ecosystem/client/ecosystem/member-client.ts";
import { providersOf } from "../../src/ecosystem/client/ecosystem/providers-of.ts";
import {
  loadEcosystem,
  waitForMessage,
  waitForStep,
  type RunningEcosystem,
} from "../../src/ecosystem/client/ecosystem/running-ecosystem.ts";
import { SINGLETONS } from "../../src/chain/predeploys/singleton-addresses.ts";
import { viemChain } from "../../src/ecosystem/client/ecosystem/viem-chain.ts";
import { waitForAnswer } from "../../src/ecosystem/client/messages/bundle-answer.ts";
import { claimWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [ALICE, BOB] = [1, 2];
const QUICK = { lookMs: 20, timeoutMs: 60_000 };

describe("waits of a front-end, with clients of viem alone", () => {
  let ecosystem: ClientEcosystem;
  let info: RunningEcosystem;
  let client: MemberClient;
  let till: Hex;
  let bank: Contract;
  let bob: string;
  before(async () => {
    ecosystem = await startClientEcosystem();
    client = createPublicClient({ transport: http(ecosystem.devnet.chains[0]!.url) });
    info = await loadEcosystem(client);
    till = await deploy(ecosystem.on("b", ALICE), "Till");
    const { abi } = await hre.artifacts.readArtifact("Bank");
    bank = new Contract(await deploy(ecosystem.on("a", ALICE), "Bank"), abi, ecosystem.on("a", ALICE));
    bob = await ecosystem.on("a", BOB).getAddress();
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  /** Waits while the ecosystem moves. */
  async function meanwhile<T>(waiting: Promise<T>): Promise<T> {
    // Observed below, also if it ends before the ecosystem has moved.
    waiting.catch(() => undefined);
    for (let round = 0; round < 3; round++) await ecosystem.moveOn();
    return waiting;
  }
  const ask = async (amount: bigint, answerGas: bigint): Promise<Hex> => {
    const none = { value: 0n, paid: 0n, answerReward: 0n, reward: 0n, gasLimit: 0n, deadline: 0n };
    const request = { ...none, chainId: 272n, target: till, amount, answerGas, refundTo: bob, destinationToken: ZeroAddress };
    const sent = await bank.getFunction("ask").send(request);
    await sent.wait();
    return sent.hash as Hex;
  };

  test("a message that a revert has removed is reported, and not waited for", async () => {
    const { provider } = ecosystem.devnet.chains[0]!;
    const mark = await provider.request({ method: "evm_snapshot" });
    const sent = await send(info, { chain: "a", to: `${bob}@b`, amount: 1n }, ecosystem.on("a", ALICE));
    const waiting = waitForMessage(client, sent.messageHash, QUICK);
    waiting.catch(() => undefined);
    // Requests are answered in sequence, so the wait has found the message.
    await waitForStep(client, sent.messageHash, "initiated", QUICK);
    await provider.request({ method: "evm_revert", params: [mark] });
    await assert.rejects(waiting, {
      code: "Failed",
      message: /no longer exists: the ecosystem was reverted to a state before it/,
    });
  });

  test("providers read every member over HTTP, and through given clients", async () => {
    const providerOf = providersOf(info);
    for (const { chainId } of [info.l1, ...info.chains])
      assert.equal((await providerOf(chainId).getNetwork()).chainId, BigInt(chainId));
    assert.equal(providerOf(271), providerOf(271));
    assert.throws(() => providerOf(5), { code: "UnknownChain" });
    await assert.rejects(providerOf(271).send("eth_noSuchMethod", []), /eth_noSuchMethod/);
    const given = providersOf(info, () => client);
    assert.equal(await given(271).getBlockNumber(), await providerOf(271).getBlockNumber());
    const [l1, a] = [viemChain({ ...info.l1, name: "l1" }, info), viemChain(info.chains[0]!, info)];
    assert.equal(l1.nativeCurrency.name, "Ether");
    // Every chain has the singletons, an L1 only if its ecosystem starts it with them.
    assert.deepEqual([info.l1.hasSingletons, l1.contracts], [false, undefined]);
    assert.equal(a.contracts?.multicall3.address, SINGLETONS.multicall3);
  });

  test("a message is waited for until it has done everything, and a failed call is an error with its reason", async () => {
    const sent = await send(ecosystem.info, { chain: "a", to: `${bob}@b`, amount: 5n }, ecosystem.on("a", ALICE));
    assert.ok("messageHash" in sent);
    assert.equal((await meanwhile(waitForMessage(client, sent.messageHash, QUICK))).type, "transfer");
    const data = new Contract(till, ["function pay(uint256)"]).interface.encodeFunctionData("pay", [1_000n]) as Hex;
    const failing = await call(ecosystem.info, { chain: "a", to: `${till}@b`, data }, ecosystem.on("a", ALICE));
    assert.ok("messageHash" in failing);
    await assert.rejects(
      meanwhile(waitForMessage(client, failing.messageHash, QUICK)),
      (error: { details: Record<string, object> }) => {
        assert.match(String(error), /above the limit/);
        assert.equal((error.details["failed"] as { goesBack: boolean }).goesBack, false);
        return true;
      },
    );
  });

  test("an answer is waited for, of calls that succeed and of calls that fail", async () => {
    const providerOf = providersOf(info);
    const answer = await meanwhile(waitForAnswer(client, await ask(3n, 200_000n), providerOf, QUICK));
    assert.deepEqual(answer.success && answer.results, [AbiCoder.defaultAbiCoder().encode(["uint256"], [3n])]);
    assert.equal(answer.callbackSucceeded, true);
    const failed = await meanwhile(waitForAnswer(client, await ask(1_000n, 200_000n), providerOf, QUICK));
    assert.match(String(!failed.success && failed.reason), /above the limit/);
    const unanswered = waitForAnswer(client, await ask(3n, 0n), providerOf, QUICK);
    await assert.rejects(meanwhile(unanswered), { code: "NoAnswer" });
    await assert.rejects(waitForAnswer(client, `0x${"12".repeat(32)}`, providerOf, { lookMs: 1, timeoutMs: 1 }), {
      code: "TimedOut",
    });
  });

  test("a withdrawal is claimed when L1 has executed its batch", async () => {
    const { messageHash } = await withdraw(ecosystem.info, { chain: "a", amount: 9n, to: bob }, ecosystem.on("a", ALICE));
    const l1 = ecosystem.on("l1", BOB);
    const name = { chain: "a", messageHash };
    await assert.rejects(claimWithdrawal(ecosystem.info, name, l1, { lookMs: 1, timeoutMs: 1 }), /it is \w+ on L1/);
    assert.equal((await meanwhile(claimWithdrawal(ecosystem.info, name, l1, QUICK))).state, "paid");
    assert.equal((await claimWithdrawal(ecosystem.info, name, l1, QUICK)).state, "paidBefore");
  });
});
