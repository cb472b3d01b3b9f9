import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { AbiCoder, ContractFactory, Interface, type Contract, type Signer } from "ethers";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { compileDapp, DAPP } from "./support/dapp.ts";
import { options, pair, put, send, sendTokens, word } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";
const PLAIN = options.all(options.receive(200_000));
/** Address of off-chain calls in PreCrime's source: no chain calls from it. */
const OFF_CHAIN = "0x000000000000000000000000000000000000dEaD";
const DEFAULT_LIB_MISSING = "error LZ_DefaultSendLibUnavailable()";

describe("C14 more of LayerZero's packages: their contracts run unchanged", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("layerzero");
  const { at } = dapp;
  let compiled: ReturnType<typeof compileDapp>;
  before(() => {
    compiled = compileDapp(DAPP, "more");
  });

  async function more(name: string, contract: string, ...args: unknown[]): Promise<Contract> {
    const { abi, bytecode } = compiled(contract);
    const [signer] = await at(name).ethers.getSigners();
    const created = await new ContractFactory(abi as [], bytecode, signer as unknown as Signer).deploy(...args);
    await created.waitForDeployment();
    return created as Contract;
  }
  const balance = (token: Contract, account: string): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);
  const plainOft = (name: string) => put(at(name), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 0n);

  for (const [from, to] of [
    ["alpha", "beta"],
    ["l1", "alpha"],
  ] as const)
    test(`NativeOFTAdapter: coins of ${from} stand as a token on ${to}, and are paid out when it comes home`, async () => {
      const adapter = await more(from, "MyNativeOFTAdapter", dapp.bridge.endpoint, dapp.owner);
      const b = await plainOft(to);
      const { aId, bId } = await pair(dapp.hyperchains, [from, to], [adapter, b]);
      const param = [bId, word(dapp.owner), COIN, 0n, PLAIN, "0x", "0x"];
      const [fee] = (await adapter.getFunction("quoteSend").staticCall(param, false)) as [bigint];
      await dapp.bridge.delivered(await send(adapter, "send", param, [fee, 0n], dapp.owner, { value: fee + COIN }));
      assert.equal(await balance(b, dapp.owner), COIN);
      const { provider } = at(from).ethers;
      const before = await provider.getBalance(BOB);
      await dapp.bridge.delivered(await sendTokens(b, { id: aId, account: BOB }, COIN / 4n, { options: PLAIN }));
      assert.equal((await provider.getBalance(BOB)) - before, COIN / 4n);
      assert.equal(await provider.getBalance(adapter.target), (3n * COIN) / 4n);
    });

  test("MintBurnOFTAdapter: a token with a custom minter is burnt here and minted there", async () => {
    const [a, b] = await Promise.all(
      (["alpha", "beta"] as const).map(async (name) => {
        const token = await more(name, "MyMintable", name === "alpha" ? 10n * COIN : 0n);
        return { token, adapter: await more(name, "MyMintBurnOFTAdapter", token.target, dapp.bridge.endpoint, dapp.owner) };
      }),
    );
    const { bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [a!.adapter, b!.adapter]);
    await dapp.bridge.delivered(await sendTokens(a!.adapter, { id: bId, account: BOB }, 4n * COIN, { options: PLAIN }));
    assert.deepEqual([await balance(a!.token, dapp.owner), await balance(b!.token, BOB)], [6n * COIN, 4n * COIN]);
  });

  test("RateLimiter: more than the window's limit is refused until tokens come back", async () => {
    const a = await more("alpha", "MyRateLimitedOFT", dapp.bridge.endpoint, dapp.owner, 100n * COIN);
    const b = await more("beta", "MyRateLimitedOFT", dapp.bridge.endpoint, dapp.owner, 0n);
    const { aId, bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
    await send(a, "setRateLimits", [{ dstEid: bId, limit: 5n * COIN, window: 10n ** 9n }]);
    await send(b, "setRateLimits", [{ dstEid: aId, limit: 5n * COIN, window: 10n ** 9n }]);
    await dapp.bridge.delivered(await sendTokens(a, { id: bId, account: dapp.owner }, 4n * COIN, { options: PLAIN }));
    const again = () => sendTokens(a, { id: bId, account: dapp.owner }, 4n * COIN, { options: PLAIN });
    await assert.rejects(again(), /RateLimitExceeded|0xa74c1c5f/);
    await dapp.bridge.delivered(await sendTokens(b, { id: aId, account: dapp.owner }, 4n * COIN, { options: PLAIN }));
    await dapp.bridge.delivered(await again());
    assert.equal(await balance(b, dapp.owner), 4n * COIN);
  });

  test("Fee: a hundredth stays with the token's owner, and the quote says so before", async () => {
    const a = await more("alpha", "MyFeeOFT", dapp.bridge.endpoint, dapp.owner, 100n * COIN);
    const b = await more("beta", "MyFeeOFT", dapp.bridge.endpoint, dapp.owner, 0n);
    const { bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
    await send(a, "setDefaultFeeBps", 100n);
    const param = [bId, word(BOB), 10n * COIN, 0n, PLAIN, "0x", "0x"];
    const [, , receipt] = (await a.getFunction("quoteOFT").staticCall(param)) as [unknown, unknown, readonly [bigint, bigint]];
    assert.deepEqual([...receipt], [10n * COIN, (99n * COIN) / 10n]);
    await dapp.bridge.delivered(await sendTokens(a, { id: bId, account: BOB }, 10n * COIN, { options: PLAIN }));
    assert.deepEqual([await balance(b, BOB), await balance(a, dapp.owner)], [(99n * COIN) / 10n, 90n * COIN + COIN / 10n]);
  });

  test("PreCrime: a message that was not delivered yet is tried, and more tokens than were made are called a crime", async () => {
    const a = await put(at("alpha"), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 10n * COIN);
    const b = await plainOft("beta");
    const { aId, bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
    const guard = await more("beta", "MyPreCrime", dapp.bridge.endpoint, b.target, 10n * COIN);
    await send(guard, "setMaxBatchSize", 10n);
    await send(b, "setPreCrime", guard.target);
    const amount = (tokens: bigint) => AbiCoder.defaultAbiCoder().encode(["uint256"], [tokens]).slice(2);
    const sharedUnits = 3_000_000n;
    const message = word(BOB).slice(2) + sharedUnits.toString(16).padStart(16, "0");
    const packet =
      "0x01" +
      1n.toString(16).padStart(16, "0") +
      aId.toString(16).padStart(8, "0") +
      word(a).slice(2) +
      bId.toString(16).padStart(8, "0") +
      word(b).slice(2) +
      "11".repeat(32) +
      message;
    const asked = { from: OFF_CHAIN };
    const called = guard.connect(at("beta").ethers.provider as never) as Contract;
    const simulated = (await called.getFunction("simulate").staticCall([packet], [0n], asked)) as string;
    // Its own endpoint's id, and three tokens more than before.
    assert.equal(simulated, `0x${bId.toString(16).padStart(8, "0")}${amount(3n * COIN)}`);
    const told = (tokens: bigint) => `0x${aId.toString(16).padStart(8, "0")}${amount(tokens)}`;
    await called.getFunction("preCrime").staticCall([packet], [0n], [told(7n * COIN), simulated], asked);
    await assert.rejects(called.getFunction("preCrime").staticCall([packet], [0n], [told(8n * COIN), simulated], asked));
    assert.equal(await balance(b, BOB), 0n);
  });

  test("ONFT721Adapter and Enumerable: an existing piece is locked, exists on the other side, and returns", async () => {
    const pieces = await more("alpha", "MyPieces");
    const adapter = await more("alpha", "MyONFT721Adapter", pieces.target, dapp.bridge.endpoint, dapp.owner);
    const b = await more("beta", "MyONFT721Enumerable", dapp.bridge.endpoint, dapp.owner);
    const { aId, bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [adapter, b]);
    await send(pieces, "mint", dapp.owner, 5n);
    await send(pieces, "approve", adapter.target, 5n);
    const move = async (from: Contract, id: number, to: string) => {
      const param = [id, word(to), 5n, options.all(options.receive(300_000)), "0x", "0x"];
      const [fee] = (await from.getFunction("quoteSend").staticCall(param, false)) as [bigint];
      return dapp.bridge.delivered(await send(from, "send", param, [fee, 0n], dapp.owner, { value: fee }));
    };
    await move(adapter, bId, dapp.owner);
    assert.deepEqual(
      [await b.getFunction("ownerOf").staticCall(5n), await b.getFunction("totalSupply").staticCall()],
      [dapp.owner, 1n],
    );
    assert.equal(await pieces.getFunction("ownerOf").staticCall(5n), adapter.target);
    await move(b, aId, BOB);
    assert.equal(await pieces.getFunction("ownerOf").staticCall(5n), BOB);
  });

  test("OAppRead: a read is refused by the endpoint's own error, since no library of reads is registered", async () => {
    const reader = await more("alpha", "MyReader", dapp.bridge.endpoint, dapp.owner);
    const channel = await reader.getFunction("READ_CHANNEL").staticCall();
    await send(reader, "setReadChannel", channel, true);
    const selector = new Interface([DEFAULT_LIB_MISSING]).getError("LZ_DefaultSendLibUnavailable")!.selector;
    await assert.rejects(
      reader.getFunction("ask").staticCall(dapp.bridge.idOf("beta"), BOB, "0x12345678", PLAIN, { value: COIN }),
      (error: { data?: string }) => error.data === selector,
    );
  });
});
