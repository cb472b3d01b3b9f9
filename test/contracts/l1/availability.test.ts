import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { FIELD_MODULUS } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex, toHex } from "../../../src/ground/protocol/hex.ts";
import { availabilityDomain, DATA_AVAILABILITY_TYPES, orderSignatures } from "../../../src/ground/protocol/quorum.ts";
import { NO_INPUTS } from "../../../src/ground/protocol/noted-inputs.ts";
import { MAX_INPUTS_BYTES } from "../../../src/ground/protocol/published-inputs.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../src/ground/protocol/held-accounts-address.ts";
import { encodeWithheldLogs } from "../../../src/ground/protocol/withheld-logs.ts";
import { accountsOf, assetMessage } from "./support/assets.ts";
import { TestChain, type BatchContent, type FormedBatch } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const abi = AbiCoder.defaultAbiCoder();
const NOTHING = keccak();

describe("data availability", () => {
  let ecosystem: Ecosystem;
  let members: readonly HardhatEthersSigner[];
  let committee: BaseContract;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    members = ecosystem.accounts.slice(2, 5).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    committee = await ecosystem.l1.deploy(
      "CommitteePolicy",
      members.map(({ address }) => address),
      2,
    );
  });
  after(() => ecosystem.l1.close());

  const createWith = async (policy: BaseContract): Promise<TestChain> =>
    TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      dataAvailabilityPolicy: await policy.getAddress(),
    });
  async function committeeData(
    preCommitment: Hex,
    pubdataHash: Hex,
    signers: readonly HardhatEthersSigner[],
    policy = committee,
  ): Promise<Hex> {
    const domain = availabilityDomain(ecosystem.chainId, await hexAddress(policy));
    const signatures = await Promise.all(
      signers.map(async (signer) => ({
        signer: signer.address as Hex,
        signature: (await signer.signTypedData(domain, DATA_AVAILABILITY_TYPES, { preCommitment, pubdataHash })) as Hex,
      })),
    );
    return abi.encode(["bytes[]"], [orderSignatures(signatures)]) as Hex;
  }
  const signedBy =
    (signers: readonly HardhatEthersSigner[]): NonNullable<BatchContent["policy"]> =>
    async (preCommitment, pubdataHash) => ({
      data: await committeeData(preCommitment, pubdataHash, signers),
      boundDataHash: NOTHING,
    });
  const commit = async (chain: TestChain, formed: FormedBatch, overrides: Record<string, unknown> = {}): Promise<unknown> =>
    send(chain.contract, "commitBatches", formed.previous, [
      { batch: { ...formed.commit, ...overrides }, approval: await chain.sign(formed.expected.commitment) },
    ]);

  test("owners: any withheld or published batch is accepted, nothing is bound, and the commit has no policy data", async () => {
    const owners = await ecosystem.l1.deploy("OwnersPolicy");
    assert.equal(await view(owners, "isStoredByOwners"), true);
    const chain = await createWith(owners);
    const listing = { type: "message", sender: HELD_ACCOUNTS_ADDRESS, body: Uint8Array.of(0, 1, 2) } as const;
    const policy = (): Promise<{ data: Hex; boundDataHash: Hex }> => Promise.resolve({ data: "0x", boundDataHash: NOTHING });
    const formed = await chain.form({ withhold: true, logs: [listing], policy });
    await assertReverts(commit(chain, formed, { policyData: "0x01" }), "MalformedPolicyData(0, 1)");
    await chain.commit(formed);
    await chain.commit(await chain.form({ policy }));
  });

  test("a porter's list of at most 100,000 bytes is taken, and bound by its hash; the empty list is one", async () => {
    const listed = await ecosystem.l1.deploy("ListedPolicy");
    assert.equal(await view(listed, "maxListBytes"), 100_000n);
    const chain = await createWith(listed);
    const list = (data: Hex): NonNullable<BatchContent["policy"]> => {
      return () => Promise.resolve({ data, boundDataHash: keccak(fromHex(data)) });
    };
    const formed = await chain.form({ policy: list("0x00c0ffee") });
    await assertReverts(commit(chain, formed, { policyData: `0x${"00".repeat(100_001)}` }), "ListTooLong(100000, 100001)");
    await assertReverts(commit(chain, formed, { policyData: "0x00c0ff" }), "CommitmentMismatch");
    await chain.commit(formed);
    await chain.commit(await chain.form({ policy: list("0x") }));
  });

  describe("inputs", () => {
    let inputs: BaseContract;
    before(async () => (inputs = await ecosystem.l1.deploy("InputsPolicy")));
    const withInputs = (data: Hex): NonNullable<BatchContent["policy"]> => {
      return () => Promise.resolve({ data, boundDataHash: keccak(fromHex(data)) });
    };

    test("takes withheld pubdata with inputs, which the commitment binds", async () => {
      const chain = await createWith(inputs);
      const formed = await chain.form({ withhold: true, policy: withInputs("0x01c0") });
      await assertReverts(commit(chain, formed, { policyData: "0x01c1" }), "CommitmentMismatch");
      await assertReverts(commit(chain, formed, { policyData: "0x01c000" }), "CommitmentMismatch");
      await assertReverts(commit(chain, formed, { policyData: "0x" }), "InputsLengthInvalid(100000, 0)");
      await chain.commit(formed);
    });

    test("takes 100,000 bytes in the format that it names, not a byte further and no other format", async () => {
      const claim = { published: false, preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n), transactionsHash: NO_INPUTS };
      const ask = (data: string): Promise<string> => view<string>(inputs, "checkAvailability", claim, data);
      const longest: Hex = `0x01${"5a".repeat(99_999)}`;
      assert.equal(await ask(longest), keccak(fromHex(longest)));
      await assertReverts(ask(`${longest}5a`), "InputsLengthInvalid(100000, 100001)");
      await assertReverts(ask("0x00c0"), "InputsFormatUnknown(1, 0)");
      await assertReverts(ask("0x02c0"), "InputsFormatUnknown(1, 2)");
      assert.deepEqual(
        [await view(inputs, "inputsFormat"), await view(inputs, "maxInputsBytes")],
        [1n, BigInt(MAX_INPUTS_BYTES)],
      );
    });

    test("finds them on L1 if a contract commits: the chain's contract emits the call", async () => {
      const chain = await createWith(inputs);
      const formed = await chain.form({ withhold: true, policy: withInputs("0x01c0") });
      const approval = await chain.sign(formed.expected.commitment);
      const args = [formed.previous, [{ batch: formed.commit, approval }]];
      const contract = await ecosystem.l1.deploy("RequestingContract");
      const data = chain.contract.interface.encodeFunctionData("commitBatches", args);
      const receipt = await send(contract, "call", chain.address, data);
      const told = receipt.logs
        .flatMap((log) => chain.contract.interface.parseLog(log) ?? [])
        .find(({ name }) => name === "CommitCall");
      assert.equal(told?.args[1], data);
    });
  });

  describe("rollup", () => {
    test("takes only published pubdata, and no other data except a word, which it binds", async () => {
      const chain = await createWith(ecosystem.rollupPolicy);
      await assertReverts(commit(chain, await chain.form({ withhold: true })), "PubdataNotPublished()");
      await assertReverts(commit(chain, await chain.form(), { policyData: "0x01" }), "MalformedPolicyData(32, 1)");
      await assertReverts(commit(chain, await chain.form(), { policyData: wordToHex(7n) }), "CommitmentMismatch");
      const data = wordToHex(7n);
      await chain.commit(await chain.form({ policy: () => Promise.resolve({ data, boundDataHash: keccak(fromHex(data)) }) }));
      await chain.commit(await chain.form());
    });

    test("takes pubdata in the transaction's own input only: from no contract and from no account with code", async () => {
      const chain = await createWith(ecosystem.rollupPolicy);
      const formed = await chain.form();
      const approval = await chain.sign(formed.expected.commitment);
      const args = [formed.previous, [{ batch: formed.commit, approval }]];
      const contract = await ecosystem.l1.deploy("RequestingContract");
      const data = chain.contract.interface.encodeFunctionData("commitBatches", args);
      await assertReverts(send(contract, "call", chain.address, data), "PubdataNotPublished()");
      // Such an account is the origin of the transaction and calls from within it.
      const delegated = ecosystem.accounts[12]!;
      const code = `0xef0100${(await hexAddress(contract)).slice(2)}`;
      await ecosystem.l1.ethers.provider.send("hardhat_setCode", [delegated.address, code]);
      const wallet = (await ecosystem.l1.ethers.getContractAt(
        "RequestingContract",
        delegated.address,
      )) as unknown as BaseContract;
      await assertReverts(send(as(wallet, delegated), "call", chain.address, data), "PubdataNotPublished()");
      await assertReverts(send(as(chain.contract, delegated), "commitBatches", ...args), "PubdataNotPublished()");
      await send(as(chain.contract, ecosystem.accounts[13]!), "commitBatches", ...args);
    });

    test("takes the ABI's one encoding only, which every decoder reads", async () => {
      const chain = await createWith(ecosystem.rollupPolicy);
      const formed = await chain.form();
      const approval = await chain.sign(formed.expected.commitment);
      const args = [formed.previous, [{ batch: formed.commit, approval }]];
      const honest = chain.contract.interface.encodeFunctionData("commitBatches", args);
      const word = (value: bigint): string => wordToHex(BigInt.asUintN(256, value)).slice(2);
      const replaced = (byte: number, bytes: string): string =>
        honest.slice(0, 2 + 2 * byte) + bytes + honest.slice(2 + 2 * byte + bytes.length);
      // After selector, 24 words of the record, an offset, a length and three offsets; the last of the batch's 17 words leads to
      // its policy data.
      const batchAt = 4 + 24 * 32 + 5 * 32;
      const policyDataAt = batchAt + 16 * 32;
      // By the record's first word, which is 0, the data are empty too.
      const backwards = replaced(policyDataAt, word(BigInt(4 - batchAt)));
      const encodings = [
        honest.slice(0, -2),
        // Of the last signature's 96 bytes 31 are padding.
        honest.slice(0, -62),
        `${honest.slice(0, -2)}01`,
        `${honest}00`,
        backwards,
      ];
      for (const data of encodings) {
        await assertReverts(ecosystem.accounts[13]!.sendTransaction({ to: chain.address, data }), "PubdataNotPublished()");
      }
      // The contract's decoder reads them all: they are the same batch, and a committee may attest its data.
      const validium = await createWith(committee);
      const other = await validium.form({ policy: signedBy(members) });
      const otherApproval = await validium.sign(other.expected.commitment);
      const otherArgs = [other.previous, [{ batch: other.commit, approval: otherApproval }]];
      const data = `${validium.contract.interface.encodeFunctionData("commitBatches", otherArgs)}00`;
      await ecosystem.accounts[13]!.sendTransaction({ to: validium.address, data });
      assert.equal((await view(validium.contract, "storedBatchHash", 0)) === wordToHex(0n), false);
      await ecosystem.accounts[13]!.sendTransaction({ to: chain.address, data: honest });
    });
  });

  describe("committee", () => {
    test("replaces the pubdata: log root and flows from L1's data, r = 0 and the entry count", async () => {
      const chain = await createWith(committee);
      await chain.request({}, 10n ** 9n);
      const logs = [
        { type: "message", sender: addressOf(0xabc), body: Uint8Array.of(1, 2, 3) },
        assetMessage(ecosystem, { amount: 77n }),
      ] as const;
      const changes = [{ type: "update", index: 9, isCode: false, value: 1n }] as const;
      const formed = await chain.form({ withhold: true, logs, changes, policy: signedBy(members.slice(0, 2)) });
      const { stored } = await chain.commit(formed);
      assert.equal(stored.point, `0x${"00".repeat(20)}`);
      assert.equal(stored.evaluation, `0x00000002${"00".repeat(16)}`);
      assert.equal(stored.leafCount, 0n);
      assert.equal(await view(chain.contract, "storedBatchHash", 0), hashStoredBatch(stored));
      await chain.prove(stored);
      await chain.execute(stored, formed);
      const [, pot] = await accountsOf(ecosystem, chain.configuration.chainId, ETH);
      assert.equal(pot, 77n);
    });

    test("refuses too few, foreign, repeated and wrong signatures", async () => {
      const chain = await createWith(committee);
      const attempt = async (policy: NonNullable<BatchContent["policy"]>): Promise<unknown> =>
        commit(chain, await chain.form({ withhold: true, policy }));
      await assertReverts(attempt(signedBy(members.slice(0, 1))), "TooFewSignatures(2, 1)");
      const stranger = ecosystem.accounts[9]!;
      await assertReverts(attempt(signedBy([stranger, members[0]!, members[1]!])), "NotAMember");
      const member = members[0]!.address.toLowerCase();
      await assertReverts(attempt(signedBy([members[0]!, members[0]!])), `SignersNotAscending(${member}, ${member})`);
      const aboutOtherData: NonNullable<BatchContent["policy"]> = async (preCommitment) => ({
        data: await committeeData(preCommitment, wordToHex(1n), members),
        boundDataHash: NOTHING,
      });
      await assertReverts(attempt(aboutOtherData), "NotAMember");
      await attempt(signedBy(members));
    });

    test("bodies of asset messages and of held accounts cannot be withheld, and logs are read strictly", async () => {
      const chain = await createWith(committee);
      const logs = [
        { type: "message", sender: HELD_ACCOUNTS_ADDRESS, body: Uint8Array.of(1, 2) },
        assetMessage(ecosystem),
        { type: "message", sender: addressOf(5), body: new Uint8Array(3) },
      ] as const;
      const formed = await chain.form({ withhold: true, logs, policy: signedBy(members) });
      const honest = toHex(encodeWithheldLogs(logs)).slice(2);
      const withheld = formed.commit["withheld"] as Record<string, unknown>;
      const attempt = (encoded: string): Promise<unknown> =>
        commit(chain, formed, { withheld: { ...withheld, logs: `0x${encoded}` } });
      const hidden = `000103${"00".repeat(17)}010003${"00".repeat(32)}`;
      await assertReverts(attempt(hidden), "MessageBodyWithheld(2)");
      const listing = `000103${HELD_ACCOUNTS_ADDRESS.slice(2)}${"00".repeat(32)}`;
      await assertReverts(attempt(listing), "MessageBodyWithheld(2)");
      await assertReverts(attempt(`${honest}00`), `TrailingBytes(${honest.length / 2})`);
      await assertReverts(attempt(honest.slice(0, -2)), "Truncated(222)");
      await assertReverts(attempt("00"), "Truncated(0)");
      await assertReverts(attempt("0001"), "Truncated(2)");
      await assertReverts(attempt("000105"), "UnknownLogHead(2)");
      await assertReverts(attempt("0001040000"), "Truncated(2)");
      await assertReverts(attempt("00010400000201"), "Truncated(2)");
      await assertReverts(attempt(honest.replace("040000020102", "040000020103")), "NotAMember");
      await assertReverts(attempt("000101"), "OperationCountMismatch(2)");
      await assertReverts(attempt("4001"), "TooManyLogs(0)");
      await assertReverts(attempt(`000102${"00".repeat(20)}000005`), "Truncated(2)");
      // With its sender a message of held accounts is longer, and the same.
      await attempt(honest.replace("04000002", `02${HELD_ACCOUNTS_ADDRESS.slice(2)}000002`));
    });

    test("§8.9: the count of withheld entries is an element of the field, or it could be committed and never be proven", async () => {
      const chain = await createWith(committee);
      const formed = await chain.form({ withhold: true, policy: signedBy(members) });
      const withheld = formed.commit["withheld"] as Record<string, unknown>;
      const counting = (entryCount: number): Promise<unknown> => commit(chain, formed, { withheld: { ...withheld, entryCount } });
      for (const entryCount of [FIELD_MODULUS, 2 ** 32 - 1]) {
        const digest = `0x${entryCount.toString(16).padEnd(64, "0")}`;
        await assertReverts(counting(entryCount), `DigestNotCanonical(${digest})`);
      }
      await assertReverts(counting(FIELD_MODULUS - 1), "CommitmentMismatch");
      await counting(1);
    });

    test("cannot be empty, out of order or unreachable", async () => {
      const deploy = (addresses: string[], threshold: number): Promise<unknown> =>
        ecosystem.l1.deploy("CommitteePolicy", addresses, threshold);
      await assert.rejects(deploy([], 1), /CommitteeEmpty/);
      await assert.rejects(deploy([addressOf(2), addressOf(1)], 1), /MembersNotAscending/);
      await assert.rejects(deploy([addressOf(1)], 0), /ThresholdOutOfRange/);
      await assert.rejects(deploy([addressOf(1)], 2), /ThresholdOutOfRange/);
    });
  });

  describe("bytecodes", () => {
    const CODE = Uint8Array.of(0x60, 0x01, 0x60, 0x02);
    const SET_CODE = {
      type: "insertion",
      leafKind: LeafKind.codeHash,
      address: 0xabcdefn,
      slot: 0n,
      value: BigInt(keccak(CODE)),
    } as const;

    test("count as published only by a transaction's own input, on whatever chain", async () => {
      const [validium, rollup] = [await createWith(committee), await createWith(ecosystem.rollupPolicy)];
      const withCode = async (): Promise<FormedBatch> =>
        validium.form({ changes: [SET_CODE], bytecodes: [CODE], policy: signedBy(members) });
      const commitThrough = async (account: BaseContract, formed: FormedBatch): Promise<void> => {
        const approval = await validium.sign(formed.expected.commitment);
        const args = [formed.previous, [{ batch: formed.commit, approval }]];
        await send(account, "call", validium.address, validium.contract.interface.encodeFunctionData("commitBatches", args));
      };
      const isPublished = (): Promise<boolean> => view(ecosystem.bytecodes, "isPublished", keccak(CODE));
      const contract = await ecosystem.l1.deploy("RequestingContract");
      const delegated = ecosystem.accounts[14]!;
      await ecosystem.l1.ethers.provider.send("hardhat_setCode", [
        delegated.address,
        `0xef0100${(await hexAddress(contract)).slice(2)}`,
      ]);
      const wallet = (await ecosystem.l1.ethers.getContractAt(
        "RequestingContract",
        delegated.address,
      )) as unknown as BaseContract;
      // The committee attests the data, so that the validium may do this; for others it publishes nothing.
      for (const account of [contract, as(wallet, delegated)]) {
        await commitThrough(account, await withCode());
        assert.equal(await isPublished(), false);
        const leftOut = await rollup.form({ changes: [SET_CODE] });
        await assertReverts(commit(rollup, leftOut), `BytecodeNotPublished(${keccak(CODE)})`);
        await send(validium.contract, "revertBatches", ...(await validium.signRevert(0n)));
      }
      // The same batch in a separate transaction does.
      await validium.commit(await withCode());
      assert.equal(await isPublished(), true);
      await rollup.commit(await rollup.form({ changes: [SET_CODE] }));
    });
  });

  describe("composition", () => {
    test("all-of: the truth table of rollup and committee", async () => {
      const allOf = await ecosystem.l1.deploy("AllOfPolicy", [
        await ecosystem.rollupPolicy.getAddress(),
        await committee.getAddress(),
      ]);
      const chain = await createWith(allOf);
      const boundDataHash = keccak(fromHex(NOTHING), fromHex(NOTHING));
      const policy =
        (signers: readonly HardhatEthersSigner[]): NonNullable<BatchContent["policy"]> =>
        async (preCommitment, pubdataHash) => ({
          data: abi.encode(["bytes[]"], [["0x", await committeeData(preCommitment, pubdataHash, signers)]]) as Hex,
          boundDataHash,
        });
      const attempt = async (withhold: boolean, signers: readonly HardhatEthersSigner[]): Promise<unknown> =>
        commit(chain, await chain.form({ withhold, policy: policy(signers) }));
      await assertReverts(attempt(true, []), "PubdataNotPublished()");
      await assertReverts(attempt(true, members), "PubdataNotPublished()");
      await assertReverts(attempt(false, []), "TooFewSignatures(2, 0)");
      await assertReverts(
        commit(chain, await chain.form(), { policyData: abi.encode(["bytes[]"], [["0x"]]) }),
        "MalformedPolicyData(2, 1)",
      );
      await attempt(false, members);
    });

    test("any-of: the truth table, the submitter naming the member", async () => {
      const anyOf = await ecosystem.l1.deploy("AnyOfPolicy", [
        await ecosystem.rollupPolicy.getAddress(),
        await committee.getAddress(),
      ]);
      const chain = await createWith(anyOf);
      const policy =
        (member: number, signers: readonly HardhatEthersSigner[]): NonNullable<BatchContent["policy"]> =>
        async (preCommitment, pubdataHash) => {
          const data = member === 1 ? await committeeData(preCommitment, pubdataHash, signers) : "0x";
          return {
            data: abi.encode(["uint256", "bytes"], [member, data]) as Hex,
            boundDataHash: keccak(fromHex(wordToHex(BigInt(member))), fromHex(NOTHING)),
          };
        };
      const attempt = async (withhold: boolean, member: number, signers: readonly HardhatEthersSigner[] = []) => {
        const formed = await chain.form({ withhold, policy: policy(member, signers) });
        return chain.commit(formed);
      };
      await assertReverts(attempt(true, 0), "PubdataNotPublished()");
      await assertReverts(attempt(true, 1, []), "TooFewSignatures(2, 0)");
      await assertReverts(attempt(true, 2), "MemberUnknown(2, 2)");
      await attempt(false, 0);
      await attempt(true, 1, members);
      // Once data was withheld, L1 no longer counts leaves, and takes published batches all the same.
      const { stored } = await attempt(false, 0);
      assert.equal(stored.leafCount, 0n);
      assert.equal(await view(chain.contract, "storedBatchHash", 2), hashStoredBatch(stored));
    });

    test("a certificate copied from another committee, batch or chain counts for nothing", async () => {
      const addresses = members.map(({ address }) => address);
      const second = await ecosystem.l1.deploy("CommitteePolicy", addresses, 2);
      const both = await ecosystem.l1.deploy("AllOfPolicy", [await committee.getAddress(), await second.getAddress()]);
      const chain = await createWith(both);
      const boundDataHash = keccak(fromHex(NOTHING), fromHex(NOTHING));
      const shown = (first: Hex, other: Hex): Hex => abi.encode(["bytes[]"], [[first, other]]) as Hex;
      const signed = async (of: BaseContract, preCommitment: Hex, pubdataHash: Hex): Promise<Hex> =>
        committeeData(preCommitment, pubdataHash, members, of);
      let [certificate, otherCertificate]: Hex[] = [];
      const honest = await chain.form({
        withhold: true,
        policy: async (preCommitment, pubdataHash) => {
          certificate = await signed(committee, preCommitment, pubdataHash);
          otherCertificate = await signed(second, preCommitment, pubdataHash);
          return { data: shown(certificate, otherCertificate), boundDataHash };
        },
      });
      // The same accounts have signed both, each for its own contract.
      await assertReverts(commit(chain, honest, { policyData: shown(certificate!, certificate!) }), "NotAMember");
      await assertReverts(commit(chain, honest, { policyData: shown(otherCertificate!, certificate!) }), "NotAMember");
      const copied = async () => ({ data: shown(certificate!, otherCertificate!), boundDataHash });
      const foreign = await createWith(both);
      await assertReverts(commit(foreign, await foreign.form({ withhold: true, policy: copied })), "NotAMember");
      await chain.commit(honest);
      await assertReverts(commit(chain, await chain.form({ withhold: true, policy: copied })), "NotAMember");
    });

    test("needs two members with code", async () => {
      const rollup = await ecosystem.rollupPolicy.getAddress();
      for (const name of ["AllOfPolicy", "AnyOfPolicy"]) {
        await assert.rejects(ecosystem.l1.deploy(name, [rollup]), /TooFewMembers/);
        await assert.rejects(ecosystem.l1.deploy(name, [rollup, addressOf(5)]), /MemberWithoutCode/);
        const policy = await ecosystem.l1.deploy(name, [rollup, rollup]);
        assert.deepEqual([...(await view<string[]>(policy, "members"))], [rollup, rollup]);
      }
    });
  });
});
