import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hexlify, Interface, toUtf8Bytes, type Contract } from "ethers";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { extraArgs, knowPool, putCcip, putMoreCcip, registerPool, request } from "./support/ccip-dapp.ts";
import { suiteDapp } from "./support/suite-dapp.ts";
import { send } from "./support/world.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000B0B00";
const ERRORS = new Interface(["error Error(string)", "error CustomError(bytes err)"]);

describe("C14 receivers and pools of CCIP's package that refuse", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("ccip");
  const { at, ask } = dapp;

  async function sendTo(receiver: unknown, text: string, tokens: readonly object[] = [], args = extraArgs(200_000n)) {
    const messenger = await putCcip(at("alpha"), "MyMessenger", dapp.bridge.router);
    for (const { token } of tokens as readonly { token: Contract }[]) await send(token, "approve", messenger.target, COIN);
    const given = (tokens as readonly { token: Contract }[]).map(({ token }) => ({ token: token.target, amount: COIN }));
    const asked = request(receiver, text, { tokens: given, args });
    const fee = (await ask(messenger, "quote", dapp.bridge.idOf("beta"), asked)) as bigint;
    return send(messenger, "send", dapp.bridge.idOf("beta"), asked, { value: fee });
  }
  /** Creates a token on both chains, with the package's pool that refuses on command. */
  async function refusingPools() {
    const put = async (name: "alpha" | "beta") => {
      const token = await putCcip(at(name), "MyToken");
      const pool = await putMoreCcip(at(name), "MyRefusingPool", token.target, dapp.bridge.rmn, dapp.bridge.router);
      await registerPool(at(name), dapp.bridge.tokenAdminRegistry, token, pool);
      return { token, pool };
    };
    const [here, there] = [await put("alpha"), await put("beta")];
    await knowPool(here.pool, dapp.bridge.idOf("beta"), there);
    await knowPool(there.pool, dapp.bridge.idOf("alpha"), here);
    return { here, there };
  }

  test("a refusing receiver is reported with its error, and gets its message after it stops refusing", async () => {
    const receiver = await putMoreCcip(at("beta"), "MyRefusingReceiver");
    await send(receiver, "setRevert", true);
    await send(receiver, "setErr", hexlify(toUtf8Bytes("no")));
    const sent = await sendTo(receiver.target, "hello");
    const reason = ERRORS.encodeErrorResult("CustomError", [hexlify(toUtf8Bytes("no"))]);
    await assert.rejects(dapp.bridge.delivered(sent), new RegExp(`CustomError|${reason.slice(0, 10)}`));
    await send(receiver, "setRevert", false);
    const { hash } = await dapp.bridge.delivered(sent);
    const receipt = await at("beta").ethers.provider.getTransactionReceipt(hash);
    const told = receipt!.logs.map((log) => receiver.interface.parseLog(log)).find((event) => event?.name === "MessageReceived");
    assert.equal(told?.args["data"], hexlify(toUtf8Bytes("hello")));
  });

  test("a contract without ERC-165 gets its tokens and is not called, as on public networks, though it would refuse", async () => {
    const { here, there } = await refusingPools();
    const receiver = await putMoreCcip(at("beta"), "MyReceiverWithoutErc165");
    await dapp.bridge.delivered(await sendTo(receiver.target, "hello", [here]));
    assert.equal(await ask(there.token, "balanceOf", receiver.target), COIN);
  });

  test("a pool that refuses at the source stops the sending; at the destination its error is reported, and it mints once, after it accepts", async () => {
    const { here, there } = await refusingPools();
    const reason = ERRORS.encodeErrorResult("Error", ["pool is closed"]);
    await send(here.pool, "setShouldRevert", reason);
    await assert.rejects(sendTo(BOB, "", [here]), /pool is closed/);
    await send(here.pool, "setShouldRevert", "0x");
    await send(there.pool, "setShouldRevert", reason);
    const sent = await sendTo(BOB, "", [here]);
    await assert.rejects(
      dapp.bridge.delivered(sent),
      new RegExp(`pool is closed.*are refused by the token or pool ${String(there.pool.target)}$`),
    );
    await send(there.pool, "setShouldRevert", "0x");
    await dapp.bridge.delivered(sent);
    await dapp.bridge.delivered(sent);
    assert.equal(await ask(there.token, "balanceOf", BOB), COIN);
  });

  test("tokens of more decimals, as the source's pool says: what the destination's pool mints is what it says, or nothing", async () => {
    const { here, there } = await refusingPools();
    await send(there.pool, "setReleaseOrMintMultiplier", 3n);
    await dapp.bridge.delivered(await sendTo(BOB, "", [here]));
    assert.equal(await ask(there.token, "balanceOf", BOB), 3n * COIN);
    // More than 32 bytes of a pool's data are paid for where a token's own fee says so, which none here does.
    await send(here.pool, "setSourceTokenData", `0x${"11".repeat(33)}`);
    await assert.rejects(sendTo(BOB, "", [here]), /SourceTokenDataTooLarge|0x36f536ca/);
  });
});
