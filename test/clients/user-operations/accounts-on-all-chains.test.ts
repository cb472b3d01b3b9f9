import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { JsonRpcProvider, TypedDataEncoder } from "ethers";
import { createPublicClient, http, parseAbi, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import {
  createBundlerClient,
  entryPoint08Address,
  toPackedUserOperation,
  type GetPaymasterDataParameters,
  type UserOperation,
} from "viem/account-abstraction";
import { keyOwner, passkeyOwner, toKeystoreAccount } from "../../../fixtures/keystore-accounts/keystore-account.ts";
import { walletOf } from "../../../fixtures/sponsored-call/sponsor.ts";
import { erc20 } from "../../../src/ecosystem/client/sending/contract-interfaces.ts";
import { accountKeys, keysOn, registerKeys, rotateKeys } from "../../../src/ecosystem/client/keystore/keystore.ts";
import { deployKeystore, KEYSTORE_ADDRESSES } from "../../../src/ecosystem/client/keystore/keystore-contracts.ts";
import { bringPlan, isLegDone, legsOfSpend, signPlan } from "../../../src/ecosystem/client/keystore/plan.ts";
import type { AskingProviderOf } from "../../../src/ecosystem/client/messages/remote-slot.ts";
import { send } from "../../../src/ecosystem/client/transfers/send.ts";
import { estimateSpend } from "../../../src/ecosystem/client/wallet/spend.ts";
import { tokenBalance } from "../../../src/ecosystem/client/tokens/token-balance.ts";
import { tokenThere } from "../../../src/ecosystem/client/tokens/token.ts";
import { viemChain } from "../../../src/ecosystem/client/ecosystem/viem-chain.ts";
import { viemSigner } from "../../../src/ecosystem/client/sending/viem-signer.ts";
import { deploy } from "../../client/support.ts";
import { ALICE, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "../../flow/support/devnet.ts";
import { PATIENT } from "../../support/patient.ts";
import { deployEntryPoint } from "./support/entry-points.ts";
import { passkey } from "./support/passkeys.ts";

const [HOME, OTHER] = [0, 1] as const;
type Place = typeof HOME | typeof OTHER;
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const CAROL: Hex = "0x00000000000000000000000000000000000ca401";
const STRANGER = 3;
const FEE = 1_000n;

describe("B6 and B9 with real proofs: a passkey's account on two chains, sponsored, whose keys are replaced and which pays by one signature", () => {
  let devnet: FlowDevnet;
  let providers: JsonRpcProvider[];
  let l1: JsonRpcProvider;
  let providerOf: AskingProviderOf;

  before(async () => {
    const chains = [
      { chainId: 271n, name: "home" },
      { chainId: 272n, name: "other" },
    ];
    devnet = await startFlowDevnet(chains, { relayer: true, singletons: true, fundedAccounts: [ALICE, STRANGER, RELAYER] });
    providers = devnet.chains.map(clientOf);
    l1 = new JsonRpcProvider(devnet.info().l1.url, undefined, { cacheTimeout: -1 });
    providerOf = (chainId) => providers[chainId - 271] ?? l1;
    for (const place of [HOME, OTHER] as const) await deployKeystore(devnet.info(), 271 + place, on(place));
  });
  after(async () => {
    l1.destroy();
    for (const provider of providers) provider.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const on = (place: Place, account = ALICE) => devnet.accounts.wallet(account).connect(providers[place]!);
  const owner = passkeyOwner(passkey(), KEYSTORE_ADDRESSES.passkeys);
  const keys = { threshold: 1n, owners: [owner.owner] };
  const next = keyOwner(privateKeyToAccount(generatePrivateKey()));
  let payer: { readonly id: Hex; readonly account: Hex };
  let token: Hex;
  async function settle(place: Place): Promise<void> {
    assert.ok((await settleNow(devnet.chains[place]!)).proof !== undefined);
    await devnet.relay();
  }

  it("B6: one operation of a passkey's account, paid by a paymaster, sends coins to another chain, where they arrive", async () => {
    await deployEntryPoint("0.8", on(HOME));
    const sponsor = privateKeyToAccount(generatePrivateKey());
    const paymaster = await deploy(on(HOME), "TestSponsor", sponsor.address);
    const abi = parseAbi(["function deposit() payable", "function balanceOf(address) view returns (uint256)"]);
    await (await on(HOME).sendTransaction({ to: paymaster, data: "0xd0e30db0", value: ETHER / 2n })).wait();
    const { id, account: address } = await registerKeys(devnet.info(), { home: 271, keys }, on(HOME));
    // Anyone may have named it before: it is the same account.
    assert.equal((await registerKeys(devnet.info(), { home: 271, keys }, on(HOME))).account, address);
    await (await on(HOME).sendTransaction({ to: address, value: 7n })).wait();

    const described = devnet.info().chains[HOME]!;
    const connection = { chain: viemChain(described, devnet.info()), transport: http(described.url, PATIENT) };
    const client = createPublicClient({ ...connection, pollingInterval: 20, cacheTime: 0 });
    const account = await toKeystoreAccount({
      client,
      addresses: KEYSTORE_ADDRESSES,
      home: 271,
      id,
      version: 1n,
      keys,
      signers: [owner],
    });
    /** OpenZeppelin's paymaster: two times of six bytes, and a signature of what `PaymasterSigner` says. */
    const paymasterData = (signature: Hex): Hex => `0x${"00".repeat(12)}${signature.slice(2)}`;
    const gas = { paymasterVerificationGasLimit: 100_000n, paymasterPostOpGasLimit: 0n };
    const sponsoring = {
      getPaymasterStubData: async () => ({ paymaster, paymasterData: paymasterData(`0x${"11".repeat(64)}1c`), ...gas }),
      async getPaymasterData(operation: GetPaymasterDataParameters) {
        const packed = toPackedUserOperation({ ...operation, signature: "0x" } as UserOperation);
        const domain = { name: "TestSponsor", version: "1", chainId: 271, verifyingContract: paymaster };
        const message = { ...packed, ...gas, validAfter: 0, validUntil: 0 };
        const hash = TypedDataEncoder.hash(domain, SPONSORED, message) as Hex;
        return { paymaster, paymasterData: paymasterData(await sponsor.sign({ hash })), ...gas };
      },
    };
    const bundler = createBundlerClient({ client, ...connection, pollingInterval: 20, paymaster: sponsoring });
    const signer = viemSigner(walletOf(account, bundler, client));
    await send(devnet.info(), { chain: "home", to: `${CAROL}@other`, amount: 7n }, signer);
    assert.equal(await providers[HOME]!.getBalance(address), 0n, "its coins have left, and it has paid no gas");
    const left = await client.readContract({ address: entryPoint08Address, abi, functionName: "balanceOf", args: [paymaster] });
    assert.ok(left < ETHER / 2n);

    await moneyForThePayer();
    await settle(HOME);
    assert.equal(await providers[OTHER]!.getBalance(CAROL), 7n);
  });

  /** An account with 4 tokens at home and, once the batch has settled, 6 on the other chain, and coins for fees on both. */
  async function moneyForThePayer(): Promise<void> {
    payer = await registerKeys(devnet.info(), { home: 271, keys, salt: `0x${"01".repeat(32)}` }, on(HOME));
    const { account } = payer;
    token = await deploy(on(HOME), "L2TestToken", 10n, false, false);
    const data = erc20.encodeFunctionData("transfer", [account, 4n]);
    await (await on(HOME).sendTransaction({ to: token, data })).wait();
    await send(devnet.info(), { chain: "home", to: `${account}@other`, amount: 6n, token }, on(HOME));
    for (const place of [HOME, OTHER] as const) await (await on(place).sendTransaction({ to: account, value: FEE })).wait();
  }
  const bring = (plan: Parameters<typeof bringPlan>[1]) =>
    bringPlan(devnet.info(), plan, (chainId) => on(chainId === 271 ? HOME : OTHER, STRANGER), providerOf);
  const tokensOf = async (account: string): Promise<bigint> => {
    const there = await tokenThere(
      devnet.info(),
      { originChainId: 271, originToken: token },
      devnet.info().chains[OTHER]!,
      providers[OTHER]!,
    );
    return tokenBalance(there.address, account as Hex, providers[OTHER]!);
  };

  it("B9: one signature of the key that replaced another pays 10 out of 4 and 6, once the other chain knows of it; the old key's plan moves nothing", async () => {
    const info = devnet.info();
    const request = { asset: `${token}@home`, amount: 10n, to: `${BOB}@other`, sender: payer.account, keep: () => FEE };
    const spending = await estimateSpend(info, request, providerOf);
    assert.deepEqual(
      spending.parts.map(({ name, amount }) => [name, amount]),
      [
        ["other", 6n],
        ["home", 4n],
      ],
    );
    const legs = await legsOfSpend(info, spending, providerOf, () => FEE);
    const lastSecond = BigInt((await providers[HOME]!.getBlock("latest"))!.timestamp) + 3_600n;
    const plan = { home: 271, id: payer.id, legs, lastSecond };
    const stolen = await signPlan(info, plan, [owner], providerOf);
    const rotated = await rotateKeys(
      info,
      { home: 271, id: payer.id, next: { threshold: 1n, owners: [next.owner] }, owners: [owner] },
      on(HOME),
    );
    assert.equal((await accountKeys(info, { home: 271, id: payer.id }, providerOf)).version, 2n);
    await assert.rejects(signPlan(info, plan, [owner], providerOf), { code: "NotSigned" });

    // A stranger brings it: at home the new key counts at once, on the other chain not yet.
    const signed = await signPlan(info, plan, [next], providerOf);
    await assert.rejects(bring(signed), ({ details }: { details: Record<string, { chainId: number; error?: Error }[]> }) => {
      assert.deepEqual(
        details["brought"]?.map(({ chainId }) => chainId),
        [271],
      );
      assert.deepEqual(
        details["refused"]?.map(({ chainId }) => chainId),
        [272],
      );
      assert.match(String(details["refused"]?.[0]?.error), /PlanNotSigned/);
      return true;
    });
    assert.equal(await providers[HOME]!.getBalance(payer.account), 0n, "the fee is the stranger's");
    assert.equal(await keysOn(info, 272, rotated, providers[OTHER]!), "other");

    await settle(HOME);
    assert.equal(await tokensOf(BOB), 4n);
    const brought = await bring(signed);
    assert.deepEqual(
      brought.map(({ chainId }) => chainId),
      [272],
    );
    assert.equal(await tokensOf(BOB), 10n);
    assert.equal(await keysOn(info, 272, rotated, providers[OTHER]!), "present");

    // Nothing happens twice, and the key that was replaced is refused everywhere.
    assert.deepEqual(await bring(signed), []);
    assert.equal(await isLegDone(signed, 0, providers[OTHER]!), true);
    await assert.rejects(bring(stolen), /2 of 2 legs were not executed.*PlanNotSigned.*PlanNotSigned/);
    assert.deepEqual([await tokensOf(BOB), await tokensOf(payer.account)], [10n, 0n]);
  });
});

const SPONSORED = {
  UserOperationRequest: [
    ["address", "sender"],
    ["uint256", "nonce"],
    ["bytes", "initCode"],
    ["bytes", "callData"],
    ["bytes32", "accountGasLimits"],
    ["uint256", "preVerificationGas"],
    ["bytes32", "gasFees"],
    ["uint256", "paymasterVerificationGasLimit"],
    ["uint256", "paymasterPostOpGasLimit"],
    ["uint48", "validAfter"],
    ["uint48", "validUntil"],
  ].map(([type = "", name = ""]) => ({ type, name })),
};
