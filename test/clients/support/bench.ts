import { ContractFactory, Interface, type HDNodeWallet } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { DevnetChain } from "../../../src/ecosystem/devnet/devnet.ts";
import { testContract } from "../../chain/support/artifact.ts";
import { ALICE, settleNow, startFlowDevnet, type FlowDevnet } from "../../flow/support/devnet.ts";

export const CHAIN_ID = 271n;
/** Tokens that the user has on L1. */
export const TOKENS = 1_000n;
/** Too little for a token's first deposit, which makes its contract; enough for L1 to take the operation. */
export const TOO_LITTLE_GAS = 100_000n;

export const erc20 = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function mint(address, uint256)",
  "function transfer(address, uint256)",
]);

/** A devnet with one chain and real proofs, whose user owns tokens on L1. */
export interface ClientBench {
  readonly devnet: FlowDevnet;
  readonly chain: DevnetChain;
  readonly user: HDNodeWallet;
  readonly privateKey: Hex;
  /** Makes a token on L1 of which the user has `TOKENS`. */
  makeToken(): Promise<Hex>;
  /** Executes the operations of L1's queue. */
  takeFromL1(): Promise<void>;
  /** Seals the open batch, and waits until L1 has verified and executed it. */
  settle(): Promise<void>;
  balanceOnL1(token: Hex, account?: string): Promise<bigint>;
}

/** `baseToken`: a name for a token of the chain's own that pays for gas there; ETH by default. */
export async function startClientBench(baseToken?: string): Promise<ClientBench> {
  const own = baseToken === undefined ? {} : { baseToken: { name: baseToken, symbol: baseToken.toUpperCase() } };
  const devnet = await startFlowDevnet([{ chainId: CHAIN_ID, ...own }]);
  const [chain] = devnet.chains;
  if (chain === undefined) throw new Error("the devnet has no chain");
  const user = devnet.accounts.wallet(ALICE);
  const signer = user.connect(devnet.l1.provider);
  return {
    devnet,
    chain,
    user,
    privateKey: user.privateKey as Hex,
    async makeToken() {
      const { abi, initCode } = await testContract("TokenDouble");
      const token = await new ContractFactory(abi, initCode, signer).deploy();
      const address = (await token.getAddress()) as Hex;
      await token.deploymentTransaction()?.wait();
      await (
        await signer.sendTransaction({ to: address, data: erc20.encodeFunctionData("mint", [user.address, TOKENS]) })
      ).wait();
      return address;
    },
    async takeFromL1() {
      await chain.pipeline.pollL1();
    },
    async settle() {
      await settleNow(chain);
    },
    async balanceOnL1(token, account = user.address) {
      const answer = await devnet.l1.provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [account]) });
      return BigInt(answer);
    },
  };
}
