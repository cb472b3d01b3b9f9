import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { assetRouter } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { encodeChainAddress } from "../../src/ecosystem/client/ecosystem/chain-address.ts";
import { send, type Sent } from "../../src/ecosystem/client/transfers/send.ts";
import { sentMessages } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { bridgedToken } from "../../src/ecosystem/client/tokens/token.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, tokensOf } from "../client/support.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";

let devnet: FlowDevnet;
let clients: readonly JsonRpcProvider[];
before(async () => {
  devnet = await startFlowDevnet([A, B], { relayer: true });
  clients = devnet.chains.map(clientOf);
});
after(async () => {
  for (const client of clients) client.destroy();
  await devnet.close();
  assert.deepEqual(devnet.faults, []);
});

const onA = () => devnet.accounts.wallet(ALICE).connect(clients[0]!);
const onL1 = () => devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);

test("C7: with real proofs, one call and one contract entry send over all routes, and nothing is made or lost on the way", async () => {
  const info = devnet.info();
  const l1 = info.l1.chainId;
  const token = await deploy(onL1(), "L2TestToken", 1000n, false, false);
  const alice = onL1().address;
  const go = (from: number | bigint, to: number | bigint, amount: bigint, what?: Hex): Promise<Sent> =>
    send(info, { chain: from, to: `${BOB}@${to}`, amount, token: what }, Number(from) === l1 ? onL1() : onA());

  // From L1, and inside L1.
  await send(info, { chain: l1, to: `${alice}@${A}`, amount: 500n, token }, onL1());
  const first = [await go(l1, A, 1n, token), await go(l1, B, 2n, token), await go(l1, l1, 3n, token)];
  assert.deepEqual(
    first.map(({ type }) => type),
    ["deposit", "deposit", "payment"],
  );
  await devnet.relay();
  const here = await bridgedToken(info, token, clients[0]!);

  // From a chain: by the client, and by the router's one entry as a contract would.
  const paid = await go(A, A, 10n, token);
  const left = await go(A, l1, 20n, token);
  const crossed = await go(A, B, 30n, token);
  const coins = [await go(A, A, ETHER), await go(A, l1, ETHER), await go(A, B, ETHER)];
  const routed: Sent["messageHash"][] = [];
  for (const chainId of [Number(A), l1, Number(B)]) {
    const to = encodeChainAddress({ chainId, account: BOB });
    for (const [address, amount, value] of [
      [here!, 100n, 0n],
      [PREDEPLOYS.L2BaseToken, ETHER, ETHER],
    ] as const) {
      const data = assetRouter.encodeFunctionData("send", [to, address, amount]);
      const receipt = await (await onA().sendTransaction({ to: PREDEPLOYS.L2AssetRouter, data, value })).wait();
      const [message] = sentMessages(Number(A), l1, receipt!);
      assert.equal(message?.type, chainId === Number(A) ? undefined : chainId === l1 ? "withdrawal" : "transfer");
      if (message?.type === "withdrawal") routed.push(message.messageHash);
    }
  }
  assert.deepEqual([paid.type, left.type, crossed.type, coins.length], ["payment", "withdrawal", "transfer", 3]);
  const { proof } = await settleNow(devnet.chains[0]!);
  assert.ok(proof !== undefined);
  await devnet.relay();
  const before = await devnet.l1.provider.getBalance(BOB);
  for (const messageHash of [left.messageHash, coins[1]!.messageHash, ...routed]) {
    const claim = await finalizeWithdrawal(info, { chain: Number(A), messageHash }, onL1());
    assert.equal(claim.state, "paid");
  }
  const there = await bridgedToken(info, token, clients[1]!);
  const tokens = await Promise.all([
    tokensOf(devnet.l1.provider, token, BOB),
    tokensOf(clients[0]!, here!, BOB),
    tokensOf(clients[1]!, there!, BOB),
    tokensOf(clients[0]!, here!, alice),
    tokensOf(devnet.l1.provider, token, info.l1.contracts.bridge),
  ]);
  // 3 + 20 + 100; 1 + 10 + 100; 2 + 30 + 100; what is left of 500; what L1 holds is what both chains have.
  assert.deepEqual(tokens, [123n, 111n, 132n, 140n, 383n]);
  assert.equal((await devnet.l1.provider.getBalance(BOB)) - before, 2n * ETHER);
  assert.deepEqual(await Promise.all(clients.map((client) => client.getBalance(BOB))), [2n * ETHER, 2n * ETHER]);
  // B's delivery settles too, with its own proof.
  assert.ok((await settleNow(devnet.chains[1]!)).proof !== undefined);
});
