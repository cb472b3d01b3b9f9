import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { bundleResult } from "../../src/ecosystem/client/messages/bundle-result.ts";
import { deployRemoteSwap } from "../../src/ecosystem/client/transfers/remote-swap-contract.ts";
import { swap, type SentSwap, type SwapRequest } from "../../src/ecosystem/client/transfers/swap.ts";
import { tokenThere } from "../../src/ecosystem/client/tokens/token.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, tokensOf } from "../client/support.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, PROVEN_BY_NIGHT, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const REFUNDED = "0x000000000000000000000000000000000000f0ed";
const AMOUNT = ETHER / 100n;
const calls = new Interface(["function transfer(address,uint256)", "function sync() payable"]);
const PROOFS = byNight("with real proofs", "without proofs");

let devnet: FlowDevnet;
let clients: readonly JsonRpcProvider[];
before(async () => {
  devnet = await startFlowDevnet([A, B], { ...PROVEN_BY_NIGHT, relayer: true, singletons: true });
  clients = devnet.chains.map(clientOf);
});
after(async () => {
  for (const client of clients) client.destroy();
  await devnet.close();
  assert.deepEqual(devnet.faults, []);
});

const on = (chain: 0 | 1) => devnet.accounts.wallet(ALICE).connect(clients[chain]!);
const send = (request: Omit<SwapRequest, "chain">): Promise<SentSwap> =>
  swap(devnet.info(), { chain: Number(A), ...request }, on(0), () => clients[1]!);

/** Everything that a chain sent arrives: its batch is executed on L1, by night with a proof. */
async function settle(chain: 0 | 1): Promise<void> {
  const { proof } = await settleNow(devnet.chains[chain]!);
  if (IS_NIGHTLY) assert.ok((proof?.bytes ?? 0) > 40_000);
  await devnet.relay();
}

async function succeeded({ messageHash }: SentSwap): Promise<boolean | undefined> {
  const { steps } = (await clients[0]!.send("hyperchain_message", [messageHash])) as MessageInfo;
  const { transactionHash } = steps.find(({ step }) => step === "executed")!;
  return bundleResult(messageHash, (await clients[1]!.getTransactionReceipt(transactionHash))!)?.success;
}

/** 0.3% stays in the pool. */
const priceOf = (given: bigint, reserveIn: bigint, reserveOut: bigint): bigint =>
  (given * 997n * reserveOut) / (reserveIn * 1000n + given * 997n);

test(`C8: ${PROOFS}, coins become tokens and tokens coins, by one transaction each, and what fails comes back`, async () => {
  const token = await deploy(on(1), "L2TestToken", 10n ** 12n, false, false);
  const pool = await deploy(on(1), "TestPool", token);
  const transfer = calls.encodeFunctionData("transfer", [pool, 1_000_000n]);
  await (await on(1).sendTransaction({ to: token, data: transfer })).wait();
  await (await on(1).sendTransaction({ to: pool, data: calls.encodeFunctionData("sync"), value: ETHER })).wait();
  await deployRemoteSwap(devnet.info(), Number(B), on(1));
  const at = `${pool}@${B}`;

  const quoted = priceOf(AMOUNT, ETHER, 1_000_000n);
  const made = await send({ at, amount: AMOUNT, wanted: token, slippage: 0 });
  // The first moves the price, so that the second would bring less than it was quoted.
  const failed = await send({ at, amount: AMOUNT, wanted: token, slippage: 0, refundTo: REFUNDED });
  assert.deepEqual([made.minimum, failed.minimum], [quoted, quoted]);
  await settle(0);
  assert.deepEqual([await succeeded(made), await succeeded(failed)], [true, false]);
  await settle(1);
  const chain = devnet.info().chains[0]!;
  const here = await tokenThere(devnet.info(), { originChainId: Number(B), originToken: token as Hex }, chain, clients[0]!);
  assert.equal(await tokensOf(clients[0]!, here.address, on(0).address), quoted);
  assert.equal(await clients[0]!.getBalance(REFUNDED), AMOUNT);

  const coins = priceOf(quoted, 1_000_000n - quoted, ETHER + AMOUNT);
  const back = await send({ at, amount: quoted, token: here.address, to: `${REFUNDED}@${A}` });
  await settle(0);
  assert.equal(await succeeded(back), true);
  await settle(1);
  assert.equal(await clients[0]!.getBalance(REFUNDED), AMOUNT + coins);
  assert.equal(await tokensOf(clients[0]!, here.address, on(0).address), 0n);
});
