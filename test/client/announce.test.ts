import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { announceToken, describeToken } from "../../src/client/announce.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { send } from "../../src/client/send.ts";
import { walletView } from "../../src/client/wallet-view.ts";
import { deploy, startClientEcosystem } from "./support.ts";
import type { ClientEcosystem } from "./support.ts";

const [ALICE, BOB] = [1, 2];
const named = new Interface(["function name() view returns (string)", "function symbol() view returns (string)"]);

describe("B5: a token that was born on a chain gets its name on another", () => {
  let ecosystem: ClientEcosystem;
  let token: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    token = await deploy(ecosystem.on("a", ALICE), "L2TestToken", 500n, false, false);
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const ask = async (chain: number, of: string, name: "name" | "symbol"): Promise<string> => {
    const answer = await ecosystem.provider(chain).call({ to: of, data: named.encodeFunctionData(name) });
    return String(named.decodeFunctionResult(name, answer)[0]);
  };

  test("by an announcement, which any account brings once its batch is settled", async () => {
    const { info, devnet } = ecosystem;
    const announced = await announceToken(info, { chain: "a", token }, ecosystem.on("a", ALICE));
    const bring = () => describeToken(info, { announced, on: "b" }, ecosystem.on("b", ALICE), devnet.l1.provider);
    await assert.rejects(bring(), {
      name: "ClientError",
      code: "NotImported",
      message: /^b does not know of the announcement 0x[0-9a-f]{64} yet: settle a, and wait/,
    });
    await send(info, { from: "a", to: `${ecosystem.on("b", BOB).address}@b`, amount: 7n, token }, ecosystem.on("a", ALICE));
    await ecosystem.moveOn();
    const { members } = await walletView(info, ecosystem.on("b", BOB).address, ecosystem.provider);
    const there = members.find(({ name }) => name === "b")?.tokens.find(({ origin }) => origin.token === token);
    assert.ok(there !== undefined);
    const [name, symbol] = [await ask(271, token, "name"), await ask(271, token, "symbol")];
    assert.notEqual(await ask(272, there.address, "name"), name);
    await bring();
    assert.deepEqual([await ask(272, there.address, "name"), await ask(272, there.address, "symbol")], [name, symbol]);
  });

  test("what pays for gas needs no announcement, and none is sent", async () => {
    await assert.rejects(announceToken(ecosystem.info, { chain: "a", token: "ETH" }, ecosystem.on("a", ALICE)), {
      code: "UnknownToken",
      message: /is what gas on a is paid with/,
    });
  });
});
