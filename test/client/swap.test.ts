import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { bundleResult } from "../../src/ecosystem/client/messages/bundle-result.ts";
import { findChain } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";
import { deployRemoteSwap, REMOTE_SWAP_ADDRESS } from "../../src/ecosystem/client/transfers/remote-swap-contract.ts";
import { estimateSwap, swap, type SentSwap, type SwapRequest } from "../../src/ecosystem/client/transfers/swap.ts";
import { findToken, tokenThere } from "../../src/ecosystem/client/tokens/token.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, ETHER, startClientEcosystem, tokensOf, type ClientEcosystem } from "./support.ts";

const ALICE = 1;
const BOB = "0x0000000000000000000000000000000000000b0b";
const pools = new Interface([
  "function sync() payable",
  "function swapExactETHForTokens(uint256,address[],address,uint256) payable",
  "error InsufficientOutput()",
  "error InvalidPath()",
]);
const tokens = new Interface(["function transfer(address,uint256)"]);

/** Uniswap v2's price: 0.3% stays in the pool. */
const priceOf = (given: bigint, reserveIn: bigint, reserveOut: bigint): bigint =>
  (given * 997n * reserveOut) / (reserveIn * 1000n + given * 997n);

describe("C8: a swap on another chain, by the client library", () => {
  let ecosystem: ClientEcosystem;
  let token: Hex;
  let pool: Hex;
  let reserves: { coins: bigint; tokens: bigint };
  before(async () => {
    ecosystem = await startClientEcosystem({ singletons: true });
    const alice = ecosystem.on("b", ALICE);
    token = await deploy(alice, "L2TestToken", 10n ** 12n, false, false);
    pool = await deploy(alice, "TestPool", token);
    const data = tokens.encodeFunctionData("transfer", [pool, 1_000_000n]);
    await (await alice.sendTransaction({ to: token, data })).wait();
    await (await alice.sendTransaction({ to: pool, data: pools.encodeFunctionData("sync"), value: ETHER })).wait();
    reserves = { coins: ETHER, tokens: 1_000_000n };
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const base = () => ({ chain: "a", at: `${pool}@b`, amount: ETHER / 100n, wanted: token });
  const send = (request: SwapRequest): Promise<SentSwap> =>
    swap(ecosystem.info, request, ecosystem.on("a", ALICE), ecosystem.provider, { error: (data) => pools.parseError(data)! });
  const failing = (request: SwapRequest, expected: { readonly code: string; readonly message: RegExp }) =>
    assert.rejects(send(request), { name: "ClientError", ...expected });

  /** Form of the token on another member. */
  async function tokenOn(name: string): Promise<Hex> {
    const chain = findChain(ecosystem.info, name);
    const provider = ecosystem.provider(chain.chainId);
    return (await tokenThere(ecosystem.info, { originChainId: 272, originToken: token }, chain, provider)).address;
  }

  const balance = async (name: string, account: string): Promise<bigint> => {
    const { chainId } = findChain(ecosystem.info, name);
    const address = await tokenOn(name);
    if ((await ecosystem.provider(chainId).getCode(address)) === "0x") return 0n;
    return tokensOf(ecosystem.provider(chainId), address, account);
  };

  /** True if the order was executed. */
  async function succeeded({ messageHash }: SentSwap): Promise<boolean | undefined> {
    const [chain] = ecosystem.devnet.chains;
    const { steps } = (await chain!.provider.request({ method: "hyperchain_message", params: [messageHash] })) as MessageInfo;
    const { transactionHash } = steps.find(({ step }) => step === "executed")!;
    const receipt = await ecosystem.provider(272).getTransactionReceipt(transactionHash);
    return bundleResult(messageHash, receipt!)?.success;
  }

  test("is refused by name until the chain has the contract that swaps, which is put there once", async () => {
    await failing(base(), {
      code: "NoContract",
      message: /^b has no contract for swaps of other chains at 0x.*deployRemoteSwap/,
    });
    const signer = ecosystem.on("b", ALICE);
    assert.equal(await deployRemoteSwap(ecosystem.info, "b", signer), REMOTE_SWAP_ADDRESS);
    const nonce = await signer.getNonce();
    assert.equal(await deployRemoteSwap(ecosystem.info, "b", signer), REMOTE_SWAP_ADDRESS);
    assert.equal(await signer.getNonce(), nonce);
  });

  test("coins become a token of the pool's chain, and come home, by one transaction", async () => {
    const signer = ecosystem.on("a", ALICE);
    const nonce = await signer.getNonce();
    const quoted = priceOf(base().amount, reserves.coins, reserves.tokens);
    const sent = await send(base());
    assert.equal(await signer.getNonce(), nonce + 1);
    assert.deepEqual([sent.quoted, sent.minimum], [quoted, (quoted * 9_950n) / 10_000n]);
    await ecosystem.moveOn();
    assert.equal(await balance("a", signer.address), quoted);
    reserves = { coins: reserves.coins + base().amount, tokens: reserves.tokens - quoted };
  });

  test("the token returns, becomes coins, and they go to an account of a third chain", async () => {
    const signer = ecosystem.on("a", ALICE);
    const amount = await balance("a", signer.address);
    const expected = priceOf(amount, reserves.tokens, reserves.coins);
    const request = { chain: "a", at: `${pool}@b`, amount, token: await tokenOn("a"), to: `${BOB}@gas` };
    const estimate = await estimateSwap(ecosystem.info, { ...request, sender: signer.address }, ecosystem.provider);
    assert.equal(estimate.quoted, expected);
    await send(request);
    await ecosystem.moveOn();
    assert.equal(await balance("a", signer.address), 0n);
    // ETH is a token on a chain whose coin is another.
    const chain = findChain(ecosystem.info, "gas");
    const ether = await findToken(ecosystem.info, chain, "ETH", ecosystem.provider(chain.chainId));
    assert.equal(await tokensOf(ecosystem.provider(chain.chainId), ether.address, BOB), expected);
    reserves = { coins: reserves.coins - expected, tokens: reserves.tokens + amount };
  });

  test("is refunded on the sender's chain where the price slips before it is made", async () => {
    const sent = await send({ ...base(), refundTo: BOB });
    const alice = ecosystem.on("b", ALICE);
    const data = pools.encodeFunctionData("swapExactETHForTokens", [0n, [pool, token], alice.address, 2n ** 64n]);
    await (await alice.sendTransaction({ to: pool, data, value: ETHER / 100n })).wait();
    await ecosystem.moveOn();
    assert.equal(await succeeded(sent), false);
    assert.equal(await ecosystem.provider(271).getBalance(BOB), base().amount);
  });

  test("is refunded where it comes after its deadline", async () => {
    const before = await ecosystem.provider(271).getBalance(BOB);
    const { timestamp } = (await ecosystem.provider(272).getBlock("latest"))!;
    const deadline = BigInt(timestamp) + 3_600n;
    const sent = await send({ ...base(), refundTo: BOB, deadline });
    await ecosystem.devnet.chains[1]!.provider.request({ method: "evm_increaseTime", params: [7_200] });
    await ecosystem.moveOn();
    assert.equal(await succeeded(sent), false);
    assert.equal((await ecosystem.provider(271).getBalance(BOB)) - before, base().amount);
  });

  test("sends nothing where it would fail now, and says why", async () => {
    const signer = ecosystem.on("a", ALICE);
    const nonce = await signer.getNonce();
    await failing(
      { ...base(), minimum: 10n ** 6n },
      { code: "Failed", message: /would fail: it reverts with InsufficientOutput\(\)/ },
    );
    const other = await deploy(ecosystem.on("b", ALICE), "L2TestToken", 1n, false, false);
    await failing({ ...base(), wanted: other }, { code: "Failed", message: /answers getAmountsOut.* check that it has a pool/ });
    await failing(
      { ...base(), at: `${token}@b` },
      { code: "Failed", message: /answers WETH\(\) with a revert without a reason; / },
    );
    await failing({ ...base(), at: `${BOB}@b` }, { code: "NoContract", message: /there is no router at/ });
    await failing({ ...base(), at: `${pool}@a` }, { code: "UnknownChain", message: /source and destination are both chain 271/ });
    await failing({ ...base(), amount: 0n }, { code: "ZeroAmount", message: /the amount of a swap is 0/ });
    await failing({ ...base(), amount: 1n }, { code: "ZeroAmount", message: /the amount of a swap's proceeds is 0/ });
    await assert.rejects(send({ ...base(), slippage: 10_000 }), { name: "RangeError", message: /^slippage is 10000/ });
    assert.equal(await signer.getNonce(), nonce);
  });
});
