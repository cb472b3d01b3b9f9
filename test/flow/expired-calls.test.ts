import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Interface } from "ethers";
import { bundleResult } from "../../src/ecosystem/client/messages/bundle-result.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { revertReason } from "../../src/ecosystem/client/sending/revert-reason.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { attribute, interoperable } from "../contracts/l2/support/bundles.ts";
import { deploy } from "../client/support.ts";
import { interopCenterAbi } from "../../src/ground/abi/interop-center.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { ALICE, ETHER, RELAYER, settleNow, PROVEN_BY_NIGHT } from "./support/devnet.ts";
import { relayerOf, startRelayedPair, type RelayedPair } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const REFUNDED: Hex = "0x000000000000000000000000000000000000fa13";
const EXECUTOR: Hex = "0x000000000000000000000000000000000000e8ec";
const SECONDS = 3_600n;
const center = new Interface(interopCenterAbi);
const target = new Interface(["function double(uint256) payable returns (uint256)"]);

let pair: RelayedPair;
before(async () => {
  pair = await startRelayedPair([A, B], PROVEN_BY_NIGHT);
});
after(() => pair.close());

const alice = (member: 0 | 1) => pair.devnet.accounts.wallet(ALICE).connect(pair.clients[member]!);
const held = (member: 0 | 1, account: string) => pair.clients[member]!.getBalance(account);

test(`a call that expired is not made: a relayer ends it for its reward, and the value is back, ${byNight("with real proofs", "without proofs")}`, async () => {
  const { devnet, clients, relayer } = pair;
  const account = await deploy(alice(1), "CallTarget");
  const info = devnet.info();
  const deadline = BigInt((await clients[1]!.getBlock("latest"))!.timestamp) + SECONDS;
  const data = target.encodeFunctionData("double", [4n]) as Hex;
  const order = { chain: Number(A), to: { chain: Number(B), account }, data, value: 7n, refundTo: REFUNDED, deadline };
  const late = await call(info, { ...order, reward: ETHER / 10n }, alice(0));
  // One that only its executor may bring, and never does.
  const attributes = [
    attribute("executionAddress", interoperable(B, EXECUTOR)),
    attribute("expiresAt", deadline),
    attribute("refundRecipient", REFUNDED),
  ];
  const starter = { to: interoperable(B, account), data, callAttributes: [attribute("interopCallValue", 11n)] };
  const named = center.encodeFunctionData("sendBundle", [interoperable(B), [starter], attributes]);
  await (await alice(0).sendTransaction({ to: PREDEPLOYS.InteropCenter, data: named, value: 11n })).wait();
  const { proof } = await settleNow(devnet.chains[0]!);
  if (IS_NIGHTLY) assert.ok((proof?.bytes ?? 0) > 40_000);
  await devnet.chains[1]!.pipeline.pollL1();
  await relayer.observe();

  await devnet.chains[1]!.provider.request({ method: "evm_increaseTime", params: [Number(SECONDS) + 1] });
  const before = await held(1, devnet.accounts.wallet(RELAYER).address);
  const paying = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { minRewardPercent: 100 });
  await paying.poll();
  const [second, third] = paying.journeys();
  assert.deepEqual([second!.messageHash, second!.steps.has("executed")], [late.messageHash, true]);
  assert.match(third!.refusal ?? "", /^its reward of 0 is less than 100%/);
  assert.ok((await held(1, devnet.accounts.wallet(RELAYER).address)) > before);
  const ended = await clients[1]!.getTransactionReceipt(second!.steps.get("executed")!.transactionHash);
  const result = bundleResult(late.messageHash, ended!);
  assert.equal(result?.success, false);
  assert.match(revertReason(result.result), new RegExp(`BundleExpired\\(${deadline}, \\d+\\)`));
  // Where it need not pay, the other too, though another account was named.
  await relayer.poll();
  assert.deepEqual(
    relayer
      .journeys()
      .slice(0, 2)
      .map(({ steps }) => steps.has("executed")),
    [true, true],
  );
  assert.equal(await held(1, account), 0n);

  await settleNow(devnet.chains[1]!);
  await devnet.chains[0]!.pipeline.pollL1();
  await relayer.poll();
  assert.equal(await held(0, REFUNDED), 18n);
});
