import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AbiCoder,
  Interface,
  keccak256,
  TypedDataEncoder,
  Wallet,
  type Contract,
  type HDNodeWallet,
  type TransactionReceipt,
} from "ethers";
import hre from "hardhat";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { leafPath } from "../../../src/chain/state/leaf-path.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { Ecosystem } from "../../../src/ecosystem/client/ecosystem/ecosystem.ts";
import { bringPlan, type SignedPlan } from "../../../src/ecosystem/client/keystore/plan.ts";
import type { AskingProviderOf } from "../../../src/ecosystem/client/messages/remote-slot.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { transactionTreeLeaf, transactionTreeProof, transactionTreeRoot } from "../../../src/ground/protocol/transaction-tree.ts";
import { sampleRecord } from "../../support/batch-record.ts";
import { BOOTLOADER, startLocalL2, type LocalL2 } from "../l2/support/local-l2.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

const [HOME, OTHER] = [271, 272] as const;
const ETHER = 10n ** 18n;
const NEVER = 2n ** 63n;
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const THIEF: Hex = "0x0000000000000000000000000000000000007417";
const coder = AbiCoder.defaultAbiCoder();
const configuration = {
  l1ChainId: 31337n,
  l1SharedBridge: "0xb41d6e00000000000000000000000000000b41d6",
  baseTokenOriginChainId: 31337n,
  baseTokenOriginToken: "0x0000000000000000000000000000000000000000",
  bornAt: 0n,
} as const;
const LOG_ROOT = wordToHex(0x106n);

/** Types of plans in `IKeystoreAccount` and of rotations in `IKeystore`, declared independently. */
const LEG_TYPES = {
  Leg: fields("uint256 chainId,uint64 gas,address feeToken,uint256 fee,Call[] calls"),
  Call: fields("address to,uint256 value,bytes data"),
};
const PLAN_TYPES = { Plan: fields("uint64 lastSecond,uint256 nonce,Leg[] legs"), ...LEG_TYPES };
const ROTATION_TYPES = { Rotation: fields("bytes32 id,uint64 version,bytes32 head") };

interface Keys {
  readonly threshold: bigint;
  readonly owners: readonly string[];
}
interface Leg {
  readonly chainId: number;
  readonly gas: bigint;
  readonly feeToken: string;
  readonly fee: bigint;
  readonly calls: readonly { readonly to: string; readonly value: bigint; readonly data: string }[];
}
interface Plan {
  readonly lastSecond: bigint;
  readonly nonce: bigint;
  readonly legs: readonly Leg[];
}

function fields(text: string): { readonly type: string; readonly name: string }[] {
  return text.split(",").map((each) => {
    const [type = "", name = ""] = each.split(" ");
    return { type, name };
  });
}
const headOf = (version: bigint, { threshold, owners }: Keys): string =>
  keccak256(
    coder.encode(["string", "uint64", "uint64", "bytes[]"], ["hardhat-hyperchain/keystore/head/v1", version, threshold, owners]),
  );
const leaving = (chainId: number, changes: Partial<Leg> = {}): Leg => ({
  ...{ chainId, gas: 100_000n, feeToken: PREDEPLOYS.L2BaseToken, fee: 5n },
  calls: [{ to: BOB, value: 7n, data: "0x" }],
  ...changes,
});

describe("B9, attack: an account whose keys are in a keystore", () => {
  const chains = new Map<number, LocalL2>();
  let keystore: string;
  let factory: string;
  /** Id of the account whose home is `HOME`. */
  let id: Hex;
  let account: string;
  const owner = Wallet.createRandom();
  const next = Wallet.createRandom();
  const stranger = Wallet.createRandom();
  const keysOf = (...owners: readonly HDNodeWallet[]): Keys => ({
    threshold: 1n,
    owners: owners.map(({ address }) => address.toLowerCase()),
  });
  let nonce = 0n;
  const planOf = (...legs: readonly Leg[]): Plan => ({ lastSecond: NEVER, nonce: ++nonce, legs });

  before(async () => {
    for (const chainId of [HOME, OTHER]) {
      const l2 = await startLocalL2(chainId, configuration);
      chains.set(chainId, l2);
      // The same creator and nonces, so the same addresses on both.
      keystore = await (await l2.ethers.deployContract("Keystore")).getAddress();
      factory = await (await l2.ethers.deployContract("KeystoreAccountFactory")).getAddress();
    }
    ({ id, account } = await register(keysOf(owner)));
    for (const chainId of [HOME, OTHER]) {
      await send(chainId, factory, "KeystoreAccountFactory", "createAccount", [HOME, keystore, id]);
      const [payer] = await chains.get(chainId)!.ethers.getSigners();
      await (await payer!.sendTransaction({ to: account, value: ETHER })).wait();
    }
    await shown(1n, [[id, headOf(1n, keysOf(owner))]]);
    await bring(1n, id);
  });
  after(async () => {
    for (const chain of chains.values()) await chain.close();
  });

  async function contractOn(chainId: number, address: string, name: string): Promise<Contract> {
    return (await chains.get(chainId)!.ethers.getContractAt(name, address)) as unknown as Contract;
  }
  async function send(chainId: number, to: string, name: string, method: string, args: readonly unknown[]) {
    const contract = await contractOn(chainId, to, name);
    const response = (await contract.getFunction(method).send(...args)) as { wait(): Promise<TransactionReceipt> };
    return response.wait();
  }
  async function register(keys: Keys): Promise<{ readonly id: Hex; readonly account: string }> {
    const known = await contractOn(HOME, keystore, "Keystore");
    const args = [keys, wordToHex(BigInt(chains.size))];
    const registered = (await known.getFunction("register").staticCall(...args)) as Hex;
    await send(HOME, keystore, "Keystore", "register", args);
    const made = await contractOn(HOME, factory, "KeystoreAccountFactory");
    return { id: registered, account: (await made.getFunction("addressOf")(HOME, keystore, registered)) as string };
  }

  /** States of the home chain by batch, in a separate tree. */
  const states = new Map<bigint, StateTree>();
  const slotOf = (of: Hex): bigint => BigInt(keccak256(coder.encode(["bytes32", "uint256"], [of, 0])));
  const headLeaf = (slot: bigint, value: bigint) => ({ leafKind: LeafKind.storage, address: BigInt(keystore), slot, value });
  const recordOf = (batch: bigint, root: Hex) =>
    sampleRecord({ newStateRoot: root, executedAt: 1_000n * batch, provenSince: batch + 1n });
  const leafOf = (batch: bigint): Hex =>
    transactionTreeLeaf({ chainId: BigInt(HOME), batchNumber: batch, logRoot: LOG_ROOT, record: recordOf(batch, rootOf(batch)) });
  const rootOf = (batch: bigint): Hex => digestToHex(states.get(batch)!.root);
  const leaves: Hex[] = [];
  /** L1 has executed a batch of the home chain with these heads, and the other chain imports the root. */
  async function shown(batch: bigint, heads: readonly (readonly [of: Hex, head: string])[]): Promise<void> {
    states.set(
      batch,
      StateTree.genesis(
        heads.map(([of, head]) => headLeaf(slotOf(of), BigInt(head))),
        { compressor: referenceCompressor },
      ),
    );
    leaves.push(leafOf(batch));
    const other = chains.get(OTHER)!;
    const roots = await other.predeploy("ImportedRoots", await other.impersonate(BOOTLOADER));
    await (
      (await roots.getFunction("importRoot").send(BigInt(leaves.length), transactionTreeRoot(leaves))) as {
        wait(): Promise<unknown>;
      }
    ).wait();
  }
  /** Arguments of `load` for a batch, with its own proof. */
  function proofOf(batch: bigint, of: Hex, tree = states.get(batch)!) {
    const proof = tree.prove({ leafKind: LeafKind.storage, address: BigInt(keystore), slot: slotOf(of) });
    const leaf = { kind: proof.leafKind as number, key: digestToHex(proof.key), value: proof.value };
    const at = {
      ...{ chainId: HOME, batchNumber: batch, logRoot: LOG_ROOT, record: recordOf(batch, digestToHex(tree.root)) },
      ...{ leafIndex: batch - 1n, siblings: transactionTreeProof(leaves, Number(batch) - 1), rootIndex: BigInt(leaves.length) },
    };
    return [at, keystore, slotOf(of), { isWritten: true, leaf, path: leafPath(proof) }] as const;
  }
  const bring = (batch: bigint, of: Hex) =>
    send(OTHER, PREDEPLOYS.CrossChainViews, "CrossChainViews", "load", proofOf(batch, of));

  const signPlan = async (
    plan: Plan,
    signer: HDNodeWallet,
    keys = keysOf(signer),
    version = 1n,
    at = account,
  ): Promise<string> => {
    const domain = { name: "KeystoreAccount", version: "1", verifyingContract: at };
    return encoded(version, keys, await signer.signTypedData(domain, PLAN_TYPES, plan));
  };
  const encoded = (version: bigint, { threshold, owners }: Keys, signature: string): string =>
    coder.encode(["uint64", "tuple(uint64, bytes[])", "bytes[]"], [version, [threshold, owners], [signature]]);
  const hashesOf = (plan: Plan): string[] => plan.legs.map((leg) => TypedDataEncoder.from(LEG_TYPES).hash(leg));
  const argsOf = (plan: Plan, index: number, signature: string) =>
    [plan.lastSecond, plan.nonce, hashesOf(plan), index, plan.legs[index], signature] as const;
  const execute = (chainId: number, plan: Plan, index: number, signature: string, at = account) =>
    send(chainId, at, "KeystoreAccount", "executeLeg", argsOf(plan, index, signature));
  const refused = (call: Promise<unknown>, error: string, args?: readonly unknown[]) =>
    assertReverts(call, "KeystoreAccount", error, args);
  const balance = (chainId: number, of: string): Promise<bigint> => chains.get(chainId)!.ethers.provider.getBalance(of);

  test("a plan signed once moves each leg's money on its own chain, once, and pays the account that brings it", async () => {
    const plan = planOf(leaving(HOME), leaving(OTHER));
    const signature = await signPlan(plan, owner);
    for (const [index, chainId] of [HOME, OTHER].entries()) {
      const [bringer] = await chains.get(chainId)!.ethers.getSigners();
      const before = await balance(chainId, BOB);
      const had = await balance(chainId, bringer!.address);
      await execute(chainId, plan, index, signature);
      assert.equal((await balance(chainId, BOB)) - before, 7n);
      assert.equal((await balance(chainId, bringer!.address)) - had, 5n);
      const [digest] = [
        await (await contractOn(chainId, account, "KeystoreAccount")).getFunction("planDigest")(
          NEVER,
          plan.nonce,
          hashesOf(plan),
        ),
      ];
      await refused(execute(chainId, plan, index, signature), "LegDone", [digest, BigInt(index)]);
      // Not even by leaving the chain's own leg where it was, in a plan of another order.
      await refused(execute(chainId, { ...plan, legs: [...plan.legs].reverse() }, 1 - index, signature), "PlanNotSigned");
    }
    // On another chain than the leg's own.
    const more = planOf(leaving(HOME), leaving(OTHER));
    await refused(execute(OTHER, more, 0, await signPlan(more, owner)), "LegOfAnotherChain", [BigInt(HOME), BigInt(OTHER)]);
  });

  test("a plan that was changed anywhere is not the one that was signed", async () => {
    const plan = planOf(leaving(HOME), leaving(OTHER));
    const signature = await signPlan(plan, owner);
    const [leg, other] = plan.legs as readonly [Leg, Leg];
    const call = leg.calls[0]!;
    const changes: readonly Partial<Leg>[] = [
      ...[{ gas: 0n }, { fee: 6n }, { feeToken: THIEF }, { calls: [] }, { calls: [call, call] }],
      ...[
        { ...call, to: THIEF },
        { ...call, value: 8n },
        { ...call, data: "0x01" },
      ].map((each) => ({ calls: [each] })),
    ];
    for (const change of changes) {
      const changed = { ...plan, legs: [{ ...leg, ...change }, other] };
      await refused(execute(HOME, changed, 0, signature), "PlanNotSigned");
      // With the hashes of the signed one.
      const [lastSecond, of, , index] = argsOf(plan, 0, signature);
      const args = [lastSecond, of, hashesOf(plan), index, changed.legs[0], signature];
      await refused(send(HOME, account, "KeystoreAccount", "executeLeg", args), "OtherLeg");
    }
    for (const changed of [
      { ...plan, lastSecond: NEVER + 1n },
      { ...plan, nonce: plan.nonce + 99n },
      { ...plan, legs: [leg] },
    ])
      await refused(execute(HOME, changed, 0, signature), "PlanNotSigned");
    await refused(execute(HOME, { ...plan, legs: [leg, other, leaving(HOME)] }, 2, signature), "PlanNotSigned");
    const beyond = [plan.lastSecond, plan.nonce, hashesOf(plan), 2, leg, signature];
    await refused(send(HOME, account, "KeystoreAccount", "executeLeg", beyond), "OtherLeg");
    const late = { ...planOf(leg), lastSecond: 1n };
    await refused(execute(HOME, late, 0, await signPlan(late, owner)), "PlanExpired");
    // It is valid unchanged.
    await execute(HOME, plan, 0, signature);
  });

  test("a stranger's signature, a signature for another account of the same keys, and one for something else sign nothing", async () => {
    const plan = planOf(leaving(HOME));
    await refused(execute(HOME, plan, 0, await signPlan(plan, stranger)), "PlanNotSigned");
    await refused(execute(HOME, plan, 0, await signPlan(plan, stranger, keysOf(owner))), "PlanNotSigned");
    await refused(execute(HOME, plan, 0, await signPlan(plan, owner, { ...keysOf(owner), threshold: 0n })), "PlanNotSigned");
    await refused(execute(HOME, plan, 0, await signPlan(plan, stranger, keysOf(owner, stranger))), "PlanNotSigned");
    await refused(execute(HOME, plan, 0, await signPlan(plan, owner, keysOf(owner), 2n)), "PlanNotSigned");
    await refused(execute(HOME, plan, 0, await signPlan(plan, owner, keysOf(owner), 1n, factory)), "PlanNotSigned");
    // A rotation's signature is invalid for a plan: the domains differ, whatever is in the message.
    const rotation = await signRotation(owner, 1n, keysOf(next));
    await refused(execute(HOME, plan, 0, encoded(1n, keysOf(owner), rotation)), "PlanNotSigned");
  });

  test("the account that brings a leg cannot choose how it ends: too little gas, a call that reverts, and a call that brings it again", async () => {
    const greedy = planOf(leaving(HOME, { gas: 3_000_000n }));
    const signature = await signPlan(greedy, owner);
    const contract = await contractOn(HOME, account, "KeystoreAccount");
    const withLittle = contract.getFunction("executeLeg").send(...argsOf(greedy, 0, signature), { gasLimit: 1_000_000n });
    await refused(withLittle, "NotEnoughGasForLeg");

    // The second call takes too much, so the first one is undone with it, and the leg can be brought later.
    const poor = planOf(
      leaving(HOME, {
        calls: [
          { to: BOB, value: 1n, data: "0x" },
          { to: BOB, value: 9n * ETHER, data: "0x" },
        ],
      }),
    );
    const before = await balance(HOME, BOB);
    await refused(execute(HOME, poor, 0, await signPlan(poor, owner)), "PlannedCallFailed", [1n, "0x"]);
    assert.equal(await balance(HOME, BOB), before);

    const rebringer = await chains.get(HOME)!.ethers.deployContract("PlanRebringer");
    const to = await rebringer.getAddress();
    const again = rebringer.interface.encodeFunctionData("again");
    const inside = planOf(leaving(HOME, { calls: [{ to, value: 0n, data: again }] }));
    const call = contract.interface.encodeFunctionData("executeLeg", argsOf(inside, 0, await signPlan(inside, owner)));
    await (await rebringer.getFunction("bring")(account, call)).wait();
    const errors = new Interface((await hre.artifacts.readArtifact("KeystoreAccount")).abi);
    assert.equal(errors.parseError((await rebringer.getFunction("answer")()) as string)?.name, "LegDone");
    assert.equal(await rebringer.getFunction("fees")(), 1n);
  });

  test("a stranger brings a leg first, for its fee: who meant to bring it is not told that it moved nothing", async () => {
    const plan = planOf(leaving(HOME));
    const signature = await signPlan(plan, owner);
    const l2 = chains.get(HOME)!;
    const [bringer] = await l2.ethers.getSigners();
    const signed = {
      ...{ home: HOME, id, account: account as Hex, head: headOf(1n, keysOf(owner)) as Hex, signature: signature as Hex },
      ...{ lastSecond: plan.lastSecond, nonce: plan.nonce, legs: plan.legs as SignedPlan["legs"] },
      digest: TypedDataEncoder.hash(
        { name: "KeystoreAccount", version: "1", verifyingContract: account },
        PLAN_TYPES,
        plan,
      ) as Hex,
    };
    const baseToken = { symbol: "ETH", name: "Ether", decimals: 18, l1Address: configuration.baseTokenOriginToken };
    const info = { l1: { chainId: 31337, name: "L1" }, chains: [{ chainId: HOME, name: "home", baseToken }] };
    const before = await balance(HOME, BOB);
    let tries = 0;
    const bringIt = (): Promise<unknown> =>
      bringPlan(
        info as unknown as Ecosystem,
        signed,
        async () => {
          tries++;
          // Asked for when the leg was seen not to be done.
          await execute(HOME, plan, 0, signature);
          return bringer!;
        },
        () => l2.ethers.provider as unknown as ReturnType<AskingProviderOf>,
      );
    assert.deepEqual(await bringIt(), []);
    assert.deepEqual(await bringIt(), []);
    assert.equal(tries, 1);
    assert.equal((await balance(HOME, BOB)) - before, 7n);
  });

  test("only the account cancels a plan, on each chain apart, and what was cancelled is never executed", async () => {
    const plan = planOf(leaving(HOME), leaving(OTHER));
    const signature = await signPlan(plan, owner);
    const contract = await contractOn(HOME, account, "KeystoreAccount");
    const digest = (await contract.getFunction("planDigest")(plan.lastSecond, plan.nonce, hashesOf(plan))) as string;
    await refused(send(HOME, account, "KeystoreAccount", "cancelPlan", [digest]), "AccountUnauthorized");
    const data = contract.interface.encodeFunctionData("cancelPlan", [digest]);
    const cancelling = planOf(leaving(HOME, { calls: [{ to: account, value: 0n, data }] }));
    await execute(HOME, cancelling, 0, await signPlan(cancelling, owner));
    await refused(execute(HOME, plan, 0, signature), "LegDone", [digest, 0n]);
    await execute(OTHER, plan, 1, signature);
  });

  const signRotation = async (
    signer: HDNodeWallet,
    version: bigint,
    to: Keys,
    domain: object = {},
    of: Hex = id,
  ): Promise<string> => {
    const own = { name: "Keystore", version: "1", chainId: HOME, verifyingContract: keystore, ...domain };
    return signer.signTypedData(own, ROTATION_TYPES, { id: of, version, head: headOf(version + 1n, to) });
  };
  const rotate = (version: bigint, keys: Keys, to: Keys, signature: string, of: Hex = id) =>
    send(HOME, keystore, "Keystore", "rotate", [of, version, keys, to, [signature]]);

  test("keys are replaced by their own signature for this keystore, chain, id and version, and by no other", async () => {
    const [mine, theirs] = [keysOf(owner), keysOf(next)];
    const other = await register(keysOf(owner, stranger));
    const notSigned = (call: Promise<unknown>) => assertReverts(call, "Keystore", "RotationNotSigned");
    await notSigned(rotate(1n, mine, theirs, await signRotation(stranger, 1n, theirs)));
    await notSigned(rotate(1n, mine, theirs, await signRotation(owner, 1n, mine)));
    await notSigned(rotate(1n, mine, theirs, await signRotation(owner, 1n, theirs, { chainId: OTHER })));
    await notSigned(rotate(1n, mine, theirs, await signRotation(owner, 1n, theirs, { verifyingContract: factory })));
    await notSigned(rotate(1n, mine, theirs, await signRotation(owner, 1n, theirs, {}, other.id)));
    await notSigned(rotate(1n, mine, theirs, await signRotation(owner, 2n, theirs)));
    await assertReverts(rotate(1n, theirs, mine, await signRotation(next, 1n, mine)), "Keystore", "OtherKeys");
    await assertReverts(rotate(2n, mine, theirs, await signRotation(owner, 2n, theirs)), "Keystore", "OtherKeys");
    for (const unreachable of [
      { ...theirs, threshold: 0n },
      { ...theirs, threshold: 2n },
    ])
      await assertReverts(
        rotate(1n, mine, unreachable, await signRotation(owner, 1n, unreachable)),
        "Keystore",
        "UnreachableThreshold",
        [unreachable.threshold, 1n],
      );
    const many = { threshold: 1n, owners: Array.from({ length: 17 }, () => theirs.owners[0]!) };
    await assertReverts(rotate(1n, mine, many, await signRotation(owner, 1n, many)), "Keystore", "TooManyOwners", [16n, 17n]);
    await assertReverts(send(HOME, keystore, "Keystore", "register", [mine, wordToHex(2n)]), "Keystore", "AlreadyRegistered", [
      id,
    ]);
  });

  test("the old key after a rotation: refused at home at once, on another chain after the root's import, and an older proof restores it nowhere", async () => {
    const plan = planOf(leaving(HOME), leaving(OTHER), leaving(OTHER));
    const old = await signPlan(plan, owner);
    const first = proofOf(1n, id);
    const signature = await signRotation(owner, 1n, keysOf(next));
    await rotate(1n, keysOf(owner), keysOf(next), signature);
    // Once: the version has moved on.
    await assertReverts(rotate(1n, keysOf(owner), keysOf(next), signature), "Keystore", "OtherKeys");
    await refused(execute(HOME, plan, 0, old), "PlanNotSigned");
    const renewed = planOf(leaving(HOME), leaving(OTHER));
    const now = await signPlan(renewed, next, keysOf(next), 2n);
    await execute(HOME, renewed, 0, now);
    // Unknown changes have no effect on the other chain.
    await refused(execute(OTHER, renewed, 1, now), "PlanNotSigned");
    await execute(OTHER, plan, 1, old);

    await shown(2n, [[id, headOf(2n, keysOf(next))]]);
    await bring(2n, id);
    await refused(execute(OTHER, plan, 2, old), "PlanNotSigned");
    await execute(OTHER, renewed, 1, now);
    const args = [{ ...first[0], siblings: transactionTreeProof(leaves, 0), rootIndex: 2n }, ...first.slice(1)];
    await send(OTHER, PREDEPLOYS.CrossChainViews, "CrossChainViews", "load", args);
    await refused(execute(OTHER, plan, 2, old), "PlanNotSigned");
  });

  test("a stranger's root, a state that L1 has not executed and another keystore's slot give the account no keys", async () => {
    const mine = keysOf(stranger);
    const forged = StateTree.genesis([headLeaf(slotOf(id), BigInt(headOf(1n, mine)))], { compressor: referenceCompressor });
    const load = (args: readonly unknown[]) => send(OTHER, PREDEPLOYS.CrossChainViews, "CrossChainViews", "load", args);
    const views = (call: Promise<unknown>, error: string) => assertReverts(call, "CrossChainViews", error);
    // The forged state under the record that was executed, and under its own.
    const [at, , , proof] = proofOf(2n, id, forged);
    await views(load([at, keystore, slotOf(id), proof]), "BatchNotInRoot");
    await views(load([proofOf(2n, id)[0], keystore, slotOf(id), proof]), "StateRootMismatch");
    await views(load([{ ...proofOf(2n, id)[0], rootIndex: 9n }, keystore, slotOf(id), proof]), "RootNotImported");
    // A chain of the stranger's own that says so: it is kept as that chain's word, which the account does not ask.
    const strange = recordOf(1n, digestToHex(forged.root));
    const own = { chainId: 666n, batchNumber: 9n, logRoot: LOG_ROOT, record: strange };
    leaves.push(transactionTreeLeaf(own));
    const other = chains.get(OTHER)!;
    const roots = await other.predeploy("ImportedRoots", await other.impersonate(BOOTLOADER));
    await roots.getFunction("importRoot").send(BigInt(leaves.length), transactionTreeRoot(leaves));
    const index = leaves.length - 1;
    const place = { leafIndex: BigInt(index), siblings: transactionTreeProof(leaves, index), rootIndex: BigInt(leaves.length) };
    await views(load([{ ...own, chainId: BigInt(HOME), ...place }, keystore, slotOf(id), proof]), "BatchNotInRoot");
    await load([{ ...own, ...place }, keystore, slotOf(id), proof]);
    const plan = planOf(leaving(OTHER));
    await refused(execute(OTHER, plan, 0, await signPlan(plan, stranger, mine)), "PlanNotSigned");
    await execute(OTHER, plan, 0, await signPlan(plan, next, keysOf(next), 2n));
  });
});
