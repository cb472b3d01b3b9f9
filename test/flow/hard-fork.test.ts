import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, Wallet } from "ethers";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import { sharedBridgeAbi } from "../../src/ground/abi/shared-bridge.ts";
import { verifierRegistryAbi } from "../../src/ground/abi/verifier-registry.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { refusalOf, senderOn, type Sender } from "../../src/ecosystem/client/sending/submit.ts";
import {
  addVersion,
  readUpgrades,
  readVersion,
  scheduleUpgrade,
  type ChainUpgrades,
} from "../../src/ecosystem/client/governing/upgrade.ts";
import { createDevelopmentAccounts, FUNDER_KEY, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { ChainPowersInfo } from "../../src/ecosystem/devnet/view/governing/chain-powers.ts";
import type { Hyperchains, Member } from "../../src/tool/plugin/api/hyperchains.ts";
import type { Message } from "../../src/tool/plugin/api/message.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { nextGeneration } from "../../src/ground/protocol/protocol-version.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { openUnproven } from "../plugin/connection/support/open.ts";

const DAY_SECONDS = 86_400;
const times = { priorityOpWindowSeconds: DAY_SECONDS, exitDelaySeconds: 7 * DAY_SECONDS };
/** Notice by hand: two windows and the exit delay. Devnets have no delays, and leave no time to react. */
const NOTICE_DAYS = 9;
/** Days until the fork on which the admins agree. */
const FORK_DAYS = 20;
/** A devnet's notice for a retirement. */
const RETIREMENT_DAYS = 240;
const FOLLOWERS = ["alpha", "beta", "gamma", "x"] as const;
/** Chain that leaves. */
const LEAVER = "delta";
const ALL = [...FOLLOWERS, LEAVER] as const;
type Name = (typeof ALL)[number];
/** One chain of each registry. */
const LAYERS = ["alpha", "x"] as const;
const HEIR = "0x00000000000000000000000000000000000f02d0";
const [DEPOSITED, WITHDRAWN] = [1_000n, 100n];
const ACCOUNTS = 30;
/** 50 s of a devnet's 100,000 gas a second, with the 60,000 that the queue adds. */
const QUEUED_GAS = 4_940_000n;
/** L1's newest block can be some seconds ahead of the chains' clocks. */
const MARGIN_SECONDS = 60;

type QuorumOnL1 = readonly [threshold: bigint, validators: readonly string[]];
type TermsOnL1 = readonly [
  QuorumOnL1,
  QuorumOnL1,
  policy: string,
  filterer: string,
  isGoverned: boolean,
  takesReplacements: boolean,
  requiresSecondCheck: boolean,
];
const plain = ([threshold, validators]: QuorumOnL1) => [threshold, [...validators]];

describe("the day of a hard fork: three chains and a chain on one of them follow, another chain leaves governance", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let first: bigint;
  let second: bigint;
  let token: Hex;
  let announcedAt: number;
  /** Settled under the first version, and not claimed by then. */
  const begun = new Map<Name, Message>();

  before(async () => {
    const chains = { alpha: times, beta: times, gamma: times, [LEAVER]: times, x: { ...times, settlesOn: "alpha" } };
    connection = await openUnproven({ chains });
    ({ hyperchains } = connection);
    first = (await upgradesOf("alpha")).version;
    second = nextGeneration(first);
  });
  after(() => connection.close());

  const info = (name: Name) => hyperchains.info.chains.find((chain) => chain.name === name)!;
  const layerOf = (name: Name): Member => (name === "x" ? hyperchains.chain("alpha") : hyperchains.l1);
  const upgradesOf = (name: Name): Promise<ChainUpgrades> => readUpgrades(info(name).hyperchain, layerOf(name).ethers.provider);
  const keyOf = (name: Name, address: Hex): Wallet => {
    const { wallet } = createDevelopmentAccounts();
    const keys = Array.from({ length: ACCOUNTS }, (_, number) => wallet(number).privateKey);
    const found = [...keys, FUNDER_KEY].map((key) => new Wallet(key)).find((each) => lowerCaseAddress(each.address) === address);
    return found!.connect(layerOf(name).ethers.provider);
  };
  const senderOf = (name: Name, address: Hex): Promise<Sender> => senderOn(keyOf(name, address), layerOf(name));
  const settingsOf = async (name: Name): Promise<Contract> => {
    const { settings, admin } = await upgradesOf(name);
    return new Contract(settings, chainSettingsAbi, keyOf(name, admin));
  };
  const now = async (): Promise<number> => (await hyperchains.l1.ethers.provider.getBlock("latest"))!.timestamp;
  const moveTo = async (day: number): Promise<void> => {
    await hyperchains.l1.networkHelpers.time.increaseTo(announcedAt + day * DAY_SECONDS + MARGIN_SECONDS);
    await hyperchains.relay();
  };
  const withdraw = (name: Name): Promise<Message> =>
    // The chain on alpha has its ETH, which goes to alpha.
    hyperchains.withdraw({ chain: name, token: name === "x" ? "ETH" : token, amount: WITHDRAWN, to: HEIR });
  /** Withdraws, and resolves with the version of the batch once it is executed. */
  const settle = async (name: Name): Promise<bigint> => {
    const message = await withdraw(name);
    await message.settled();
    begun.set(name, message);
    return (await upgradesOf(name)).version;
  };
  /** Amount that the bridge holds for a chain. */
  const kept = async (name: Name): Promise<bigint> => {
    const bridge = new Contract(hyperchains.info.l1.contracts.bridge, sharedBridgeAbi, hyperchains.l1.ethers.provider);
    const asset = assetId(BigInt(hyperchains.l1.chainId), token);
    return (await bridge.getFunction("chainBalance")(info(name).chainId, asset)) as bigint;
  };
  const paid = async (): Promise<readonly [onL1: bigint, onAlpha: bigint]> => {
    const contract = await hyperchains.l1.ethers.getContractAt("TokenDouble", token);
    const balance = (await contract.getFunction("balanceOf")(HEIR)) as bigint;
    return [balance, await hyperchains.chain("alpha").ethers.provider.getBalance(HEIR)];
  };

  test("before: every chain has users' assets, and settles a withdrawal that is not claimed yet", async () => {
    const double = await hyperchains.l1.ethers.deployContract("TokenDouble");
    token = lowerCaseAddress(await double.getAddress());
    const [alice] = await hyperchains.l1.ethers.getSigners();
    await (await double.getFunction("mint")(alice!.address, 10n * DEPOSITED)).wait();
    for (const name of ["alpha", "beta", "gamma", LEAVER] as const)
      await (await hyperchains.deposit({ chain: name, amount: DEPOSITED, token })).delivered();
    for (const name of ALL) assert.equal(await settle(name), first, name);
    assert.deepEqual(await paid(), [0n, 0n]);
  });

  test("governance offers the second version on each layer, which moves no chain", async () => {
    for (const name of LAYERS) {
      const { verifiers, governance } = await upgradesOf(name);
      const present = (await readVersion(verifiers, first, layerOf(name).ethers.provider))!;
      const { abi, bytecode } = await hre.artifacts.readArtifact("NoProofVerifier");
      const deployed = await new ContractFactory(abi, bytecode, keyOf(name, governance)).deploy();
      const verifier = lowerCaseAddress(await (await deployed.waitForDeployment()).getAddress());
      await addVersion(verifiers, second, { ...present, verifier }, await senderOf(name, governance));
    }
    for (const name of ALL) assert.equal((await upgradesOf(name)).next, undefined, name);
  });

  test("the admins agree on a day, governance announces the end of the first version, the leaver's admin schedules its leave", async () => {
    // An admin that has passed its chain on has lost its rights.
    const [chain, heir] = [info("gamma"), createDevelopmentAccounts().wallet(ACCOUNTS - 1)];
    await (await (await settingsOf("gamma")).getFunction("offerAdmin")(chain.chainId, heir.address)).wait();
    await hyperchains.l1.networkHelpers.setBalance(heir.address, 10n ** 18n);
    const accept = new Contract(
      (await upgradesOf("gamma")).settings,
      chainSettingsAbi,
      keyOf("gamma", lowerCaseAddress(heir.address)),
    );
    await (await accept.getFunction("acceptAdmin")(chain.chainId)).wait();

    announcedAt = await now();
    const day = BigInt(announcedAt + FORK_DAYS * DAY_SECONDS);
    for (const name of FOLLOWERS) {
      const read = await upgradesOf(name);
      assert.equal(read.noticeSeconds, BigInt(NOTICE_DAYS * DAY_SECONDS));
      await scheduleUpgrade(read, second, await senderOf(name, read.admin), day);
      assert.equal((await upgradesOf(name)).next?.effectiveAt, day, name);
    }
    for (const name of LAYERS) {
      const { verifiers, governance } = await upgradesOf(name);
      const registry = new Contract(verifiers, verifierRegistryAbi, keyOf(name, governance));
      await (await registry.getFunction("scheduleRetirement")(first)).wait();
    }
    await scheduleGoverned(false);
  });

  test("each chain tells which accounts can change what of it, and the last second to leave, behind what waits in its queue", async () => {
    const told = async (name: Name): Promise<ChainPowersInfo> =>
      (await hyperchains.l1.provider.request({ method: "hyperchain_changes", params: [name] })) as ChainPowersInfo;
    const leaves = 2 * DAY_SECONDS + 7 * DAY_SECONDS + 2;
    const day = announcedAt + FORK_DAYS * DAY_SECONDS;
    for (const name of FOLLOWERS) {
      const { announced, admin, isGoverned, noticeSeconds } = await told(name);
      assert.deepEqual(announced, [{ version: Number(second), effectiveAt: day, lastToLeave: day - leaves }], name);
      assert.deepEqual([admin, isGoverned, noticeSeconds], [(await upgradesOf(name)).admin, true, NOTICE_DAYS * DAY_SECONDS]);
    }
    const { announced, stopsAt, council, governance } = await told(LEAVER);
    const [{ terms, effectiveAt, lastToLeave } = { effectiveAt: 0, lastToLeave: 0 }] = announced;
    assert.deepEqual([terms, effectiveAt - lastToLeave, council], [["isGoverned"], leaves, undefined]);
    assert.ok(
      stopsAt! >= announcedAt + RETIREMENT_DAYS * DAY_SECONDS && stopsAt! < announcedAt + (RETIREMENT_DAYS + 1) * DAY_SECONDS,
    );
    assert.equal(governance, (await upgradesOf(LEAVER)).governance);
    // Operations that wait put a withdrawal behind them off: the second and the third by 50 s each, itself by 3 s at most.
    const { wallet } = createDevelopmentAccounts();
    const sender = wallet(1).connect(hyperchains.l1.ethers.provider);
    const operation = { chainId: BigInt(info("alpha").chainId), to: HEIR, valueWei: 0n, gasLimit: QUEUED_GAS } as const;
    for (let i = 0; i < 3; i++) await requestFromL1(hyperchains.info.l1.contracts.factory, operation, sender);
    const [behind] = (await told("alpha")).announced;
    const seconds = day - leaves - behind!.lastToLeave;
    assert.ok(seconds > 85 && seconds <= 105, String(seconds));
    await hyperchains.relay();
    await hyperchains.settle();
    assert.equal((await told("alpha")).announced[0]?.lastToLeave, day - leaves);
  });

  const scheduleGoverned = async (isGoverned: boolean): Promise<void> => {
    const [settings, { chainId }] = [await settingsOf(LEAVER), info(LEAVER)];
    const { current } = (await settings.getFunction("epochsOf")(chainId)) as unknown as { current: bigint };
    const [quorum, standby, policy, filterer, , ...rules] = (await settings.getFunction("termsOf")(
      chainId,
      current,
    )) as TermsOnL1;
    const terms = [plain(quorum), plain(standby), policy, filterer, isGoverned, ...rules];
    await (await settings.getFunction("scheduleTerms")(chainId, terms)).wait();
  };

  test("no chain has the second version before the day, not even with its notice over", async () => {
    await moveTo(NOTICE_DAYS + 1);
    for (const name of ALL) {
      await (await withdraw(name)).delivered();
      assert.equal((await upgradesOf(name)).version, first, name);
    }
    assert.deepEqual(await paid(), [4n * WITHDRAWN, WITHDRAWN]);
  });

  test("on the day the followers' batches have the second version and the leaver's the first; withdrawals of before are paid", async () => {
    await moveTo(FORK_DAYS);
    // What was open at its beginning is the last of the first version.
    await hyperchains.settle();
    const older = [...begun.values()];
    for (const name of ALL) assert.equal(await settle(name), name === LEAVER ? first : second, name);
    for (const message of older) await message.delivered();
    assert.deepEqual(await paid(), [8n * WITHDRAWN, 2n * WITHDRAWN]);
  });

  test("when the first version has ended, the leaver continues with it: its contract, assets, bridges and users do not change", async () => {
    const contract = info(LEAVER).hyperchain;
    await moveTo(RETIREMENT_DAYS + 1);
    assert.equal(await kept(LEAVER), DEPOSITED - 3n * WITHDRAWN);
    for (const message of begun.values()) await message.delivered();
    assert.deepEqual(await paid(), [12n * WITHDRAWN, 3n * WITHDRAWN]);
    for (const name of ALL) assert.equal(await settle(name), name === LEAVER ? first : second, name);
    for (const message of begun.values()) await message.delivered();
    assert.deepEqual(await paid(), [16n * WITHDRAWN, 4n * WITHDRAWN]);
    await (await hyperchains.deposit({ chain: LEAVER, amount: DEPOSITED, token })).delivered();
    assert.equal(await kept(LEAVER), 2n * DEPOSITED - 4n * WITHDRAWN);
    for (const [chain, there] of [
      ["alpha", LEAVER],
      [LEAVER, "beta"],
    ] as const)
      await (await hyperchains.send({ chain, to: `${HEIR}@${there}`, amount: 7n })).delivered();
    for (const there of [LEAVER, "beta"] as const)
      assert.equal(await hyperchains.chain(there).ethers.provider.getBalance(HEIR), 7n, there);
    assert.equal(info(LEAVER).hyperchain, contract);
  });

  test("the leaver comes back with the second version, and not with the first", async () => {
    await assert.rejects(scheduleGoverned(true), (error) => refusalOf(error)?.name === "ProtocolVersionRetired");
    const read = await upgradesOf(LEAVER);
    await scheduleUpgrade(read, second, await senderOf(LEAVER, read.admin));
    await scheduleGoverned(true);
    await moveTo(RETIREMENT_DAYS + 2 + NOTICE_DAYS);
    assert.equal(await settle(LEAVER), second);
    await begun.get(LEAVER)!.delivered();
    assert.deepEqual(await paid(), [17n * WITHDRAWN, 4n * WITHDRAWN]);
  });
});
