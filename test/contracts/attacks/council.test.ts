import assert from "node:assert/strict";
import { PREDEPLOYS_DIGEST } from "../../../src/ground/protocol/generated/version-predeploys.ts";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, type BaseContract, type Provider, type Signer } from "ethers";
import { actToSign, bringAct, signAct, type CouncilAct } from "../../../src/ecosystem/client/governing/council.ts";
import { senderOn } from "../../../src/ecosystem/client/sending/submit.ts";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { addressOf, as, hexAddress, PROTOCOL_VERSION, send, view } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { lower } from "../l1/support/terms.ts";

const [SOFT, HARD, SOFT_SECONDS] = [3, 6, 100n];
const NEVER = 2n ** 64n;
const [WHOLE, CYCLE] = [500n, 2_000n];
const SECOND_VERSION = 0x102n;

const FREEZE_FIELDS = [
  { name: "versions", type: "uint256[]" },
  { name: "time", type: "uint64" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
] as const;
const TYPES = {
  freeze: { Freeze: FREEZE_FIELDS },
  softFreeze: { SoftFreeze: FREEZE_FIELDS },
  unfreeze: {
    Unfreeze: [
      { name: "version", type: "uint256" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
  },
  approveHalt: {
    ApproveHalt: [
      { name: "version", type: "uint256" },
      { name: "replacement", type: "uint32" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
  },
} as const;
type Act = keyof typeof TYPES;

describe("attacks on a security council of eight", () => {
  let l1: LocalL1;
  let members: readonly HardhatEthersSigner[];
  let outsider: HardhatEthersSigner;
  let registry: BaseContract;
  let council: BaseContract;

  const bySize = <T extends { readonly address: string }>(accounts: readonly T[]): readonly T[] =>
    accounts.toSorted((left, right) => (BigInt(left.address) < BigInt(right.address) ? -1 : 1));

  before(async () => {
    l1 = await startLocalL1();
    const accounts = await l1.ethers.getSigners();
    members = bySize(accounts.slice(1, 9));
    outsider = accounts[10]!;
  });
  after(() => l1.close());

  /** A registry with one version, and its council. */
  async function deploy(): Promise<readonly [registry: BaseContract, council: BaseContract]> {
    const [deployer] = await l1.ethers.getSigners();
    const nonce = await deployer!.getNonce();
    const address = getCreateAddress({ from: deployer!.address, nonce: nonce + 1 });
    const verifiers = await l1.deploy("VerifierRegistry", [deployer!.address, address, 1_000n, WHOLE, CYCLE]);
    const terms = [SOFT, HARD, SOFT_SECONDS];
    const addresses = members.map((member) => member.address);
    const made = await l1.deploy("SecurityCouncil", await verifiers.getAddress(), addresses, terms);
    const [verifier, tree, reader] = [
      await l1.deploy("VerifierDouble"),
      await l1.deploy("StateTree"),
      await l1.deploy("BatchReader", PREDEPLOYS_DIGEST),
    ];
    const zero = `0x${"00".repeat(32)}`;
    const none = { executionKey: zero, aggregator: addressOf(0), secondVerifier: addressOf(0) };
    const genesis = { genesisStateRoot: zero, genesisLeafCount: 100n, ...none };
    for (const version of [PROTOCOL_VERSION, SECOND_VERSION])
      await send(verifiers, "addVersion", version, { verifier, tree, reader, ...genesis });
    return [verifiers, made];
  }
  before(async () => {
    [registry, council] = await deploy();
  });

  interface Word {
    readonly signers?: readonly HardhatEthersSigner[];
    readonly deadline?: bigint;
    readonly nonce?: bigint;
    readonly of?: BaseContract;
  }
  async function sign(
    act: Act,
    args: readonly unknown[],
    { signers = members, deadline = NEVER, nonce, of = council }: Word = {},
  ) {
    const { chainId } = await l1.ethers.provider.getNetwork();
    const domain = { name: "SecurityCouncil", version: "1", chainId, verifyingContract: await of.getAddress() };
    const types = TYPES[act] as unknown as Record<string, { readonly name: string; readonly type: string }[]>;
    const [type] = Object.values(types);
    const values = [...args, nonce ?? (await view<bigint>(of, act === "softFreeze" ? "softNonce" : "nonce")), deadline];
    const message = Object.fromEntries(type!.map(({ name }, i) => [name, values[i]]));
    return Promise.all(signers.map((signer) => signer.signTypedData(domain, types, message)));
  }
  /** Submits an act from an account that is not a member. */
  const bring = async (act: Act, args: readonly unknown[], word: Word = {}) =>
    send(as(council, outsider), act, ...args, word.deadline ?? NEVER, await sign(act, args, word));

  const now = async () => BigInt((await l1.ethers.provider.getBlock("latest"))!.timestamp);
  const left = () => view<bigint>(registry, "freezeLeft");
  const softLeft = () => view<bigint>(council, "softLeft");
  /** The first second in which nothing of a cycle's time is spent. */
  const nextCycle = async (): Promise<void> => {
    await l1.ethers.provider.send("evm_increaseTime", [Number(CYCLE + WHOLE)]);
    await l1.ethers.provider.send("evm_mine", []);
    assert.deepEqual([await left(), await softLeft()], [WHOLE, SOFT_SECONDS]);
  };
  const soft = (time: bigint, versions = [PROTOCOL_VERSION], count: number = SOFT) =>
    bring("softFreeze", [versions, time], { signers: members.slice(0, count) });
  const freeze = (time: bigint, count: number = HARD) =>
    bring("freeze", [[PROTOCOL_VERSION], time], { signers: members.slice(0, count) });

  test("council of 2, 3, 5, 6: two do nothing, three freeze softly, six freeze and do all else", async () => {
    await assertReverts(soft(SOFT_SECONDS, [PROTOCOL_VERSION], 2), "TooFewCouncilSignatures(3, 2)");
    for (const count of [3, 5]) await assertReverts(freeze(1n, count), `TooFewCouncilSignatures(6, ${count})`);
    await soft(SOFT_SECONDS);
    await freeze(SOFT_SECONDS + 1n);
    const [approval, end] = [[PROTOCOL_VERSION, SECOND_VERSION], [PROTOCOL_VERSION]] as const;
    await assertReverts(bring("approveHalt", approval, { signers: members.slice(0, 5) }), "TooFewCouncilSignatures(6, 5)");
    await bring("approveHalt", approval, { signers: members.slice(2) });
    await assertReverts(bring("unfreeze", end, { signers: members.slice(0, 5) }), "TooFewCouncilSignatures(6, 5)");
    await bring("unfreeze", end);
    assert.equal(await left(), WHOLE - 2n * SOFT_SECONDS - 1n);
  });

  test("signer twice, signers out of order, a signer outside the council", async () => {
    const [first, second, third] = members;
    const act = (signers: readonly HardhatEthersSigner[]) => bring("softFreeze", [[PROTOCOL_VERSION], 1n], { signers });
    const [low, high] = [lower(first!.address), lower(second!.address)];
    await assertReverts(act([first!, first!, second!]), `SignersNotAscending(${low}, ${low})`);
    await assertReverts(act([second!, first!, third!]), `SignersNotAscending(${high}, ${low})`);
    await assertReverts(act(bySize([first!, second!, outsider])), `NotAMember(${lower(outsider.address)})`);
  });

  test("another registry's signature: what is signed for one council does nothing for another", async () => {
    const [, other] = await deploy();
    const signatures = await sign("freeze", [[PROTOCOL_VERSION], 1n], { of: other, nonce: await view<bigint>(council, "nonce") });
    await assertReverts(send(council, "freeze", [PROTOCOL_VERSION], 1n, NEVER, signatures), "NotAMember");
  });

  test("a word is for one act: neither repeated, nor for other versions, a longer time or another act, nor after its deadline", async () => {
    const args = [[PROTOCOL_VERSION], 1n] as const;
    const nonce = await view<bigint>(council, "nonce");
    const signatures = await sign("freeze", args);
    for (const changed of [
      [[SECOND_VERSION], 1n],
      [[PROTOCOL_VERSION, SECOND_VERSION], 1n],
      [[PROTOCOL_VERSION], 2n],
    ])
      await assertReverts(send(council, "freeze", ...changed, NEVER, signatures), "NotAMember");
    await assertReverts(send(council, "unfreeze", PROTOCOL_VERSION, NEVER, signatures), "NotAMember");
    await send(council, "freeze", ...args, NEVER, signatures);
    assert.equal(await view(council, "nonce"), nonce + 1n);
    await assertReverts(send(council, "freeze", ...args, NEVER, signatures), "NotAMember");
    const deadline = BigInt((await l1.ethers.provider.getBlock("latest"))!.timestamp);
    await assertReverts(bring("unfreeze", [PROTOCOL_VERSION], { deadline }), `ActExpired(${deadline}, ${deadline + 1n})`);
  });

  test("has no other power: it neither adds, retires nor halts, nor names its successor", async () => {
    const address = await council.getAddress();
    await l1.ethers.provider.send("hardhat_impersonateAccount", [address]);
    await l1.ethers.provider.send("hardhat_setBalance", [address, "0x3635c9adc5dea00000"]);
    const speaker = as(registry, await l1.ethers.getSigner(address));
    for (const [fn, ...args] of [
      ["scheduleRetirement", PROTOCOL_VERSION],
      ["halt", PROTOCOL_VERSION, 0n],
      ["scheduleCouncil", address],
    ])
      await assertReverts(send(speaker, fn as string, ...args), "OnlyGovernance");
  });

  test("three of the six signatures are brought first: what was signed for one kind of freeze counts for no other", async () => {
    await nextCycle();
    const args = [[PROTOCOL_VERSION], SOFT_SECONDS] as const;
    // Even where both kinds have the same number next.
    const nonce = await view<bigint>(council, "softNonce");
    const six = await sign("freeze", args, { nonce });
    await assertReverts(send(council, "softFreeze", ...args, NEVER, six.slice(0, SOFT)), "NotAMember");
    const signatures = await sign("softFreeze", args, { nonce: await view<bigint>(council, "nonce") });
    await assertReverts(send(council, "freeze", ...args, NEVER, signatures), "NotAMember");
    assert.deepEqual([await left(), await view(council, "softNonce")], [WHOLE, nonce]);
  });

  test("a soft freeze right before the six's: their call goes through, for what is left", async () => {
    await nextCycle();
    const all = [[PROTOCOL_VERSION], WHOLE] as const;
    const six = await sign("freeze", all);
    await soft(SOFT_SECONDS);
    await send(as(council, outsider), "freeze", ...all, NEVER, six);
    const standing = await view<{ readonly frozenUntil: bigint }>(registry, "standingOf", PROTOCOL_VERSION);
    assert.equal(standing.frozenUntil, (await now()) + WHOLE - SOFT_SECONDS);
    assert.deepEqual([await left(), await softLeft()], [0n, 0n]);
    await assertReverts(freeze(1n), "FreezeTooLong(0, 0)");
  });

  test("a soft freeze right before the six agree to a halt, or end a freeze: what they signed stands", async () => {
    await nextCycle();
    await freeze(50n);
    const halt = [PROTOCOL_VERSION, SECOND_VERSION] as const;
    const approval = await sign("approveHalt", halt);
    await soft(1n, [SECOND_VERSION]);
    await send(council, "approveHalt", ...halt, NEVER, approval);
    const end = await sign("unfreeze", [PROTOCOL_VERSION]);
    await soft(1n, [SECOND_VERSION]);
    await send(council, "unfreeze", PROTOCOL_VERSION, NEVER, end);
  });

  test("three freeze version after version: they have their time once in a cycle, for all of them together", async () => {
    await nextCycle();
    await soft(40n);
    await soft(SOFT_SECONDS - 40n, [SECOND_VERSION]);
    for (const version of [PROTOCOL_VERSION, SECOND_VERSION]) await assertReverts(soft(1n, [version]), "SoftFreezeTooLong(0, 1)");
    // The six have all the rest.
    await freeze(WHOLE - SOFT_SECONDS);
    assert.equal(await left(), 0n);
  });

  test("three freeze again while the six's freeze keeps the registry's cycle open: they have no second time in it", async () => {
    const { provider } = l1.ethers;
    await nextCycle();
    await soft(SOFT_SECONDS);
    const softEnd = await now();
    // The last second of the cycle: it continues from the end of this freeze.
    await provider.send("evm_setNextBlockTimestamp", [Number(softEnd + SOFT_SECONDS + CYCLE - 1n)]);
    await freeze(10n);
    const end = (await now()) + 10n;
    await provider.send("evm_setNextBlockTimestamp", [Number(softEnd + SOFT_SECONDS + CYCLE + 1n)]);
    await assertReverts(soft(1n), "SoftFreezeTooLong(0, 1)");
    assert.equal(await left(), WHOLE - SOFT_SECONDS - 10n);
    await provider.send("evm_setNextBlockTimestamp", [Number(end + CYCLE)]);
    await soft(SOFT_SECONDS);
    assert.equal(await left(), WHOLE - SOFT_SECONDS);
  });

  test("three freeze by single seconds, to keep a cycle open: what is left to the six never falls below the rest", async () => {
    const { provider } = l1.ethers;
    await nextCycle();
    await freeze(SOFT_SECONDS - 2n);
    for (const spent of [1n, 2n]) {
      await provider.send("evm_increaseTime", [Number(CYCLE - 10n)]);
      await soft(1n);
      assert.equal(await left(), WHOLE - SOFT_SECONDS + 2n - spent);
    }
    await provider.send("evm_increaseTime", [Number(CYCLE - 10n)]);
    await assertReverts(soft(1n), "SoftFreezeTooLong(0, 1)");
    await freeze(WHOLE - SOFT_SECONDS);
  });

  test("what the client has members sign is what the contract takes, in whatever order it is brought", async () => {
    const { provider } = l1.ethers;
    await nextCycle();
    const address = await hexAddress(council);
    const { chainId } = await provider.getNetwork();
    const sender = await senderOn(outsider as unknown as Signer, { name: "L1", chainId: Number(chainId) });
    const acts: readonly CouncilAct[] = [
      { type: "softFreeze", versions: [PROTOCOL_VERSION], seconds: 10n },
      { type: "freeze", versions: [PROTOCOL_VERSION, SECOND_VERSION], seconds: 20n },
      { type: "approveHalt", version: PROTOCOL_VERSION, replacement: SECOND_VERSION },
      { type: "unfreeze", version: PROTOCOL_VERSION },
    ];
    for (const act of acts) {
      const toSign = await actToSign(address, act, provider as unknown as Provider);
      const signed = await Promise.all(members.slice(0, HARD).map((member) => signAct(toSign, member as unknown as Signer)));
      await bringAct(toSign, [signed[2]!, ...signed.toSpliced(2, 1).toReversed()], sender);
      assert.equal(await view(council, act.type === "softFreeze" ? "softNonce" : "nonce"), toSign.nonce + 1n);
    }
    const toSign = await actToSign(address, acts[1]!, provider as unknown as Provider, 1n);
    const one = await signAct(toSign, members[0] as unknown as Signer);
    await assert.rejects(bringAct(toSign, [one], sender), { code: "Refused", message: /ActExpired\(1, / });
    await assert.rejects(bringAct(toSign, [`0x${"ff".repeat(65)}`], sender), { code: "WrongSignature" });
  });

  test("terms that make no council", async () => {
    const addresses = members.map((member) => member.address);
    const made = async (list: readonly string[], terms: readonly [number, number], time = SOFT_SECONDS) =>
      l1.deploy("SecurityCouncil", await registry.getAddress(), list, [...terms, time]);
    await assertReverts(made(addresses, [SOFT, HARD], WHOLE), `SoftTimeTooLong(${WHOLE}, ${WHOLE})`);
    await made(addresses, [SOFT, HARD], WHOLE - 1n);
    for (const [soft, hard] of [
      [0, 6],
      [7, 6],
      [3, 9],
    ] as const)
      await assertReverts(made(addresses, [soft, hard]), `CouncilTermsOutOfRange(8, ${soft}, ${hard})`);
    const [first, second] = addresses.map(lower);
    await assertReverts(made([addresses[1]!, addresses[0]!], [1, 1]), `MembersNotAscending(${second}, ${first})`);
    await assertReverts(made([addresses[0]!, addresses[0]!], [1, 1]), `MembersNotAscending(${first}, ${first})`);
  });
});
