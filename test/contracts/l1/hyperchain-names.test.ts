import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { concat, dnsEncode, getAddress, Interface, namehash, ZeroAddress } from "ethers";
import { assertReverts } from "./support/errors.ts";
import { addressOf, eventsOf } from "./support/ecosystem.ts";
import { DAY, REVEAL_DELAY, SECRET, startNamesWorld, type NamesWorld } from "./support/names.ts";

const BOB = addressOf(0xb0b);
const CAROL = addressOf(0xca201);
/** Admins of the chains 271 and 272, and accounts without a part in them. */
const [ADMIN, OTHER_ADMIN, OWNER, THIEF] = [1, 2, 3, 4] as const;
const resolver = new Interface([
  "function addr(bytes32) view returns (address)",
  "function addr(bytes32,uint256) view returns (bytes)",
]);

describe("C9: names of chains and of accounts on them", () => {
  let world: NamesWorld;
  before(async () => {
    world = await startNamesWorld();
    await world.nameChain(ADMIN, 271n, "alpha");
  });
  after(() => world.ecosystem.l1.close());
  const addressIn = (user: number) => world.users[user]!.address;

  test("a chain's label is its admin's to give, once and for good, for an id that a chain has", async () => {
    assert.equal(await world.view("chainOf", "alpha"), 271n);
    assert.equal(await world.view("labelOf", 271n), "alpha");
    assert.equal(await world.view("chainOf", "beta"), 0n);
    const [admin, thief] = [addressIn(OTHER_ADMIN), addressIn(THIEF)].map((address) => address.toLowerCase());
    await assertReverts(world.nameChain(THIEF, 272n, "beta"), `OnlyAdmin(${admin}, ${thief})`);
    await assertReverts(world.nameChain(ADMIN, 272n, "beta"), "OnlyAdmin");
    await assertReverts(world.nameChain(ADMIN, 999n, "gamma"), "UnknownChain(999)");
    await assertReverts(world.nameChain(ADMIN, 271n, "alpha2"), "ChainNamedAlready(271, alpha)");
    await assertReverts(world.nameChain(OTHER_ADMIN, 272n, "alpha"), "LabelTaken(alpha, 271)");
    assert.equal(await world.view("labelOf", 272n), "");
  });

  test("an account's name resolves to an ERC-7930 address on the name's chain", async () => {
    const receipt = await world.nameAccount(OWNER, 271n, "bob", BOB);
    const [event] = eventsOf(world.names, receipt, "AccountNamed");
    assert.deepEqual([...event!.args], [271n, "bob", addressIn(OWNER), getAddress(BOB)]);
    // By hand from the ERC: version 1, type 0, two bytes of chain id 0x010f, twenty of address.
    assert.equal(await world.view("interoperableAddress", 271n, "bob"), `0x0001000002010f14${BOB.slice(2)}`);
    // The same label on another chain is another name.
    assert.equal(await world.view("interoperableAddress", 272n, "bob"), "0x");
    await world.nameAccount(THIEF, 272n, "bob", CAROL);
    assert.equal(await world.view("interoperableAddress", 272n, "bob"), `0x00010000020110` + `14${CAROL.slice(2)}`);
    const taken = `NameTaken(271, bob, ${addressIn(OWNER).toLowerCase()})`;
    await assertReverts(world.nameAccount(THIEF, 271n, "bob", CAROL), taken);
    await assertReverts(world.nameAccount(OWNER, 999n, "bob", BOB), "UnknownChain(999)");
    await assertReverts(world.nameAccount(OWNER, 271n, "zero", ZeroAddress), "ZeroAccount()");
  });

  test("only its owner points a name elsewhere or gives it away; a chain's admin cannot", async () => {
    await world.nameAccount(OWNER, 271n, "dan", BOB);
    for (const user of [THIEF, ADMIN, 0]) {
      const refused = `OnlyNameOwner(${addressIn(OWNER).toLowerCase()}, ${addressIn(user).toLowerCase()})`;
      await assertReverts(world.by(user, "point", 271n, "dan", CAROL), refused);
      await assertReverts(world.by(user, "transfer", 271n, "dan", CAROL), refused);
    }
    await world.by(OWNER, "point", 271n, "dan", CAROL);
    assert.equal(await world.view("interoperableAddress", 271n, "dan"), `0x0001000002010f14${CAROL.slice(2)}`);
    await assertReverts(world.by(OWNER, "point", 271n, "dan", ZeroAddress), "ZeroAccount()");
    await assertReverts(world.by(OWNER, "transfer", 271n, "dan", ZeroAddress), "ZeroAccount()");
    await world.by(OWNER, "transfer", 271n, "dan", addressIn(THIEF));
    await assertReverts(world.by(OWNER, "point", 271n, "dan", BOB), "OnlyNameOwner");
    await world.by(THIEF, "point", 271n, "dan", BOB);
    assert.deepEqual(
      [...(await world.view<string[]>("nameOf", 271n, "dan"))].map((each) => each.toLowerCase()),
      [addressIn(THIEF).toLowerCase(), BOB],
    );
    // What was never taken has no owner.
    await assertReverts(
      world.by(THIEF, "point", 271n, "free", BOB),
      `OnlyNameOwner(${ZeroAddress}, ${addressIn(THIEF).toLowerCase()})`,
    );
  });

  test("attack: look-alike labels, numbers and L1 in place of a chain are refused", async () => {
    const tooLong = "a".repeat(64);
    const lookAlikes = [
      "",
      "Bob",
      "b0b.alpha",
      "böb",
      "bоb",
      "bob ",
      "b_b",
      "bob\u0000",
      "xn--bb-fka",
      "-",
      "--json",
      "-bob",
      "bob-",
      "0x",
      "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
    ];
    for (const label of [...lookAlikes, tooLong]) {
      await assertReverts(world.by(ADMIN, "nameAccount", 271n, label, BOB, SECRET), `InvalidLabel(${label.toLowerCase()})`);
      await assertReverts(world.by(OTHER_ADMIN, "nameChain", 272n, label, SECRET), "InvalidLabel");
    }
    // `7@alpha` is the development account 7 to tasks, and nothing else to the registry; clients read addresses without 0x too.
    const bare = "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
    for (const label of ["271", "7", "0", "00", "9".repeat(63), "l1", bare, "a".repeat(40)]) {
      await assertReverts(world.by(OTHER_ADMIN, "nameChain", 272n, label, SECRET), `ReservedLabel(${label})`);
      await assertReverts(world.by(ADMIN, "nameAccount", 271n, label, BOB, SECRET), `ReservedLabel(${label})`);
    }
    for (const label of [
      "a".repeat(63),
      "a-b",
      "7a",
      "0-0",
      "ab-c--d",
      "z",
      "a".repeat(39),
      "a".repeat(41),
      `g${bare.slice(1)}`,
      `a-${bare.slice(2)}`,
    ])
      await world.nameAccount(OWNER, 271n, label, BOB);
  });

  test("attack: the front-run of a reveal comes too late, and the announcement is its sender's alone", async () => {
    const since = await world.announce(OWNER, 271n, "gold", BOB);
    // Shown in the queue: same arguments, then the thief's own announcement.
    await world.at(since + REVEAL_DELAY);
    await assertReverts(world.by(THIEF, "nameAccount", 271n, "gold", BOB, SECRET), "NameNotAnnounced");
    const answer = await world.announce(THIEF, 271n, "gold", CAROL);
    const [first, now] = [answer + REVEAL_DELAY, answer + REVEAL_DELAY - 1n];
    await world.at(now);
    await assertReverts(world.by(THIEF, "nameAccount", 271n, "gold", CAROL, SECRET), `NameTooEarly(${first}, ${now})`);
    // Nor does the announcement serve for another account, chain, label or secret.
    for (const [chainId, label, account, secret] of [
      [271n, "gold", CAROL, SECRET],
      [272n, "gold", BOB, SECRET],
      [271n, "golf", BOB, SECRET],
      [271n, "gold", BOB, `0x${"01".repeat(32)}`],
    ] as const)
      await assertReverts(world.by(OWNER, "nameAccount", chainId, label, account, secret), "NameNotAnnounced");
    await world.by(OWNER, "nameAccount", 271n, "gold", BOB, SECRET);
    await assertReverts(world.by(THIEF, "nameAccount", 271n, "gold", CAROL, SECRET), "NameTaken");
    await world.by(OWNER, "transfer", 271n, "gold", addressIn(THIEF));
    // An announcement serves once, also for a name that is the other's now.
    assert.equal(await world.view("announcedAt", await world.announcement(OWNER, 271n, "gold", BOB)), 0n);
  });

  test("attack: an announcement is not put off by its repetition, and does not keep for longer than a day", async () => {
    const early = await world.announce(OWNER, 271n, "silver", BOB);
    await world.at(early + REVEAL_DELAY - 1n);
    await world.by(THIEF, "announceName", await world.announcement(OWNER, 271n, "silver", BOB));
    await world.at(early + REVEAL_DELAY);
    await world.by(OWNER, "nameAccount", 271n, "silver", BOB, SECRET);
    const since = await world.announce(OWNER, 271n, "copper", BOB);
    await world.at(since + DAY + 1n);
    const expired = `NameAnnouncementExpired(${since + DAY}, ${since + DAY + 1n})`;
    await assertReverts(world.by(OWNER, "nameAccount", 271n, "copper", BOB, SECRET), expired);
    const renewed = await world.announce(OWNER, 271n, "copper", BOB);
    assert.ok(renewed > since + DAY);
    await world.at(renewed + DAY);
    await world.by(OWNER, "nameAccount", 271n, "copper", BOB, SECRET);
  });

  test("attack: a reverse name of another's account, or one that points elsewhere since, is not told", async () => {
    const thief = addressIn(THIEF);
    await world.nameAccount(OWNER, 271n, "bank", BOB);
    const refused = `NameOfAnotherAccount(${BOB}, ${thief.toLowerCase()})`;
    await assertReverts(world.by(THIEF, "choose", 271n, "bank"), refused);
    await assertReverts(world.by(THIEF, "choose", 271n, "untaken"), "NameOfAnotherAccount");
    // A name for another's account makes nothing of that account.
    await world.nameAccount(OWNER, 271n, "robber", thief);
    assert.equal(await world.view("chosenName", 271n, thief), "");
    await world.by(THIEF, "choose", 271n, "robber");
    assert.equal(await world.view("chosenName", 271n, thief), "robber");
    assert.equal(await world.view("chosenName", 272n, thief), "");
    await world.by(OWNER, "point", 271n, "robber", BOB);
    assert.equal(await world.view("chosenName", 271n, thief), "");
    assert.equal(await world.view("chosenName", 271n, BOB), "");
    await world.by(OWNER, "point", 271n, "robber", thief);
    await world.by(THIEF, "choose", 271n, "");
    assert.equal(await world.view("chosenName", 271n, thief), "");
  });

  test("ENSIP-10: bob.alpha.<a name of ENS> resolves for the coin type of its chain, and for no other", async () => {
    assert.equal(await world.view("supportsInterface", "0x9061b923"), true);
    assert.equal(await world.view("supportsInterface", "0x01ffc9a7"), true);
    assert.equal(await world.view("supportsInterface", "0xffffffff"), false);
    const ask = async (name: string, coin?: bigint): Promise<unknown> => {
      const fragment = coin === undefined ? "addr(bytes32)" : "addr(bytes32,uint256)";
      const data = resolver.encodeFunctionData(fragment, [namehash(name), ...(coin === undefined ? [] : [coin])]);
      const answer = await world.view<string>("resolve", dnsEncode(name, 255), data);
      return resolver.decodeFunctionResult(fragment, answer)[0] as unknown;
    };
    // ENSIP-11: 0x80000000 | 271.
    assert.equal(await ask("bob.alpha.on.eth", 0x8000_010fn), BOB);
    assert.equal(await ask("bob.alpha.x.y.eth", 0x8000_010fn), BOB);
    for (const coin of [0x8000_0110n, 60n, 0n, 0x8000_0000n, 271n]) assert.equal(await ask("bob.alpha.on.eth", coin), "0x");
    assert.equal(await ask("bob.alpha.on.eth"), ZeroAddress);
    for (const name of ["eve.alpha.on.eth", "bob.beta.on.eth", "alpha.on.eth"]) assert.equal(await ask(name, 0x8000_010fn), "0x");
    const query = resolver.encodeFunctionData("addr(bytes32)", [namehash("a.eth")]);
    for (const name of ["0x", "0x00", "0x03626f", "0x03626f6200", "0x03626f62", "0xff626f62"])
      await assertReverts(world.view("resolve", name, query), "MalformedQuery");
    for (const data of ["0x", "0x3b3b57de", concat([query, "0x00"]), "0x59d1d43c" + "00".repeat(64)])
      await assertReverts(world.view("resolve", dnsEncode("bob.alpha.eth", 255), data), "MalformedQuery");
  });
});
