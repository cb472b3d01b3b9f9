import type { BaseContract, ContractTransactionReceipt } from "ethers";
import { BASE_TOKEN_ADDRESS } from "../../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../../src/ground/protocol/interoperable-address.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { forwarderAddress, type Forwarding } from "../../../../src/ecosystem/relayer/forwarding.ts";
import { assetMessage, claimOf, depositToken, ZERO_ADDRESS } from "./assets.ts";
import { TestChain } from "./chain.ts";
import { as, defaultConfiguration, hexAddress, send, view, type Ecosystem } from "./ecosystem.ts";
import { deployExitScene } from "./exits.ts";

export const COIN: Hex = PREDEPLOYS.L2BaseToken;
export const FEE = 100n;

/** A withdrawal that waits to be claimed on L1, for its way's forwarder. */
export interface Waiting {
  readonly way: Forwarding;
  readonly claim: ReturnType<typeof claimOf>;
}

/** A withdrawal to a way's forwarder; `asset` is the way's own unless it says otherwise. */
export interface WithdrawalOrder {
  readonly way: Forwarding;
  readonly amount: bigint;
  readonly asset?: Hex;
}

/** L1 with `Forwarders`, and a chain with coins and tokens to withdraw. */
export interface PaidClaimsWorld {
  readonly ecosystem: Ecosystem;
  readonly forwarders: BaseContract;
  readonly token: BaseContract;
  readonly tokenAddress: Hex;
  /** Coins for a recipient on L1, who could take all, with a fee of 100, unless it says otherwise. */
  wayTo(recipient: Hex, terms?: Partial<Forwarding>): Forwarding;
  addressOf(way: Forwarding): Hex;
  /** Executes a batch with these withdrawals, of coins or of the token. */
  withdraw(...orders: readonly WithdrawalOrder[]): Promise<Waiting[]>;
  /** Calls the contract from an account. */
  call(user: number, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt>;
  claim(user: number, waiting: Waiting, asset?: Hex): Promise<ContractTransactionReceipt>;
  /** Coins, or tokens. */
  balance(account: string, asset?: Hex): Promise<bigint>;
  /** Gain of an account by a call, without its gas. */
  gain(user: number, call: () => Promise<ContractTransactionReceipt>): Promise<bigint>;
}

export async function startPaidClaims(): Promise<PaidClaimsWorld> {
  const { ecosystem, token, tokenAddress } = await deployExitScene();
  const forwarders = await ecosystem.l1.deploy("Forwarders");
  const contract = await hexAddress(forwarders);
  const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
  const operations = [await chain.request({}, 10n ** 15n), await depositToken(ecosystem, chain, tokenAddress, 10n ** 12n)];
  await chain.settle({
    canonicalTxHashes: operations,
    logs: operations.map(() => ({ type: "priorityOp", success: true }) as const),
  });
  const bridge = await ecosystem.bridge.getAddress();
  let nonce = 0n;
  const balance = (account: string, asset: Hex = COIN): Promise<bigint> =>
    asset === COIN ? ecosystem.l1.ethers.provider.getBalance(account) : view<bigint>(token, "balanceOf", account);
  const call = (user: number, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt> =>
    send(as(forwarders, ecosystem.accounts[user]!), name, ...args);
  const addressOf = (way: Forwarding): Hex => forwarderAddress(contract, way);
  return {
    ...{ ecosystem, forwarders, token, tokenAddress, addressOf, call, balance },
    wayTo: (recipient, terms = {}) => ({
      ...{ to: interoperableAddress(ecosystem.chainId, recipient), factory: ZERO_ADDRESS, refundTo: recipient },
      ...{ token: COIN, fee: FEE, ...terms },
    }),
    async withdraw(...orders) {
      const logs = orders.map(({ way, amount, asset = way.token }) =>
        assetMessage(ecosystem, {
          ...(asset === COIN ? { from: BASE_TOKEN_ADDRESS } : { originToken: asset }),
          ...{ amount, recipient: addressOf(way), nonce: nonce++ },
        }),
      );
      const { formed } = await chain.settle({ logs });
      return orders.map(({ way }, i) => ({ way, claim: claimOf(chain, formed, i, logs[i]!) }));
    },
    claim: (user, { way, claim }, asset = way.token) => call(user, "claimAndForward", bridge, claim, way, asset),
    async gain(user, made) {
      const { address } = ecosystem.accounts[user]!;
      const had = await balance(address);
      const { gasUsed, gasPrice } = await made();
      return (await balance(address)) - had + gasUsed * gasPrice;
    },
  };
}
