import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import {
  attest,
  digestOfPreimage,
  mirrored,
  p256Key,
  quotePreimage,
  shownData,
  type QuoteContent,
  type ShownAttestation,
} from "../../support/p256-attestor.ts";
import { addExecutionVersion } from "./support/aggregates.ts";
import { TestChain, type BatchContent } from "./support/chain.ts";
import {
  createChain,
  defaultConfiguration,
  deployEcosystem,
  hexAddress,
  view,
  type Ecosystem,
  provenVersion,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { WITHOUT_QUORUM } from "./support/settlements.ts";

const abi = AbiCoder.defaultAbiCoder();
const NOTHING = keccak();
const MEASUREMENT = wordToHex(0x5eedn);
const HOUR = 3_600n;

/** Deviations of a test from an honest attestor. */
interface Otherwise {
  readonly quote?: Partial<QuoteContent>;
  readonly measurement?: Hex;
  readonly notAfter?: bigint;
  readonly change?: (shown: ShownAttestation) => ShownAttestation;
}

describe("a batch that a program attests", () => {
  let ecosystem: Ecosystem;
  let attested: BaseContract;
  let both: BaseContract;
  let attestedAddress: Hex;
  const [root, leaf] = [p256Key(), p256Key()];
  let nextChainId = 270n;

  before(async () => {
    ecosystem = await deployEcosystem();
    attested = await ecosystem.l1.deploy("AttestedPolicy", root.x, root.y, MEASUREMENT);
    attestedAddress = await hexAddress(attested);
    both = await ecosystem.l1.deploy("AllOfPolicy", [await ecosystem.rollupPolicy.getAddress(), attestedAddress]);
  });
  after(() => ecosystem.l1.close());

  const create = async (policy = both): Promise<TestChain> =>
    TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      dataAvailabilityPolicy: await policy.getAddress(),
    });

  async function attestation(content: Partial<QuoteContent>, otherwise: Otherwise = {}): Promise<ShownAttestation> {
    const { measurement = MEASUREMENT, notAfter = (await ecosystem.latestTimestamp()) + HOUR, change } = otherwise;
    const honest = { policy: attestedAddress, chainId: ecosystem.chainId, preCommitment: NOTHING, pubdataHash: NOTHING };
    const shown = attest({ root, leaf, measurement, notAfter }, { ...honest, ...content, ...otherwise.quote });
    return change?.(shown) ?? shown;
  }
  const withAttestation =
    (otherwise: Otherwise = {}): NonNullable<BatchContent["policy"]> =>
    async (preCommitment, pubdataHash) => {
      const shown = shownData(await attestation({ preCommitment, pubdataHash }, otherwise));
      const data = abi.encode(["bytes[]"], [["0x", shown]]) as Hex;
      return { data, boundDataHash: keccak(fromHex(NOTHING), fromHex(NOTHING)) };
    };
  /** A batch of a chain, committed with an attestation that differs in this. */
  const attempt = async (chain: TestChain, otherwise: Otherwise = {}): Promise<unknown> =>
    chain.commit(await chain.form({ policy: withAttestation(otherwise) }));
  /** Answer of the policy for one claim, to any caller. */
  const ask = (claim: { preCommitment: Hex; pubdataHash: Hex }, data: string): Promise<string> =>
    view<string>(attested, "checkAvailability", { published: false, transactionsHash: wordToHex(0n), ...claim }, data);

  test("a chain's batches are committed with the quorum's signatures and the attestation; nothing is bound", async () => {
    const chain = await create();
    await attempt(chain);
    await attempt(chain);
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 2n);
    const claim = { preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) };
    assert.equal(await ask(claim, shownData(await attestation(claim))), NOTHING);
    assert.deepEqual([...(await view<string[]>(attested, "root"))], [root.x, root.y]);
    // With a transaction's own 21,000.
    const asked = attested.getFunction("checkAvailability");
    const gas = await asked.estimateGas(
      { published: false, transactionsHash: wordToHex(0n), ...claim },
      shownData(await attestation(claim)),
    );
    assert.ok(gas < 45_000n, `${gas} gas`);
  });

  test("quote for another chain", async () => {
    const chain = await create();
    await assertReverts(attempt(chain, { quote: { chainId: ecosystem.chainId + 1n } }), "QuoteMismatch");
    // Of another chain of the ecosystem with the same policy: what is quoted names the chain's contract.
    const other = await create();
    let copied: Hex = "0x";
    const honest = await other.form({
      async policy(preCommitment, pubdataHash) {
        const answer = await withAttestation()(preCommitment, pubdataHash);
        copied = answer.data;
        return answer;
      },
    });
    const boundDataHash = keccak(fromHex(NOTHING), fromHex(NOTHING));
    const foreign = await chain.form({ policy: () => Promise.resolve({ data: copied, boundDataHash }) });
    await assertReverts(chain.commit(foreign), "QuoteMismatch");
    await other.commit(honest);
  });

  test("quote for another batch: other pubdata, other states", async () => {
    const chain = await create();
    await assertReverts(attempt(chain, { quote: { preCommitment: wordToHex(7n) } }), "QuoteMismatch");
    await assertReverts(attempt(chain, { quote: { pubdataHash: wordToHex(7n) } }), "QuoteMismatch");
    const claim = { preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) };
    const shown = shownData(await attestation(claim));
    const expected = digestOfPreimage(
      quotePreimage({ policy: attestedAddress, chainId: ecosystem.chainId, ...claim, preCommitment: wordToHex(3n) }),
    );
    await assertReverts(ask({ ...claim, preCommitment: wordToHex(3n) }, shown), `QuoteMismatch(${expected})`);
  });

  test("quote for another policy of the same root and measurement", async () => {
    const second = await ecosystem.l1.deploy("AttestedPolicy", root.x, root.y, MEASUREMENT);
    const chain = await create();
    await assertReverts(attempt(chain, { quote: { policy: await second.getAddress() } }), "QuoteMismatch");
  });

  test("expired: taken at its last second, and not at the next", async () => {
    const claim = { preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) };
    const notAfter = (await ecosystem.latestTimestamp()) + 10n;
    const shown = shownData(await attestation(claim, { notAfter }));
    const mineAt = async (timestamp: bigint): Promise<void> => {
      await ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);
      await ecosystem.l1.ethers.provider.send("evm_mine", []);
    };
    await mineAt(notAfter);
    const at = (blockTag: number): Promise<unknown> =>
      attested
        .getFunction("checkAvailability")
        .staticCall({ published: false, transactionsHash: wordToHex(0n), ...claim }, shown, { blockTag });
    const { number } = (await ecosystem.l1.ethers.provider.getBlock("latest"))!;
    await mineAt(notAfter + 1n);
    assert.equal(await at(number), NOTHING);
    await assertReverts(at(number + 1), `LeafExpired(${notAfter}, ${notAfter + 1n})`);
    // The time is signed: a later one is not taken either.
    const later = shownData(await attestation(claim, { notAfter, change: (each) => ({ ...each, notAfter: notAfter + HOUR }) }));
    await assertReverts(ask(claim, later), `LeafNotOfRoot(${leaf.x}, ${leaf.y})`);
  });

  test("wrong measurement, and the right one where the root signed another", async () => {
    const chain = await create();
    const other = wordToHex(0xbadn);
    await assertReverts(attempt(chain, { measurement: other }), `MeasurementMismatch(${MEASUREMENT}, ${other})`);
    const claimed = { measurement: other, change: (shown: ShownAttestation) => ({ ...shown, measurement: MEASUREMENT }) };
    await assertReverts(attempt(chain, claimed), `LeafNotOfRoot(${leaf.x}, ${leaf.y})`);
  });

  test("another root, and a key that no root attests", async () => {
    const chain = await create();
    const [stranger, second] = [p256Key(), p256Key()];
    const notAfter = (await ecosystem.latestTimestamp()) + HOUR;
    const by = async (otherRoot: typeof root, otherLeaf: typeof leaf): Promise<unknown> =>
      chain.commit(
        await chain.form({
          async policy(preCommitment, pubdataHash) {
            const content = { policy: attestedAddress, chainId: ecosystem.chainId, preCommitment, pubdataHash };
            const parts = { root: otherRoot, leaf: otherLeaf, measurement: MEASUREMENT, notAfter };
            const data = abi.encode(["bytes[]"], [["0x", shownData(attest(parts, content))]]) as Hex;
            return { data, boundDataHash: keccak(fromHex(NOTHING), fromHex(NOTHING)) };
          },
        }),
      );
    await assertReverts(by(stranger, leaf), `LeafNotOfRoot(${leaf.x}, ${leaf.y})`);
    await assertReverts(by(second, second), `LeafNotOfRoot(${second.x}, ${second.y})`);
    // Under the same root, any of its keys.
    await by(root, second);
  });

  test("swapped: signatures for each other, halves of one, coordinates, and the two members' data", async () => {
    const chain = await create();
    const changed = (change: (shown: ShownAttestation) => ShownAttestation): Promise<unknown> => attempt(chain, { change });
    const ofLeaf = `LeafNotOfRoot(${leaf.x}, ${leaf.y})`;
    await assertReverts(
      changed((shown) => ({
        ...shown,
        rootR: shown.quoteR,
        rootS: shown.quoteS,
        quoteR: shown.rootR,
        quoteS: shown.rootS,
      })),
      ofLeaf,
    );
    await assertReverts(
      changed((shown) => ({ ...shown, rootR: shown.rootS, rootS: shown.rootR })),
      ofLeaf,
    );
    await assertReverts(
      changed((shown) => ({ ...shown, quoteR: shown.quoteS, quoteS: shown.quoteR })),
      "QuoteMismatch",
    );
    const turned = `LeafNotOfRoot(${leaf.y}, ${leaf.x})`;
    await assertReverts(
      changed((shown) => ({ ...shown, leafX: shown.leafY, leafY: shown.leafX })),
      turned,
    );
    // The other signature that the curve has of the same words.
    await assertReverts(
      changed((shown) => ({ ...shown, rootS: mirrored(shown.rootS) })),
      ofLeaf,
    );
    await assertReverts(
      changed((shown) => ({ ...shown, quoteS: mirrored(shown.quoteS) })),
      "QuoteMismatch",
    );
    const swapped = await chain.form({
      async policy(preCommitment, pubdataHash) {
        const data = abi.encode(["bytes[]"], [[shownData(await attestation({ preCommitment, pubdataHash })), "0x"]]) as Hex;
        return { data, boundDataHash: keccak(fromHex(NOTHING), fromHex(NOTHING)) };
      },
    });
    await assertReverts(chain.commit(swapped), "MalformedPolicyData(32, 256)");
    await attempt(chain);
  });

  test("every word that is shown counts: one bit of it changed is refused", async () => {
    const claim = { preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) };
    const honest = shownData(await attestation(claim));
    await ask(claim, honest);
    const errors = ["LeafNotOfRoot", "LeafNotOfRoot", "MeasurementMismatch", "LeafNotOfRoot"];
    errors.push("LeafNotOfRoot", "LeafNotOfRoot", "QuoteMismatch", "QuoteMismatch");
    for (const [word, expected] of errors.entries()) {
      const bytes = fromHex(honest);
      bytes[32 * word + 31]! ^= 1;
      await assertReverts(ask(claim, `0x${Buffer.from(bytes).toString("hex")}`), expected);
    }
    await assertReverts(ask(claim, honest.slice(0, -2)), "MalformedPolicyData(256, 255)");
    await assertReverts(ask(claim, `${honest}00`), "MalformedPolicyData(256, 257)");
    await assertReverts(ask(claim, "0x"), "MalformedPolicyData(256, 0)");
  });

  test("a root is a point of the curve", async () => {
    await assert.rejects(ecosystem.l1.deploy("AttestedPolicy", root.y, root.x, MEASUREMENT), /RootInvalid/);
    await assert.rejects(ecosystem.l1.deploy("AttestedPolicy", wordToHex(0n), wordToHex(0n), MEASUREMENT), /RootInvalid/);
  });

  test("a chain without a quorum cannot have it: it binds no settler", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    for (const policy of [both, attested]) {
      const address = await hexAddress(policy);
      const base = await defaultConfiguration(ecosystem, nextChainId++);
      const without = { ...base, ...WITHOUT_QUORUM, protocolVersion: aggregator.version, dataAvailabilityPolicy: address };
      await assertReverts(createChain(ecosystem, without), `PolicyBindsNoSettler(${address})`);
    }
  });
});
