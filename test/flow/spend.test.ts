import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { spend } from "../../src/ecosystem/client/wallet/spend.ts";
import { bridgedTokenAddress } from "../../src/ecosystem/client/tokens/token.ts";
import { walletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, tokensOf } from "../client/support.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

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

const providerOf = (chainId: number) =>
  chainId === Number(A) ? clients[0]! : chainId === Number(B) ? clients[1]! : devnet.l1.provider;

test("C10: with real proofs, 10 of a token are paid from 4 on the destination and 6 on another chain", async () => {
  const info = devnet.info();
  const signerOf = (chainId: number) => devnet.accounts.wallet(ALICE).connect(providerOf(chainId));
  const onL1 = signerOf(info.l1.chainId);
  const gold = await deploy(onL1, "DevelopmentToken", "Gold", "GLD", onL1.address, 10n);
  await deposit(info, { chain: Number(A), token: gold, amount: 4n }, onL1);
  await deposit(info, { chain: Number(B), token: gold, amount: 6n }, onL1);
  await devnet.relay();

  const { parts } = await spend(info, { asset: gold, amount: 10n, to: `${BOB}@${A}` }, signerOf, providerOf);
  assert.deepEqual(
    parts.map(({ chainId, amount, route }) => [chainId, amount, route]),
    [
      [Number(A), 4n, "payment"],
      [Number(B), 6n, "transfer"],
    ],
  );
  const token = await bridgedTokenAddress(info, gold, clients[0]!);
  assert.equal(await tokensOf(clients[0]!, token, BOB), 4n);
  const before = (await walletView(info, BOB, providerOf)).assets;
  assert.deepEqual(
    before.map(({ total, executed, arriving }) => [total, executed, arriving]),
    [[4n, 0n, 6n]],
  );

  const { proof } = await settleNow(devnet.chains[1]!);
  assert.ok(proof !== undefined);
  await devnet.relay();
  assert.equal(await tokensOf(clients[0]!, token, BOB), 10n);
  assert.ok((await settleNow(devnet.chains[0]!)).proof !== undefined);
  const [asset] = (await walletView(info, BOB, providerOf)).assets;
  assert.deepEqual([asset?.total, asset?.executed, asset?.arriving], [10n, 10n, 0n]);
});
