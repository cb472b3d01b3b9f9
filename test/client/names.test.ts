import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, JsonRpcSigner, keccak256, toUtf8Bytes, type JsonRpcApiProvider } from "ethers";
import { hyperchainInterface } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { checksumOf, parseChainAddress } from "../../src/ecosystem/client/ecosystem/chain-address.ts";
import { listNames } from "../../src/ecosystem/client/names/name-list.ts";
import {
  announceName,
  chooseName,
  chosenName,
  pointName,
  requireFreeName,
  takeName,
  transferName,
  type NameRequest,
} from "../../src/ecosystem/client/names/names.ts";
import { deployNames, hasNames } from "../../src/ecosystem/client/names/names-contract.ts";
import { resolveChainAddress } from "../../src/ecosystem/client/names/resolve-name.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ETHER, startClientEcosystem, type ClientEcosystem } from "./support.ts";

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

  test("delivers money to the account of a name, on its chain, from a chain and from L1", async () => {
    assert.equal(await hasNames(info, l1()), false);
    await assert.rejects(resolve("bob@b"), { code: "UnknownName", message: /bob@b: l1 has no registry of names/i });
    assert.deepEqual(await listNames(info, l1()), { chains: [], accounts: [] });
    await assert.rejects(announceName(info, { chain: "b", label: "bob", account: BOB }, on("l1", ALICE)), { code: "NoContract" });
    assert.equal(await deployNames(info, on("l1", DEPLOYER)), await deployNames(info, on("l1", ALICE)));
    await assert.rejects(resolve("bob@b"), {
      code: "UnknownName",
      message: /bob@b: it was not taken; write the account's address/,
    });
    await assert.rejects(resolve("bob@l1"), { code: "UnknownName", message: /only accounts of chains have names/ });
    await take({ chain: "b", label: "bob", account: BOB }, ALICE);
    const place = await resolve("bob@b");
    assert.deepEqual(place, { chainId: 272, account: BOB });
    for (const text of ["bob@272", "bob@eip155:272", `bob@b#${checksumOf(place)}`]) assert.deepEqual(await resolve(text), place);
    const to = { chain: place.chainId, account: place.account };
    for (const from of ["a", "l1"])
      await send(info, { chain: from, to, amount: ETHER }, on(from, from === "a" ? ALICE : DEPLOYER));
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
    // A number is a development account to tasks; the registry gives it to no account, and to the client it is nothing.
    await assert.rejects(resolve("7@b"), {
      code: "MalformedAddress",
      message: /a number is a development account to tasks alone/,
    });
    for (const label of ["7", "l1", "-bob", "Bob", "xn--a"])
      await assert.rejects(take({ chain: "b", label, account: BOB }, ALICE), { code: "MalformedName" });
    for (const text of ["Bob@b", "bоb@b", "bob @b", "bob.b@b"]) await assert.rejects(resolve(text), { code: "MalformedAddress" });
    // An address without its 0x is an address, and never the name of a thief who took it from the registry itself.
    const bare = BOB.slice(2);
    assert.deepEqual(await resolve(`${bare}@b`), { chainId: 272, account: BOB });
    await assert.rejects(take({ chain: "b", label: bare, account: CAROL }, ALICE), { code: "MalformedName" });
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

  test("the node that is asked for an announcement is not told the name before it is taken", async () => {
    const asked: string[] = [];
    const signer = on("l1", ALICE);
    const provider = signer.provider as JsonRpcApiProvider;
    const sendNow = provider.send.bind(provider);
    provider.send = (method: string, params: unknown[] | Record<string, unknown>) => {
      asked.push(JSON.stringify([method, params]));
      return sendNow(method, params);
    };
    const request = { chain: "b", label: "quiet", account: CAROL };
    const { secret } = await announceName(info, request, signer).finally(() => (provider.send = sendNow));
    assert.ok(asked.length > 0);
    const told = [
      Buffer.from("quiet").toString("hex"),
      keccak256(toUtf8Bytes("quiet")).slice(2),
      secret.slice(2),
      CAROL.slice(2),
    ];
    for (const line of asked) assert.ok(!told.some((word) => line.toLowerCase().includes(word)), line);
    await takeName(info, { ...request, secret }, on("l1", ALICE));
    assert.equal((await resolve("quiet@b")).account, CAROL);
  });

  test("the list has each name with its current owner and account; refuses a taken name with a reason before the announcement", async () => {
    const { chains, accounts } = await listNames(info, l1());
    assert.deepEqual(chains, []);
    const thief = on("l1", THIEF).address.toLowerCase();
    const alice = on("l1", ALICE).address.toLowerCase();
    assert.deepEqual(accounts, [
      { chainId: 272, label: "bob", owner: alice, account: BOB },
      { chainId: 272, label: "dan", owner: thief, account: CAROL },
      { chainId: 272, label: "eve", owner: alice, account: BOB },
      { chainId: 272, label: "quiet", owner: alice, account: CAROL },
    ]);
    await assert.rejects(requireFreeName(info, { chain: "b", label: "bob", account: CAROL }, l1()), { code: "NameTaken" });
    await requireFreeName(info, { chain: "a", label: "bob", account: CAROL }, l1());
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
    assert.deepEqual((await listNames(info, l1())).chains, [{ chainId: 271, label: "b" }]);
    await assert.rejects(requireFreeName(info, { chain: "a", label: "other" }, l1()), { code: "NameTaken", message: /for good/ });
    // A label stays with a chain that this ecosystem no longer has: it leads to no other chain, and the error says so.
    const without = { ...info, chains: info.chains.filter(({ name }) => name === "b").map((each) => ({ ...each, name: "c" })) };
    await assert.rejects(resolveChainAddress(without, "bob@b", l1()), { code: "UnknownChain", message: /271/ });
  });
});
