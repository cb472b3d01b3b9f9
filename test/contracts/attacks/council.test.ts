import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress } from "ethers";
import type { BaseContract, Provider, Signer } from "ethers";
import { actToSign, bringAct, signAct } from "../../../src/client/governing/council.ts";
import type { CouncilAct } from "../../../src/client/governing/council.ts";
import { senderOn } from "../../../src/client/sending/submit.ts";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { startLocalL1 } from "../../support/l1.ts";
import type { LocalL1 } from "../../support/l1.ts";
import { addressOf, as, hexAddress, PROTOCOL_VERSION, send, view } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { lower } from "../l1/support/terms.ts";

const [SOFT, HARD, SOFT_SECONDS] = [3, 6, 100n];
const NEVER = 2n ** 64n;
const CYCLE = 2_000n;

const TYPES = {
  freeze: {
    Freeze: [
      { name: "versions", type: "uint256[]" },
      { name: "time", type: "uint64" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
  },
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
    const verifiers = await l1.deploy("VerifierRegistry", [deployer!.address, address, 1_000n, 500n, CYCLE]);
    const terms = [SOFT, HARD, SOFT_SECONDS];
    const addresses = members.map((member) => member.address);
    const made = await l1.deploy("SecurityCouncil", await verifiers.getAddress(), addresses, terms);
    const [verifier, tree, reader] = [
      await l1.deploy("VerifierDouble"),
      await l1.deploy("StateTree"),
      await l1.deploy("BatchReader2"),
    ];
    const zero = `0x${"00".repeat(32)}`;
    const genesis = { genesisStateRoot: zero, genesisLeafCount: 100n, executionKey: zero, aggregator: addressOf(0) };
    for (const version of [PROTOCOL_VERSION, 0x102n])
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
    const values = [...args, nonce ?? (await view<bigint>(of, "nonce")), deadline];
    const message = Object.fromEntries(type!.map(({ name }, i) => [name, values[i]]));
    return Promise.all(signers.map((signer) => signer.signTypedData(domain, types, message)));
  }
  /** Brought by an account that is no member. */
  const bring = async (act: Act, args: readonly unknown[], word: Word = {}) =>
    send(as(council, outsider), act, ...args, word.deadline ?? NEVER, await sign(act, args, word));

  test("council of 2, 3, 5, 6: two do nothing, three freeze for the short time, six for the long one and all else", async () => {
    const freeze = (count: number, time: bigint) =>
      bring("freeze", [[PROTOCOL_VERSION], time], { signers: members.slice(0, count) });
    await assertReverts(freeze(2, SOFT_SECONDS), "TooFewCouncilSignatures(3, 2)");
    for (const count of [3, 5]) await assertReverts(freeze(count, SOFT_SECONDS + 1n), `TooFewCouncilSignatures(6, ${count})`);
    await freeze(3, SOFT_SECONDS);
    await freeze(6, SOFT_SECONDS + 1n);
    const [approval, end] = [[PROTOCOL_VERSION, 0x102n], [PROTOCOL_VERSION]] as const;
    await assertReverts(bring("approveHalt", approval, { signers: members.slice(0, 5) }), "TooFewCouncilSignatures(6, 5)");
    await bring("approveHalt", approval, { signers: members.slice(2) });
    await assertReverts(bring("unfreeze", end, { signers: members.slice(0, 5) }), "TooFewCouncilSignatures(6, 5)");
    await bring("unfreeze", end);
    assert.equal(await view(registry, "freezeLeft"), 500n - 2n * SOFT_SECONDS - 1n);
  });

  test("signer twice, signers out of order, a signer that is no member", async () => {
    const [first, second, third] = members;
    const act = (signers: readonly HardhatEthersSigner[]) => bring("freeze", [[PROTOCOL_VERSION], 1n], { signers });
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
      [[0x102n], 1n],
      [[PROTOCOL_VERSION, 0x102n], 1n],
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

  test("three freeze once in a cycle, however short: they leave the six time for an emergency", async () => {
    const { provider } = l1.ethers;
    const freeze = (count: number) => bring("freeze", [[PROTOCOL_VERSION], 10n], { signers: members.slice(0, count) });
    const now = async () => BigInt((await provider.getBlock("latest"))!.timestamp);
    await provider.send("evm_increaseTime", [Number(CYCLE + 2n * SOFT_SECONDS)]);
    await freeze(SOFT);
    const from = (await now()) + 10n + CYCLE;
    assert.equal(await view(council, "softFrom"), from);
    for (const count of [3, 5]) await assertReverts(freeze(count), "SoftFreezeTooSoon");
    await freeze(HARD);
    assert.equal(await view(council, "softFrom"), from);
    await provider.send("evm_setNextBlockTimestamp", [Number(from)]);
    await provider.send("evm_mine", []);
    await freeze(SOFT);
  });

  test("what the client has members sign is what the contract takes, in whatever order it is brought", async () => {
    const { provider } = l1.ethers;
    const address = await hexAddress(council);
    const { chainId } = await provider.getNetwork();
    const sender = await senderOn(outsider as unknown as Signer, { name: "L1", chainId: Number(chainId) });
    const acts: readonly CouncilAct[] = [
      { type: "freeze", versions: [PROTOCOL_VERSION, 0x102n], seconds: 20n },
      { type: "approveHalt", version: PROTOCOL_VERSION, replacement: 0x102n },
      { type: "unfreeze", version: PROTOCOL_VERSION },
    ];
    for (const act of acts) {
      const toSign = await actToSign(address, act, provider as unknown as Provider);
      const signed = await Promise.all(members.slice(0, HARD).map((member) => signAct(toSign, member as unknown as Signer)));
      await bringAct(toSign, [signed[2]!, ...signed.toSpliced(2, 1).toReversed()], sender);
      assert.equal(await view(council, "nonce"), toSign.nonce + 1n);
    }
    const toSign = await actToSign(address, acts[0]!, provider as unknown as Provider, 1n);
    const one = await signAct(toSign, members[0] as unknown as Signer);
    await assert.rejects(bringAct(toSign, [one], sender), { code: "Refused", message: /ActExpired\(1, / });
    await assert.rejects(bringAct(toSign, [`0x${"ff".repeat(65)}`], sender), { code: "WrongSignature" });
  });

  test("terms that make no council", async () => {
    const addresses = members.map((member) => member.address);
    const made = async (list: readonly string[], terms: readonly [number, number]) =>
      l1.deploy("SecurityCouncil", await registry.getAddress(), list, [...terms, SOFT_SECONDS]);
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
