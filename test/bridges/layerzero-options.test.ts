import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, Contract, Interface, solidityPacked, toBeHex } from "ethers";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { suiteDapp } from "./support/suite-dapp.ts";
import { options, pair, put, send, sendTokens, sendWord, word } from "./support/world.ts";

const COIN = 10n ** 18n;
const OTHER_DVN = "0x000000000000000000000000000000000000dead";
/** Value for no DVN in `UlnBase`; 0 selects the default. */
const NO_DVN = 255;
const EXECUTOR_CONFIG = 1;
const ULN_CONFIG = 2;
const ENDPOINT = new Interface([
  "function setConfig(address oapp, address lib, (uint32 eid, uint32 configType, bytes config)[] params)",
  "error LZ_LzTokenUnavailable()",
  "error LzTokenUnavailable()",
  "error LZ_MessageLib_InvalidMessageSize(uint256 actual, uint256 max)",
  "error TooManyDrops(uint256 limit, uint256 actual)",
]);
const isError =
  (name: string) =>
  (error: { readonly data?: string }): true => {
    const told = `${error.data} ${String(error)}`;
    assert.ok(told.includes(name) || told.includes(ENDPOINT.getError(name)!.selector), told);
    return true;
  };

describe("C14 options of LayerZero's library and executor", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("layerzero");
  const { at, ask, signer } = dapp;
  let accounts = 0;
  const account = (): string => toBeHex(0xd000_0000n + BigInt(++accounts), 20);
  const coins = (of: string): Promise<bigint> => at("beta").ethers.provider.getBalance(of);

  async function oapps() {
    const a = await put(at("alpha"), "MyOApp", dapp.bridge.endpoint, dapp.owner);
    const b = await put(at("beta"), "MyOApp", dapp.bridge.endpoint, dapp.owner);
    return pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
  }
  async function configure(member: string, oapp: Contract, lib: string, [eid, kind]: readonly [number, number], config: string) {
    const endpoint = new Contract(dapp.bridge.endpoint, ENDPOINT, await signer(member));
    await send(endpoint, "setConfig", oapp.target, lib, [{ eid, configType: kind, config }]);
  }
  const ulnConfig = (required: readonly string[], optional: readonly string[], threshold: number): string => {
    const uln = [1n, required.length === 0 ? NO_DVN : required.length, optional.length, threshold, required, optional];
    return AbiCoder.defaultAbiCoder().encode(["tuple(uint64,uint8,uint8,uint8,address[],address[])"], [uln]);
  };

  test("options of the older types: gas alone, and gas with a drop, which is paid once", async () => {
    const { a, b, bId } = await oapps();
    const gas = solidityPacked(["uint16", "uint256"], [1, 200_000n]);
    await dapp.bridge.delivered(await sendWord(a, bId, "of type 1", { options: gas }));
    assert.equal(await ask(b, "data"), "of type 1");
    const receiver = account();
    const withDrop = solidityPacked(["uint16", "uint256", "uint256", "bytes"], [2, 200_000n, 9n, receiver]);
    const sent = await sendWord(a, bId, "of type 2", { options: withDrop });
    await dapp.bridge.delivered(sent);
    await dapp.bridge.delivered(sent);
    assert.deepEqual([await ask(b, "data"), await coins(receiver)], ["of type 2", 9n]);
  });

  test("optional DVNs: one of two is enough where the receiver wants one, and it waits where it wants both", async () => {
    const { a, b, aId, bId } = await oapps();
    const both = [dapp.bridge.dvn, OTHER_DVN].toSorted((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1));
    await configure("beta", b, dapp.bridge.receiveLib, [aId, ULN_CONFIG], ulnConfig([], both, 1));
    const asked = { options: options.all(options.receive(200_000)) };
    await dapp.bridge.delivered(await sendWord(a, bId, "one of two", asked));
    assert.equal(await ask(b, "data"), "one of two");
    await configure("beta", b, dapp.bridge.receiveLib, [aId, ULN_CONFIG], ulnConfig([], both, 2));
    await assert.rejects(
      dapp.bridge.delivered(await sendWord(a, bId, "both", asked)),
      new RegExp(`DVN ${OTHER_DVN} has not verified`),
    );
  });

  test("a sender's own limit of a message's size, and a fee in a token where the library takes none, are refused by the library's names", async () => {
    const { a, bId } = await oapps();
    const config = AbiCoder.defaultAbiCoder().encode(["tuple(uint32,address)"], [[300, dapp.bridge.executor]]);
    await configure("alpha", a, dapp.bridge.sendLib, [bId, EXECUTOR_CONFIG], config);
    const asked = { options: options.all(options.receive(200_000)) };
    await dapp.bridge.delivered(await sendWord(a, bId, "short", asked));
    await assert.rejects(sendWord(a, bId, "long ".repeat(40), asked), isError("LZ_MessageLib_InvalidMessageSize"));
    const oft = await put(at("alpha"), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, COIN);
    await send(oft, "setPeer", bId, word(oft));
    const param = [bId, word(dapp.owner), COIN, 0n, asked.options, "0x", "0x"];
    await assert.rejects(ask(oft, "quoteSend", param, true), isError("LZ_LzTokenUnavailable"));
    const payInToken = oft.getFunction("send").staticCall(param, [COIN, 1n], dapp.owner, { value: COIN });
    await assert.rejects(payInToken, isError("LzTokenUnavailable"));
  });

  test("attack: the most that can be paid for, with the longest message and 32 drops, is one transaction: none of the drops is lost", async () => {
    const { a, bId } = await oapps();
    const receivers = Array.from({ length: 32 }, account);
    const drops = receivers.map((receiver) => options.drop(1n, receiver));
    // What the message stores takes more than its 5,000,000 gas.
    const asked = { options: options.all(options.receive(5_000_000), ...drops) };
    await assert.rejects(dapp.bridge.delivered(await sendWord(a, bId, "x".repeat(9_760), asked)), /reverts/);
    assert.deepEqual(
      await Promise.all(receivers.map(coins)),
      receivers.map(() => 1n),
    );
    const more = options.all(options.receive(5_000), ...drops, options.drop(1n, account()));
    await assert.rejects(sendWord(a, bId, "one more", { options: more }), isError("TooManyDrops"));
  });

  test("attack: a drop's receiver that burns all gas, or refuses coins, gets none, and takes nothing from the others", async () => {
    const { a, b, bId } = await oapps();
    const receiver = account();
    const refuses = await put(at("beta"), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 0n);
    // What runs 0xfe there burns all gas that it gets.
    const burns = account();
    await at("beta").provider.request({ method: "hardhat_setCode", params: [burns, "0xfe"] });
    const drops = [burns, String(refuses.target), receiver].map((to) => options.drop(7n, to));
    const executor = await coins(dapp.bridge.executor);
    await dapp.bridge.delivered(await sendWord(a, bId, "well", { options: options.all(options.receive(200_000), ...drops) }));
    const paid = [
      await coins(burns),
      await coins(String(refuses.target)),
      await coins(receiver),
      await coins(dapp.bridge.executor),
    ];
    assert.deepEqual([await ask(b, "data"), ...paid], ["well", 0n, 0n, 7n, executor]);
  });

  test("an OFT's tokens come with a drop for another account, and a second delivery by hand is refused and brings neither again", async () => {
    const a = await put(at("alpha"), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 10n * COIN);
    const b = await put(at("beta"), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 0n);
    const { bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
    const [to, receiver] = [account(), account()];
    const asked = { options: options.all(options.receive(200_000), options.drop(5n, receiver)) };
    const { delivery } = await dapp.bridge.delivered(await sendTokens(a, { id: bId, account: to }, COIN, asked));
    await assert.rejects(dapp.bridge.execute(delivery, { gas: 300_000n }), /message 0x[0-9a-f]{64} is executed/);
    assert.deepEqual([await ask(b, "balanceOf", to), await coins(receiver)], [COIN, 5n]);
  });
});
