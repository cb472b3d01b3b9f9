import type { Interface } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { parseAccount } from "../../client/chain-address.ts";
import { bridge, hyperchainInterface as hyperchain, stateExit } from "../../client/contract-interfaces.ts";
import { isEther } from "../../client/token.ts";
import { senderOn, submit } from "../../client/submit.ts";
import type { Sender } from "../../client/submit.ts";
import { proveHolding } from "../../devnet/reconstruction/proofs.ts";
import type { Reconstruction } from "../../devnet/reconstruction/reconstruct.ts";
import type { Hex } from "../../protocol/hex.ts";
import { pluginError } from "../plugin-error.ts";
import { rebuild, withChainOnL1 } from "./chain-on-l1.ts";
import type { ChainOnL1, ChainOnL1Arguments } from "./chain-on-l1.ts";

interface ExitArguments extends ChainOnL1Arguments {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly token: string | undefined;
  readonly activate: boolean;
}

/** ETH as the state exit's events and proofs name it. */
const ETHER: Hex = "0x0000000000000000000000000000000000000000";
/** What `exitOpensAt` says while no operation waits. */
const NEVER = 2n ** 256n - 1n;

/** `hyperchain:exit`: has L1 pay what an account held on a chain that has stopped, by proofs from L1's data alone. */
const action: NewTaskActionFunction<ExitArguments> = (args, hre) =>
  withChainOnL1(args, hre, async (chain) => {
    const recipient = args.to === undefined ? undefined : parseAccount(args.to);
    const reconstruction = await rebuild(chain, { upTo: "executed" });
    const { settlementChainId } = reconstruction.contract;
    await chain.withSigner(args.from, settlementChainId, async (signer) => {
      const sender = await senderOn(signer, { name: "l1", chainId: Number(settlementChainId) });
      const activation = reconstruction.onL1.exited ? undefined : await activate(sender, reconstruction, args.activate);
      const { baseToken } = reconstruction.contract.configuration;
      const tokens = [baseToken, ...(args.token?.split(",").map((token) => token.trim()) ?? [])].map(tokenOf);
      const claims = [];
      for (const token of new Set(tokens)) claims.push(await claim(sender, reconstruction, token, recipient ?? sender.address));
      tell(chain, reconstruction, activation, claims);
    });
  });

interface Claim {
  readonly token: Hex;
  readonly amount: bigint;
  readonly recipient: Hex;
  /** Absent where nothing is left to claim. */
  readonly transactionHash?: Hex;
}

/** Stops the chain for good, where its exit is open and the caller wants that. Throws a plugin error that says what to do. */
async function activate(sender: Sender, { contract }: Reconstruction, isWanted: boolean): Promise<Hex> {
  const { hyperchain: to, configuration } = contract;
  const name = `chain ${configuration.chainId}`;
  const answer = await sender.provider.call({ to, data: hyperchain.encodeFunctionData("exitOpensAt") });
  const opensAt = BigInt(answer);
  const now = BigInt((await sender.provider.getBlock("latest"))?.timestamp ?? 0);
  if (opensAt === NEVER)
    throw pluginError(
      `${name} has not stopped, and nothing waits in its queue on L1: use hyperchain:withdraw. If its operator ignores you, queue an ` +
        "operation (hyperchain:deposit): where it is not carried out by its deadline, the exit opens after the exit delay",
    );
  if (now <= opensAt)
    throw pluginError(
      `${name} has not stopped; its exit opens at ${new Date(Number(opensAt) * 1_000).toISOString()} of L1's time, in ${opensAt - now} s, ` +
        "if the oldest operation in its queue still waits then; run this again afterwards",
    );
  if (!isWanted)
    throw pluginError(
      `${name} ignores its queue, so its exit is open. Activating it stops the chain for good, for all its users: ` +
        "add --activate if you want it",
    );
  return (await submit(sender, { to, data: hyperchain.encodeFunctionData("activateExit") })).hash as Hex;
}

/** Has the state exit pay what the sender held of a token, less what was claimed before. */
async function claim(sender: Sender, reconstruction: Reconstruction, token: Hex, recipient: Hex): Promise<Claim> {
  const { configuration, bridge: bridgeAddress } = reconstruction.contract;
  const { chainId } = configuration;
  const ask = async (on: Interface, to: string, method: string, args: readonly unknown[] = []): Promise<unknown> =>
    on.decodeFunctionResult(method, await sender.provider.call({ to, data: on.encodeFunctionData(method, args) }))[0];
  const exit = String(await ask(bridge, bridgeAddress, "stateExit"));
  const holding = proveHolding(reconstruction, sender.address, token);
  const claimed = BigInt(String(await ask(stateExit, exit, "claimed", [chainId, sender.address, token])));
  const amount = (holding?.amount ?? 0n) - claimed;
  if (holding === undefined || amount === 0n) return { token, amount: 0n, recipient };
  const data = stateExit.encodeFunctionData("claimHolding", [chainId, token, amount, recipient, holding.proof]);
  const { hash } = await submit(sender, { to: exit, data });
  return { token, amount, recipient, transactionHash: hash as Hex };
}

function tell(
  { output }: ChainOnL1,
  { contract, pendingOperations }: Reconstruction,
  activation: Hex | undefined,
  claims: readonly Claim[],
): void {
  const { chainId } = contract.configuration;
  const waiting = pendingOperations.length;
  const lines = claims.map(({ token, amount, recipient, transactionHash }) => {
    const name = token === ETHER ? "wei" : `of token ${token}`;
    return transactionHash === undefined
      ? `nothing to claim ${name}`
      : `${amount} ${name} paid to ${recipient}: ${transactionHash}`;
  });
  const stopped = activation === undefined ? [] : [`chain ${chainId} has stopped for good: ${activation}`];
  const unpaid =
    waiting === 0
      ? []
      : [`${waiting} operations never ran: refundOperation and refundDeposit of ${contract.hyperchain} pay them back`];
  output.result(() => [...stopped, ...lines, ...unpaid].join("\n"), {
    chainId,
    activationTransactionHash: activation ?? null,
    claims,
    operationsThatNeverRan: waiting,
  });
}

function tokenOf(token: string): Hex {
  return isEther(token) ? ETHER : parseAccount(token);
}

export default action;
