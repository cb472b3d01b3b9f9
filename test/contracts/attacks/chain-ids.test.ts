import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { accountsOf, ZERO_ADDRESS } from "../l1/support/assets.ts";
import {
  addressOf,
  as,
  createChain,
  creationOf,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  send,
  view,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const DELAY = 60n;
const DAY = 86_400n;

/** Owner of an id: the account that announced it, though other accounts see the creation before it is in a block. */
describe("§8.19: a chain id that others want", () => {
  let ecosystem: Ecosystem;
  let creator: HardhatEthersSigner;
  let squatter: HardhatEthersSigner;
  before(async () => {
    ecosystem = await deployEcosystem(DELAY);
    [creator, squatter] = [ecosystem.accounts[5]!, ecosystem.accounts[6]!];
  });
  after(() => ecosystem.l1.close());

  const by = (signer: HardhatEthersSigner, name: string, ...args: unknown[]) =>
    send(as(ecosystem.factory, signer), name, ...args);
  /** The next block's time. */
  const at = async (time: bigint): Promise<void> => {
    await ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]);
  };
  async function announce(chainId: bigint, signer: HardhatEthersSigner, secret = wordToHex(chainId)) {
    const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), admin: signer.address };
    const made = creationOf(ecosystem, signer.address, configuration, secret);
    await by(signer, "announceChain", made.announcement);
    return { ...made, configuration, since: await view<bigint>(ecosystem.factory, "announcedAt", made.announcement) };
  }

  test("cannot be taken by an account that sees its creation and sends its own first", async () => {
    const { creation, configuration, since } = await announce(300n, creator);
    await at(since + DELAY);
    // What the squatter sees: the same arguments, and the same with its own configuration and secret.
    await assertReverts(by(squatter, "createChain", ...creation), "ChainNotAnnounced");
    const own = { ...configuration, admin: squatter.address };
    await assertReverts(by(squatter, "createChain", own, creation[1]), "ChainNotAnnounced");
    const answer = creationOf(ecosystem, squatter.address, own);
    await by(squatter, "announceChain", answer.announcement);
    const seen = await view<bigint>(ecosystem.factory, "announcedAt", answer.announcement);
    await at(seen + DELAY - 1n);
    await assertReverts(
      by(squatter, "createChain", ...answer.creation),
      `CreationTooEarly(${seen + DELAY}, ${seen + DELAY - 1n})`,
    );
    await by(creator, "createChain", ...creation);
    const address = await view<string>(ecosystem.factory, "getHyperchain", 300n);
    assert.equal(address, await view(ecosystem.factory, "hyperchainAddress", configuration));
    await assertReverts(by(squatter, "createChain", ...answer.creation), `ChainIdTaken(300, ${address.toLowerCase()})`);
  });

  test("is not put off by repeating its announcement, nor given to a stock of old ones", async () => {
    const { announcement, creation, since } = await announce(301n, creator);
    await at(since + DELAY - 1n);
    await by(squatter, "announceChain", announcement);
    assert.equal(await view(ecosystem.factory, "announcedAt", announcement), since);
    await at(since + DELAY);
    await by(creator, "createChain", ...creation);
    // An announcement serves once.
    assert.equal(await view(ecosystem.factory, "announcedAt", announcement), 0n);

    const stock = await announce(302n, squatter);
    await at(stock.since + DAY + 1n);
    await assertReverts(
      by(squatter, "createChain", ...stock.creation),
      `AnnouncementExpired(${stock.since + DAY}, ${stock.since + DAY + 1n})`,
    );
    await by(squatter, "announceChain", stock.announcement);
    const renewed = await view<bigint>(ecosystem.factory, "announcedAt", stock.announcement);
    assert.ok(renewed > stock.since + DAY);
    await at(renewed + DELAY - 1n);
    await assertReverts(by(squatter, "createChain", ...stock.creation), "CreationTooEarly");
  });

  test("takes no deposit that follows its creation and names another contract than it got", async () => {
    // The depositor saw the creator's chain; another's was created under the id instead.
    const wanted = { ...(await defaultConfiguration(ecosystem, 303n)), admin: creator.address };
    const expected = await view<string>(ecosystem.factory, "hyperchainAddress", wanted);
    const { creation, configuration, since } = await announce(303n, squatter);
    await at(since + DELAY);
    await by(squatter, "createChain", ...creation);
    const actual = await view<string>(ecosystem.factory, "hyperchainAddress", configuration);
    assert.notEqual(actual, expected);

    const terms = {
      chainId: 303n,
      mintValue: 10n ** 9n,
      l2Value: 0n,
      l2GasLimit: 500_000n,
      l2GasPerPubdataByteLimit: 800n,
      refundRecipient: ZERO_ADDRESS,
    };
    const direct = { ...terms, l2Contract: creator.address, l2Calldata: "0x", factoryDeps: [] };
    const twoBridges = {
      ...terms,
      secondBridgeAddress: await ecosystem.bridge.getAddress(),
      secondBridgeValue: 5n,
      secondBridgeCalldata: AbiCoder.defaultAbiCoder().encode(["address", "uint256", "address"], [ETH, 5n, creator.address]),
    };
    const token = await ecosystem.l1.deploy("TokenDouble");
    await send(token, "mint", ecosystem.accounts[0]!.address, 100n);
    await send(token, "approve", twoBridges.secondBridgeAddress, 100n);
    const tokenRequest = {
      ...twoBridges,
      secondBridgeValue: 0n,
      secondBridgeCalldata: AbiCoder.defaultAbiCoder().encode(
        ["address", "uint256", "address"],
        [await token.getAddress(), 7n, creator.address],
      ),
    };
    const requests = [
      ["requestL2TransactionDirectTo", direct],
      ["requestL2TransactionTwoBridgesTo", tokenRequest],
    ] as const;
    for (const [name, request] of requests) {
      const wrong = `WrongHyperchain(303, ${expected.toLowerCase()}, ${actual.toLowerCase()})`;
      await assertReverts(send(ecosystem.factory, name, expected, request, { value: 10n ** 9n }), wrong);
      assert.deepEqual(await accountsOf(ecosystem, 303n, ETH), [0n, 0n, 0n]);
    }
    for (const [name, request] of requests) await send(ecosystem.factory, name, actual, request, { value: 10n ** 9n });
    assert.deepEqual(await accountsOf(ecosystem, 303n, ETH), [2n * 10n ** 9n, 0n, 0n]);
    assert.deepEqual(await accountsOf(ecosystem, 303n, await token.getAddress()), [7n, 0n, 0n]);
    await assertReverts(
      send(ecosystem.factory, "requestL2TransactionDirectTo", addressOf(0), { ...direct, chainId: 999n }),
      "UnknownChain(999)",
    );
  });
});

describe("chain ids below a hyperchain", () => {
  const L2 = 270n;
  const L3 = L2 + (5n << 32n);
  const L4 = L3 + (9n << 44n);
  const layers: readonly [string, bigint, { taken: readonly bigint[]; refused: readonly bigint[] }, string][] = [
    [
      "an L2",
      L2,
      { taken: [L3, L2 + (4_095n << 32n)], refused: [271n, 271n + (5n << 32n), L2 + (4_096n << 32n), L4, 5n << 32n] },
      "270, 32, 44",
    ],
    [
      "an L3",
      L3,
      { taken: [L4, L3 + (255n << 44n)], refused: [L2 + (6n << 32n), L2 + (6n << 32n) + (9n << 44n), L3 + (256n << 44n), 271n] },
      `${L3}, 44, 52`,
    ],
    ["an L4", L4, { taken: [], refused: [L4 + (1n << 52n), 271n, L3 + (10n << 44n)] }, `${L4}, 44, 52`],
  ];
  for (const [name, base, { taken, refused }, prefix] of layers) {
    test(`${name} gives out its own prefix only, so that no chain can call itself another's`, async () => {
      const ecosystem = await deployEcosystem(0n, async () => {
        const l1 = await startLocalL1({ chainId: Number(base) });
        // What tells a hyperchain from an L1.
        await l1.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.SystemContext, "0x00"]);
        return l1;
      });
      try {
        for (const id of taken) {
          await createChain(ecosystem, await defaultConfiguration(ecosystem, id));
          assert.notEqual(await view(ecosystem.factory, "getHyperchain", id), ZERO_ADDRESS);
        }
        for (const id of [0n, ...refused]) {
          const creation = createChain(ecosystem, await defaultConfiguration(ecosystem, id));
          await assertReverts(creation, `ChainIdOutOfRange(${prefix}, ${id})`);
        }
        await assertReverts(
          createChain(ecosystem, await defaultConfiguration(ecosystem, base)),
          `ChainIdOfSettlementChain(${base})`,
        );
      } finally {
        await ecosystem.l1.close();
      }
    });
  }
});
