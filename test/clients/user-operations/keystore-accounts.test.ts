import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createPublicClient, http, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createBundlerClient, type SmartAccount } from "viem/account-abstraction";
import {
  keyOwner,
  passkeyOwner,
  toKeystoreAccount,
  type Keys,
  type Owner,
} from "../../../fixtures/keystore-accounts/keystore-account.ts";
import { crossChainViews, keystoreAccount, messenger } from "../../../src/ecosystem/client/sending/contract-interfaces.ts";
import { bringSlot, type BroughtSlot } from "../../../src/ecosystem/client/messages/bring-slot.ts";
import {
  keysOn,
  keystoreSlot,
  registerKeys,
  rotateKeys,
  type AccountKeys,
} from "../../../src/ecosystem/client/keystore/keystore.ts";
import { deployKeystore, KEYSTORE_ADDRESSES } from "../../../src/ecosystem/client/keystore/keystore-contracts.ts";
import { loadSlot, viewSlot, type AskingProviderOf } from "../../../src/ecosystem/client/messages/remote-slot.ts";
import { send } from "../../../src/ecosystem/client/transfers/send.ts";
import { viemChain } from "../../../src/ecosystem/client/ecosystem/viem-chain.ts";
import { viemSigner } from "../../../src/ecosystem/client/sending/viem-signer.ts";
import { walletOf } from "../../../fixtures/sponsored-call/sponsor.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../../flow/support/devnet.ts";
import { PATIENT } from "../../support/patient.ts";
import { deployEntryPoint } from "./support/entry-points.ts";
import { passkey, PRESENT, VERIFIED } from "./support/passkeys.ts";

const [HOME, OTHER] = [0, 1] as const;
type Place = typeof HOME | typeof OTHER;
const { keystore, passkeys: verifier } = KEYSTORE_ADDRESSES;

describe("B6, B9: accounts of passkeys and several owners, whose keys are in a keystore", () => {
  let devnet: FlowDevnet;
  let providers: JsonRpcProvider[];
  let l1: JsonRpcProvider;

  before(async () => {
    const chains = [
      { chainId: 271n, name: "home" },
      { chainId: 272n, name: "other" },
    ];
    devnet = await startFlowDevnet(chains, { relayer: true, proofs: "none", singletons: true });
    providers = devnet.chains.map(clientOf);
    l1 = new JsonRpcProvider(devnet.info().l1.url, undefined, { cacheTimeout: -1 });
    for (const place of [HOME, OTHER] as const) {
      await deployEntryPoint("0.8", alice(place));
      await deployKeystore(devnet.info(), 271 + place, alice(place));
    }
  });
  after(async () => {
    l1.destroy();
    for (const provider of providers) provider.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  function alice(place: Place) {
    return devnet.accounts.wallet(ALICE).connect(providers[place]!);
  }
  function connection(place: Place) {
    const described = devnet.info().chains[place]!;
    return { chain: viemChain(described, devnet.info()), transport: http(described.url, PATIENT) };
  }
  const reader = (place: Place) => createPublicClient({ ...connection(place), pollingInterval: 20, cacheTime: 0 });

  const key = () => keyOwner(privateKeyToAccount(generatePrivateKey()));
  const keysOf = (threshold: bigint, owners: readonly Owner[]): Keys => ({ threshold, owners: owners.map(({ owner }) => owner) });

  /** Registers the keys, and gives the account coins on both chains. */
  async function register(keys: Keys): Promise<{ readonly id: Hex; readonly address: Address }> {
    const { id, account: address } = await registerKeys(devnet.info(), { home: 271, keys }, alice(HOME));
    for (const chain of [HOME, OTHER] as const)
      await (await alice(chain).sendTransaction({ to: address, value: ETHER / 10n })).wait();
    return { id, address };
  }
  function accountOn(place: Place, id: Hex, keys: Keys, signers: readonly (Owner | undefined)[], version = 1n) {
    return toKeystoreAccount({ client: reader(place), addresses: KEYSTORE_ADDRESSES, home: 271, id, version, keys, signers });
  }
  const bundlerOn = (place: Place) => createBundlerClient({ client: reader(place), ...connection(place), pollingInterval: 20 });
  /** Sends a wei somewhere new; resolves where it arrived. */
  async function pays(place: Place, account: SmartAccount): Promise<void> {
    const to = privateKeyToAccount(generatePrivateKey()).address;
    const bundler = bundlerOn(place);
    const hash = await bundler.sendUserOperation({ account, calls: [{ to, value: 1n }] });
    assert.equal((await bundler.waitForUserOperationReceipt({ hash })).success, true);
    assert.equal(await reader(place).getBalance({ address: to }), 1n);
  }
  const asked = ((chainId: number) => providers[chainId - 271] ?? l1) as AskingProviderOf;
  const headOn = (id: Hex) => ({ on: 272, chain: 271, contract: keystore, slot: keystoreSlot(id) });
  /** Imports the keystore's entry of an account to the other chain. */
  async function bring(id: Hex): Promise<void> {
    // A chain imports roots of batches that said something.
    const data = messenger.encodeFunctionData("sendToL1", ["0x11"]);
    await (await alice(HOME).sendTransaction({ to: PREDEPLOYS.L1Messenger, data })).wait();
    await devnet.settle();
    await devnet.relay();
    await loadSlot(devnet.info(), headOn(id), alice(OTHER), asked);
  }

  /** Imports it to every other chain without the chains' action, while the ecosystem continues. */
  async function bringEverywhere(id: Hex): Promise<readonly BroughtSlot[]> {
    const request = { chain: 271, contract: keystore, slot: keystoreSlot(id) };
    const signerOf = (chainId: number) => devnet.accounts.wallet(ALICE).connect(asked(chainId));
    let ended = false;
    const brought = bringSlot(devnet.info(), request, signerOf, asked, { lookMs: 20 }).finally(() => (ended = true));
    await devnet.settle();
    while (!ended) await Promise.race([devnet.relay().then(() => new Promise((resolve) => setImmediate(resolve))), brought]);
    return brought;
  }

  it("a passkey's first operation creates its account, which sends coins to another chain", async () => {
    const owner = passkeyOwner(passkey(), verifier);
    const keys = keysOf(1n, [owner]);
    const { id, address } = await register(keys);
    const account = await accountOn(HOME, id, keys, [owner]);
    assert.equal(await reader(HOME).getCode({ address }), undefined);
    await pays(HOME, account);
    const bob = privateKeyToAccount(generatePrivateKey()).address;
    const signer = viemSigner(walletOf(account, bundlerOn(HOME), reader(HOME)));
    await send(devnet.info(), { chain: "home", to: `${bob}@other`, amount: 7n }, signer);
    await devnet.settle();
    await devnet.relay();
    assert.equal(await reader(OTHER).getBalance({ address: bob }), 7n);
  });

  it("an assertion without the user's verification, of another challenge, or of another kind is refused", async () => {
    const others: Parameters<typeof passkey>[0][] = [
      { flags: PRESENT },
      { flags: VERIFIED },
      { changed: (json) => json.replace(/"challenge":"./, '"challenge":"_') },
      { changed: (json) => json.replace("webauthn.get", "webauthn.create") },
    ];
    for (const changes of others) {
      const owner = passkeyOwner(passkey(changes), verifier);
      const keys = keysOf(1n, [owner]);
      const { id } = await register(keys);
      await assert.rejects(pays(HOME, await accountOn(HOME, id, keys, [owner])), /AA24/);
    }
  });

  it("two of three owners act, a passkey among them; one does not, nor one in another's place, nor a stranger", async () => {
    const owners = [passkeyOwner(passkey(), verifier), key(), passkeyOwner(passkey(), verifier)] as const;
    const keys = keysOf(2n, owners);
    const { id } = await register(keys);
    const [first, second, third] = owners;
    for (const signers of [
      [first, undefined, undefined],
      [first, first, undefined],
      [first, key(), undefined],
    ])
      await assert.rejects(pays(HOME, await accountOn(HOME, id, keys, signers)), /AA24/);
    await pays(HOME, await accountOn(HOME, id, keys, [first, second, undefined]));
    await pays(HOME, await accountOn(HOME, id, keys, [undefined, second, third]));
    // Fewer owners, or a lower threshold, are other keys.
    await assert.rejects(
      pays(HOME, await accountOn(HOME, id, { ...keys, threshold: 1n }, [first, undefined, undefined])),
      /AA24/,
    );
    await assert.rejects(
      pays(HOME, await accountOn(HOME, id, { ...keys, threshold: 0n }, [undefined, undefined, undefined])),
      /AA24/,
    );
  });

  it("the account has one address on all chains; a key replaced at home is refused there after the update has arrived, and for good", async () => {
    const [old, next] = [key(), passkeyOwner(passkey(), verifier)];
    const [keys, nextKeys] = [keysOf(1n, [old]), keysOf(1n, [next])];
    const { id, address } = await register(keys);
    const [here, there] = [await accountOn(HOME, id, keys, [old]), await accountOn(OTHER, id, keys, [old])];
    assert.deepEqual(
      [here, there].map((each) => each.address.toLowerCase()),
      [address, address],
    );
    // No entry of the keystore has been imported.
    await assert.rejects(pays(OTHER, there), /AA23/);
    await bring(id);
    await pays(OTHER, there);
    await pays(HOME, here);
    const first = await loadedHead(id);
    const earlier = await viewSlot(devnet.info(), headOn(id), asked);

    const rotate = (owners: readonly Owner[]): Promise<AccountKeys> =>
      rotateKeys(devnet.info(), { home: 271, id, next: nextKeys, owners }, alice(HOME));
    await assert.rejects(rotate([next]), { code: "NotSigned" });
    // A stranger signs in the owner's place.
    await assert.rejects(rotate([{ ...key(), owner: old.owner }]), { code: "Refused", message: /RotationNotSigned/ });
    const rotated = await rotate([old]);
    assert.equal(rotated.version, 2n);
    assert.equal(await keysOn(devnet.info(), 272, rotated, providers[OTHER]!), "other");
    await assert.rejects(pays(HOME, here), /AA24/);
    await pays(HOME, await accountOn(HOME, id, nextKeys, [next], 2n));
    // Until the other chain imports the change, it accepts the old key and refuses the new one.
    const renewed = await accountOn(OTHER, id, nextKeys, [next], 2n);
    await pays(OTHER, there);
    await assert.rejects(pays(OTHER, renewed), /AA24/);

    const [told] = await bringEverywhere(id);
    assert.equal(told?.chainId, 272);
    assert.notEqual(told.transactionHash, undefined);
    assert.notEqual(await loadedHead(id), first);
    await assert.rejects(pays(OTHER, there), /AA24/);
    await pays(OTHER, renewed);
    assert.equal(await keysOn(devnet.info(), 272, rotated, providers[OTHER]!), "present");
    // The entry exists and is not imported twice.
    assert.deepEqual(await bringEverywhere(id), [
      { chainId: 272, value: BigInt(await loadedHead(id)), batchNumber: told.batchNumber },
    ]);
    // An older proof changes nothing.
    const known = await loadedHead(id);
    const data = crossChainViews.encodeFunctionData("load", [earlier.batch, keystore, keystoreSlot(id), earlier.proof]);
    await (await alice(OTHER).sendTransaction({ to: PREDEPLOYS.CrossChainViews, data })).wait();
    assert.equal(await loadedHead(id), known);
    await assert.rejects(pays(OTHER, there), /AA24/);
    // The old keys under the new version are other keys.
    await assert.rejects(pays(OTHER, await accountOn(OTHER, id, keys, [old], 2n)), /AA24/);
  });

  it("an operation signed for one chain is refused on another", async () => {
    const owner = passkeyOwner(passkey(), verifier);
    const keys = keysOf(1n, [owner]);
    const { id } = await register(keys);
    await bring(id);
    const [here, there] = [await accountOn(HOME, id, keys, [owner]), await accountOn(OTHER, id, keys, [owner])];
    const calls = [{ to: privateKeyToAccount(generatePrivateKey()).address, value: 1n }];
    const prepared = await bundlerOn(HOME).prepareUserOperation({ account: here, calls });
    const signature = await here.signUserOperation(prepared as never);
    const replayed = { ...prepared, signature, account: there };
    await assert.rejects(bundlerOn(OTHER).sendUserOperation(replayed as never), /AA24/);
    await pays(OTHER, there);
    await bundlerOn(HOME).sendUserOperation({ ...prepared, signature } as never);
  });

  /** The head as the account on the other chain reads it. */
  async function loadedHead(id: Hex): Promise<Hex> {
    const { accounts: to } = KEYSTORE_ADDRESSES;
    const ask = async (account: string, method: string, args: readonly unknown[]): Promise<string> => {
      const answer = await providers[OTHER]!.call({ to: account, data: keystoreAccount.encodeFunctionData(method, args) });
      return String(keystoreAccount.decodeFunctionResult(method, answer)[0]);
    };
    return (await ask(await ask(to, "addressOf", [271n, keystore, id]), "head", [])) as Hex;
  }
});
