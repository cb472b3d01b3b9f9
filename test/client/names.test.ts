import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, JsonRpcSigner } from "ethers";
import type { JsonRpcApiProvider } from "ethers";
import { hyperchainInterface } from "../../src/client/contract-interfaces.ts";
import { checksumOf, parseChainAddress } from "../../src/client/chain-address.ts";
import { announceName, chooseName, chosenName, pointName, takeName, transferName } from "../../src/client/names.ts";
import type { NameRequest } from "../../src/client/names.ts";
import { deployNames, hasNames } from "../../src/client/names-contract.ts";
import { resolveChainAddress } from "../../src/client/resolve-name.ts";
import { send } from "../../src/client/send.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { ETHER, startClientEcosystem } from "./support.ts";
import type { ClientEcosystem } from "./support.ts";

const [DEPLOYER, ALICE, THIEF] = [0, 1, 2];
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const CAROL: Hex = "0x00000000000000000000000000000000000ca401";

test("C9: checksums are those of ERC-7930, and a wrong one is refused", () => {
  // The ERC's first example: 0xd8dA…@eip155:1#4CA88C9C.
  const account = "0xd8da6bf26964af9d7eed9e03e53415d37aa96045";
  assert.equal(checksumOf({ chainId: 1, account }), "4CA88C9C");
  const ecosystem = { l1: { name: "l1", chainId: 1, contracts: { factory: BOB, bridge: BOB, roots: BOB } }, chains: [] };
  for (const text of [`${account}@eip155:1#4CA88C9C`, `${account}@l1#4ca88c9c`, `${account}@1`])
    assert.deepEqual(parseChainAddress(ecosystem, text), { chainId: 1, account });
  for (const wrong of ["4CA88C9D", "", "4CA88C9C#"])
    assert.throws(() => parseChainAddress(ecosystem, `${account}@1#${wrong}`), { code: "WrongChecksum" });
});

describe("C9: send by name", () => {
  let ecosystem: ClientEcosystem;
  let info: ClientEcosystem["info"];
  before(async () => {
    ecosystem = await startClientEcosystem();
    info = ecosystem.info;
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const l1 = () => ecosystem.devnet.l1.provider;
  const on = (member: string, account: number) => ecosystem.on(member, account);
  const resolve = (text: string) => resolveChainAddress(info, text, l1());
  const take = async (request: NameRequest, account: number) => {
    const { secret } = await announceName(info, request, on("l1", account));
    return takeName(info, { ...request, secret }, on("l1", account));
  };

  test("money arrives at the account that a name stands for, on its chain, from a chain and from L1", async () => {
    assert.equal(await hasNames(info, l1()), false);
    await assert.rejects(resolve("bob@b"), { code: "MalformedAddress" });
    assert.equal(await deployNames(info, on("l1", DEPLOYER)), await deployNames(info, on("l1", ALICE)));
    await assert.rejects(resolve("bob@b"), { code: "UnknownName" });
    await take({ chain: "b", label: "bob", account: BOB }, ALICE);
    const place = await resolve("bob@b");
    assert.deepEqual(place, { chainId: 272, account: BOB });
    for (const text of ["bob@272", "bob@eip155:272", `bob@b#${checksumOf(place)}`]) assert.deepEqual(await resolve(text), place);
    const to = { chain: place.chainId, account: place.account };
    for (const from of ["a", "l1"]) await send(info, { from, to, amount: ETHER }, on(from, from === "a" ? ALICE : DEPLOYER));
    await ecosystem.moveOn();
    assert.equal(await ecosystem.provider(272).getBalance(BOB), 2n * ETHER);
    assert.equal(await ecosystem.provider(271).getBalance(BOB), 0n);
  });

  test("attack: a name that was changed after its checksum was given is refused, and after resolving changes nothing", async () => {
    await take({ chain: "b", label: "dan", account: BOB }, ALICE);
    const before = await resolve("dan@b");
    await pointName(info, { chain: "b", label: "dan", account: CAROL }, on("l1", ALICE));
    await assert.rejects(resolve(`dan@b#${checksumOf(before)}`), { code: "WrongChecksum" });
    assert.equal((await resolve("dan@b")).account, CAROL);
    await transferName(info, { chain: "b", label: "dan", owner: on("l1", THIEF).address }, on("l1", ALICE));
    await assert.rejects(pointName(info, { chain: "b", label: "dan", account: BOB }, on("l1", ALICE)), { code: "Refused" });
  });

  test("attack: look-alike names are not read, and a reverse name that another account gave is not told", async () => {
    for (const text of ["Bob@b", "bоb@b", "bob @b", "bob.b@b"]) await assert.rejects(resolve(text), { code: "MalformedAddress" });
    const thief = on("l1", THIEF);
    const place = { chainId: 272, account: thief.address.toLowerCase() as Hex };
    await assert.rejects(chooseName(info, { chain: "b", label: "bob" }, thief), { code: "Refused" });
    await take({ chain: "b", label: "eve", account: thief.address }, ALICE);
    assert.equal(await chosenName(info, place, l1()), undefined);
    await chooseName(info, { chain: "b", label: "eve" }, thief);
    assert.equal(await chosenName(info, place, l1()), "eve");
    await pointName(info, { chain: "b", label: "eve", account: BOB }, on("l1", ALICE));
    assert.equal(await chosenName(info, place, l1()), undefined);
  });

  test("attack: a chain's label is its admin's alone, and one that is another chain's name here is refused", async () => {
    const admin = String(await new Contract(info.chains[0]!.hyperchain, hyperchainInterface, l1()).getFunction("getAdmin")());
    // Chain a's admin takes the label by which this ecosystem calls chain b.
    const request = { chain: "a", label: "b" };
    await assert.rejects(take(request, THIEF), { code: "Refused", message: /OnlyAdmin/ });
    const provider = ecosystem.devnet.l1.provider as JsonRpcApiProvider;
    await provider.send("hardhat_impersonateAccount", [admin]);
    const signer = new JsonRpcSigner(provider, admin);
    const { secret } = await announceName(info, request, signer);
    await takeName(info, { ...request, secret }, signer);
    await assert.rejects(resolve("bob@b"), { code: "AmbiguousName", message: /272 here, and 271/ });
    assert.equal((await resolve("bob@272")).account, BOB);
  });
});
